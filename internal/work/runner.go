package work

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"net/url"
	"slices"
	"strings"
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

	BaseURL    string // of the application that people use; http or https
	ConfirmURL string // what a confirmation's token is added to; "": <BaseURL>/auth/confirm-email?token=
	ResetURL   string // what a password reset's token is added to; "": <BaseURL>/auth/reset-password?token=
	// Who mails come from. Empty: Example Sender, info@example.tld.
	FromName, FromAddress string

	Now   func() time.Time                     // nil: time.Now
	After func(time.Duration) <-chan time.Time // nil: time.After
	Log   *slog.Logger
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
	from   string
	fields mailer.Fields
	links  map[mailer.Kind]string // what the token of a kind is added to
	now    func() time.Time
	after  func(time.Duration) <-chan time.Time
	log    *slog.Logger
	tally  tally
}

// New returns a Runner. An error says which of the options can't be used, for the operator.
func New(o Options) (*Runner, error) {
	if o.FromName == "" && o.FromAddress == "" {
		o.FromName, o.FromAddress = "Example Sender", "info@example.tld"
	}
	base := strings.TrimRight(o.BaseURL, "/")
	if o.ConfirmURL == "" {
		o.ConfirmURL = base + "/auth/confirm-email?token="
	}
	if o.ResetURL == "" {
		o.ResetURL = base + "/auth/reset-password?token="
	}
	for name, text := range map[string]string{"base URL": o.BaseURL, "confirmation URL": o.ConfirmURL, "reset URL": o.ResetURL} {
		if u, err := url.Parse(text); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return nil, fmt.Errorf("mail: the %s %q is not a whole http or https URL", name, text)
		}
	}
	from := (&netmail.Address{Name: o.FromName, Address: o.FromAddress}).String()
	if err := mailer.CheckFrom(from); err != nil {
		return nil, fmt.Errorf("the sender %q <%s>: %w", o.FromName, o.FromAddress, err)
	}
	r := &Runner{
		outbox: o.Outbox, sender: o.Sender, from: from, now: o.Now, after: o.After, log: o.Log,
		fields: mailer.Fields{BaseURL: base + "/", SignatureName: o.FromName, SignatureEmail: o.FromAddress},
		links:  map[mailer.Kind]string{mailer.Confirmation: o.ConfirmURL, mailer.PasswordReset: o.ResetURL},
	}
	if r.now == nil {
		r.now = time.Now
	}
	if r.after == nil {
		r.after = time.After
	}
	return r, nil
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
	// The outbox hands them out in no order.
	slices.SortFunc(letters, func(a, b core.Letter) int { return cmp.Compare(a.ID, b.ID) })
	var down error // why no mail leaves at the moment
	for _, l := range letters {
		switch {
		case ctx.Err() != nil, r.now().Sub(begun) > beginTime:
			r.settle(ctx, l, outcome{})
		case down != nil:
			// One wait for a dead server is enough.
			r.settle(ctx, l, r.judge(l, down))
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
