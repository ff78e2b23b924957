package work

import (
	"context"
	"errors"
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
	errNotHis      = errors.New("its address is no longer the user's")
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
	if err := unwanted(l); err != nil {
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

// unwanted says why nobody should get this letter any more.
func unwanted(l core.Letter) error {
	if l.User == nil || l.User.Deleted() {
		return errUserDeleted
	}
	if l.Kind == core.MailConfirmation && muster.FoldEmail(l.User.Email) != muster.FoldEmail(l.To) {
		return errNotHis
	}
	return nil
}

func (r *Runner) compose(l core.Letter) (mailer.Mail, error) {
	kind := mailer.Kind(l.Kind)
	fields := r.fields
	fields.EmailAddress = l.To
	if link := r.links[kind]; link != "" {
		fields.URL = link + l.Token
	}
	subject, html, err := mailer.Render(kind, fields)
	return mailer.Mail{From: r.from, To: l.To, Subject: subject, HTML: html, Date: r.now()}, err
}

// An outcome is what becomes of a letter. The zero outcome makes it due again at once.
type outcome struct {
	finished bool
	after    time.Duration // until it is due again
	failure  string        // one word; "" for none
}

// The times of letters that fail: how long until the second attempt, at most between two, and from the first to the last.
const (
	firstDelay = 30 * time.Second
	mostDelay  = time.Hour
	giveUp     = 24 * time.Hour
)

// judge says what becomes of a letter after an attempt.
func (r *Runner) judge(l core.Letter, err error) outcome {
	switch {
	case err == nil:
		return outcome{finished: true}
	case errors.Is(err, errUserDeleted):
		return outcome{finished: true, failure: "user-deleted"}
	case errors.Is(err, errNotHis):
		return outcome{finished: true, failure: "address-changed"}
	}
	o := outcome{failure: mailer.Class(err), after: delay(l.Attempts)}
	if errors.Is(err, errPanic) {
		o.failure = "panic"
	}
	o.finished = mailer.Permanent(err) || r.now().Add(o.after).After(l.ID.Time().Add(giveUp))
	r.logFailure(l, o, err)
	return o
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
	if o.finished {
		err = r.outbox.Finish(ctx, l.ID, o.failure)
	} else {
		err = r.outbox.Postpone(ctx, l.ID, o.after, o.failure)
	}
	r.tally.count(o)
	if err != nil {
		r.log.Error("what became of a letter could not be written down; it may be sent again", "letter", l.ID, "kind", l.Kind, "error", err)
	}
}
