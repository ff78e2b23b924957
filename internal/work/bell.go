package work

import (
	"context"
	"log/slog"
	"time"

	"muster/internal/core"
)

// bellPeriod is how late a reminder may be told of.
const bellPeriod = 5 * time.Second

// A Bell has reminders told of when they are due.
type Bell struct {
	Core  *core.Core
	After func(time.Duration) <-chan time.Time // nil: time.After
	Log   *slog.Logger
}

// Run works until ctx ends. What was due while no node ran is told of at the start; several nodes may run at once, and each
// reminder is told of by one.
func (b *Bell) Run(ctx context.Context) { every(ctx, bellPeriod, b.After, b.ring) }

// ring tells of all that is due.
func (b *Bell) ring(ctx context.Context) {
	for ctx.Err() == nil {
		fired, err := b.Core.FireReminders(ctx)
		if err != nil && ctx.Err() == nil {
			b.Log.Error("reminders that are due could not be told of", "error", err)
		}
		if err != nil || fired == 0 {
			return
		}
	}
}
