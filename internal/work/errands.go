package work

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"muster"
	"muster/internal/core"
	"muster/internal/script"
)

// The times of errands. One is begun only while its lease lasts longer than a script may take.
const (
	errandLease = 2 * time.Minute
	errandSpare = 5 * time.Second
	// A script that fails is tried again after so long, and then after four times that; then it is given up.
	errandDelay    = 30 * time.Second
	errandAttempts = 3
)

// An Errander runs scripts because of what has happened, and because it is time: one after the other, so that they leave room for
// those that people wait for.
type Errander struct {
	Core  *core.Core
	Now   func() time.Time                     // nil: time.Now
	After func(time.Duration) <-chan time.Time // nil: time.After
	Log   *slog.Logger

	done, postponed, failed atomic.Int64
}

// Run works until ctx ends. A script that runs then is stopped, and run again by who comes next; several nodes may run at once.
func (e *Errander) Run(ctx context.Context) {
	now, after := e.Now, e.After
	if now == nil {
		now = time.Now
	}
	if after == nil {
		after = time.After
	}
	for ctx.Err() == nil {
		if _, err := e.Core.Errands.Tick(ctx); err != nil && ctx.Err() == nil {
			e.Log.Error("nobody knows which scripts are due", "error", err)
		}
		if e.round(ctx, now) {
			continue
		}
		select {
		case <-ctx.Done():
		case <-e.Core.Errands.Wake():
		case <-after(pollTime):
		}
	}
}

// round leases errands and runs them. It reports whether there may be more.
func (e *Errander) round(ctx context.Context, now func() time.Time) (more bool) {
	begun := now()
	list, err := e.lease(ctx)
	if err != nil {
		e.Log.Error("the errands of scripts can't be read", "error", err)
	}
	room := errandLease - script.DefaultLimits().Time - errandSpare
	busy := false
	for _, r := range list {
		if ctx.Err() != nil || busy || now().Sub(begun) > room {
			e.settle(ctx, r, e.Core.Errands.GiveBack)
			continue
		}
		err := e.Core.RunErrand(muster.WithActor(ctx, muster.House()), r, r.Attempts >= errandAttempts)
		busy = errors.Is(err, muster.ErrBusy)
		e.judge(ctx, r, err)
	}
	return len(list) > 0 && err == nil && !busy
}

func (e *Errander) lease(ctx context.Context) ([]core.Errand, error) {
	ctx, cancel := apart(ctx)
	defer cancel()
	return e.Core.Errands.Lease(ctx, errandLease)
}

// judge writes down what became of an errand.
func (e *Errander) judge(ctx context.Context, r core.Errand, err error) {
	about := []any{"errand", r.ID, "script", r.Script, "attempts", r.Attempts}
	switch {
	case err == nil, errors.Is(err, core.ErrNoErrand):
		e.done.Add(1)
		e.settle(ctx, r, finish(e.Core.Errands, ""))
	case ctx.Err() != nil, errors.Is(err, muster.ErrBusy):
		e.settle(ctx, r, e.Core.Errands.GiveBack)
	case r.Attempts >= errandAttempts:
		e.failed.Add(1)
		e.Log.Error("a script could not do what it had to, and is given up", append(about, "failure", failureOf(err))...)
		e.settle(ctx, r, finish(e.Core.Errands, failureOf(err)))
	default:
		e.postponed.Add(1)
		after := errandDelay
		for range r.Attempts - 1 {
			after *= 4
		}
		e.Log.Warn("a script could not do what it had to", append(about, "failure", failureOf(err), "again_in", after.String())...)
		e.settle(ctx, r, func(ctx context.Context, r core.Errand) error {
			return e.Core.Errands.Postpone(ctx, r, after, failureOf(err))
		})
	}
}

// failureOf is why, in one word of ours: what a script says is not for the log.
func failureOf(err error) string {
	f, _ := muster.AsError(err)
	return f.Code
}

func finish(errands *core.Errands, failure string) func(context.Context, core.Errand) error {
	return func(ctx context.Context, r core.Errand) error { return errands.Finish(ctx, r, failure) }
}

// settle writes it down. If that fails, the lease runs out and somebody runs the script again.
func (e *Errander) settle(ctx context.Context, r core.Errand, write func(context.Context, core.Errand) error) {
	ctx, cancel := apart(ctx)
	defer cancel()
	if err := write(ctx, r); err != nil {
		e.Log.Error("what became of a script could not be written down; it may be run again", "errand", r.ID, "script", r.Script, "error", err)
	}
}

// Results count what became of errands since the start.
func (e *Errander) Results() map[string]int64 {
	return map[string]int64{"done": e.done.Load(), "postponed": e.postponed.Load(), "failed": e.failed.Load()}
}
