package core

import (
	"context"
	"errors"
	"sync"
	"time"

	"muster"
	"muster/internal/store"
	"muster/internal/token"
)

// digestKey is the kind of secret that a Tat key is in digests.
const digestKey = "tat-key"

// newKeySecret draws a generated secret. Do it before the transaction.
func newKeySecret() string { return token.Secret() }

// setKey gives a user a new key, and voids the earlier one.
func (tx *Tx) setKey(u *muster.User, secret string) error {
	if tx.Actor.Behind != 0 {
		return muster.ErrDenied // who acts as somebody else leaves no way back in
	}
	k := &store.Key{ID: tx.NewID(), User: u.ID, Kind: store.KeyTat, CreatedAt: tx.Now()}
	k.Digest = tx.core.keys.Digest(digestKey, int64(k.ID), secret)
	return tx.SetKey(k)
}

// checkKey is checkSession for who came by a key.
func (tx *Tx) checkKey() error {
	u, err := tx.User(tx.Actor.Realm, tx.Actor.User)
	if err != nil {
		return err
	}
	k, err := tx.Key(tx.Actor.User, store.KeyTat)
	if err != nil {
		return err
	}
	if u == nil || !mayUseKey(u) || k == nil || k.ID != tx.Actor.Key {
		return muster.ErrUnauthenticated
	}
	return nil
}

// WithKey returns a context in which the user acts whose username is exactly that, if the secret is his key. Whatever is wrong,
// the answer is [muster.ErrBadCredentials], at like cost, and an event; who is wrong too often gets [muster.ErrThrottled]. The
// right secret passes always, and needs no SQL.
func (a *Authenticator) WithKey(ctx context.Context, username, secret string) (context.Context, error) {
	e, err := a.c.rights.named(ctx, username)
	if err != nil {
		return nil, a.c.explain(ctx, muster.ActionRefusedToken, err)
	}
	if !a.matchesKey(e, secret) || !mayUseKey(&e.user) {
		return nil, a.refuseKey(ctx, e, username)
	}
	a.noteUse(e, secret)
	actor := muster.ActorFrom(ctx)
	actor.Realm, actor.User, actor.Key = e.user.Realm, e.user.ID, e.key.id
	return muster.WithActor(ctx, actor), nil
}

// matchesKey compares in constant time, and as long for nobody as for somebody.
func (a *Authenticator) matchesKey(e *entry, secret string) bool {
	if e == nil || e.key.id == 0 {
		return a.c.keys.MatchDigest(a.nobody, digestKey, 0, secret) && false
	}
	return a.c.keys.MatchDigest(e.key.digest, digestKey, int64(e.key.id), secret)
}

// refuseKey takes a place like a sign-in with a wrong password, and records.
func (a *Authenticator) refuseKey(ctx context.Context, e *entry, username string) error {
	about := muster.Event{Resource: muster.Resource{Noun: muster.NounSession}}
	var u *muster.User
	if e != nil {
		u, about.Actor = &e.user, e.user.ID
	} else if muster.ValidUsername(username) {
		about.Changes = addChanges(nil, []any{"username", username})
	}
	refusal := error(muster.ErrBadCredentials)
	if _, err := a.c.takePlace(ctx, u, username); errors.Is(err, muster.ErrThrottled) {
		refusal = err
	} else if err != nil {
		return a.c.explain(ctx, muster.ActionRefusedToken, err)
	}
	a.c.recordRefusal(ctx, muster.ActorFrom(ctx), muster.ActionRefusedToken, about, refusal)
	return a.c.explain(ctx, muster.ActionRefusedToken, refusal)
}

// uses are the uses of keys that are not stored yet. They are for display: nothing is decided by them.
type uses struct {
	mu   sync.Mutex
	last map[muster.ID]use // by user
}

type use struct {
	key    muster.ID
	at     time.Time
	digest string // by the active key, where the stored one is by an older; "" else
}

// noteUse keeps that the key of an entry was used, once a minute.
func (a *Authenticator) noteUse(e *entry, secret string) {
	now, before := a.c.now(), e.key.noted.Load()
	if now.UnixMicro()-before < time.Minute.Microseconds() || !e.key.noted.CompareAndSwap(before, now.UnixMicro()) {
		return
	}
	u := use{key: e.key.id, at: now}
	if a.c.keys.Stale(e.key.digest) {
		u.digest = a.c.keys.Digest(digestKey, int64(e.key.id), secret)
	}
	a.uses.mu.Lock()
	defer a.uses.mu.Unlock()
	if a.uses.last == nil {
		a.uses.last = map[muster.ID]use{}
	}
	a.uses.last[e.user.ID] = u
}

func (u *uses) take() map[muster.ID]use {
	u.mu.Lock()
	defer u.mu.Unlock()
	last := u.last
	u.last = nil
	return last
}

// KeepUses stores when keys were last used, all that were since the last time in one transaction.
func (a *Authenticator) KeepUses(ctx context.Context) error {
	last := a.uses.take()
	if len(last) == 0 {
		return nil
	}
	return a.c.store.Write(ctx, func(tx *store.Tx) error {
		for user, u := range last {
			if err := tx.KeyUsed(user, store.KeyTat, u.key, u.at, u.digest); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}
