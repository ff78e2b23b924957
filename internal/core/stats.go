package core

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"muster"
)

// A Verdict is how something that was asked of the core ended, for who counts: a change that was made, or a refusal.
type Verdict struct {
	Wire    string      // by which it was asked
	Action  string      // of the catalogue
	Refusal muster.Kind // "" for a change that was made
}

// tell tells of a verdict.
func (c *Core) tell(wire, action string, refusal muster.Kind) {
	if c.observe != nil {
		c.observe(Verdict{wire, action, refusal})
	}
}

// tellRefusal tells of an error that leaves the core. A caller who left is none.
func (c *Core) tellRefusal(ctx context.Context, a muster.Action, err error) {
	if !errors.Is(err, context.Canceled) {
		c.tell(muster.ActorFrom(ctx).Origin.Wire, a.Name, muster.KindOf(err))
	}
}

// Stats tell how the core fares.
type Stats struct{ c *Core }

// Numbers are how the core fares at this moment, or since it began.
type Numbers struct {
	Sessions     int              // remembered, so that their requests need no SQL
	Hits, Misses int64            // of what is remembered
	Behind       time.Duration    // age of what is known of other nodes; 0 where there can be none
	Throttled    map[string]int64 // tries that were refused, by the name of the limit
	Scripts      map[string]int64 // runs, by how they ended
	Presences    int              // remembered, of this node and of others
}

// Numbers may be asked at any time.
func (s *Stats) Numbers() Numbers {
	c := s.c
	c.rights.mu.RLock()
	sessions := len(c.rights.byID)
	c.rights.mu.RUnlock()
	return Numbers{
		Sessions: sessions, Hits: c.rights.hits.Load(), Misses: c.rights.misses.Load(),
		Behind: c.follower.age(), Throttled: c.throttles.refused(), Scripts: c.scripts.counts(),
		Presences: c.presences.board.Len(),
	}
}

// tally counts what is remembered and what is not.
type tally struct{ hits, misses atomic.Int64 }

// refused counts the tries that each limit refused.
func (t *throttles) refused() map[string]int64 {
	return map[string]int64{
		"account": t.account.Refused() + t.siege.Refused(), "address": t.address.Refused(),
		"sign-up": t.signUp.Refused() + t.signUpDay.Refused(), "mail": t.mail.Refused() + t.mailDay.Refused() + t.asking.Refused(),
		"token": t.token.Refused(), "recipients": t.recipients.Refused(),
	}
}

// age is how long ago the last look at other nodes began that succeeded.
func (f *follower) age() time.Duration {
	if f.alone {
		return 0
	}
	return time.Since(f.begun) - time.Duration(f.polled.Load())
}
