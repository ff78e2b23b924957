package tat_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"muster/internal/config"
	"muster/internal/dialect/tat"
)

// TestSpellings: four spellings of each header, in whatever letter case, mixed.
func TestSpellings(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		names := []string{"Tat_username", "Tat-username", "X-Tat_username", "X-Tat-Username", "TAT_USERNAME", "tat-userName", "x-tat_USERNAME"}
		passwords := []string{"Tat_password", "Tat-password", "X-Tat_password", "X-Tat-Password", "tat_password", "TAT-PASSWORD", "x-tat-password"}
		for _, name := range names {
			for _, password := range passwords {
				if a := h.nobody().With(t, "GET", "/user/me", "", name, "ada", password, h.admin.password); a.Status != 200 {
					t.Errorf("%s, %s: %d %s", name, password, a.Status, a.Body)
				}
			}
		}
		for what, headers := range map[string][]string{
			"none":           {},
			"name":           {"Tat_username", "ada"},
			"password":       {"Tat_password", h.admin.password},
			"empty name":     {"Tat_username", "", "Tat_password", h.admin.password},
			"empty password": {"Tat_username", "ada", "Tat_password", ""},
			"two names":      {"Tat_username", "ada", "X-Tat-Username", "bob", "Tat_password", h.admin.password},
			"basic":          {"Authorization", "Basic YWRhOng="},
		} {
			t.Run(what, func(t *testing.T) {
				h.nobody().With(t, "GET", "/user/me", "", headers...).fails(t, 400, "Invalid Tat Headers")
			})
		}
		// What is meant for a proxy in front is nothing to us.
		if a := h.admin.With(t, "GET", "/user/me", "", "Authorization", "Basic YWRhOng="); a.Status != 200 {
			t.Errorf("with basic credentials: %d", a.Status)
		}
		h.nobody().GET(t, "/user/me?Tat_username=ada&Tat_password="+h.admin.password).fails(t, 400, "Invalid Tat Headers")
	})
}

// TestOneAnswerToStrangers: unknown, wrong, unverified, suspended, archived and the human password are told alike.
func TestOneAnswerToStrangers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		root := h.Administrator(t)
		bob, gone, locked := h.join(t, "bob"), h.join(t, "gone"), h.join(t, "locked")
		h.register(t, "late")
		ids := map[string]string{}
		for _, name := range []string{"bob", "locked"} {
			ids[name] = root.GET(t, "/corteza/system/users/?username="+name).String(t, "response.set.0.userID")
			root.POST(t, "/corteza/system/users/"+ids[name]+"/password", `{"password":"correct-horse"}`)
		}
		h.admin.PUT(t, "/user/archive", `{"username":"gone"}`).is(t, 201, `""`)
		root.POST(t, "/corteza/system/users/"+ids["locked"]+"/suspend", "")
		for name, password := range map[string]string{
			"nobody": "x", "bob": "wrong", "late": "x", "gone": gone.password, "locked": locked.password, "Bob": bob.password,
			"bob@example.org": bob.password, "a/b": "x", "' OR 1=1": "x", "b%": bob.password, "b_b": bob.password,
		} {
			h.showing(name, password).GET(t, "/user/me").fails(t, 401, "Invalid Tat credentials for username "+name)
		}
		h.showing("bob", "correct-horse").GET(t, "/user/me").fails(t, 401, "Invalid Tat credentials for username bob")
		h.showing("bob", bob.password+"x").GET(t, "/user/me").fails(t, 401, "Invalid Tat credentials for username bob")
		if a := bob.GET(t, "/user/me"); a.Status != 200 {
			t.Errorf("a password that was set elsewhere has voided this one: %d", a.Status)
		}
		root.POST(t, "/corteza/system/users/"+ids["locked"]+"/unsuspend", "")
		if a := locked.GET(t, "/user/me"); a.Status != 200 {
			t.Errorf("who is let in again: %d %s", a.Status, a.Body)
		}
	}, withAdministrator)
}

// TestKeyOpensNothingElse: the password of this wire is none in another.
func TestKeyOpensNothingElse(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		for _, body := range []string{
			`{"email":"ada@example.org","password":"` + h.admin.password + `"}`,
		} {
			if a := h.Nobody().POST(t, "/corteza/system/auth/internal/login", body); a.Error(t) == "" {
				t.Errorf("%s", a.Body)
			}
		}
		jwt := h.SignIn(t, "admin@example.org", "correct-horse").Token
		h.nobody().With(t, "GET", "/user/me", "", "Authorization", "Bearer "+jwt).fails(t, 400, "Invalid Tat Headers")
		h.showing("admin", jwt).GET(t, "/user/me").fails(t, 401, "Invalid Tat credentials for username admin")
	}, withAdministrator)
}

// TestAdministratorsFirst: who asks is looked at before path and body, and the right before the body.
func TestAdministratorsFirst(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		before := h.Rows(t)
		for _, route := range tat.Routes() {
			action, named := route.Action()
			if action.Open || !named {
				continue
			}
			path := strings.NewReplacer("{topic...}", "Private/bob", "{username}", "bob", "{tag}", "x", "{group}", "x", "{sinceSeconds}", "1").Replace(route.Pattern())
			h.nobody().Do(t, route.Method(), path, `{"broken`).fails(t, 400, "Invalid Tat Headers")
			h.showing("bob", "wrong").Do(t, route.Method(), path, `{"broken`).fails(t, 401, "Invalid Tat credentials for username bob")
			if route.Demand() != "" {
				bob.Do(t, route.Method(), path, `{"broken`).fails(t, 403, "user is not admin")
			}
		}
		if after := h.Rows(t); after != before {
			t.Errorf("something has changed: was\n%s\nis\n%s", before, after)
		}
	})
}

// TestConnectionClose: a client that closes is told that we do.
func TestConnectionClose(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		// By hand, because net/http keeps that header to itself.
		for _, path := range []string{"/version", "/user/me", "/nowhere"} {
			c, err := net.Dial("tcp", strings.TrimPrefix(h.URL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(c, "GET %s%s HTTP/1.1\r\nHost: x\r\nTat_username: ada\r\nTat_password: %s\r\nConnection: close\r\n\r\n", base, path, h.admin.password)
			all, err := io.ReadAll(c) // until the server closes
			if _ = c.Close(); err != nil || !strings.Contains(string(all), "\r\nConnection: close\r\n") {
				t.Errorf("%s: %v %s", path, err, all)
			}
		}
	})
}

// TestOrigins: any web page may ask, or those of the operator; none with credentials of the browser.
func TestOrigins(t *testing.T) {
	check := func(t *testing.T, a answer, origin string) {
		t.Helper()
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Methods": "POST, GET, OPTIONS, PUT, DELETE",
			"Access-Control-Allow-Credentials": "", "Cache-Control": "no-cache, no-store, must-revalidate",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		allowed := a.Header.Get("Access-Control-Allow-Headers")
		for _, name := range []string{"Content-Type", "Authorization", "Tat_username", "Tat-Username", "X-Tat_username", "X-Tat-Username", "Tat_password", "Tat-Password", "X-Tat_password", "X-Tat-Password"} {
			if !strings.Contains(allowed, name) {
				t.Errorf("%s is not allowed", name)
			}
		}
	}
	one(t, func(t *testing.T, h *house) {
		for _, path := range []string{"/version", "/user/me", "/nowhere", "/user/convert"} {
			check(t, h.nobody().With(t, "GET", path, "", "Origin", "https://evil.example"), "*")
			a := h.nobody().With(t, "OPTIONS", path, "")
			if check(t, a, "*"); a.Status != 200 || len(a.Body) != 0 {
				t.Errorf("OPTIONS %s: %d %s", path, a.Status, a.Body)
			}
		}
	})
	one(t, func(t *testing.T, h *house) {
		check(t, h.nobody().With(t, "GET", "/version", "", "Origin", "https://chat.example"), "https://chat.example")
		check(t, h.nobody().With(t, "OPTIONS", "/version", "", "Origin", "https://evil.example"), "")
		check(t, h.nobody().With(t, "OPTIONS", "/version", "", "Origin", "null"), "")
	}, func(c *config.Config) { c.Tat.Origins = []string{"https://chat.example"} })
}

// TestNoRedirects: paths are answered directly.
func TestNoRedirects(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		for path, want := range map[string]int{"/users": 200, "/users/": 404, "//users": 404, "/user/./me": 404, "/nowhere": 404, "": 404, "/user/me?x=1": 200} {
			if a := h.admin.GET(t, path); a.Status != want || a.Header.Get("Location") != "" {
				t.Errorf("%s: %d, want %d", path, a.Status, want)
			}
		}
		if a := h.admin.Do(t, "PATCH", "/users", nil); a.Status != http.StatusMethodNotAllowed || a.String(t, "error") == "" {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	})
}

// TestReferer: what the client says it is goes to the audit trail.
func TestReferer(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.admin.With(t, "PUT", "/user/check", `{"username":"ada","fixPrivateTopics":true}`, "X-Tat-Referer", "TAT-SDK-4.0.1")
		e := h.events(t)
		if last := e[len(e)-1]; last.Origin.Agent != "TAT-SDK-4.0.1" || last.Origin.Wire != "tat" || last.Actor == 0 {
			t.Errorf("%+v", last)
		}
	})
}
