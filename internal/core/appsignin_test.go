package core

import (
	"testing"
	"time"

	"muster"
)

func TestSignInThroughApp(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		mina := h.enrol("chat", "mina")[0]
		h.appEvents("chat")
		for _, x := range []struct {
			name, password string
			want           *muster.Error
		}{
			{"mina", "wrong", muster.ErrBadCredentials},
			{"mina", "", muster.ErrBadCredentials},
			{"nobody", "mina", muster.ErrUserNotFound},
			{mina.ID.UUID(), "mina", muster.ErrUserNotFound},
			{"mi na", "mina", muster.ErrUserNotFound},
		} {
			_, err := h.SignInThroughApp(h.through("chat"), x.name, x.password, Life{})
			h.refused(err, x.want)
			h.appEvents("chat", "session.open-through-application:"+x.want.Code)
		}
		g, err := h.SignInThroughApp(h.through("chat"), "MINA", "mina", Life{true, time.Minute})
		h.must(err)
		events := h.appEvents("chat", "session.open")
		if e := events[0]; e.Actor != mina.ID || e.Related != mina.ID || e.App != mina.Realm || e.Origin.Wire != wireOfApps {
			t.Errorf("the event is %+v", e)
		}
		actor := muster.ActorFrom(h.showing("chat", g.Token))
		if actor.User != mina.ID || actor.AsApp || actor.Session == 0 || actor.Realm != mina.Realm || !actor.Until.Equal(g.End) {
			t.Errorf("the actor is %+v", actor)
		}
		for _, other := range []string{"other", "house"} {
			_, err := h.Authenticator.WithAppToken(h.through(other), g.Token)
			h.refused(err, muster.ErrTokenForeign)
		}
		h.advance(time.Minute)
		_, err = h.Authenticator.WithAppToken(h.through("chat"), g.Token)
		h.refused(err, muster.ErrTokenExpired)
		h.appEvents("chat")

		h.must(h.SuspendUser(h.asApp("chat"), mina.ID))
		_, err = h.SignInThroughApp(h.through("chat"), "mina", "wrong", Life{})
		h.refused(err, muster.ErrBadCredentials) // that she is locked out is for those who know her password
		_, err = h.SignInThroughApp(h.through("chat"), "mina", "mina", Life{})
		h.refused(err, muster.ErrSuspended)
	})
}

// TestGuessingThroughApps: repeated failures of one user are slowed down, and nobody else with him: all of an application's
// users come from its servers (one-core, 4).
func TestGuessingThroughApps(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		h.enrol("chat", "mina", "otto")
		h.throttles = newThrottles(false)
		count := func(name string, want error) (n int) {
			for range 100 {
				_, err := h.SignInThroughApp(h.through("chat"), name, "wrong", Life{})
				if muster.KindOf(err) == muster.KindOf(want) {
					n++
				}
			}
			return n
		}
		if n := count("mina", muster.ErrBadCredentials); n != 10 {
			t.Errorf("%d guesses were looked at", n)
		}
		if n := count("nobody", muster.ErrUserNotFound); n != 100 {
			t.Errorf("%d of 100 were told that there is nobody", n)
		}
		_, err := h.SignInThroughApp(h.through("chat"), "otto", "otto", Life{})
		h.must(err)
		_, err = h.SignInThroughApp(h.through("chat"), "mina", "mina", Life{})
		h.refused(err, muster.ErrThrottled)
		h.advance(time.Minute)
		_, err = h.SignInThroughApp(h.through("chat"), "mina", "mina", Life{})
		h.must(err)
	})
}

func TestVouch(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		app := h.asApp("chat")
		h.appEvents("chat")
		_, err := h.Vouch(app, "mina", false, Life{})
		h.refused(err, muster.ErrUserNotFound)
		_, err = h.Vouch(app, "not legal", true, Life{})
		h.refused(err, muster.InvalidField("username", ""))
		h.appEvents("chat", "session.vouch:not-found", "session.vouch:invalid")
		g, err := h.Vouch(app, "Mina", true, Life{})
		h.must(err)
		events := h.appEvents("chat", "user.register", "session.open")
		if g.User.Username != "mina" || events[0].App != g.User.Realm || events[0].Actor != 0 {
			t.Errorf("%+v by %+v", g.User, events[0])
		}
		mina := h.showing("chat", g.Token)
		if _, err := h.Vouch(mina, "otto", true, Life{}); muster.KindOf(err) != muster.Denied {
			t.Errorf("a user vouches: %v", err)
		}
		_, err = h.SignInThroughApp(h.through("chat"), "mina", "mina", Life{})
		h.refused(err, muster.ErrBadCredentials) // she has no password
		h.must(h.SuspendUser(app, g.User.ID))
		_, err = h.Vouch(app, "mina", true, Life{})
		h.refused(err, muster.ErrSuspended)
	})
}

func TestSignedTokens(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		mina := h.enrol("chat", "mina")[0]
		h.advance(time.Second)
		for _, called := range []string{mina.ID.UUID(), "mina", "MINA"} {
			actor := muster.ActorFrom(h.showing("chat", h.signed("chat", called, 60)))
			if actor.User != mina.ID || actor.AsApp || actor.Session != 0 || actor.Signed.IsZero() {
				t.Errorf("%s is %+v", called, actor)
			}
		}
		if actor := muster.ActorFrom(h.showing("chat", h.signed("chat", "", 60))); !actor.AsApp || actor.User != 0 {
			t.Errorf("the application is %+v", actor)
		}
		now := h.clock.Now()
		h.appEvents("chat")
		for name, x := range map[string]struct {
			text string
			want *muster.Error
		}{
			"nobody":            {h.signed("chat", "nobody", 60), muster.ErrTokenExpired},
			"of another":        {h.signed("other", "mina", 60), muster.ErrTokenForeign},
			"over":              {h.signedAt(now.Add(-time.Minute), "chat", "mina", 60), muster.ErrTokenExpired},
			"without a life":    {h.signed("chat", "mina", 0), muster.ErrTokenExpired},
			"far ahead":         {h.signedAt(now.Add(6*time.Minute), "chat", "", 3600), muster.ErrTokenExpired},
			"a day old":         {h.signedAt(now.Add(-24*time.Hour-time.Second), "chat", "", 90000), muster.ErrTokenExpired},
			"before she came":   {h.signedAt(now.Add(-10*time.Second), "chat", "mina", 60), muster.ErrTokenExpired},
			"cut":               {h.signed("chat", "mina", 60)[:50], muster.ErrTokenCorrupt},
			"nothing":           {"007", muster.ErrTokenCorrupt},
			"none of any kind":  {"YWMtsomething", muster.ErrTokenCorrupt},
			"none of the house": {"mus_s_1.2.3", muster.ErrTokenForeign},
		} {
			_, err := h.Authenticator.WithAppToken(h.through("chat"), x.text)
			if h.refused(err, x.want); t.Failed() {
				t.Fatal(name)
			}
			h.appEvents("chat", "session.refused:"+x.want.Code)
		}
		_ = h.showing("chat", h.signedAt(now.Add(4*time.Minute), "chat", "", 60)) // clocks differ
		_ = h.showing("chat", h.signedAt(now.Add(-23*time.Hour), "chat", "", 90000))
	})
}

// TestSignedTokensEnd: nobody stores such a token, and yet what ends a session ends it (one-core, 4).
func TestSignedTokensEnd(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		app := h.asApp("chat")
		for name, end := range map[string]func(muster.ID) error{
			"banned":   func(id muster.ID) error { return h.SuspendUser(app, id) },
			"password": func(id muster.ID) error { return h.SetPassword(app, id, "new") },
			"deleted":  func(id muster.ID) error { return h.DeleteUser(app, id) },
		} {
			u := h.enrol("chat", name)[0]
			h.advance(time.Second)
			text := h.signed("chat", name, 3600)
			before := h.showing("chat", text)
			own, err := h.Authenticator.WithAppToken(h.through("chat"), h.granted(h.ExchangeSigned(before)).Token)
			h.must(err)
			h.advance(time.Second)
			h.must(end(u.ID))
			_, err = h.Authenticator.WithAppToken(h.through("chat"), text)
			h.refused(err, muster.ErrTokenExpired)
			// Also for who was let in a moment before.
			_, err = h.SetName(before, u.ID, "late")
			h.unauthenticated(name, err)
			_, err = h.ReadAppUser(before, name)
			h.unauthenticated(name, err)
			_, err = h.SetName(own, u.ID, "late")
			h.unauthenticated(name, err)
			if name == "deleted" {
				h.enrol("chat", name) // another one of that name, who inherits nothing
			} else {
				h.must(h.UnsuspendUser(app, u.ID))
			}
			_, err = h.Authenticator.WithAppToken(h.through("chat"), text)
			h.refused(err, muster.ErrTokenExpired)
			h.advance(time.Second)
			_ = h.showing("chat", h.signed("chat", name, 60))
		}
	})
}

func (h *house) unauthenticated(what string, err error) {
	h.t.Helper()
	if muster.KindOf(err) != muster.Unauthenticated {
		h.t.Errorf("%s: %v", what, err)
	}
}

func (h *house) granted(g *Grant, err error) *Grant {
	h.t.Helper()
	h.must(err)
	return g
}

func TestExchangeSigned(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		mina := h.enrol("chat", "mina")[0]
		h.advance(time.Second)
		for _, user := range []string{"", "mina"} {
			ctx := h.showing("chat", h.signed("chat", user, 600))
			h.appEvents("chat")
			g := h.granted(h.ExchangeSigned(ctx))
			if g.Life > 600*time.Second || g.Life < 595*time.Second || g.End.After(muster.ActorFrom(ctx).Until) {
				t.Errorf("%q: %v until %v", user, g.Life, g.End)
			}
			actor := muster.ActorFrom(h.showing("chat", g.Token))
			if actor.AsApp != (user == "") || !actor.Signed.IsZero() || user != "" && (actor.User != mina.ID || g.User.ID != mina.ID) {
				t.Errorf("%q is %+v", user, actor)
			}
			_, err := h.ExchangeSigned(h.showing("chat", g.Token))
			h.refused(err, muster.ErrTokenCorrupt) // only what the application has signed
		}
		// However long the signed one is good, the application's own limit holds.
		h.enrol("other", "zoe")
		h.advance(time.Second)
		g := h.granted(h.ExchangeSigned(h.showing("other", h.signed("other", "zoe", 80000))))
		if g.Life != time.Hour {
			t.Errorf("it lives %v", g.Life)
		}
		end, err := h.ReadTokenEnd(h.showing("other", g.Token))
		if h.must(err); !end.Equal(g.End) {
			t.Errorf("it ends %v, granted until %v", end, g.End)
		}
		_, err = h.ReadTokenEnd(h.asApp("other"))
		h.refused(err, muster.ErrDenied)
	})
}
