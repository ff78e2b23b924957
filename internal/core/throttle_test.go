package core

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/store/storetest"
)

// throttled is a house whose throttles are on, with one person in it.
func throttled(t *testing.T) *house {
	h := newHouse(t, storetest.SQLite)
	h.throttles = newThrottles(false)
	if _, err := h.EnsureFirstAdministrator(h.context(), FirstAdministrator{Email: "ann@example.org", Username: "ann", Password: "correct-horse"}); err != nil {
		t.Fatal(err)
	}
	return h
}

func from(address string) context.Context {
	return muster.WithActor(context.Background(), muster.Actor{Realm: muster.MainRealm, Origin: muster.Origin{Wire: "corteza", Address: address}})
}

// tries counts how many of n wrong passwords were looked at.
func (h *house) tries(n int, address func(i int) string, email string) (looked int) {
	for i := range n {
		_, err := h.SignIn(from(address(i)), Proof{Email: email, Password: "wrong"})
		if errors.Is(err, muster.ErrBadCredentials) {
			looked++
		}
	}
	return looked
}

func always(address string) func(int) string { return func(int) string { return address } }

// Guessing one password is slow, however the name is spelled and wherever it comes from.
func TestGuessingOneAccountIsSlow(t *testing.T) {
	h := throttled(t)
	anywhere := func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }
	if got := h.tries(5, anywhere, "ann@example.org") + h.tries(59, anywhere, "ANN@Example.org"); got != 10 {
		t.Errorf("%d of 64 tries were looked at", got)
	}
	h.advance(time.Minute)
	if got := h.tries(64, anywhere, "ann@example.org"); got != 5 {
		t.Errorf("a minute later %d", got)
	}
	// What does not exist is as slow.
	if got := h.tries(64, anywhere, "nobody@example.org"); got != 10 {
		t.Errorf("for nobody %d", got)
	}
}

// Who has signed in from an address lately gets in from there, whatever others do to his account.
func TestOwnerIsNotLockedOut(t *testing.T) {
	h := throttled(t)
	right := Proof{Email: "ann@example.org", Password: "correct-horse"}
	if _, err := h.SignIn(from("192.0.2.7"), right); err != nil {
		t.Fatal(err)
	}
	for range 12 {
		h.tries(40, func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, "ann@example.org")
		h.advance(time.Minute)
	}
	if _, err := h.SignIn(from("203.0.113.1"), right); !errors.Is(err, muster.ErrThrottled) && err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	h.tries(40, func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, "ann@example.org")
	if _, err := h.SignIn(from("192.0.2.7"), right); err != nil {
		t.Errorf("from where she always is: %v", err)
	}
	h.advance(31 * 24 * time.Hour)
	h.tries(40, func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }, "ann@example.org")
	if _, err := h.SignIn(from("192.0.2.7"), right); !errors.Is(err, muster.ErrThrottled) {
		t.Errorf("a month later: %v", err)
	}
}

// After a hundred failures in a row strangers get one try a minute, until somebody knows the password.
func TestSiege(t *testing.T) {
	h := throttled(t)
	anywhere := func(i int) string { return fmt.Sprintf("198.51.100.%d", i) }
	for looked := 0; looked < siegeBegins; h.advance(time.Minute) {
		looked += h.tries(20, anywhere, "ann@example.org")
	}
	h.tries(20, anywhere, "ann@example.org")
	h.advance(10 * time.Minute)
	if got := h.tries(20, anywhere, "ann@example.org"); got != 1 {
		t.Errorf("%d tries were looked at", got)
	}
	h.advance(time.Minute)
	if _, err := h.SignIn(from("203.0.113.1"), Proof{Email: "ann@example.org", Password: "correct-horse"}); err != nil {
		t.Fatal(err)
	}
	h.advance(10 * time.Minute)
	if got := h.tries(20, anywhere, "ann@example.org"); got != 10 {
		t.Errorf("after a sign-in %d", got)
	}
}

// One address does not get on by guessing many accounts, and neither does one network of IPv6.
func TestGuessingFromOneAddressIsSlow(t *testing.T) {
	for name, address := range map[string]func(int) string{
		"IPv4": always("198.51.100.1"),
		"IPv6": func(i int) string { return fmt.Sprintf("2001:db8::%x", i+1) },
	} {
		t.Run(name, func(t *testing.T) {
			h := throttled(t)
			looked := 0
			for i := range 200 {
				looked += h.tries(1, func(int) string { return address(i) }, fmt.Sprintf("u%d@example.org", i))
			}
			if looked != 60 {
				t.Errorf("%d of 200 tries were looked at", looked)
			}
		})
	}
}

// Good sign-ins cost no place.
func TestGoodSignInsAreFree(t *testing.T) {
	h := throttled(t)
	for range 80 {
		if _, err := h.SignIn(from("192.0.2.7"), Proof{Email: "ann@example.org", Password: "correct-horse"}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestThrottleOneBucket: 64 at once, by five wires, all letter cases and three doors, get no more places than one after the
// other.
func TestThrottleOneBucket(t *testing.T) {
	h := throttled(t)
	in, err := h.SignIn(from("192.0.2.7"), Proof{Email: "ann@example.org", Password: "correct-horse"})
	if err != nil {
		t.Fatal(err)
	}
	home, elsewhere := muster.ActorFrom(h.as(in)), muster.ActorFrom(h.as(in))
	home.Origin.Address = "192.0.2.7"
	looked := 0
	for _, err := range atOnce(64, func(i int) error {
		wire := []string{"corteza", "crust", "tat", "tellius", "v1"}[i%5]
		email := []string{"ann@example.org", "ANN@example.org", "Ann@EXAMPLE.ORG"}[i%3]
		origin := muster.Origin{Wire: wire, Address: fmt.Sprintf("198.51.100.%d", i)}
		ctx := muster.WithActor(context.Background(), muster.Actor{Realm: muster.MainRealm, Origin: origin})
		switch i % 4 {
		case 0:
			_, err := h.SignUp(ctx, NewAccount{Email: email, Password: "wrong-horse"})
			return err
		case 1:
			stolen := elsewhere
			stolen.Origin.Address = origin.Address
			return h.ChangePassword(muster.WithActor(ctx, stolen), "wrong-horse", "battery-staple")
		}
		_, err := h.SignIn(ctx, Proof{Email: email, Password: "wrong-horse"})
		return err
	}) {
		switch {
		case errors.Is(err, muster.ErrBadCredentials), errors.Is(err, muster.ErrOldPassword):
			looked++
		case !errors.Is(err, muster.ErrThrottled):
			t.Error(err)
		}
	}
	if looked != 10 {
		t.Errorf("%d of 64 tries were looked at", looked)
	}
	// Who knows the password pays nothing, and is not kept from changing it where he always is.
	if err := h.ChangePassword(muster.WithActor(h.context(), home), "correct-horse", "battery-staple"); err != nil {
		t.Error(err)
	}
}

func TestSignUpsAndMailsAreBounded(t *testing.T) {
	h := throttled(t)
	made := 0
	for i := range 40 {
		if _, err := h.SignUp(from("198.51.100.1"), NewAccount{Email: fmt.Sprintf("n%d@example.org", i), Password: "a good password"}); err == nil {
			made++
		} else if !errors.Is(err, muster.ErrThrottled) {
			t.Fatal(err)
		}
	}
	if made != 30 {
		t.Errorf("%d accounts were made", made)
	}
	for i := range 15 {
		if err := h.RequestPasswordReset(from(fmt.Sprintf("203.0.113.%d", i)), "ann@example.org"); err != nil {
			t.Fatal(err)
		}
	}
	resets := 0
	for letters := h.letters(); len(letters) > 0; letters = h.letters() {
		for _, l := range letters {
			if l.Kind == MailReset {
				resets++
			}
		}
	}
	if resets != 5 {
		t.Errorf("one person got %d mails", resets)
	}
	wrong := 0
	for range 40 {
		if _, err := h.ConfirmEmail(from("198.51.100.9"), strings.Repeat("a", 32)+"123"); errors.Is(err, muster.ErrTokenUnknown) {
			wrong++
		}
	}
	if wrong != 30 {
		t.Errorf("%d wrong tokens were looked at", wrong)
	}
}

// Nobody has mails sent to strangers by changing his address again and again.
func TestChangingOwnEmailIsBounded(t *testing.T) {
	h := throttled(t)
	in, err := h.SignIn(from("192.0.2.7"), Proof{Email: "ann@example.org", Password: "correct-horse"})
	h.must(err)
	ctx, err := h.Authenticator.WithJWT(from("192.0.2.7"), h.token(in))
	h.must(err)
	changed := 0
	for i := range 10 {
		_, err := h.UpdateUser(ctx, in.User.ID, Profile{Email: fmt.Sprintf("ann%d@example.org", i), Name: "Ann"})
		if err == nil {
			changed++
		} else if !errors.Is(err, muster.ErrThrottled) {
			t.Fatal(err)
		}
	}
	if changed != 5 {
		t.Errorf("the address was changed %d times", changed)
	}
	// The rest of the profile is free to change.
	_, err = h.UpdateUser(ctx, in.User.ID, Profile{Email: "ann4@example.org", Name: "Ann the Second"})
	h.must(err)
}

// Nor does anybody change his own password without the old one more often than he can be told.
func TestChangingOwnPasswordIsBounded(t *testing.T) {
	h := throttled(t)
	in, err := h.SignIn(from("192.0.2.7"), Proof{Email: "ann@example.org", Password: "correct-horse"})
	h.must(err)
	ctx, err := h.Authenticator.WithJWT(from("192.0.2.7"), h.token(in))
	h.must(err)
	for i := range 7 {
		_, err := h.UpdateUser(ctx, in.User.ID, Profile{Partial: true, Password: fmt.Sprintf("battery-staple-%d", i)})
		if (err == nil) != (i < 5) || err != nil && !errors.Is(err, muster.ErrThrottled) {
			t.Errorf("%d: %v", i, err)
		}
	}
	_, err = h.SignIn(from("192.0.2.7"), Proof{Email: "ann@example.org", Password: "battery-staple-4"})
	h.must(err)
}
