package agora

import (
	"muster"
	"muster/internal/httpx"
)

// routes is the table of the API below /{org}/{app}, in the order of the contract.
func (f *facade) routes() []httpx.Route {
	return []httpx.Route{
		httpx.For(muster.ActionRegisterUsers, "POST", "/users", f.answer(f.register)),
		httpx.For(muster.ActionReadAppUser, "GET", "/users/{username}", f.answer(f.readUser)),
		httpx.For(muster.ActionListAppUsers, "GET", "/users", f.answer(f.listUsers)),
		httpx.For(muster.ActionDeleteUser, "DELETE", "/users/{username}", f.answer(f.deleteUser)),
		httpx.For(muster.ActionDeleteOldest, "DELETE", "/users", f.answer(f.deleteUsers)),
		httpx.For(muster.ActionChangePassword, "PUT", "/users/{username}/password", f.answer(f.setPassword)),
		httpx.For(muster.ActionSuspendUser, "POST", "/users/{username}/deactivate", f.answer(f.deactivate)),
		httpx.For(muster.ActionUnsuspendUser, "POST", "/users/{username}/activate", f.answer(f.activate)),

		httpx.For(muster.ActionSignInApp, "POST", "/token", f.answer(f.token)),
		httpx.For(muster.ActionReadTokenEnd, "GET", "/sdk/users/{username}/token/expires", f.answer(f.tokenEnd)),

		httpx.For(muster.ActionSetName, "PUT", "/users/{username}", f.answer(f.rename)),
		httpx.For(muster.ActionSetAttributes, "PUT", "/metadata/user/{username}", f.answer(f.setAttributes)),
		httpx.For(muster.ActionReadAttributes, "GET", "/metadata/user/{username}", f.answer(f.readAttributes)),
		httpx.For(muster.ActionCollectAttributes, "POST", "/metadata/user/get", f.answer(f.collectAttributes)),
		httpx.For(muster.ActionRemoveAttributes, "DELETE", "/metadata/user/{username}", f.answer(f.removeAttributes)),
		httpx.For(muster.ActionMeasureAttributes, "GET", "/metadata/user/capacity", f.answer(f.measureAttributes)),
	}
}

// perSecond is how many calls of a route an application has in a second where its operator says nothing (contract, 6 and 11).
func perSecond(route httpx.Route) int {
	if route.String() == "DELETE /users" {
		return 30
	}
	return 100
}

// Rows are the endpoints that a limit can be set for.
func Rows() map[string]bool {
	rows := map[string]bool{}
	for _, route := range (&facade{}).routes() {
		rows[route.String()] = true
	}
	return rows
}
