package work

import (
	"context"
	"log/slog"
	"time"

	"muster/internal/core"
)

// usesPeriod is how long the last use of a key may stand in memory alone.
const usesPeriod = time.Minute

// Uses writes down, once a minute and at the end, when keys were last used.
type Uses struct {
	Core  *core.Core
	After func(time.Duration) <-chan time.Time // nil: time.After
	Log   *slog.Logger
}

// Run works until ctx ends.
func (u *Uses) Run(ctx context.Context) {
	every(ctx, usesPeriod, u.After, u.keep)
	ctx, cancel := apart(ctx)
	defer cancel()
	u.keep(ctx)
}

func (u *Uses) keep(ctx context.Context) {
	if err := u.Core.Authenticator.KeepUses(ctx); err != nil && ctx.Err() == nil {
		u.Log.Warn("when keys were last used could not be written down", "error", err)
	}
}
