package core

import (
	"context"
	"slices"

	"muster"
)

// This file tells of what happens through an application that is bound to the main realm. Of users of other realms scripts hear
// nothing: see [Occasion.main].

// tellVouched is about somebody who is let in because an application vouches for him, and made if he is not there.
func tellVouched(app *App, create bool) func(*View, *string) ([]*Occasion, error) {
	return func(v *View, username *string) ([]*Occasion, error) {
		if app == nil || !app.Main() {
			return nil, nil
		}
		u, err := appUserNamed(v.Reader, app, *username)
		if err != nil || u != nil || !create {
			return v.tellSignIn(u), err
		}
		made := appUser(app, &Registration{Username: *username})
		return []*Occasion{signInOccasion(doSignUp, made), signInOccasion(doLogin, made)}, nil
	}
}

// tellSigned is about the user who shows a token that an application has signed.
func tellSigned(v *View, _ *struct{}) ([]*Occasion, error) {
	u, err := v.User(muster.MainRealm, v.Actor.User)
	return v.tellSignIn(u), err
}

// tellRegistered is about people who get an account by an application. Scripts may change their names, and not what they are called
// by when they sign in: the application knows them by that.
func tellRegistered(app *App) func(*View, *[]Registration) ([]*Occasion, error) {
	return func(_ *View, list *[]Registration) (occasions []*Occasion, err error) {
		*list = slices.Clone(*list) // it is asked for anew if somebody else was faster
		for i := range *list {
			r := &(*list)[i]
			if u := appUser(app, r); app.Main() && r.phc != "" {
				o := signInOccasion(doSignUp, u)
				o.take = func() { r.Name = u.Name }
				occasions = append(occasions, o)
			}
		}
		return occasions, nil
	}
}

// tellNamed is about somebody who gets another name.
func tellNamed(id muster.ID) func(*View, *string) ([]*Occasion, error) {
	return func(v *View, name *string) ([]*Occasion, error) {
		u, err := v.User(muster.MainRealm, id)
		if err != nil || u == nil || u.Deleted() || v.Actor.User != id && !v.mayBegin(muster.UserResource(id)) {
			return nil, err
		}
		old := *u
		u.Name = *name
		o := userOccasion(doUpdate, u, &old)
		o.take = func() { *name = u.Name }
		return []*Occasion{o}, nil
	}
}

// signInOfUser is a sign-in in which scripts have a say: plan tells whose, once he has proven who he is.
func signInOfUser[F any](ctx context.Context, c *Core, a muster.Action, form F, plan func(*View, *F) ([]*Occasion, error), f func(*Tx, F) (*SignedIn, error)) (*SignedIn, error) {
	return withScripts(ctx, c, a, form, plan, func(ctx context.Context, form F) (*SignedIn, error) {
		return do(ctx, c, a, func(tx *Tx) (*SignedIn, error) { return f(tx, form) })
	})
}
