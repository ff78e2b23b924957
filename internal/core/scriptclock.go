package core

import (
	"context"
	"strconv"
	"time"

	"muster/internal/store"
)

// factClock is the instant until which scripts were run because it was time, in microseconds.
const factClock = "script-clock"

// clockIdle is how far the clock of scripts may stay behind while nothing is due.
const clockIdle = time.Hour

// Tick sends out the scripts that have become due since the last tick of any node: of nodes that tick at once, one does. What
// was due while no node ran is due once. It answers how many were sent out.
func (e *Errands) Tick(ctx context.Context) (int, error) {
	c := e.c
	if c.scripts.folder == nil {
		return 0, nil
	}
	now := c.now()
	text, err := c.store.Reader(ctx).Fact(factClock)
	if err != nil {
		return 0, err
	}
	if text == "" {
		// A clock begins to run when it is first looked at: what lies before was due in another life.
		return 0, c.store.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.StateFact(factClock, clockText(now))
			return err
		}, nil)
	}
	micros, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, err
	}
	since := time.UnixMicro(micros)
	var errands []errand
	for _, d := range c.scripts.folder.Due(since, now) {
		if d.ResourceType == typeHouse {
			errands = append(errands, errand{Script: d.Script.Name, On: d.ResourceType, Event: d.EventType})
		}
	}
	if len(errands) == 0 && now.Sub(since) < clockIdle {
		return 0, nil
	}
	first := false
	err = c.store.Write(ctx, func(tx *store.Tx) (err error) {
		if first, err = tx.ChangeFact(factClock, text, clockText(now)); err != nil || !first {
			return err
		}
		for _, one := range errands {
			if err := putErrand(tx, 0, one); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	if err != nil || !first {
		return 0, err
	}
	e.poke()
	return len(errands), nil
}

func clockText(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 10) }
