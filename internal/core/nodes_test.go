package core

import (
	"testing"
	"time"

	"muster"
	"muster/internal/store/storetest"
)

// eventually waits until a condition holds, and answers how long that took.
func eventually(t *testing.T, what string, condition func() bool) time.Duration {
	t.Helper()
	begun := time.Now()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for time.Since(begun) < 5*time.Second {
		if condition() {
			return time.Since(begun)
		}
		<-tick.C
	}
	t.Fatalf("%s: not after five seconds", what)
	return 0
}

// TestNodesLearnOfEachOther: what ends on one node is refused on another within a second.
func TestNodesLearnOfEachOther(t *testing.T) {
	h := newHouse(t, storetest.PostgreSQL)
	h.confirmation(false)
	other := h.open(smallParams())
	h.join("admin")
	seers := h.group("Seers", may(muster.NounUser, muster.OpUnmaskEmail))
	const bound = followerTrust + 200*time.Millisecond // for a busy machine

	for name, end := range map[string]func(*SignedIn) error{
		"logout":   func(in *SignedIn) error { return h.SignOut(h.as(in)) },
		"suspend":  func(in *SignedIn) error { return h.SuspendUser(h.system(), in.User.ID) },
		"delete":   func(in *SignedIn) error { return h.DeleteUser(h.system(), in.User.ID) },
		"password": func(in *SignedIn) error { return h.SetPassword(h.system(), in.User.ID, "battery-staple") },
	} {
		in := h.join(name)
		jwt := h.token(in)
		there := func() bool { _, err := other.Authenticator.WithJWT(h.nobody(), jwt); return err == nil }
		for range 3 {
			if !there() {
				t.Fatalf("%s: the other node does not know the session", name)
			}
		}
		h.must(end(in))
		if took := eventually(t, name, func() bool { return !there() }); took > bound {
			t.Errorf("%s: the other node took %v", name, took)
		}
	}

	ann := h.join("ann")
	ctx := h.as(ann)
	sees := func() bool {
		e, err := other.rights.of(ctx, muster.MainRealm, ann.Session.ID)
		h.must(err)
		return e.rights.Check(string(muster.NounUser), 1, muster.OpUnmaskEmail, false)
	}
	if sees() {
		t.Fatal("sees too much from the start")
	}
	h.must(h.AddMember(h.system(), seers, ann.User.ID))
	if took := eventually(t, "joined", sees); took > bound {
		t.Errorf("joined: the other node took %v", took)
	}
	h.must(h.RemoveMember(h.system(), seers, ann.User.ID))
	if took := eventually(t, "left", func() bool { return !sees() }); took > bound {
		t.Errorf("left: the other node took %v", took)
	}
	h.must(h.AddMember(h.system(), seers, ann.User.ID))
	eventually(t, "joined again", sees)
	h.must(h.ClearRules(h.system(), seers))
	if took := eventually(t, "rules cleared", func() bool { return !sees() }); took > bound {
		t.Errorf("rules: the other node took %v", took)
	}
	// A change itself never trusts what is remembered, so it is refused at once.
	h.must(h.SuspendUser(h.system(), ann.User.ID))
	_, err := other.UpdateUser(ctx, ann.User.ID, Profile{Email: "ann@example.org", Name: "late"})
	h.refused(err, muster.ErrUnauthenticated)
}

// TestADeafNodeTrustsNothing: a node that can't hear the others asks the database each time.
func TestADeafNodeTrustsNothing(t *testing.T) {
	h := newHouse(t, storetest.PostgreSQL)
	h.confirmation(false)
	other := h.open(smallParams())
	h.join("admin")
	ann := h.join("ann")
	jwt := h.token(ann)
	there := func() bool { _, err := other.Authenticator.WithJWT(h.nobody(), jwt); return err == nil }
	if !there() {
		t.Fatal("the other node does not know the session")
	}
	other.follower.stop()
	eventually(t, "losing trust", func() bool { return !other.follower.trusted() })
	h.must(h.SuspendUser(h.system(), ann.User.ID))
	if there() {
		t.Error("a deaf node lets in who is suspended")
	}
}

func TestOtherKeysAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		foreign := newHouse(t, storetest.SQLite)
		c := *h.Core
		c.keys = foreign.keys
		if err := c.tieKeys(h.context()); err == nil {
			t.Error("a database took the keys of another one")
		}
	})
}
