package server_test

import (
	"sync"
	"testing"
	"time"

	"muster/internal/mustertest"
)

// TestTokenPurposes: a token is good for what it was mailed for, and showing it elsewhere does not even use it up.
func TestTokenPurposes(t *testing.T) {
	eachOffice(t, func(o *office) {
		tokens := o.tokens("ann@example.org")
		for own, token := range tokens {
			for place := range tokens {
				if place != own {
					o.refused(o.use(place, token), wrongToken(place))
				}
			}
		}
		// The reset comes last: a new password voids the other one.
		for _, place := range []string{"internal/confirm-email", "exchange", "internal/exchange-password-reset-token", "internal/reset-password"} {
			o.fine(o.use(place, tokens[place]))
			o.refused(o.use(place, tokens[place]), wrongToken(place))
		}
	})
}

// TestTokenWorksOnce: of 32 who try at once, one gets in.
func TestTokenWorksOnce(t *testing.T) {
	eachOffice(t, func(o *office) {
		tokens := o.tokens("ann@example.org")
		for _, place := range []string{"internal/confirm-email", "exchange", "internal/exchange-password-reset-token", "internal/reset-password"} {
			answers := make([]mustertest.Answer, 32)
			var all sync.WaitGroup
			for i := range answers {
				all.Go(func() { answers[i] = o.use(place, tokens[place]) })
			}
			all.Wait()
			in := 0
			for _, a := range answers {
				if a.Error(t) == "" {
					in++
				} else {
					o.refused(a, wrongToken(place))
				}
			}
			if in != 1 {
				t.Errorf("%s took the token %d times", place, in)
			}
		}
	})
}

func TestTokenExpires(t *testing.T) {
	eachOffice(t, func(o *office) {
		late, early := o.tokens("late@example.org"), o.tokens("early@example.org")
		o.Clock.Advance(59*time.Minute + 50*time.Second)
		for _, place := range []string{"internal/confirm-email", "internal/exchange-password-reset-token", "internal/reset-password"} {
			o.fine(o.use(place, early[place]))
		}
		o.Clock.Advance(10 * time.Second)
		for place, token := range late {
			o.refused(o.use(place, token), wrongToken(place))
		}
	})
}

// TestTokenDiesWithTheAddress: who has an address no longer gets in by it.
func TestTokenDiesWithTheAddress(t *testing.T) {
	eachOffice(t, func(o *office) {
		tokens := o.tokens("ann@example.org")
		admin := o.Administrator(t)
		id := admin.GET(t, "/corteza/system/users/?email=ann@example.org").String(t, "response.set.0.userID")
		o.fine(admin.PUT(t, "/corteza/system/users/"+id, object(t, "email", "new@example.org")))
		for place, token := range tokens {
			o.refused(o.use(place, token), wrongToken(place))
		}
	})
}

// TestTokenDiesWithTheUser: suspended and deleted people don't come in by an old mail.
func TestTokenDiesWithTheUser(t *testing.T) {
	eachOffice(t, func(o *office) {
		admin := o.Administrator(t)
		for email, end := range map[string]func(id string) mustertest.Answer{
			"locked@example.org": func(id string) mustertest.Answer { return admin.POST(t, "/corteza/system/users/"+id+"/suspend", "") },
			"gone@example.org":   func(id string) mustertest.Answer { return admin.DELETE(t, "/corteza/system/users/"+id) },
		} {
			tokens := o.tokens(email)
			o.fine(end(admin.GET(t, "/corteza/system/users/?email="+email).String(t, "response.set.0.userID")))
			for place, token := range tokens {
				o.refused(o.use(place, token), wrongToken(place))
			}
		}
	})
}
