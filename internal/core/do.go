package core

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"muster"
	"muster/internal/script"
	"muster/internal/store"
)

// A Tx is what the closure of a change works on.
type Tx struct {
	*store.Tx
	Actor muster.Actor

	core     *Core
	action   muster.Action
	required bool
	about    muster.Event // what the closure has said so far of what it is doing; a refusal is recorded with it
	records  []*muster.Event
	mails    []mail

	scripts []script.Script // of the house, as they were when the change began
	told    *told           // what those that have a say were told of
	depth   int             // scripts that stand behind the change
	errands []errand        // for those that hear of it afterwards
}

type insideDo struct{}

// errNoRequire and its like are mistakes of ours that a test has to find.
var (
	errNoRequire = errors.New("a verb succeeded without asking for a right")
	errNoRecord  = errors.New("a verb changed something without recording it")
	errNested    = errors.New("do inside do: verbs share functions that take a Tx")
)

// do is the one way by which anything changes. It runs f in a transaction, sees to it that f asked for the right that the
// action needs, and appends the events that f recorded. After the commit it drops what this node remembers of the changed
// objects, and only then answers. If f refuses a caller who is signed in, or a sign-in, the refusal becomes an event and
// nothing else of f remains.
func do[T any](ctx context.Context, c *Core, a muster.Action, f func(*Tx) (T, error)) (T, error) {
	var out, none T
	if ctx.Value(insideDo{}) != nil {
		return none, c.explain(ctx, a, errNested)
	}
	actor := muster.ActorFrom(ctx)
	if !a.Open && !actor.SignedIn() {
		return none, c.explain(ctx, a, muster.ErrUnauthenticated)
	}
	var tx *Tx
	scripts := c.scripts.all() // before the group writer: it may look at the disk
	told, _ := ctx.Value(toldKey{}).(*told)
	depth := depthOf(ctx)
	// A refusal is counted once, however often the closure runs.
	admit := sync.OnceValues(func() (bool, int) { return c.refusals.admit(actor, c.now()) })
	err := c.store.WriteWithin(context.WithValue(ctx, insideDo{}, true), timeFor(a), func(stx *store.Tx) error {
		tx = &Tx{Tx: stx, Actor: actor, core: c, action: a, scripts: scripts, told: told, depth: depth}
		if err := tx.checkSession(); err != nil {
			return err
		}
		if err := tx.checkDemand(); err != nil {
			return err
		}
		v, err := f(tx)
		if err != nil {
			return err
		}
		out = v
		return tx.finish()
	}, func(stx *store.Tx, err error) error {
		if !c.worthAnEvent(actor, a, err) {
			return nil
		}
		if write, count := admit(); write {
			return stx.AppendEvent(c.refusal(actor, a, tx.about, err, count))
		}
		return nil
	})
	if errors.Is(err, errStale) {
		return none, err // for withScripts alone
	}
	if err != nil {
		return none, c.explain(ctx, a, err)
	}
	return out, nil
}

// timeFor is how long a verb's closure may take; 0 is as long as those of others.
func timeFor(a muster.Action) time.Duration {
	if a == muster.ActionHandOver {
		return handOverTime
	}
	return 0
}

// finish does what every change needs at its end.
func (tx *Tx) finish() error {
	if !tx.required && !tx.action.Open {
		return fmt.Errorf("%s: %w", tx.action.Name, errNoRequire)
	}
	if len(tx.records) == 0 {
		return fmt.Errorf("%s: %w", tx.action.Name, errNoRecord)
	}
	for _, e := range tx.records {
		if err := tx.AppendEvent(e); err != nil {
			return err
		}
		change := store.Change{ID: e.ID, Action: e.Action, Resource: e.Resource, Related: e.Related}
		tx.AfterCommit(func() {
			tx.core.forget(change)
			tx.core.tell(e.Origin.Wire, e.Action, e.Kind)
		})
	}
	if err := tx.sendOut(); err != nil {
		return err
	}
	return tx.post()
}

// explain makes an error fit to leave the core: what is not an Error of ours is logged, with its cause, and becomes
// [muster.ErrInternal].
func (c *Core) explain(ctx context.Context, a muster.Action, err error) error {
	if errors.Is(err, context.Canceled) {
		return err
	}
	c.tellRefusal(ctx, a, err)
	e, foreign := muster.AsError(err)
	if foreign {
		c.log.ErrorContext(ctx, "a verb failed", "action", a.Name, "error", err, "hint", c.store.Hint(err))
	}
	return e
}
