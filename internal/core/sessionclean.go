package core

import (
	"context"
	"time"

	"muster"
)

// endedSessionsStay is how long the row of a session stays that has ended (security.md, 3.9).
const endedSessionsStay = 30 * 24 * time.Hour

// CleanSessions removes refresh tokens that have run out, and sessions that ended 30 days ago, and answers how many rows there were.
// The house itself asks for it.
func (c *Core) CleanSessions(ctx context.Context) (removed int, err error) {
	if !muster.ActorFrom(ctx).System {
		return 0, muster.ErrDenied
	}
	a := muster.ActionCleanSessions
	// Tokens first: their sessions can't go before them.
	spent := func(_ muster.ID) ([]muster.ID, error) {
		return c.store.Reader(ctx).SpentRefreshTokens(c.now(), cleanRows)
	}
	tokens, err := c.removeRows(ctx, a, "token.removed", spent, (*Tx).RemoveRefreshTokens)
	if err != nil {
		return tokens, err
	}
	ended := func(after muster.ID) ([]muster.ID, error) {
		return c.store.Reader(ctx).SpentSessions(c.now().Add(-endedSessionsStay), after, cleanRows)
	}
	sessions, err := c.removeRows(ctx, a, "session.removed", ended, (*Tx).RemoveSessions)
	return tokens + sessions, err
}

// removeRows removes rows in slices, until list finds none behind the last one.
func (c *Core) removeRows(ctx context.Context, a muster.Action, called string, list func(after muster.ID) ([]muster.ID, error), remove func(*Tx, []muster.ID) (int64, error)) (removed int, err error) {
	var last muster.ID
	for {
		ids, err := list(last)
		if err != nil {
			return removed, c.explain(ctx, a, err)
		}
		if len(ids) == 0 {
			return removed, nil
		}
		last = ids[len(ids)-1]
		n, err := do(ctx, c, a, func(tx *Tx) (int64, error) {
			all := muster.Resource{Noun: muster.NounSession}
			if err := tx.Require(all); err != nil {
				return 0, err
			}
			n, err := remove(tx, ids)
			tx.Record(all, called, n)
			return n, err
		})
		if removed += int(n); err != nil {
			return removed, err
		}
	}
}
