package core

import (
	"context"
	"errors"
	"slices"

	"muster"
	"muster/internal/script"
	"muster/internal/store"
)

// RunScript runs a script by hand. It fails with [muster.ErrScriptUnnamed], [muster.ErrScriptNotFound] for one that is unknown,
// can't run or is not run by hand, [muster.ErrScriptElsewhere] for one that wants an object, [muster.ErrScriptDenied],
// [muster.ErrBusy] where the caller has two running, and as the script does. In a house without scripts any name is good, and
// nothing happens.
func (c *Core) RunScript(ctx context.Context, name string) error {
	a := muster.ActionRunScript
	_, err := view(ctx, c, a, func(v *View) (struct{}, error) {
		return struct{}{}, v.Require(muster.Resource{Noun: muster.NounScript})
	})
	if err != nil {
		return err
	}
	return c.runByHand(ctx, a, name, &Occasion{On: typeHouse, Event: onManual})
}

// RunOnUser is RunScript on a user whom the caller may read. It answers him as the script has changed him, which is not stored.
func (c *Core) RunOnUser(ctx context.Context, id muster.ID, name string) (SeenUser, error) {
	u, err := view(ctx, c, muster.ActionRunOnUser, func(v *View) (SeenUser, error) { return v.readUser(id) })
	if err == nil {
		err = c.runByHand(ctx, muster.ActionRunOnUser, name, &Occasion{On: typeUser, Event: onManual, User: &u})
	}
	return u, err
}

// RunOnGroup is RunOnUser for a group.
func (c *Core) RunOnGroup(ctx context.Context, id muster.ID, name string) (SeenGroup, error) {
	g, err := view(ctx, c, muster.ActionRunOnGroup, func(v *View) (SeenGroup, error) { return v.readGroup(id) })
	if err == nil {
		err = c.runByHand(ctx, muster.ActionRunOnGroup, name, &Occasion{On: typeGroup, Event: onManual, Group: g.Group})
	}
	return g, err
}

// RunOnApplication is RunOnUser for an application.
func (c *Core) RunOnApplication(ctx context.Context, id muster.ID, name string) (SeenApplication, error) {
	app, err := view(ctx, c, muster.ActionRunOnApplication, func(v *View) (SeenApplication, error) { return v.readApplication(id) })
	if err == nil {
		err = c.runByHand(ctx, muster.ActionRunOnApplication, name, &Occasion{On: typeApplication, Event: onManual, Application: app.Application})
	}
	return app, err
}

// runByHand runs a script for who may read what it is run on. That he does is recorded first: what the script does is not all
// that it can do to the house.
func (c *Core) runByHand(ctx context.Context, a muster.Action, name string, o *Occasion) error {
	if c.scripts.folder == nil {
		return nil
	}
	about := o.about(cutText(name, muster.MaxName))
	s, err := c.scriptByHand(ctx, name, o)
	if err != nil {
		c.recordRefusal(ctx, muster.ActorFrom(ctx), a, about, err)
		return c.explain(ctx, a, err)
	}
	leave, err := c.scripts.turns.enter(muster.ActorFrom(ctx).User)
	if err != nil {
		return c.explain(ctx, a, err)
	}
	defer leave()
	_, err = do(ctx, c, a, func(tx *Tx) (struct{}, error) {
		tx.allowed()
		tx.about = about
		tx.Record(about.Resource)
		return struct{}{}, nil
	})
	if err != nil {
		return err
	}
	if err := c.runScript(ctx, s, o, false); err != nil {
		return c.refuseByScript(ctx, a, s, o, err)
	}
	return nil
}

// allowed says that view was asked for the right a moment ago, to a change that does nothing but record.
func (tx *Tx) allowed() { tx.required = true }

// scriptByHand finds a script that the caller may run by hand on what it is for.
func (c *Core) scriptByHand(ctx context.Context, name string, o *Occasion) (*script.Script, error) {
	if name == "" {
		return nil, muster.ErrScriptUnnamed
	}
	scripts := c.scripts.all()
	at := slices.IndexFunc(scripts, func(s script.Script) bool { return s.Name == name && runnable(&s) })
	if at < 0 {
		return nil, muster.ErrScriptNotFound
	}
	s := &scripts[at]
	byHand := func(t script.Trigger) bool { return slices.Contains(t.EventTypes, onManual) }
	if !slices.ContainsFunc(s.Triggers, byHand) || len(insecure(c.store.Reader(ctx), s)) > 0 {
		return nil, muster.ErrScriptNotFound
	}
	if !slices.ContainsFunc(s.Triggers, o.triggers) {
		return nil, muster.ErrScriptElsewhere
	}
	may, err := c.mayRun(ctx, s)
	if err == nil && !may {
		err = muster.ErrScriptDenied
	}
	return s, err
}

// mayRun reports whether the groups of the caller let him run a script by hand: none that it denies, and one that it allows if
// it allows any.
func (c *Core) mayRun(ctx context.Context, s *script.Script) (bool, error) {
	if s.Security == nil || muster.ActorFrom(ctx).System {
		return true, nil
	}
	q := c.store.Reader(ctx)
	mine, err := q.LiveGroupsOf(muster.ActorFrom(ctx).User)
	if err != nil {
		return false, err
	}
	mine = append(mine, muster.Everyone)
	in := func(names []string) (bool, error) {
		for _, name := range names {
			g, err := groupMeant(q, name)
			if err != nil || g != nil && slices.Contains(mine, g.ID) {
				return err == nil, err
			}
		}
		return false, nil
	}
	if denied, err := in(s.Security.Deny); err != nil || denied {
		return false, err
	}
	if len(s.Security.Allow) == 0 {
		return true, nil
	}
	return in(s.Security.Allow)
}

// groupMeant is the group that a script names by id or handle; nil if there is none.
func groupMeant(q *store.Reader, name string) (*muster.Group, error) {
	if id, ok := muster.ParseID(name); ok {
		return q.Group(muster.MainRealm, id)
	}
	if !muster.ValidHandle(name) {
		return nil, nil
	}
	return q.GroupByHandle(muster.MainRealm, name)
}

// insecure says what is wrong with the people and groups that a script names.
func insecure(q *store.Reader, s *script.Script) (errs []string) {
	if s.Security == nil {
		return nil
	}
	if name := s.Security.RunAs; name != "" {
		if u, err := principal(q, name); err != nil || u == nil || !u.Live() {
			errs = append(errs, "could not load security user: "+name+": "+missing(err, muster.ErrUserNotFound))
		}
	}
	for _, name := range slices.Concat(s.Security.Deny, s.Security.Allow) {
		if g, err := groupMeant(q, name); err != nil || g == nil {
			errs = append(errs, "could not load security role: "+name+": "+missing(err, muster.ErrGroupNotFound))
		}
	}
	return errs
}

func missing(err error, otherwise *muster.Error) string {
	if err != nil && !errors.Is(err, context.Canceled) {
		return muster.ErrInternal.Message
	}
	return otherwise.Message
}
