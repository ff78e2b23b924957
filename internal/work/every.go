package work

import (
	"context"
	"time"

	"muster"
)

// every has the house itself do something at once, and again each time the period has passed since it was done, until ctx ends.
// after is time.After where it is nil.
func every(ctx context.Context, period time.Duration, after func(time.Duration) <-chan time.Time, f func(context.Context)) {
	if after == nil {
		after = time.After
	}
	for {
		f(muster.WithActor(ctx, muster.House()))
		select {
		case <-ctx.Done():
			return
		case <-after(period):
		}
	}
}
