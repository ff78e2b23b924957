package core

import (
	"errors"
	"strings"
	"testing"
	"time"

	"muster"
)

func TestSignUpForKey(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.quiet()
		u, token := h.register("ann")
		if e := h.emitted("user.sign-up-for-key")[0]; e.Actor != u.ID || e.Resource != muster.UserResource(u.ID) || e.Origin.Wire != "tat" {
			t.Errorf("event %+v", e)
		}
		if !h.administrator(u.ID) || !u.Unconfirmed() {
			t.Errorf("the first account: %+v", u)
		}
		other, _ := h.register("other")
		if h.administrator(other.ID) {
			t.Error("the second account is an administrator")
		}
		for _, in := range []NewKeyAccount{
			{Username: "ANN", Name: "x", Email: "x@example.org"},
			{Username: "x", Name: "NAME OF ANN", Email: "x@example.org"},
			{Username: "x", Name: "x", Email: "ann@EXAMPLE.org"},
			{Username: "ann@example.org", Name: "x", Email: "x@example.org"},
		} {
			_, err := h.SignUpForKey(h.tatNobody(), in)
			if !errors.Is(err, muster.ErrTaken) {
				t.Errorf("%+v: %v", in, err)
			}
		}
		for _, in := range []NewKeyAccount{{Username: "a b", Name: "x", Email: "x@example.org"}, {Username: "x", Name: "a\nb", Email: "x@example.org"}, {Username: "x", Name: "x", Email: "x"}} {
			if _, err := h.SignUpForKey(h.tatNobody(), in); muster.KindOf(err) != muster.Invalid {
				t.Errorf("%+v: %v", in, err)
			}
		}
		if _, err := h.signIn("ann", ""); !errors.Is(err, muster.ErrBadCredentials) {
			t.Errorf("an account without a password: %v", err)
		}
		h.must(h.SetSettings(h.system(), []muster.Setting{{Name: muster.SettingSignUp, Value: []byte("false")}}))
		_, err := h.SignUpForKey(h.tatNobody(), NewKeyAccount{Username: "x", Name: "x", Email: "x@example.org"})
		h.refused(err, muster.ErrSignUpDisabled)
		_, err = h.VerifyKey(h.tatNobody(), "ann", token) // who has begun may finish
		h.must(err)
	})
}

func TestVerifyKey(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.newcomers = "Newcomers"
		u, token := h.register("ann")
		h.quiet()
		for _, bad := range [][2]string{{"ann", "x"}, {"Ann", token}, {"other", token}, {"ann", token + "0"}} {
			_, err := h.VerifyKey(h.tatNobody(), bad[0], bad[1])
			h.refused(err, muster.ErrTokenUnknown)
		}
		h.emitted("user.verify-key:unknown-token", "user.verify-key:unknown-token", "user.verify-key:unknown-token", "user.verify-key:unknown-token")
		k, err := h.VerifyKey(h.tatNobody(), "ann", token)
		h.must(err)
		events := h.emitted("user.verify-key", "group.make-default", "group.member-add")
		if events[0].Actor != u.ID || events[2].Related != u.ID {
			t.Errorf("%+v", events)
		}
		for _, e := range events {
			for _, v := range e.Changes {
				if s, _ := v.(string); strings.Contains(s, k.Secret) || strings.Contains(s, token) {
					t.Errorf("a secret in %+v", e)
				}
			}
		}
		if now := h.user(u.ID); now.Unconfirmed() || !h.opens(k) {
			t.Errorf("%+v", now)
		}
		has, err := h.CheckUser(h.system(), u.ID)
		h.must(err)
		if !has.Member || !has.Topic || has.Group != "Newcomers" {
			t.Errorf("%+v", has)
		}
		_, err = h.VerifyKey(h.tatNobody(), "ann", token)
		h.refused(err, muster.ErrTokenUnknown)
	})
}

// TestArchivedDefaultGroupKeepsNobodyOut: what an administrator does to a group is no reason to lose an account.
func TestArchivedDefaultGroupKeepsNobodyOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.newcomers = "Newcomers"
		h.must(h.EnsureDefaultGroup(h.context()))
		g, err := h.store.Reader(h.context()).GroupByName(muster.MainRealm, "Newcomers")
		h.must(err)
		h.must(h.ArchiveGroup(h.system(), g.ID))
		h.key("ann")
		h.newcomers = "administrators" // as good as none
		h.key("bob")
		if h.administrator(h.key("carl").User.ID) {
			t.Error("everybody is an administrator")
		}
	})
}

// TestRequestKey: the newest token counts; the old key is good until it is used.
func TestRequestKey(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		k := h.key("ann")
		ask := func(username, email string) {
			t.Helper()
			h.must(h.RequestKey(h.tatNobody(), username, email, "here: "+TokenPlace))
		}
		ask("ann", "ann@example.org")
		first := h.keyToken(MailNewKey)
		ask("ann", "ann@example.org")
		second := h.keyToken(MailNewKey)
		h.quiet()
		for _, wrong := range [][2]string{{"ann", "ANN@example.org"}, {"ANN", "ann@example.org"}, {"ann", "bob@example.org"}, {"nobody", "nobody@example.org"}, {"", ""}} {
			ask(wrong[0], wrong[1])
		}
		h.emitted("user.request-key:not-found", "user.request-key:not-found", "user.request-key:not-found", "user.request-key:not-found", "user.request-key:not-found")
		if letters, err := h.Outbox.Lease(h.context(), time.Minute); err != nil || len(letters) != 0 {
			t.Errorf("%d letters, %v", len(letters), err)
		}
		_, err := h.VerifyKey(h.tatNobody(), "ann", first)
		h.refused(err, muster.ErrTokenUnknown)
		if !h.opens(k) {
			t.Error("asking has voided the key")
		}
		fresh, err := h.VerifyKey(h.tatNobody(), "ann", second)
		h.must(err)
		if h.opens(k) || !h.opens(fresh) {
			t.Error("the old key opens, or the new one does not")
		}
		ask("ann", "ann@example.org")
		h.advance(30 * time.Minute)
		_, err = h.VerifyKey(h.tatNobody(), "ann", h.issued(h.user(k.User.ID), MailReset)) // of another purpose
		h.refused(err, muster.ErrTokenUnknown)
		if letters, err := h.Outbox.Lease(h.context(), time.Minute); err != nil || len(letters) != 1 || letters[0].Expires.After(h.now()) {
			t.Errorf("%+v %v", letters, err)
		} else {
			_, err = h.VerifyKey(h.tatNobody(), "ann", strings.TrimPrefix(letters[0].Callback, "here: "))
			h.refused(err, muster.ErrTokenUnknown)
		}
	})
}

// TestPreHijacking: who proves an address first by his key is rid of the password that somebody else has set.
func TestPreHijacking(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		h.confirmation(true)
		_, err := h.SignUp(h.nobody(), NewAccount{Email: "ann@example.org", Password: pass, Username: "ann"})
		h.must(err)
		h.confirmation(false)
		h.must(h.RequestKey(h.tatNobody(), "ann", "ann@example.org", "here: "+TokenPlace))
		_, err = h.VerifyKey(h.tatNobody(), "ann", h.keyToken(MailNewKey))
		h.must(err)
		_, err = h.signIn("ann", pass)
		h.refused(err, muster.ErrBadCredentials)

		// Who had proven it before keeps his password and his sessions.
		bob := h.join("bob")
		jwt := h.token(bob)
		h.must(h.RequestKey(h.tatNobody(), "bob", "bob@example.org", "here: "+TokenPlace))
		k, err := h.VerifyKey(h.tatNobody(), "bob", h.keyToken(MailNewKey))
		h.must(err)
		if !h.alive(jwt) {
			t.Error("his session ended")
		}
		_, err = h.signIn("bob", pass)
		h.must(err)
		h.must(h.SetPassword(h.system(), bob.User.ID, "another-horse"))
		if !h.opens(k) {
			t.Error("a new password has voided the key")
		}
	})
}
