package core

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"muster"
	"muster/internal/perm"
	"muster/internal/store"
)

// rights remembers who a session is and what he may do, so that a request needs no SQL to be let in.
//
// What is remembered is dropped by events: after a commit, before its caller is answered, each event of the commit is shown
// to forget; the events of other nodes come by the follower. A fill notes the generation before it reads and is thrown away
// if the generation moved meanwhile, so what was read before a change never outlives it.
type rights struct {
	c *Core

	tally
	all    atomic.Int64              // generation of everything
	single [generations]atomic.Int64 // generations of users, by id
	mu     sync.RWMutex
	byID   map[muster.ID]*entry      // of sessions
	byUser map[muster.ID][]muster.ID // sessions that are remembered
	keyed  keyed
	tables map[muster.ID]*perm.Table // rules of groups

	adminWord *perm.Table
}

const (
	generations = 1 << 10
	maxEntries  = 100_000 // of sessions that are remembered, about 1 KiB each
)

// An entry is what the requests of a session, or of a key, need. It never changes.
type entry struct {
	session muster.Session // zero for that of a key
	key     keyInUse       // zero for that of a session
	user    muster.User
	groups  []muster.ID // live ones, without everyone
	void    []muster.ID // pairs of tokens that others were given in place of
	rights  perm.Rights
}

func newRights(c *Core) *rights {
	return &rights{c: c, byID: map[muster.ID]*entry{}, byUser: map[muster.ID][]muster.ID{}, keyed: newKeyed(), tables: map[muster.ID]*perm.Table{}, adminWord: adminTable()}
}

// ofActor answers the entry of the session, or of the key, by which an actor came, or of a script that came by neither.
func (r *rights) ofActor(ctx context.Context, actor muster.Actor) (*entry, error) {
	switch {
	case actor.Key != 0:
		return r.ofKey(ctx, actor)
	case actor.Session == 0 && actor.Script != "":
		return r.ofScript(ctx, actor)
	}
	return r.of(ctx, actor.Realm, actor.Session)
}

// ofScript reads anew what somebody may do as whom a script runs: it happens seldom.
func (r *rights) ofScript(ctx context.Context, actor muster.Actor) (*entry, error) {
	e, err := r.read(r.c.store.Reader(ctx), &muster.Session{Realm: actor.Realm, User: actor.User, Behind: actor.Behind}, r.c.follower.trusted())
	if err == nil && (e == nil || !e.user.Live()) {
		err = muster.ErrUnauthenticated
	}
	return e, err
}

// of answers the entry of a session that is alive and whose user may be here, else [muster.ErrUnauthenticated].
func (r *rights) of(ctx context.Context, realm, session muster.ID) (*entry, error) {
	e, err := r.remembered(ctx, realm, session)
	if err != nil {
		return nil, err
	}
	if e == nil || e.session.Realm != realm || !e.session.Alive(r.c.now()) || !e.user.Live() {
		return nil, muster.ErrUnauthenticated
	}
	return e, nil
}

func (r *rights) remembered(ctx context.Context, realm, session muster.ID) (*entry, error) {
	trusted := r.c.follower.trusted()
	if trusted {
		r.mu.RLock()
		e := r.byID[session]
		r.mu.RUnlock()
		if e != nil {
			r.hits.Add(1)
			return e, nil
		}
	}
	r.misses.Add(1)
	return r.fill(ctx, realm, session, trusted)
}

// fill reads an entry, and remembers it if nothing has changed meanwhile.
func (r *rights) fill(ctx context.Context, realm, session muster.ID, trusted bool) (*entry, error) {
	q := r.c.store.Reader(ctx)
	all := r.all.Load()
	s, err := q.Session(realm, session)
	if err != nil || s == nil {
		return nil, err
	}
	single, behind := r.generation(s.User).Load(), r.generation(s.Behind).Load()
	// Once more, now that the generations of the people are known: they may have moved between the two.
	if s, err = q.Session(realm, session); err != nil || s == nil {
		return nil, err
	}
	e, err := r.read(q, s, trusted)
	if err != nil || e == nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if trusted && r.all.Load() == all && r.generation(s.User).Load() == single && r.generation(s.Behind).Load() == behind && s.EndedAt.IsZero() {
		r.remember(e)
	}
	return e, nil
}

func (r *rights) read(q *store.Reader, s *muster.Session, trusted bool) (*entry, error) {
	u, err := q.User(s.Realm, s.User)
	if err != nil || u == nil {
		return nil, err
	}
	if ok, err := mayStandBehind(q, s); err != nil || !ok {
		return nil, err
	}
	e := &entry{session: *s, user: *u}
	if e.void, err = q.VoidTokens(s.ID); err != nil {
		return nil, err
	}
	return e, r.readRights(q, e, trusted)
}

// readRights gives an entry the groups and the rules of its user.
func (r *rights) readRights(q *store.Reader, e *entry, trusted bool) (err error) {
	if e.groups, err = q.LiveGroupsOf(e.user.ID); err != nil {
		return err
	}
	for _, g := range e.groups {
		t, err := r.table(q, g, trusted)
		if err != nil {
			return err
		}
		e.rights.Own = append(e.rights.Own, t)
	}
	admin, err := q.HasRole(e.user.ID, muster.RoleAdmin)
	if err != nil {
		return err
	}
	if admin {
		e.rights.Own = append(e.rights.Own, r.adminWord)
	}
	e.rights.Everyone, err = r.table(q, muster.Everyone, trusted)
	return err
}

// mayStandBehind reports whether who acts as somebody else, if anybody does, may still do so: a live administrator.
func mayStandBehind(q *store.Reader, s *muster.Session) (bool, error) {
	if s.Behind == 0 {
		return true, nil
	}
	u, err := q.User(s.Realm, s.Behind)
	if err != nil || u == nil || !u.Live() {
		return false, err
	}
	return q.IsMember(muster.Administrators, s.Behind)
}

// table answers the rules of a group.
func (r *rights) table(q *store.Reader, group muster.ID, trusted bool) (*perm.Table, error) {
	if trusted {
		r.mu.RLock()
		t := r.tables[group]
		r.mu.RUnlock()
		if t != nil {
			return t, nil
		}
	}
	all := r.all.Load()
	rules, err := q.RulesOf(group)
	if err != nil {
		return nil, err
	}
	list := make([]perm.Rule, len(rules))
	for i, rule := range rules {
		list[i] = perm.Rule{Noun: string(rule.Resource.Noun), ID: int64(rule.Resource.ID), Operation: rule.Operation, Access: perm.Access(rule.Access)}
	}
	t := perm.NewTable(list)
	r.mu.Lock()
	defer r.mu.Unlock()
	if trusted && r.all.Load() == all {
		r.tables[group] = t
	}
	return t, nil
}

// remember is called with the lock held.
func (r *rights) remember(e *entry) {
	if len(r.byID) >= maxEntries {
		clear(r.byID)
		clear(r.byUser)
	}
	if r.byID[e.session.ID] == nil {
		r.byUser[e.user.ID] = append(r.byUser[e.user.ID], e.session.ID)
		if behind := e.session.Behind; behind != 0 {
			r.byUser[behind] = append(r.byUser[behind], e.session.ID)
		}
	}
	r.byID[e.session.ID] = e
}

func (r *rights) generation(user muster.ID) *atomic.Int64 {
	return &r.single[uint64(user>>10^user)%generations]
}

// forget drops what a change made untrue. It is called after the commit and before its caller is answered.
func (r *rights) forget(ch store.Change) {
	switch {
	case ch.Action == muster.ActionAddManager.Name, ch.Action == muster.ActionRemoveManager.Name:
		// who manages a group is remembered nowhere
	case ch.Action == muster.ActionSetRules.Name, ch.Action == muster.ActionClearRules.Name, ch.Action == muster.ActionHandOver.Name:
		r.forgetAll()
	case ch.Resource.Noun == muster.NounUser:
		r.forgetUser(ch.Resource.ID)
	case ch.Resource.Noun == muster.NounSession:
		r.forgetUser(ch.Related)
	case ch.Action == muster.ActionAddMember.Name, ch.Action == muster.ActionRemoveMember.Name:
		r.forgetUser(ch.Related)
	case ch.Resource.Noun == muster.NounGroup:
		r.forgetAll()
	}
}

func (r *rights) forgetUser(user muster.ID) {
	r.generation(user).Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.byUser[user] {
		delete(r.byID, s)
	}
	delete(r.byUser, user)
	r.keyed.forget(user)
}

func (r *rights) forgetAll() {
	r.all.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.byID)
	clear(r.byUser)
	r.keyed.clear()
	clear(r.tables)
}

// followerTrust is how long after the beginning of a node's last poll what it remembers may be used.
const followerTrust = time.Second
