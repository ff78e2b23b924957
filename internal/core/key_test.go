package core

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/store"
	"muster/internal/store/storetest"
	"muster/internal/token"
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

// TestKeysOutliveRootKeys: a key that is used is stored anew with the active root key; one that is not goes with the old one.
func TestKeysOutliveRootKeys(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.key("ann"), h.key("bob")
		path := filepath.Join(h.config.Folder, "keys.json")
		restart := func(change error) {
			t.Helper()
			h.must(change)
			shut(h.Core)
			var err error
			h.keys, _, err = token.OpenKeys(path, h.clock.Now())
			h.must(err)
			h.Core = h.open(smallParams())
		}
		restart(token.Rotate(path, h.clock.Now(), false))
		if !h.opens(ann) {
			t.Fatal("a new root key has voided it")
		}
		h.must(h.Authenticator.KeepUses(h.context()))
		_, _, err := token.Retire(path, h.clock.Now(), true)
		restart(err)
		if !h.opens(ann) {
			t.Error("it was used, and not stored anew")
		}
		if h.opens(bob) {
			t.Error("what a retired key has made proves something")
		}
	})
}
