package core

import (
	"context"
	"fmt"
	"slices"

	"muster"
	"muster/internal/perm"
	"muster/internal/store"
)

// A View is what the closure of a verb that only reads works on.
type View struct {
	*store.Reader
	Actor muster.Actor

	core     *Core
	action   muster.Action
	entry    *entry // of the caller's session; nil for the house itself and for nobody
	rights   perm.Rights
	demand   string // of the route; see [Authenticator.Admit]
	required bool
	about    muster.Event
}

// view is do for verbs that change nothing: no event but that of a refusal.
func view[T any](ctx context.Context, c *Core, a muster.Action, f func(*View) (T, error)) (T, error) {
	var none, out T
	v, err := c.viewer(ctx, a)
	if err != nil {
		return none, c.explain(ctx, a, err)
	}
	if err = v.checkDemand(); err == nil {
		out, err = f(v)
	}
	if err == nil && !v.required && !a.Open {
		err = fmt.Errorf("%s: %w", a.Name, errNoRequire)
	}
	if err != nil {
		return none, c.refuseView(ctx, v, err)
	}
	return out, nil
}

// viewer is a View of what the caller may do at this moment.
func (c *Core) viewer(ctx context.Context, a muster.Action) (*View, error) {
	if ctx.Value(insideDo{}) != nil {
		return nil, errNested
	}
	v := &View{Reader: c.store.Reader(ctx), Actor: muster.ActorFrom(ctx), core: c, action: a, demand: demand(ctx)}
	switch {
	case v.Actor.SignedIn():
		return v, c.enter(ctx, v)
	case !a.Open:
		return nil, muster.ErrUnauthenticated
	}
	return v, nil
}

// enter finds out what a caller may who is signed in.
func (c *Core) enter(ctx context.Context, v *View) (err error) {
	switch {
	case v.Actor.System, v.Actor.AsApp:
		return nil // what they may is no matter of rules
	case v.Actor.Session == 0 && v.Actor.App != 0:
		_, err = stillSigned(v.Reader, v.Actor)
		return err
	}
	if v.entry, err = c.rights.ofActor(ctx, v.Actor); err != nil {
		return err
	}
	if v.Actor.App != 0 {
		return noAdministrator(slices.Contains(v.entry.groups, muster.Administrators), nil)
	}
	v.rights = v.entry.rights
	return nil
}

// refuseView records the refusal of a reader who is signed in.
func (c *Core) refuseView(ctx context.Context, v *View, err error) error {
	c.recordRefusal(ctx, v.Actor, v.action, v.about, err)
	return c.explain(ctx, v.action, err)
}

// Require asks for the right to the action on the resource.
func (v *View) Require(res muster.Resource) error {
	v.required = true
	v.about.Resource = res
	if v.action.Operation == "" || v.May(res, v.action.Operation) {
		return nil
	}
	return muster.ErrDenied
}

// RequireOrSelf is Require, but users have the right to themselves.
func (v *View) RequireOrSelf(user muster.ID) error {
	return v.RequireUnlessSelf(user, muster.UserResource(user))
}

// RequireUnlessSelf is Require, but what is the caller's own he may see without.
func (v *View) RequireUnlessSelf(user muster.ID, res muster.Resource) error {
	if v.Actor.User == user && user != 0 {
		v.required = true
		return nil
	}
	return v.Require(res)
}

// May reports whether the caller may do the operation on the resource.
func (v *View) May(res muster.Resource, operation string) bool {
	switch {
	case v.Actor.System:
		return true
	case v.Actor.App != 0:
		return v.core.appMay(v.Actor, res, operation)
	case operation == muster.OpAdminister:
		return v.entry != nil && slices.Contains(v.entry.groups, muster.Administrators)
	}
	return v.rights.Check(string(res.Noun), int64(res.ID), operation, fallback(res.Noun, operation))
}

// Visible is the part of a noun's objects on which the caller may do the operation.
func (v *View) Visible(noun muster.Noun, operation string) store.Visible {
	v.required = true
	switch {
	case v.Actor.System:
		return store.All()
	case v.Actor.App != 0:
		return store.Visible{Default: v.core.appMay(v.Actor, muster.Resource{Noun: noun}, operation)}
	}
	return visible(v.rights.Filter(string(noun), operation, fallback(noun, operation)))
}

// visible is a filter in the words of the store.
func visible(f perm.Filter) store.Visible {
	ids := make([]muster.ID, len(f.Except))
	for i, id := range f.Except {
		ids[i] = muster.ID(id)
	}
	return store.Visible{Default: f.Allow, Except: ids}
}

// VisibleOrSelf is Visible, but users see themselves.
func (v *View) VisibleOrSelf(operation string) store.Visible {
	see := v.Visible(muster.NounUser, operation)
	return see.With(v.Actor.User)
}

// callerView is what the caller may do at this moment: for the answer to a change that he has just made, and for scripts
// that have a say in one that he is about to make. It refuses nobody; nobody may do nothing.
func (c *Core) callerView(ctx context.Context) (*View, error) {
	v := &View{Reader: c.store.Reader(ctx), Actor: muster.ActorFrom(ctx), core: c}
	if !v.Actor.System && !v.Actor.SignedIn() {
		return v, nil
	}
	return v, c.enter(ctx, v)
}

// may reports whether the caller has a right before a change that asks for it again. It refuses nobody.
func (c *Core) may(ctx context.Context, a muster.Action, res muster.Resource) bool {
	if !muster.ActorFrom(ctx).SignedIn() {
		return false
	}
	v, err := c.callerView(ctx)
	return err == nil && v.May(res, a.Operation)
}
