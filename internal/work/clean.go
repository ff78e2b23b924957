package work

import (
	"context"
	"log/slog"
	"time"

	"muster/internal/core"
)

// cleanPeriod is how long after one clean-up the next begins.
const cleanPeriod = 24 * time.Hour

// A Cleaner removes what nobody needs any more, the bytes of files, old messages, tokens and sessions that have run out, at its start and
// then once a day.
type Cleaner struct {
	Core  *core.Core
	After func(time.Duration) <-chan time.Time // nil: time.After
	Log   *slog.Logger
}

// Run works until ctx ends. A clean-up that fails is tried again a day later; several nodes may do the same at once.
func (c *Cleaner) Run(ctx context.Context) { every(ctx, cleanPeriod, c.After, c.clean) }

func (c *Cleaner) clean(ctx context.Context) {
	c.cleanFiles(ctx)
	c.cleanMessages(ctx)
	c.cleanSessions(ctx)
}

func (c *Cleaner) cleanMessages(ctx context.Context) {
	removed, err := c.Core.CleanMessages(ctx)
	if err != nil && ctx.Err() == nil {
		c.Log.Error("messages for which nobody came could not all be removed", "error", err)
	}
	if removed > 0 {
		c.Log.Info("messages for which nobody came were removed", "messages", removed)
	}
}

func (c *Cleaner) cleanFiles(ctx context.Context) {
	removed, err := c.Core.CleanAttachments(ctx)
	if err != nil && ctx.Err() == nil {
		c.Log.Error("files that nobody needs could not all be removed", "error", err)
	}
	if removed > 0 {
		c.Log.Info("files that nobody needs were removed", "files", removed)
	}
}

func (c *Cleaner) cleanSessions(ctx context.Context) {
	if _, err := c.Core.CleanSessions(ctx); err != nil && ctx.Err() == nil {
		c.Log.Error("sessions and tokens that have run out could not all be removed", "error", err)
	}
}
