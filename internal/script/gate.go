package script

import (
	"context"
	"errors"
	"sync/atomic"
)

// A gate lets so many in at once and so many wait.
type gate struct {
	places  chan struct{}
	queue   int64
	waiting atomic.Int64
}

func newGate(places, queue int) *gate {
	return &gate{places: make(chan struct{}, places), queue: int64(queue)}
}

// enter waits for a place. Who has got one gives it back with leave.
func (g *gate) enter(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	select {
	case g.places <- struct{}{}:
		return nil
	default:
	}
	if g.waiting.Add(1) > g.queue {
		g.waiting.Add(-1)
		return ErrBusy
	}
	defer g.waiting.Add(-1)
	select {
	case g.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (g *gate) leave() { <-g.places }

// Stats are counts since the folder was opened, and what is so now.
type Stats struct {
	Runs    int64 // begun
	Aborted int64 // of them, ended by the script's own no
	Limited int64 // of them, ended at a limit
	Refused int64 // not begun: no such script, too many waiting, or the caller left
	Running int   // now
	Waiting int   // now
}

type counters struct{ runs, aborted, limited, refused atomic.Int64 }

func (c *counters) count(err error) {
	var aborted *Aborted
	switch {
	case errors.As(err, &aborted):
		c.aborted.Add(1)
	case isLimit(err):
		c.limited.Add(1)
	}
}

// Stats counts.
func (f *Folder) Stats() Stats {
	return Stats{
		Runs:    f.stats.runs.Load(),
		Aborted: f.stats.aborted.Load(),
		Limited: f.stats.limited.Load(),
		Refused: f.stats.refused.Load(),
		Running: len(f.gate.places),
		Waiting: int(f.gate.waiting.Load()),
	}
}
