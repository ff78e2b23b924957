package core

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"muster"
	"muster/internal/store"
)

// recordRefusal appends the event of a refusal that needed no transaction, where it deserves one. Those beyond the bound cost
// the group writer nothing.
func (c *Core) recordRefusal(ctx context.Context, actor muster.Actor, a muster.Action, about muster.Event, err error) {
	if ctx.Err() != nil || !c.worthAnEvent(actor, a, err) {
		return
	}
	write, count := c.refusals.admit(actor, c.now())
	if !write {
		return
	}
	e := c.refusal(actor, a, about, err, count)
	if err := c.store.Write(ctx, func(tx *store.Tx) error { return tx.AppendEvent(e) }, nil); err != nil && ctx.Err() == nil {
		c.log.ErrorContext(ctx, "a refusal could not be recorded", "action", a.Name, "error", err, "hint", c.store.Hint(err))
	}
}

// refusal is the event of a refusal that stands for so many.
func (c *Core) refusal(actor muster.Actor, a muster.Action, about muster.Event, err error, count int) *muster.Event {
	if about.Actor != 0 {
		actor.User = about.Actor
	}
	e := c.event(actor, a, about)
	refusal, _ := muster.AsError(err)
	e.Kind, e.Code, e.Field, e.Count = refusal.Kind, refusal.Code, refusal.Field, count
	return e
}

// worthAnEvent: what goes wrong for somebody who is signed in is an event, and so is each sign-in, each token that is not good
// and each reset for an unknown address (which then takes as long as one for a known address). Of the rest of the world's
// mistakes only the metrics know.
func (c *Core) worthAnEvent(actor muster.Actor, a muster.Action, err error) bool {
	if errors.Is(err, context.Canceled) || muster.KindOf(err) == muster.Busy && !errors.Is(err, muster.ErrThrottled) {
		return false
	}
	if a == muster.ActionFollowScript || errors.Is(err, muster.ErrAborted) {
		return true // what scripts do to people, and where they fail, is for who wrote them to see
	}
	switch a {
	case muster.ActionSignIn, muster.ActionSignInApp, muster.ActionSignInThroughApp, muster.ActionRefusedToken,
		muster.ActionRefreshSession, muster.ActionRequestReset, muster.ActionRequestKey, muster.ActionVerifyKey:
		return true
	}
	return actor.SignedIn()
}

// The bounds of the audit trail against a flood (security.md, 3.3).
const (
	refusalsAMinute  = 60
	refusalsPeriod   = time.Minute
	refusalsWatching = 10_000 // callers that are counted at once
)

// refusals lets each caller have so many refusals a minute recorded one by one; those beyond become one line a minute with a
// count. So nobody fills the disk by being refused.
type refusals struct {
	mu sync.Mutex
	by map[refusalKey]*refusalCount
}

type refusalKey struct {
	user    muster.ID // or application
	address string
}

type refusalCount struct {
	since   time.Time
	written int
	silent  int // not recorded since the last line
}

func newRefusals() *refusals { return &refusals{by: map[refusalKey]*refusalCount{}} }

// admit reports whether a refusal is to be written, and for how many it stands.
func (r *refusals) admit(actor muster.Actor, now time.Time) (write bool, count int) {
	key := refusalKey{address: network(actor.Origin.Address)}
	switch {
	case actor.AsApp:
		key = refusalKey{user: actor.App}
	case actor.User != 0:
		key = refusalKey{user: actor.User}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.by[key]
	if n == nil {
		r.makeRoom(now)
		n = &refusalCount{since: now}
		r.by[key] = n
	}
	if now.Sub(n.since) >= refusalsPeriod {
		n.since, n.written = now, 0
	}
	if n.written >= refusalsAMinute {
		n.silent++
		return false, 0
	}
	n.written++
	count, n.silent = n.silent+1, 0
	if count > 1 {
		n.written = refusalsAMinute // one line a minute for who went on
	}
	return true, count
}

// network is what a limit per address counts by: of IPv6 the first 64 bits, because whoever has one such address has them all.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, _ := a.WithZone("").Prefix(64) // an IPv6 address has so many bits
	return p.String()
}

// makeRoom forgets callers who have been quiet for a period; if all are busy, it forgets all.
func (r *refusals) makeRoom(now time.Time) {
	if len(r.by) < refusalsWatching {
		return
	}
	for k, n := range r.by {
		if now.Sub(n.since) >= refusalsPeriod && n.silent == 0 {
			delete(r.by, k)
		}
	}
	if len(r.by) >= refusalsWatching {
		clear(r.by)
	}
}
