package core

import (
	"context"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/store/storetest"
)

// tellius is a request without a token of a wire that gives pairs, from one client.
func (h *house) tellius() context.Context { return h.telliusFrom("192.0.2.7", "agent/1") }

func (h *house) telliusFrom(address, agent string) context.Context {
	return muster.WithActor(h.context(), muster.Actor{Origin: muster.Origin{Wire: "tellius", Address: address, Agent: agent}})
}

// pair signs somebody in with a pair of tokens.
func (h *house) pair(name string) TokenPair {
	h.t.Helper()
	in, err := h.SignIn(h.tellius(), Proof{Email: name + "@example.org", Password: pass, Pair: true})
	h.must(err)
	return h.sign(in)
}

func (h *house) sign(in *SignedIn) TokenPair {
	h.t.Helper()
	p, err := h.Authenticator.SignPair(in)
	h.must(err)
	return p
}

// refresh wants a new pair for a refresh token.
func (h *house) refresh(text string) TokenPair {
	h.t.Helper()
	in, err := h.Refresh(h.tellius(), text)
	h.must(err)
	return h.sign(in)
}

// letsIn reports whether an access token lets in, which is a use of it.
func (h *house) letsIn(text string) bool { return letsInAt(h, h.Core, text) }

func letsInAt(h *house, node *Core, text string) bool {
	h.t.Helper()
	_, err := node.Authenticator.WithAccess(h.tellius(), text)
	if err != nil && muster.KindOf(err) != muster.Unauthenticated {
		h.t.Fatal(err)
	}
	return err == nil
}

func (h *house) reused(err error) {
	h.t.Helper()
	h.refused(err, muster.ErrTokenReused)
}

func TestAPairIsAnHourAndThirtyDays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		p := h.pair("ann")
		if !strings.HasPrefix(p.Access, "mus_s_") || !strings.HasPrefix(p.Refresh, "mus_r_") || strings.ContainsAny(p.Access+p.Refresh, " \t") {
			t.Errorf("tokens %q, %q", p.Access, p.Refresh)
		}
		h.advance(59 * time.Minute)
		if !h.letsIn(p.Access) {
			t.Error("an access token ends before its hour")
		}
		h.advance(time.Minute + time.Second)
		if h.letsIn(p.Access) {
			t.Error("an access token lives longer than an hour")
		}
		h.advance(30*24*time.Hour - time.Hour - time.Minute)
		h.quiet()
		p = h.refresh(p.Refresh)
		if e := h.emitted("session.refresh")[0]; e.Actor != ann.User.ID || e.Related != ann.User.ID || e.Origin.Wire != "tellius" {
			t.Errorf("event %+v", e)
		}
		h.advance(30*24*time.Hour + time.Second)
		_, err := h.Refresh(h.tellius(), p.Refresh)
		h.refused(err, muster.ErrUnauthenticated)
	})
}

func TestWhatIsNoRefreshToken(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("ann")
		p := h.pair("ann")
		other := h.pair("ann")
		_, secret, _ := strings.Cut(p.Refresh, ".")
		id, _, _ := strings.Cut(other.Refresh, ".")
		for _, text := range []string{
			"", "mus_r_", p.Access, p.Refresh + "x", p.Refresh[:len(p.Refresh)-1], strings.TrimPrefix(p.Refresh, "mus_r_"),
			"mus_s_" + strings.TrimPrefix(p.Refresh, "mus_r_"), id + "." + secret, "mus_r_0." + secret, "mus_r_99." + secret, "mus_r_x." + secret,
		} {
			h.quiet()
			_, err := h.Refresh(h.tellius(), text)
			h.refused(err, muster.ErrUnauthenticated)
			h.emitted("session.refresh:unauthenticated")
		}
		if h.letsIn(p.Refresh) {
			t.Error("a refresh token lets in")
		}
		crust := muster.WithActor(h.context(), muster.Actor{Origin: muster.Origin{Wire: "crust", Address: "192.0.2.7", Agent: "agent/1"}})
		_, err := h.Refresh(crust, p.Refresh)
		h.refused(err, muster.ErrUnauthenticated)
		if p = h.refresh(p.Refresh); !h.letsIn(p.Access) {
			t.Error("what was refused has ended the session")
		}
	})
}

// TestALostAnswer: who asks again at once, because he has not got the answer, gets another pair, and the unused one is void.
func TestALostAnswer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("ann")
		first := h.pair("ann")
		h.letsIn(first.Access)
		lost := h.refresh(first.Refresh)
		h.advance(9 * time.Second)
		found := h.refresh(first.Refresh)
		if h.letsIn(lost.Access) {
			t.Error("the access token of a void pair lets in")
		}
		if !h.letsIn(found.Access) || !h.letsIn(first.Access) {
			t.Error("the others don't")
		}
		if next := h.refresh(found.Refresh); !h.letsIn(next.Access) {
			t.Error("the chain does not go on")
		}
		_, err := h.Refresh(h.tellius(), lost.Refresh)
		h.reused(err)
		if h.letsIn(first.Access) || h.letsIn(found.Access) {
			t.Error("somebody has a token that nobody should have, and the session goes on")
		}
	})
}

// TestReuseEndsTheChain: a second use that is no lost answer.
func TestReuseEndsTheChain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("ann")
		for name, again := range map[string]func(first, next TokenPair) error{
			"too late": func(first, _ TokenPair) error {
				h.advance(10*time.Second + time.Millisecond)
				_, err := h.Refresh(h.tellius(), first.Refresh)
				return err
			},
			"another address": func(first, _ TokenPair) error {
				_, err := h.Refresh(h.telliusFrom("192.0.2.8", "agent/1"), first.Refresh)
				return err
			},
			"another agent": func(first, _ TokenPair) error {
				_, err := h.Refresh(h.telliusFrom("192.0.2.7", "agent/2"), first.Refresh)
				return err
			},
			"the access token was used": func(first, next TokenPair) error {
				h.letsIn(next.Access)
				_, err := h.Refresh(h.tellius(), first.Refresh)
				return err
			},
			"the refresh token was used": func(first, next TokenPair) error {
				h.refresh(next.Refresh)
				_, err := h.Refresh(h.tellius(), first.Refresh)
				return err
			},
			"a third time": func(first, _ TokenPair) error {
				h.refresh(first.Refresh)
				_, err := h.Refresh(h.tellius(), first.Refresh)
				return err
			},
		} {
			t.Run(name, func(t *testing.T) {
				first := h.pair("ann")
				next := h.refresh(first.Refresh)
				err := again(first, next)
				h.reused(err)
				events := h.eventsSince()
				if e := events[len(events)-1]; e.Code != "reused-token" || e.Action != "session.refresh" || e.Resource.ID == 0 {
					t.Errorf("event %+v", e)
				}
				if h.letsIn(first.Access) || h.letsIn(next.Access) {
					t.Error("the session goes on")
				}
				_, err = h.Refresh(h.tellius(), next.Refresh)
				h.refused(err, muster.ErrUnauthenticated)
			})
		}
	})
}

// TestManyRefreshAtOnce: of many clients one wins, and one more if he passes for one whose answer was lost.
func TestManyRefreshAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("ann")
		p := h.pair("ann")
		errs := atOnce(2, func(int) error { _, err := h.Refresh(h.tellius(), p.Refresh); return err })
		if n := succeeded(errs); n != 2 {
			t.Errorf("of two of one client %d succeeded", n)
		}
		p = h.pair("ann")
		errs = atOnce(2, func(i int) error {
			_, err := h.Refresh(h.telliusFrom("192.0.2.7", []string{"a", "b"}[i]), p.Refresh)
			return err
		})
		if n := succeeded(errs); n != 1 {
			t.Errorf("of two clients %d succeeded", n)
		}
		p = h.pair("ann")
		errs = atOnce(32, func(int) error { _, err := h.Refresh(h.tellius(), p.Refresh); return err })
		if n := succeeded(errs); n != 2 {
			t.Errorf("of 32 of one client %d succeeded", n)
		}
	})
}

// TestPairsEndWithTheirSession: whatever ends the session ends both tokens at once.
func TestPairsEndWithTheirSession(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann")
		for name, end := range map[string]func() error{
			"suspended": func() error { return h.SuspendUser(h.system(), ann.User.ID) },
			"password":  func() error { return h.SetPassword(h.system(), ann.User.ID, pass) },
			"deleted":   func() error { return h.DeleteUser(h.system(), ann.User.ID) },
		} {
			h.must(h.UnsuspendUser(h.system(), ann.User.ID))
			h.must(h.UndeleteUser(h.system(), ann.User.ID))
			p := h.pair("ann")
			h.letsIn(p.Access)
			h.must(end())
			if _, err := h.Refresh(h.tellius(), p.Refresh); h.letsIn(p.Access) || muster.KindOf(err) != muster.Unauthenticated {
				t.Errorf("%s: the pair is still good: %v", name, err)
			}
		}
	})
}

// TestAnotherNodeUsesThePair: that a pair is in use holds on all nodes, and so does that it is void.
func TestAnotherNodeUsesThePair(t *testing.T) {
	h := newHouse(t, storetest.PostgreSQL)
	h.confirmation(false)
	there := h.open(smallParams())
	h.join("ann")

	first := h.pair("ann")
	next := h.refresh(first.Refresh)
	if !letsInAt(h, there, next.Access) {
		t.Fatal("the other node does not know the pair")
	}
	_, err := h.Refresh(h.tellius(), first.Refresh)
	h.reused(err)

	first = h.pair("ann")
	letsInAt(h, there, first.Access) // the session is remembered there from now on
	lost := h.refresh(first.Refresh)
	h.refresh(first.Refresh)
	if letsInAt(h, there, lost.Access) {
		t.Error("the other node lets a void pair in")
	}

	// A use there and a second refresh here at the same moment: one of the two.
	for range 8 {
		first = h.pair("ann")
		next = h.refresh(first.Refresh)
		errs := atOnce(2, func(i int) error {
			if i == 0 {
				_, err := h.Refresh(h.tellius(), first.Refresh)
				return err
			}
			_, err := there.Authenticator.WithAccess(h.tellius(), next.Access)
			return err
		})
		if n := succeeded(errs); n != 1 {
			t.Errorf("%d of the two: %v", n, errs)
		}
	}
}

// TestFirstUseIsNotedOnce: no write for each request.
func TestFirstUseIsNotedOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("ann")
		next := h.refresh(h.pair("ann").Refresh)
		id, _ := splitRefreshToken(next.Refresh)
		proven := func() time.Time {
			r, err := h.store.Reader(h.context()).RefreshToken(muster.MainRealm, id)
			h.must(err)
			return r.ProvenAt
		}
		h.letsIn(next.Access)
		at := proven()
		if at.IsZero() || !h.proven.has(id) {
			t.Fatal("the first use was not noted")
		}
		if h.letsIn(next.Access); !proven().Equal(at) {
			t.Error("the second use was noted too")
		}
		old := h.refresh(next.Refresh)
		h.advance(provenFor + time.Second)
		id, _ = splitRefreshToken(old.Refresh)
		if !h.letsIn(old.Access) || !proven().IsZero() {
			t.Error("a pair that nobody can ask to be replaced any more was noted")
		}
	})
}

func TestSpentTokensAreRemoved(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("ann")
		p := h.pair("ann")
		for range 150 {
			p = h.refresh(p.Refresh)
		}
		h.advance(refreshLife - time.Hour)
		kept := h.refresh(p.Refresh)
		h.advance(2 * time.Hour)
		h.quiet()
		n, err := h.CleanSessions(h.system())
		h.must(err)
		if n != 151 {
			t.Errorf("%d were removed", n)
		}
		h.emitted("session.clean-up", "session.clean-up")
		n, err = h.CleanSessions(h.system())
		h.must(err)
		h.emitted()
		if h.refresh(kept.Refresh); n != 0 {
			t.Errorf("%d more were removed", n)
		}
		_, err = h.CleanSessions(h.nobody())
		h.refused(err, muster.ErrDenied)
	})
}
