package core

import (
	"context"
	"errors"

	"muster"
	"muster/internal/script"
)

// withScripts makes a change in which scripts have a say. plan tells, of what the caller may see and may do, what is about to
// happen, and fills in form whatever scripts change; a caller who may not is told so by the change itself. Scripts run before
// the transaction, and the change is made with the versions that they saw: if somebody else was faster ([Tx.asSeen]), or
// something else happens than they were told of ([Tx.happens]), they are asked again, three times at most.
//
// Who hears no before-event costs nothing: the change is made at once.
func withScripts[F, T any](ctx context.Context, c *Core, a muster.Action, form F, plan func(*View, *F) ([]*Occasion, error), change func(context.Context, F) (T, error)) (T, error) {
	var none T
	for range scriptTries {
		scripts := c.scripts.all()
		if !anyBefore(scripts) {
			out, err := change(ctx, form)
			if !errors.Is(err, errStale) {
				return out, err
			}
			continue // there are scripts since
		}
		f, t := form, newTold()
		if err := c.askScripts(ctx, a, scripts, t, func(v *View) ([]*Occasion, error) { return plan(v, &f) }); err != nil {
			return none, err
		}
		out, err := change(context.WithValue(ctx, toldKey{}, t), f)
		if !errors.Is(err, errStale) {
			return out, err
		}
	}
	c.recordRefusal(ctx, muster.ActorFrom(ctx), a, muster.Event{Resource: muster.Resource{Noun: a.Resource}}, muster.ErrConflictingWrite)
	return none, c.explain(ctx, a, muster.ErrConflictingWrite)
}

// askScripts runs those who listen to what is about to happen, one after the other.
func (c *Core) askScripts(ctx context.Context, a muster.Action, scripts []script.Script, t *told, plan func(*View) ([]*Occasion, error)) error {
	v, err := c.callerView(ctx)
	if err != nil {
		return c.explain(ctx, a, err)
	}
	v.action = a
	occasions, err := plan(v)
	if err != nil {
		return c.explain(ctx, a, err)
	}
	for _, o := range occasions {
		if !o.main() {
			continue
		}
		o.Event = beforeEvent + o.does
		t.add(o)
		for _, s := range listening(scripts, o) {
			if err := c.runScript(ctx, s, o, true); err != nil {
				return c.refuseByScript(ctx, a, s, o, err)
			}
		}
		if o.take != nil {
			o.take()
		}
	}
	return nil
}

// refuseByScript records that a script said no to a change, or could not say anything.
func (c *Core) refuseByScript(ctx context.Context, a muster.Action, s *script.Script, o *Occasion, err error) error {
	about := o.about(s.Name)
	if errors.Is(err, muster.ErrAborted) {
		about.Changes["script.says"] = cutText(err.Error(), muster.MaxName)
	}
	c.recordRefusal(ctx, muster.ActorFrom(ctx), a, about, err)
	return c.explain(ctx, a, err)
}

type toldKey struct{}

// told is what scripts were told of a change before it is made.
type told struct {
	occasions map[occasionKey]bool
	versions  map[muster.Resource]int64
}

func newTold() *told {
	return &told{map[occasionKey]bool{}, map[muster.Resource]int64{}}
}

func (t *told) add(o *Occasion) {
	t.occasions[o.key()] = true
	for res, version := range o.versions() {
		t.versions[res] = version
	}
}

// of reports whether scripts were told of an occasion. They were told of an object that was not there yet without its id.
func (t *told) of(o *Occasion) bool {
	if t == nil {
		return false
	}
	k := o.key()
	user, group, application := k, k, k
	user.user, group.group, application.application = 0, 0, 0
	return t.occasions[k] || t.occasions[user] || t.occasions[group] || t.occasions[application]
}

// errStale says that scripts have looked at something else than what is about to be changed. Nobody outside hears of it.
var errStale = muster.Errorf(muster.Busy, "stale", "scripts have to look at it again")

// asSeen makes sure, where scripts have looked at the object, that it is still the one that they saw.
func (tx *Tx) asSeen(res muster.Resource, version int64) error {
	if tx.told == nil {
		return nil
	}
	if seen, ok := tx.told.versions[res]; ok && seen != version {
		return errStale
	}
	return nil
}

// happens says what a change does, for scripts. Those that hear of it before have to have been told; those that hear of it
// after get an errand, in this transaction.
func (tx *Tx) happens(o *Occasion) error {
	if len(tx.scripts) == 0 || !o.main() {
		return nil
	}
	o.Event = beforeEvent + o.does
	if !tx.told.of(o) && len(listening(tx.scripts, o)) > 0 {
		return errStale
	}
	tx.happened(o)
	return nil
}

// happened is happens for what nobody has a say in, because the house itself does it.
func (tx *Tx) happened(o *Occasion) {
	o.Event = afterEvent + o.does
	for _, s := range listening(tx.scripts, o) {
		tx.errands = append(tx.errands, tx.errand(s, o))
	}
}

// memberHappens is happens for somebody who joins a group or leaves it.
func (tx *Tx) memberHappens(does string, group muster.ID, u *muster.User) error {
	if len(tx.scripts) == 0 {
		return nil
	}
	g, err := tx.Group(muster.MainRealm, group)
	if err != nil || g == nil {
		return err
	}
	return tx.happens(memberOccasion(does, g, u))
}
