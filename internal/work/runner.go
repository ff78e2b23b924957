package work

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"muster/internal/core"
	"muster/internal/mailer"
)

// A Sender takes mails to where they leave the house. The id names the mail: a second Send with the same id is the same mail
// once more. It returns within [mailer.WholeTime]; what its errors mean is asked of [mailer.Permanent], [mailer.Down] and
// [mailer.Class], and they hold nothing of the mail.
type Sender interface {
	Send(ctx context.Context, id int64, m mailer.Mail) error
}

// Options are what a [Runner] works with.
type Options struct {
	Outbox *core.Outbox
	Sender Sender
	Now    func() time.Time                     // nil: time.Now
	After  func(time.Duration) <-chan time.Time // nil: time.After
	Log    *slog.Logger
}

// The times of the runner.
const (
	leaseTime = time.Minute
	// A letter is begun only while the lease lasts longer than it can take, and is finished in what is left.
	beginTime = leaseTime - mailer.WholeTime - 5*time.Second
	pollTime  = 5 * time.Second // letters of other nodes, and those that are due again, wake nobody
	storeTime = 10 * time.Second
)

// A Runner empties the outbox. It is made by [New].
type Runner struct {
	outbox *core.Outbox
	sender Sender
	now    func() time.Time
	after  func(time.Duration) <-chan time.Time
	log    *slog.Logger
	tally  tally
}

// New returns a Runner.
func New(o Options) *Runner {
	r := &Runner{outbox: o.Outbox, sender: o.Sender, now: o.Now, after: o.After, log: o.Log}
	if r.now == nil {
		r.now = time.Now
	}
	if r.after == nil {
		r.after = time.After
	}
	return r
}

// Run works until ctx ends. A letter that is being sent then is finished, which takes [mailer.WholeTime] and a few seconds at
// most; the others that were leased are given back.
func (r *Runner) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if r.round(ctx) {
			continue
		}
		select {
		case <-ctx.Done():
		case <-r.outbox.Wake():
		case <-r.after(pollTime):
		}
	}
}

// round leases letters and does what it can about them. It reports whether there may be more.
func (r *Runner) round(ctx context.Context) (more bool) {
	begun := r.now()
	letters, err := r.lease(ctx)
	if err != nil {
		r.log.Error("the outbox can't be read", "error", err)
	}
	var down error // why no mail leaves at the moment
	for _, l := range letters {
		switch {
		case ctx.Err() != nil, r.now().Sub(begun) > beginTime:
			r.settle(ctx, l, outcome{})
		case down != nil:
			// One wait for a dead server is enough.
			r.settle(ctx, l, r.judge(l, cmp.Or(r.unwanted(l), down)))
		default:
			sendErr := r.deliver(ctx, l)
			if mailer.Down(sendErr) {
				down = sendErr
			}
			r.settle(ctx, l, r.judge(l, sendErr))
		}
	}
	return len(letters) > 0 && err == nil
}

func (r *Runner) lease(ctx context.Context) ([]core.Letter, error) {
	ctx, cancel := apart(ctx)
	defer cancel()
	return r.outbox.Lease(ctx, leaseTime)
}

// apart is a context for what must not be given up in the middle when the house stops.
func apart(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), storeTime)
}
