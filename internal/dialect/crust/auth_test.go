package crust_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/config"
	"muster/internal/mustertest"
)

// TestTokenLife: 60 hours, another one by check while the earlier stays good, 30 days at the most.
func TestTokenLife(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a := h.nobody().login(t, "admin", mustertest.AdminPassword)
		if left := a.cookie().Expires.Sub(h.Clock.Now()); left > 60*time.Hour || left < 60*time.Hour-2*time.Second {
			t.Errorf("the cookie lives %v", left)
		}
		first := h.showing(a.cookie().Value)
		h.Clock.Advance(59 * time.Hour)
		second := h.showing(first.GET(t, "/auth/check").Text(t, "response.jwt"))
		first.GET(t, "/users/").Text(t, "response.0.userID") // pages check side by side
		second.GET(t, "/users/").Text(t, "response.0.userID")
		h.Clock.Advance(time.Hour)
		first.GET(t, "/users/").fails(t, expiredToken)
		first.GET(t, "/auth/check").fails(t, expiredToken)
		begun := h.Clock.Now().Add(-60 * time.Hour)
		token := second.Token
		for h.Clock.Now().Sub(begun) < 29*24*time.Hour {
			h.Clock.Advance(24 * time.Hour)
			token = h.showing(token).GET(t, "/auth/check").Text(t, "response.jwt")
		}
		h.showing(token).GET(t, "/users/").Text(t, "response.0.userID")
		a = h.nobody().With(t, "GET", "/auth/check", "", "Cookie", "jwt="+token)
		if end := a.cookie().Expires; end.Sub(begun) > 30*24*time.Hour+time.Minute {
			t.Errorf("a session of %v", end.Sub(begun))
		}
		h.Clock.Advance(24 * time.Hour)
		if a := h.showing(a.cookie().Value).GET(t, "/auth/check"); a.Error(t) == "" {
			t.Error("a session goes on for ever")
		}
	})
}

// TestBadTokens: one that is shown and is no good is an error everywhere, and its cookie goes.
func TestBadTokens(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		jwt := h.Administrator(t).Token // of Corteza
		for _, bad := range []string{"x", jwt, h.admin.Token + "x", h.admin.Token[:60], strings.ToUpper(h.admin.Token), "mus_s_1.9999999999." + strings.Repeat("A", 43)} {
			for _, route := range [][2]string{{"GET", "/auth/check"}, {"POST", "/auth/login"}, {"GET", "/auth/logout"}, {"GET", "/users/"}, {"POST", "/teams/"}} {
				h.nobody().With(t, route[0], route[1], "", "Authorization", "bEARER "+bad).fails(t, invalidToken)
				a := h.nobody().With(t, route[0], route[1], "", "Cookie", "jwt="+bad)
				if a.fails(t, invalidToken); a.cookie() == nil || a.cookie().Value != "" || a.cookie().Expires.After(h.Clock.Now()) {
					t.Errorf("%s keeps the cookie %.20s", route, bad)
				}
			}
		}
		// A header wins over a cookie, and one without a token of ours is none.
		h.nobody().With(t, "GET", "/users/", "", "Authorization", "Bearer x", "Cookie", "jwt="+h.admin.Token).fails(t, invalidToken)
		h.nobody().With(t, "GET", "/users/", "", "Authorization", "Basic x", "Cookie", "jwt="+h.admin.Token).Text(t, "response.0.userID")
		for _, none := range []string{"jwt=", "JWT=" + h.admin.Token, "other=" + h.admin.Token} {
			h.nobody().With(t, "GET", "/users/", "", "Cookie", none).fails(t, unauthorized)
		}
		// Its tokens open nothing elsewhere, nor does its cookie.
		for _, show := range [][2]string{{"Authorization", "Bearer " + h.admin.Token}, {"Cookie", "jwt=" + h.admin.Token}, {"Cookie", "jwt=" + jwt}} {
			req, err := http.NewRequest("GET", h.URL+"/corteza/system/users/", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set(show[0], show[1])
			if a := h.Nobody().Send(t, req); a.Error(t) != "Unauthorized" {
				t.Errorf("Corteza answers %s", a.Body)
			}
		}
	})
}

// TestThrottle: ten bad logins a minute and four in a row are waited for; more are 429, in the envelope.
func TestThrottle(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		for range 10 {
			h.nobody().login(t, "nobody", "wrong").fails(t, badLogin)
		}
		for range 4 {
			h.nobody().login(t, "somebody", "wrong").fails(t, badLogin)
		}
		a := h.nobody().login(t, "nobody", "wrong")
		if a.Status != http.StatusTooManyRequests || a.Header.Get("Retry-After") != "12" || a.Error(t) == "" || a.Header.Get("Content-Type") != jsonType || a.cookie() != nil {
			t.Errorf("answered %d %v %s", a.Status, a.Header, a.Body)
		}
		h.Clock.Advance(12 * time.Second)
		h.nobody().login(t, "nobody", "wrong").fails(t, badLogin)
	}, func(c *config.Config) { c.Dev = false })
}

// TestOwnPassword: who changes his own is told by mail, since nobody asked for the old one.
func TestOwnPassword(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		h.admin.PUT(t, "/users/"+ann.id, `{"password":"battery-staple"}`).Text(t, "response.userID") // by an administrator: no mail
		ann.GET(t, "/users/").fails(t, invalidToken)
		ann.client = h.signIn(t, "ann", "battery-staple")
		ann.PUT(t, "/users/"+ann.id, `{"password":"short"}`).fails(t, "password: too short or too long")
		ann.PUT(t, "/users/"+ann.id, `{"password":"correct-horse","email":"new@example.org"}`).Text(t, "response.userID")
		m := h.Mail(t, func(m mustertest.Mail) bool { return m.Subject() == "Your password was changed" })
		if m.To() != "ann@example.org" || strings.Contains(m.HTML, "correct-horse") { // where she could be reached before
			t.Errorf("to %s: %s", m.To(), m.HTML)
		}
	})
}

// TestPasswordSignInSwitchedOff: the setting of the house holds here, too; sessions go on.
func TestPasswordSignInSwitchedOff(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		values := []muster.Setting{{Name: muster.SettingPasswordSignIn, Value: []byte("false")}}
		if err := h.Core.SetSettings(muster.WithActor(t.Context(), muster.House()), values); err != nil {
			t.Fatal(err)
		}
		h.nobody().login(t, "admin", mustertest.AdminPassword).fails(t, "signing in by password is switched off")
		h.admin.GET(t, "/auth/check").Text(t, "response.jwt")
	})
}
