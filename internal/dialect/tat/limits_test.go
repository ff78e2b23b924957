package tat_test

import (
	"strings"
	"testing"
	"time"

	"muster/internal/config"
)

// TestGuessingAtKeys: wrong ones are slowed down; the right one passes all the while.
func TestGuessingAtKeys(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		slowed := 0
		for range 80 {
			switch a := h.showing("bob", "wrong").GET(t, "/user/me"); a.Status {
			case 401:
			case 429:
				slowed++
				if a.Header.Get("Retry-After") == "" || a.String(t, "error") == "" {
					t.Errorf("%v %s", a.Header, a.Body)
				}
			default:
				t.Fatalf("%d %s", a.Status, a.Body)
			}
			if a := bob.GET(t, "/user/me"); a.Status != 200 {
				t.Fatalf("the right one: %d %s", a.Status, a.Body)
			}
		}
		if slowed < 60 {
			t.Errorf("only %d of 80 were slowed down", slowed)
		}
		for i := range 70 { // of names that are nobody's, from one address
			h.showing("nobody"+strings.Repeat("x", i%40), "wrong").GET(t, "/user/me")
		}
		if a := h.showing("fresh", "wrong").GET(t, "/user/me"); a.Status != 429 {
			t.Errorf("an address that tries many names: %d", a.Status)
		}
		wrong := h.nobody().GET(t, "/user/verify/bob/"+strings.Repeat("a", 32)+"1")
		for range 12 {
			wrong = h.nobody().GET(t, "/user/verify/bob/"+strings.Repeat("a", 32)+"1")
		}
		if wrong.Status != 429 {
			t.Errorf("guessing at tokens: %d %s", wrong.Status, wrong.Body)
		}
	}, func(c *config.Config) { c.Dev = false })
}

// TestMailLimits: nobody's letter box is filled, and who asks does not see it.
func TestMailLimits(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.join(t, "bob")
		for range 12 {
			h.nobody().POST(t, "/user/reset", `{"username":"bob","email":"bob@example.org"}`).
				is(t, 201, `{"info":"please check your mail to validate your account"}`)
		}
		if n := h.unread(t); n != 5 {
			t.Errorf("%d mails", n)
		}
		h.Clock.Advance(time.Hour)
		h.nobody().POST(t, "/user/reset", `{"username":"bob","email":"bob@example.org"}`)
		if n := h.unread(t); n != 6 {
			t.Errorf("%d mails", n)
		}
		refused := 0
		for i := range 40 {
			if a := h.nobody().POST(t, "/user", account("p"+strings.Repeat("q", i+2))); a.Status == 429 {
				refused++
			}
		}
		if refused == 0 {
			t.Error("accounts without end")
		}
	}, func(c *config.Config) { c.Dev = false })
}
