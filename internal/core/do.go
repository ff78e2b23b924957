package core

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"muster"
	"muster/internal/perm"
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

// Require asks for the right to the action on the resource, and fails with [muster.ErrDenied] without it, or with
// [muster.ErrAdminOnly] where the resource is an administrator and the caller is none. It reads the rights as they are in
// this transaction: nothing remembered counts.
func (tx *Tx) Require(res muster.Resource) error {
	tx.required = true
	if tx.Actor.System {
		return nil
	}
	if err := tx.guardAdministrators(res); err != nil {
		return err
	}
	if tx.action.Operation == "" {
		return nil
	}
	may, err := tx.may(res, tx.action.Operation)
	if err == nil && !may {
		may, err = tx.manages(res)
	}
	if err == nil && !may {
		err = muster.ErrDenied
	}
	return err
}

// manages reports whether the action is about who is in a group, and the caller is one of its managers, who need no rule for
// that (one-core, 5.3).
func (tx *Tx) manages(res muster.Resource) (bool, error) {
	if tx.action.Operation != muster.OpMembersManage || res.Noun != muster.NounGroup {
		return false, nil
	}
	return tx.IsManager(res.ID, tx.Actor.User)
}

// may reports whether rules allow the caller the operation on the resource.
func (tx *Tx) may(res muster.Resource, operation string) (bool, error) {
	switch {
	case tx.Actor.System:
		return true, nil
	case tx.Actor.App != 0:
		return tx.core.appMay(tx.Actor, res, operation), nil
	case operation == muster.OpAdminister:
		return tx.administers()
	}
	rules, err := tx.wordRules(res, operation)
	if err != nil {
		return false, err
	}
	more, err := tx.RulesFor(tx.Actor.User, res, operation)
	return err == nil && rightsOf(append(rules, more...)).Check(string(res.Noun), int64(res.ID), operation, fallback(res.Noun, operation)), err
}

// RequireOrSelf is Require, but users have the right to themselves.
func (tx *Tx) RequireOrSelf(user muster.ID) error {
	return tx.RequireUnlessSelf(user, muster.UserResource(user))
}

// RequireUnlessSelf is Require, but what is the caller's own he may do without.
func (tx *Tx) RequireUnlessSelf(user muster.ID, res muster.Resource) error {
	if tx.Actor.User == user && user != 0 {
		tx.required = true
		return nil
	}
	return tx.Require(res)
}

// RequireNotSelf is Require, but nobody does it to himself.
func (tx *Tx) RequireNotSelf(user muster.ID) error {
	if err := tx.Require(muster.UserResource(user)); err != nil {
		return err
	}
	if tx.Actor.User == user {
		return muster.ErrSelf
	}
	return nil
}

// checkSession makes sure, before anything else, that the session or the key by which the caller came is still good: it may
// have ended since he was let in.
func (tx *Tx) checkSession() error {
	switch {
	case tx.action.Open, tx.Actor.System, tx.Actor.AsApp:
		return nil
	case tx.Actor.Session == 0 && tx.Actor.App != 0:
		_, err := stillSigned(tx.Reader, tx.Actor)
		return err
	case tx.Actor.Key != 0:
		return tx.checkKey()
	}
	if tx.Actor.Session == 0 && tx.Actor.Script != "" {
		return tx.checkWithoutSession()
	}
	s, err := tx.Session(tx.Actor.Realm, tx.Actor.Session)
	if err != nil {
		return err
	}
	u, err := tx.User(tx.Actor.Realm, tx.Actor.User)
	if err != nil {
		return err
	}
	if s == nil || u == nil || s.User != u.ID || !s.Alive(tx.Now()) || !u.Live() {
		return muster.ErrUnauthenticated
	}
	ok, err := mayStandBehind(tx.Reader, s)
	if err == nil && !ok {
		err = muster.ErrUnauthenticated
	}
	if err == nil && tx.Actor.App != 0 {
		err = noAdministrator(tx.IsMember(muster.Administrators, u.ID))
	}
	return err
}

// noAdministrator refuses a user who comes by an application and is an administrator: those do not (one-core, 8).
func noAdministrator(is bool, err error) error {
	if err == nil && is {
		err = muster.ErrDenied
	}
	return err
}

// checkWithoutSession is checkSession for a script, which runs as somebody also when he is not there.
func (tx *Tx) checkWithoutSession() error {
	u, err := tx.User(tx.Actor.Realm, tx.Actor.User)
	if err != nil {
		return err
	}
	ok, err := mayStandBehind(tx.Reader, &muster.Session{Realm: tx.Actor.Realm, User: tx.Actor.User, Behind: tx.Actor.Behind})
	if err == nil && (u == nil || !u.Live() || !ok) {
		err = muster.ErrUnauthenticated
	}
	return err
}

// guardAdministrators lets only administrators act on administrators and on their group, whatever rules say.
func (tx *Tx) guardAdministrators(res muster.Resource) error {
	switch {
	case res == muster.GroupResource(muster.Administrators):
	case res.Noun == muster.NounUser && res.ID != tx.Actor.User:
		if is, err := tx.IsMember(muster.Administrators, res.ID); err != nil || !is {
			return err
		}
	default:
		return nil
	}
	is, err := tx.administers()
	if err == nil && !is {
		err = muster.ErrAdminOnly
	}
	return err
}

// legalID refuses what is no id at all. Façades pass 0 for what they cannot read as one, so that the refusal is recorded here
// like any other.
func legalID(ids ...muster.ID) error {
	for _, id := range ids {
		if id <= 0 {
			return muster.ErrInvalidID
		}
	}
	return nil
}

// About says what the change is about, so that a refusal can be recorded with it. Keys are dotted names in the core's
// words; empty values are left out.
func (tx *Tx) About(res muster.Resource, changes ...any) {
	tx.about.Resource = res
	tx.about.Changes = addChanges(tx.about.Changes, changes)
}

// Record has the change of the resource appended to the audit trail, with what About has said and more.
func (tx *Tx) Record(res muster.Resource, changes ...any) {
	tx.RecordWith(res, 0, changes...)
}

// RecordWith is Record for a change that concerns a second object.
func (tx *Tx) RecordWith(res muster.Resource, related muster.ID, changes ...any) {
	tx.About(res, changes...)
	e := tx.core.event(tx.Actor, tx.action, tx.about)
	e.Changes = maps.Clone(e.Changes) // what is said of the next one is not about this one
	e.Related = related
	tx.records = append(tx.records, e)
}

// ActsAs makes the user the actor of the events: who signs in is nobody until he has.
func (tx *Tx) ActsAs(user muster.ID) { tx.Actor.User, tx.about.Actor = user, user }

func addChanges(to map[string]any, changes []any) map[string]any {
	if to == nil {
		to = map[string]any{}
	}
	for i := 0; i+1 < len(changes); i += 2 {
		switch v := changes[i+1].(type) {
		case string:
			if v != "" {
				to[changes[i].(string)] = v
			}
		case muster.ID:
			if v != 0 {
				to[changes[i].(string)] = v
			}
		default:
			to[changes[i].(string)] = v
		}
	}
	return to
}

// event is an event of the action by the actor.
func (c *Core) event(actor muster.Actor, a muster.Action, about muster.Event) *muster.Event {
	realm := actor.Realm
	if realm == 0 {
		realm = muster.MainRealm
	}
	return &muster.Event{
		Realm: realm, Actor: actor.User, Behind: actor.Behind, App: actor.App, Session: actor.Session, Origin: actor.Origin,
		Action: a.Name, Resource: about.Resource, Changes: about.Changes, Count: 1,
	}
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

// rightsOf sorts rules into those of everyone and those of the caller's own groups.
func rightsOf(rules []muster.Rule) perm.Rights {
	var own, everyone []perm.Rule
	for _, r := range rules {
		p := perm.Rule{Noun: string(r.Resource.Noun), ID: int64(r.Resource.ID), Operation: r.Operation, Access: perm.Access(r.Access)}
		if r.Group == muster.Everyone {
			everyone = append(everyone, p)
		} else {
			own = append(own, p)
		}
	}
	return perm.Rights{Own: []*perm.Table{perm.NewTable(own)}, Everyone: perm.NewTable(everyone)}
}

// fallback is what holds where no rule says anything (corteza.md, 3.4): groups and applications can be read.
func fallback(noun muster.Noun, operation string) bool {
	return operation == muster.OpRead && (noun == muster.NounGroup || noun == muster.NounApplication)
}
