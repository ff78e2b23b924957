package corteza_test

import (
	"testing"

	"muster/internal/config"
)

// TestThrottle: five failures a minute for an account, and thirty failures and sixty successes for an address, are let
// through; what is not answers like a wrong password.
func TestThrottle(t *testing.T) {
	h := newHouse(t, "sqlite", func(c *config.Config) { c.Dev = false })
	ann := h.person(t, "ann")
	n := h.nobody()
	for range 5 {
		n.login(t, ann.email, "wrong-horse").fails(t, wrong)
	}
	n.login(t, ann.email, goodPassword).Text(t, "response.jwt")
	for i := range 24 { // of others, who are not there
		n.login(t, "nobody-"+string(rune('a'+i))+"@example.org", "wrong-horse").fails(t, wrong)
	}
	for range 55 {
		n.login(t, ann.email, goodPassword).Text(t, "response.jwt")
	}
	for range 100 {
		n.login(t, ann.email, "wrong-horse").fails(t, wrong)
	}
	ann.GET(t, "/auth/check").Text(t, "response.jwt") // who is in, is in
}
