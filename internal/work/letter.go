package work

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	netmail "net/mail"
	"runtime"
	"runtime/debug"
	"time"

	"muster"
	"muster/internal/core"
	"muster/internal/mailer"
)

// Reasons for which a letter is not sent at all.
var (
	errUserDeleted = errors.New("its user is deleted")
	errSuspended   = errors.New("its user is suspended")
	errNotHis      = errors.New("its address is no longer the user's")
	errExpired     = errors.New("its link is too old to work")
	errDismissed   = errors.New("its reminder is dismissed or deleted")
	errPanic       = errors.New("a panic")
)

// deliver sends a letter. A panic in it is an error, so that one bad letter does not keep the others.
func (r *Runner) deliver(ctx context.Context, l core.Letter) (err error) {
	defer func() {
		if v := recover(); v != nil {
			r.logPanic(l, v)
			err = errPanic
		}
	}()
	if err := r.unwanted(l); err != nil {
		return err
	}
	m, err := r.compose(l)
	if err != nil {
		return err
	}
	return r.sender.Send(context.WithoutCancel(ctx), int64(l.ID), m)
}

// logPanic names the place. What a panic says may hold anything, unless the runtime says it.
func (r *Runner) logPanic(l core.Letter, v any) {
	said := "not shown"
	if e, ok := v.(runtime.Error); ok {
		said = e.Error()
	}
	r.log.Error("sending a letter panicked", "letter", l.ID, "kind", l.Kind, "panic", said, "stack", string(debug.Stack()))
}

// unwanted says why nobody should get this letter any more. Who is told that his address or password was changed is told in any
// case: it may have been done to him.
func (r *Runner) unwanted(l core.Letter) error {
	switch {
	case l.Kind == core.MailEmailChanged, l.Kind == core.MailPasswordChanged:
		return nil
	case l.User == nil || l.User.Deleted():
		return errUserDeleted
	case l.User.Suspended():
		return errSuspended
	case muster.FoldEmail(l.User.Email) != muster.FoldEmail(l.To):
		return errNotHis
	case l.Kind == core.MailReminder && (l.Reminder == nil || !l.Reminder.DeletedAt.IsZero() || !l.Reminder.DismissedAt.IsZero()):
		return errDismissed
	case !l.Expires.IsZero() && !r.now().Before(l.Expires):
		return errExpired
	}
	return nil
}

// compose writes the mail. Texts that turn out to be no good (they were checked when they were set) cost nobody his mail: the
// house's own take their place.
func (r *Runner) compose(l core.Letter) (mailer.Mail, error) {
	usual := mailer.Default(mailer.Kind(l.Kind))
	texts := mailer.Texts{Subject: cmp.Or(l.Subject, usual.Subject), Body: cmp.Or(l.Body, usual.Body), Header: l.Header, Footer: l.Footer}
	fields := mailer.Fields{
		EmailAddress: l.To, URL: l.URL, BaseURL: l.BaseURL, Logo: l.Logo, SignatureName: l.FromName, SignatureEmail: l.FromAddress,
		Reminder: title(l.Reminder),
	}
	subject, html, err := mailer.Render(texts, fields)
	if err != nil && texts != usual {
		r.log.Warn("the texts of the settings make no mail, so the usual ones are sent", "letter", l.ID, "kind", l.Kind, "error", err)
		subject, html, err = mailer.Render(usual, fields)
	}
	from := (&netmail.Address{Name: l.FromName, Address: l.FromAddress}).String()
	return mailer.Mail{From: from, To: l.To, Subject: subject, HTML: html, Date: r.now()}, err
}

// title is what people call a reminder: the member title of its payload, as programs write it.
func title(m *muster.Reminder) string {
	const most = 200 // characters
	if m == nil {
		return ""
	}
	var payload struct{ Title string }
	_ = json.Unmarshal(m.Payload, &payload) // what has no title is shown without
	if !muster.ValidText(payload.Title, most) {
		return ""
	}
	return payload.Title
}

// An outcome is what becomes of a letter. The zero outcome gives it back, as if nobody had had it.
type outcome struct {
	tried    bool
	finished bool
	after    time.Duration // until it is due again
	failure  string        // one word; "" for none
}

// The times of letters that fail: how long until the second attempt, at most between two (of a letter whose link expires, and
// of others), and from the first to the last.
const (
	firstDelay = 30 * time.Second
	hurryDelay = 8 * time.Minute
	mostDelay  = time.Hour
	giveUp     = 24 * time.Hour
)

// judge says what becomes of a letter after an attempt.
func (r *Runner) judge(l core.Letter, err error) outcome {
	o := outcome{tried: true, finished: true}
	switch {
	case err == nil:
		return o
	case errors.Is(err, errUserDeleted):
		o.failure = "user-deleted"
		return o
	case errors.Is(err, errSuspended):
		o.failure = "user-suspended"
		return o
	case errors.Is(err, errNotHis):
		o.failure = "address-changed"
		return o
	case errors.Is(err, errDismissed):
		o.failure = "dismissed"
		return o
	case errors.Is(err, errExpired):
		o.failure = "expired"
	case errors.Is(err, errPanic):
		o.failure = "panic"
		o.after, o.finished = r.again(l)
	default:
		o.failure = mailer.Class(err)
		o.after, o.finished = r.again(l)
		o.finished = o.finished || mailer.Permanent(err)
	}
	r.logFailure(l, o, err)
	return o
}

// again says how long until the next attempt, or that there is none.
func (r *Runner) again(l core.Letter) (after time.Duration, never bool) {
	after = delay(l.Attempts)
	if !l.Expires.IsZero() {
		after = min(after, hurryDelay)
	}
	return after, r.now().Add(after).After(l.ID.Time().Add(giveUp))
}

func (r *Runner) logFailure(l core.Letter, o outcome, err error) {
	about := []any{"letter", l.ID, "kind", l.Kind, "attempts", l.Attempts, "class", o.failure}
	if mailer.Class(err) != unknownClass {
		about = append(about, "error", err) // known to hold nothing of the mail
	}
	if o.finished {
		r.log.Error("a letter could not be sent and is given up", about...)
		return
	}
	r.log.Warn("a letter could not be sent", append(about, "again_in", o.after.String())...)
}

// unknownClass is what mailer calls errors that are not its own. Nobody knows what such a text holds.
const unknownClass = "error"

// delay doubles with each attempt.
func delay(attempts int) time.Duration {
	d := firstDelay
	for range attempts - 1 {
		if d = 2 * d; d >= mostDelay {
			return mostDelay
		}
	}
	return d
}

// settle writes down what became of a letter. If that fails, the lease runs out and somebody tries again.
func (r *Runner) settle(ctx context.Context, l core.Letter, o outcome) {
	ctx, cancel := apart(ctx)
	defer cancel()
	var err error
	switch {
	case !o.tried:
		err = r.outbox.GiveBack(ctx, l)
	case o.finished:
		err = r.outbox.Finish(ctx, l, o.failure)
	default:
		err = r.outbox.Postpone(ctx, l, o.after, o.failure)
	}
	r.tally.count(o)
	if err != nil {
		r.log.Error("what became of a letter could not be written down; it may be sent again", "letter", l.ID, "kind", l.Kind, "error", err)
	}
}
