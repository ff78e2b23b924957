package tat

import (
	"net/http"

	"muster"
	"muster/internal/httpx"
)

// routes is the table of the API, in the order of the contract.
func (f *facade) routes() []httpx.Route {
	return []httpx.Route{
		httpx.For(muster.ActionReadSelf, "GET", "/user/me", handle(http.StatusOK, f.me)),

		httpx.Public("GET", "/version", handle(http.StatusOK, f.version)),
		httpx.Public("GET", "/capabilities", handle(http.StatusOK, f.capabilities)),
	}
}
