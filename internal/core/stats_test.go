package core

import (
	"slices"
	"testing"

	"muster"
)

// Changes are told once they are made, refusals when they leave the core.
func TestVerdicts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var told []Verdict
		h.Core.observe = func(v Verdict) { told = append(told, v) }
		wants := func(what string, want ...Verdict) {
			t.Helper()
			if !slices.Equal(told, want) {
				t.Errorf("%s: told %v, want %v", what, told, want)
			}
			told = nil
		}
		wire := muster.ActorFrom(h.nobody()).Origin.Wire
		if wire == "" {
			t.Fatal("the tests come by no wire")
		}
		h.join("ann")
		wants("signing up", Verdict{wire, "user.sign-up", ""}, Verdict{wire, muster.ActionSignIn.Name, ""})
		in, err := h.signIn("ann", "wrong")
		if err == nil {
			t.Fatal(in)
		}
		wants("a wrong password", Verdict{wire, muster.ActionSignIn.Name, muster.Unauthenticated})
		_, err = h.Core.ListUsers(h.nobody(), muster.UserFilter{})
		h.refused(err, muster.ErrUnauthenticated)
		wants("nobody", Verdict{wire, muster.ActionListUsers.Name, muster.Unauthenticated})
		_, err = h.Authenticator.WithJWT(h.nobody(), "x.y.z")
		h.refused(err, muster.ErrUnauthenticated)
		wants("a bad token", Verdict{wire, muster.ActionRefusedToken.Name, muster.Unauthenticated})
	})
}

func TestNumbers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		jwt := h.token(ann)
		before := h.Stats.Numbers()
		for range 3 {
			if !h.alive(jwt) {
				t.Fatal("not signed in")
			}
		}
		after := h.Stats.Numbers()
		if after.Misses-before.Misses+after.Hits-before.Hits < 3 || after.Hits == before.Hits || after.Sessions == 0 {
			t.Errorf("before %+v, after %+v", before, after)
		}
		if single := h.store.Single(); single != (after.Behind == 0) || after.Behind < 0 {
			t.Errorf("single %v, behind %v", single, after.Behind)
		}
		h.throttles = newThrottles(false)
		for range 40 {
			h.maySignUp(h.nobody())
		}
		if got := h.Stats.Numbers().Throttled; got["sign-up"] != 10 || got["account"] != 0 || len(got) != 6 {
			t.Errorf("throttled %v", got)
		}
	})
}
