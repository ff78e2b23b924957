package agora_test

import (
	"net/http"
	"strings"
	"testing"

	"muster/internal/config"
	"muster/internal/dialect/dialecttest"
	"muster/internal/mustertest"
)

// TestAddressOfItsOwn: the vendor's Java client drops every prefix, so the same applications stand at the root of a listener of
// their own, and nothing else does.
func TestAddressOfItsOwn(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.app.register(t, "mina")
		root := &client{dialecttest.Client[answer]{URL: h.AgoraURL + "/acme/chat", Token: h.app.Token}}
		a := root.GET(t, "/users/mina").ok(t)
		if want := h.AgoraURL + "/acme/chat/users/mina"; a.String(t, "uri") != want {
			t.Errorf("it says that it is %s", a.Body)
		}
		if want := h.URL + "/agora/acme/chat/users/mina"; h.app.GET(t, "/users/mina").String(t, "uri") != want {
			t.Errorf("the other says %s", h.app.GET(t, "/users/mina").Body)
		}
		root.DELETE(t, "/users/mina").ok(t)
		h.app.GET(t, "/users/mina").fails(t, 404, noResource, "Service resource not found")
		for _, path := range []string{"", "/", "/healthz", "/metrics", "/corteza/system/auth/", "/agora/acme/chat/users"} {
			if a := (&mustertest.Client{URL: h.AgoraURL}).GET(t, path); a.Status != http.StatusNotFound || a.String(t, "error") != "organization_application_not_found" {
				t.Errorf("%s is there: %d %s", path, a.Status, a.Body)
			}
		}
	}, func(c *config.Config) { c.Agora.Listen = "127.0.0.1:0" })
}

// TestAddressesOfAnswers: what the client has called the server is repeated to it and nobody else; the scheme is ours to know.
func TestAddressesOfAnswers(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.app.register(t, "mina")
		for _, target := range []string{"/users/mina?a=b", "/users/mina/", "/users/m%69na"} {
			r, err := http.NewRequest("GET", h.URL+base+target, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = "chat.example.test"
			r.Header.Set("X-Forwarded-Proto", "http")
			path, _, _ := strings.Cut(target, "?")
			if got, want := h.app.Send(t, r).ok(t).String(t, "uri"), "https://chat.example.test"+base+path; got != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
	}, func(c *config.Config) { c.PublicURL = "https://users.example.org" })
}

// TestUnknownPlaces: an application that is not there, and what no application has.
func TestUnknownPlaces(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		for path, want := range map[string]string{
			"/agora": "/ from URI: /", "/agora/acme": "acme/ from URI: acme/", "/agora/x/chat/users": "x/chat from URI: x/chat/users",
			"/agora/acme/none/users/a": "acme/none from URI: acme/none/users/a", "/agora//chat/users": "/chat from URI: /chat/users",
		} {
			(answer{h.Nobody().Do(t, "TRACE", path, "")}).fails(t, 404, "organization_application_not_found", "Could not find application for "+want)
		}
		for _, path := range []string{"", "/", "/chatgroups", "/users/mina/unheard", "/users//mina", "/users/mina//", "/users/a%2fb", "/users/%00", "/users/%c0%af", "/users/.."} {
			h.app.GET(t, path).fails(t, 404, noResource, "Service resource not found")
		}
	})
}
