package core

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/store"
	"muster/internal/store/storetest"
)

// tatNobody is a request of the wire tat without credentials.
func (h *house) tatNobody() context.Context {
	return muster.WithActor(h.context(), muster.Actor{Realm: muster.MainRealm, Origin: muster.Origin{Wire: "tat", Address: "192.0.2.1"}})
}

// register makes an account without a password, and answers it with the token that was mailed.
func (h *house) register(name string) (*muster.User, string) {
	h.t.Helper()
	u, err := h.SignUpForKey(h.tatNobody(), NewKeyAccount{Username: name, Name: "Name of " + name, Email: name + "@example.org", Callback: "here: " + TokenPlace})
	h.must(err)
	return u, h.keyToken(MailWelcome)
}

// keyToken is what the next letter of that kind carries.
func (h *house) keyToken(kind string) string {
	h.t.Helper()
	var token string
	letters, err := h.Outbox.Lease(h.context(), time.Minute)
	h.must(err)
	for _, l := range letters {
		if l.Kind == kind {
			token = strings.TrimPrefix(l.Callback, "here: ")
		}
		h.must(h.Outbox.Finish(h.context(), l, ""))
	}
	if token == "" || token == TokenPlace {
		h.t.Fatalf("no letter of kind %s with a token", kind)
	}
	return token
}

// key makes an account and its key.
func (h *house) key(name string) *NewKey {
	h.t.Helper()
	_, token := h.register(name)
	k, err := h.VerifyKey(h.tatNobody(), name, token)
	h.must(err)
	return k
}

// withKey is a request with a key.
func (h *house) withKey(k *NewKey) context.Context {
	h.t.Helper()
	ctx, err := h.Authenticator.WithKey(h.tatNobody(), k.User.Username, k.Secret)
	h.must(err)
	return ctx
}

// opens reports whether a key lets in.
func (h *house) opens(k *NewKey) bool {
	h.t.Helper()
	_, err := h.Authenticator.WithKey(h.tatNobody(), k.User.Username, k.Secret)
	if err != nil && !errors.Is(err, muster.ErrBadCredentials) {
		h.t.Fatal(err)
	}
	return err == nil
}

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

// TestKeyEffectsAtOnce: what happens to a user or to his key happens to the next request, and to one that was let in before.
func TestKeyEffectsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.key("admin")
		ctx := h.withKey(admin)
		k := h.key("ann")
		before := h.withKey(k)
		shut := func(what string) {
			t.Helper()
			if h.opens(k) {
				t.Errorf("%s: the key opens", what)
			}
			if _, err := h.ReadSelf(before); !errors.Is(err, muster.ErrUnauthenticated) {
				t.Errorf("%s: who was let in before reads: %v", what, err)
			}
			if err := h.AddContact(before, "admin"); !errors.Is(err, muster.ErrUnauthenticated) {
				t.Errorf("%s: who was let in before changes: %v", what, err)
			}
		}
		_, err := h.ReadSelf(before)
		h.must(err)
		h.must(h.SuspendUser(ctx, k.User.ID))
		shut("suspended")
		h.must(h.UnsuspendUser(ctx, k.User.ID))
		if !h.opens(k) {
			t.Error("who is let in again is not")
		}
		h.must(h.DeleteUser(ctx, k.User.ID))
		shut("deleted")
		h.must(h.UndeleteUser(ctx, k.User.ID))
		if !h.opens(k) {
			t.Error("who is back is not let in")
		}
		h.must(h.RequestKey(h.tatNobody(), "ann", "ann@example.org", "here: "+TokenPlace))
		fresh, err := h.VerifyKey(h.tatNobody(), "ann", h.keyToken(MailNewKey))
		h.must(err)
		shut("replaced")
		k, before = fresh, h.withKey(fresh)
		_, err = h.RenameUser(ctx, k.User.ID, NewNames{Username: "anna"})
		h.must(err)
		if h.opens(k) {
			t.Error("the old name opens")
		}
		k.User.Username = "anna"
		if !h.opens(k) {
			t.Error("the new name does not open")
		}
		if self, err := h.ReadSelf(before); err != nil || self.User.Username != "anna" {
			t.Errorf("who was let in before: %+v %v", self, err)
		}
		h.must(h.AddMember(ctx, muster.Administrators, k.User.ID))
		if self, err := h.ReadSelf(before); err != nil || !self.Administrator {
			t.Errorf("%+v %v", self, err)
		}
		h.must(h.RemoveMember(ctx, muster.Administrators, k.User.ID))
		if self, err := h.ReadSelf(before); err != nil || self.Administrator {
			t.Errorf("%+v %v", self, err)
		}
	})
}

// TestKeyIsUnconfirmedAgain: whose address is not proven is not let in.
func TestKeyIsUnconfirmedAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.key("admin")
		k := h.key("ann")
		h.must(h.SetPassword(h.system(), k.User.ID, pass))
		in, err := h.signIn("ann", pass)
		h.must(err)
		h.confirmation(true)
		_, err = h.UpdateUser(h.as(in), k.User.ID, Profile{Email: "anna@example.org", Name: "Ann"})
		h.must(err)
		if h.opens(k) {
			t.Error("the key opens")
		}
	})
}

// TestWrongKeysAreEvents: with the name if it can be one, never with the secret.
func TestWrongKeysAreEvents(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		k := h.key("ann")
		h.quiet()
		for _, in := range [][2]string{{"ann", "wrong-secret"}, {"nobody", "wrong-secret"}, {"a secret in the wrong field", "wrong-secret"}} {
			_, err := h.Authenticator.WithKey(h.tatNobody(), in[0], in[1])
			h.refused(err, muster.ErrBadCredentials)
		}
		events := h.emitted("session.refused:bad-credentials", "session.refused:bad-credentials", "session.refused:bad-credentials")
		if events[0].Actor != k.User.ID || events[1].Changes["username"] != "nobody" || len(events[2].Changes) != 0 {
			t.Errorf("%+v", events)
		}
	})
}

// TestKeysOnTwoNodes: what one node does is done on the other within a second.
func TestKeysOnTwoNodes(t *testing.T) {
	h := newHouse(t, storetest.PostgreSQL)
	h.key("admin")
	k := h.key("ann")
	other := h.open(smallParams())
	ctx, err := other.Authenticator.WithKey(h.tatNobody(), "ann", k.Secret)
	h.must(err)
	h.must(h.RequestKey(h.tatNobody(), "ann", "ann@example.org", "here: "+TokenPlace))
	_, err = h.VerifyKey(h.tatNobody(), "ann", h.keyToken(MailNewKey))
	h.must(err)
	const bound = followerTrust + 200*time.Millisecond // for a busy machine
	if took := eventually(t, "the old key", func() bool {
		_, err := other.Authenticator.WithKey(h.tatNobody(), "ann", k.Secret)
		_, read := other.ReadSelf(ctx)
		return err != nil && read != nil
	}); took > bound {
		t.Errorf("it took %s", took)
	}
}

// TestKeyUses: kept now and then, and nothing waits for it.
func TestKeyUses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		k := h.key("ann")
		used := func() time.Time {
			h.must(h.Authenticator.KeepUses(h.context()))
			row, err := h.store.Reader(h.context()).Key(k.User.ID, store.KeyTat)
			h.must(err)
			return row.UsedAt
		}
		if !used().IsZero() {
			t.Error("used before its first use")
		}
		h.withKey(k)
		first := used()
		if first.IsZero() {
			t.Error("not noted")
		}
		h.withKey(k)
		if got := used(); got != first {
			t.Errorf("noted again at once: %s after %s", got, first)
		}
		h.advance(2 * time.Minute)
		h.withKey(k)
		if got := used(); !got.After(first) {
			t.Errorf("not noted later: %s", got)
		}
	})
}
