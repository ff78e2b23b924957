package core

import (
	"context"
	"testing"
	"time"

	"muster"
)

// by is a request without a token that comes by a wire.
func (h *house) by(wire string) context.Context {
	return muster.WithActor(h.context(), muster.Actor{Origin: muster.Origin{Wire: wire, Address: "192.0.2.1"}})
}

// enter signs Ann, who exists, in by a wire.
func (h *house) enter(wire string) *SignedIn {
	h.t.Helper()
	in, err := h.SignIn(h.by(wire), Proof{Email: "ann@example.org", Password: pass})
	h.must(err)
	return in
}

func (h *house) bearer(in *SignedIn, life time.Duration) string {
	h.t.Helper()
	text, _, err := h.Authenticator.SignToken(in.Session, AccessToken, life)
	h.must(err)
	return text
}

func (h *house) bearerError(wire, text string) error {
	_, err := h.Authenticator.WithToken(h.by(wire), AccessToken, text)
	return err
}

func TestTokenOfASession(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("ann")
		in := h.enter("crust")
		text, end, err := h.Authenticator.SignToken(in.Session, AccessToken, time.Hour)
		h.must(err)
		if left := end.Sub(h.clock.Now()); left > time.Hour || left < time.Hour-2*time.Second || end.Nanosecond() != 0 {
			t.Errorf("it ends in %s", left)
		}
		if len(text) > 128 {
			t.Errorf("%d bytes: %s", len(text), text)
		}
		h.quiet()
		ctx, err := h.Authenticator.WithToken(h.by("crust"), AccessToken, text)
		h.must(err)
		h.emitted()
		actor := muster.ActorFrom(ctx)
		if actor.User != in.User.ID || actor.Session != in.Session.ID || actor.Realm != muster.MainRealm || actor.Origin.Wire != "crust" {
			t.Errorf("actor %+v", actor)
		}

		// Another token of the same session lives beside it; both end with the session.
		h.advance(time.Minute)
		second := h.bearer(in, time.Hour)
		h.must(h.bearerError("crust", text))
		h.must(h.bearerError("crust", second))
		h.must(h.SignOut(ctx))
		h.quiet()
		h.refused(h.bearerError("crust", text), muster.ErrUnauthenticated)
		h.refused(h.bearerError("crust", second), muster.ErrUnauthenticated)
		h.emitted("session.refused:unauthenticated", "session.refused:unauthenticated")
	})
}

// TestTokenLooksNothingUp: a session that is remembered is let in without a question to the database.
func TestTokenLooksNothingUp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("ann")
		text := h.bearer(h.enter("crust"), time.Hour)
		h.must(h.bearerError("crust", text))
		before := h.rights.misses.Load()
		for range 5 {
			h.must(h.bearerError("crust", text))
		}
		if n := h.rights.misses.Load() - before; n != 0 {
			t.Errorf("%d times", n)
		}
	})
}

func TestTokensEnd(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("ann")
		in := h.enter("crust")
		text := h.bearer(in, time.Hour)
		h.advance(time.Hour - 2*time.Second)
		h.must(h.bearerError("crust", text))
		h.advance(2 * time.Second)
		h.quiet()
		h.refused(h.bearerError("crust", text), muster.ErrTokenExpired)
		h.emitted("session.refused:expired-token")

		// However long a token is wanted, it ends with its session, 30 days after it began.
		text, end, err := h.Authenticator.SignToken(in.Session, AccessToken, 365*24*time.Hour)
		h.must(err)
		if life := end.Sub(in.Session.CreatedAt); life > 30*24*time.Hour || life < 30*24*time.Hour-time.Second {
			t.Errorf("a session of %s", life)
		}
		h.advance(30*24*time.Hour - time.Hour - 2*time.Second)
		h.must(h.bearerError("crust", text))
		h.advance(2 * time.Second)
		if h.bearerError("crust", text) == nil {
			t.Error("a token outlives its session")
		}
	})
}

// TestTokensWorkWhereTheyWereMade: not in another wire or realm, not as another kind, and a JWT is none.
func TestTokensWorkWhereTheyWereMade(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("ann")
		wires := []string{"crust", "tellius", "agora", "v1"}
		for _, made := range wires {
			text := h.bearer(h.enter(made), time.Hour)
			for _, used := range append(wires, "corteza", "") {
				if err := h.bearerError(used, text); (err == nil) != (made == used) {
					t.Errorf("made for %s, used in %s: %v", made, used, err)
				}
			}
		}
		in := h.enter("crust")
		text := h.bearer(in, time.Hour)
		_, err := h.Authenticator.WithToken(h.by("crust"), "mus_r_", text)
		h.refused(err, muster.ErrUnauthenticated)
		_, err = h.Authenticator.WithToken(h.by("crust"), "mus_r_", "mus_r_"+text[6:])
		h.refused(err, muster.ErrUnauthenticated)
		_, err = h.Authenticator.WithToken(muster.WithActor(h.context(), muster.Actor{Realm: 2, Origin: muster.Origin{Wire: "crust"}}), AccessToken, text)
		h.refused(err, muster.ErrUnauthenticated)
		h.refused(h.bearerError("crust", h.token(in)), muster.ErrUnauthenticated)
		if h.alive(text) {
			t.Error("it opens Corteza")
		}

		// Whatever the key proves, the session has to be one of the wire.
		stray := *h.enter("tellius").Session
		stray.Wire = "crust"
		h.refused(h.bearerError("crust", h.bearer(&SignedIn{Session: &stray}, time.Hour)), muster.ErrUnauthenticated)
		for _, bad := range []string{"", "x", text + "x", text[:len(text)-1], text[1:], "mus_s_", "mus_s_..", "mus_s_1.2.3"} {
			h.refused(h.bearerError("crust", bad), muster.ErrUnauthenticated)
		}
	})
}

// TestTokensDieWithTheState: suspension, deletion and a new password end them at once.
func TestTokensDieWithTheState(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann").User.ID
		for name, end := range map[string]func() error{
			"suspended": func() error { return h.SuspendUser(h.system(), ann) },
			"deleted":   func() error { return h.DeleteUser(h.system(), ann) },
			"password":  func() error { return h.SetPassword(h.system(), ann, pass) },
		} {
			text := h.bearer(h.enter("crust"), time.Hour)
			h.must(h.bearerError("crust", text))
			h.must(end())
			h.refused(h.bearerError("crust", text), muster.ErrUnauthenticated)
			h.must(h.UndeleteUser(h.system(), ann))
			h.must(h.UnsuspendUser(h.system(), ann))
			if h.bearerError("crust", text) == nil {
				t.Errorf("%s: the token woke up with the user", name)
			}
		}
	})
}
