package core

import (
	"context"
	"sync/atomic"

	"muster"
	"muster/internal/store"
)

// keyed are the entries of keys: what rights remembers of users who show a generated secret with each request. Its owner
// holds the lock.
type keyed struct {
	byUser map[muster.ID]*entry
	byName map[string]muster.ID // by the username as it is shown
}

// A keyInUse is the key of an entry.
type keyInUse struct {
	id     muster.ID // 0: the user has none
	digest string
	noted  *atomic.Int64 // when its use was last noted, in Unix microseconds
}

func newKeyed() keyed { return keyed{map[muster.ID]*entry{}, map[string]muster.ID{}} }

func (k *keyed) named(username string) *entry { return k.byUser[k.byName[username]] }

func (k *keyed) remember(e *entry) {
	if len(k.byUser) >= maxEntries {
		k.clear()
	}
	k.byUser[e.user.ID], k.byName[e.user.Username] = e, e.user.ID
}

func (k *keyed) forget(user muster.ID) {
	if e := k.byUser[user]; e != nil {
		delete(k.byName, e.user.Username)
		delete(k.byUser, user)
	}
}

func (k *keyed) clear() {
	clear(k.byUser)
	clear(k.byName)
}

// ofKey answers the entry of an actor who came by a key, or [muster.ErrUnauthenticated] if the key is no longer good.
func (r *rights) ofKey(ctx context.Context, actor muster.Actor) (*entry, error) {
	e := r.rememberedKey(func(k *keyed) *entry { return k.byUser[actor.User] })
	if e == nil {
		var err error
		if e, err = r.fillKey(ctx, actor.User); err != nil {
			return nil, err
		}
	}
	if e == nil || e.key.id != actor.Key || !mayUseKey(&e.user) {
		return nil, muster.ErrUnauthenticated
	}
	return e, nil
}

// named answers the entry of the user whose username is exactly that, in whatever state he is; nil for nobody.
func (r *rights) named(ctx context.Context, username string) (*entry, error) {
	if e := r.rememberedKey(func(k *keyed) *entry { return k.named(username) }); e != nil {
		return e, nil
	}
	if !muster.ValidUsername(username) {
		return nil, nil
	}
	u, err := r.c.store.Reader(ctx).UserBySignInName(muster.MainRealm, username)
	if err != nil || u == nil {
		return nil, err
	}
	e, err := r.fillKey(ctx, u.ID)
	if e == nil || e.user.Username != username {
		return nil, err
	}
	return e, err
}

func (r *rights) rememberedKey(find func(*keyed) *entry) *entry {
	if !r.c.follower.trusted() {
		return nil
	}
	r.mu.RLock()
	e := find(&r.keyed)
	r.mu.RUnlock()
	if e != nil {
		r.hits.Add(1)
	}
	return e
}

// fillKey reads the entry of a user's key, and remembers it if nothing has changed meanwhile; nil if there is no such user.
func (r *rights) fillKey(ctx context.Context, user muster.ID) (*entry, error) {
	r.misses.Add(1)
	q := r.c.store.Reader(ctx)
	trusted := r.c.follower.trusted()
	all, single := r.all.Load(), r.generation(user).Load()
	u, err := q.User(muster.MainRealm, user)
	if err != nil || u == nil {
		return nil, err
	}
	e := &entry{user: *u, key: keyInUse{noted: new(atomic.Int64)}}
	k, err := q.Key(user, store.KeyTat)
	if err != nil {
		return nil, err
	}
	if k != nil {
		e.key.id, e.key.digest = k.ID, k.Digest
		e.key.noted.Store(k.UsedAt.UnixMicro())
	}
	if err := r.readRights(q, e, trusted); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if trusted && r.all.Load() == all && r.generation(user).Load() == single {
		r.keyed.remember(e)
	}
	return e, nil
}

// mayUseKey reports whether a user in that state gets in by a key.
func mayUseKey(u *muster.User) bool { return u.Live() && !u.Unconfirmed() }
