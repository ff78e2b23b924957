package core

import (
	"context"
	"errors"
	"time"

	"muster"
	"muster/internal/store"
)

// A Registration is what is said of a user whom an application registers.
type Registration struct {
	Username string // in any letter case; kept in lower case
	Password string
	Name     string

	phc string
}

// MostRegistrations are the users that an application registers at once.
const MostRegistrations = 60

// Registered is what became of a list of registrations.
type Registered struct {
	Users []*muster.User // in the order of the list
	Taken []string       // usernames that somebody had already
}

// RegisterUsers makes users of the application, in the order of the list and all of them or none. A name that is taken is told of
// and keeps nobody from being made, unless the list has one name only: that is [muster.ErrTaken]. Only the application may; in
// one that is open to everybody, anybody may make himself a user: one, and alone. A stranger elsewhere gets
// [muster.ErrRegistrationClosed].
//
// Passwords are hashed one after the other, so that a list takes one turn at a time from those who wait for a hash as well.
func (c *Core) RegisterUsers(ctx context.Context, list []Registration, alone bool) (Registered, error) {
	a, actor := muster.ActionRegisterUsers, muster.ActorFrom(ctx)
	app := c.app(actor)
	rules, err := c.passwordRules(c.store.Reader(ctx), actor.Realm)
	if err != nil {
		return Registered{}, c.explain(ctx, a, err)
	}
	err = mayRegister(actor, app, rules, alone)
	if err == nil && !actor.AsApp && app.Main() && !c.maySignUp(ctx) {
		err = muster.ErrThrottled
	}
	if err != nil {
		c.recordRefusal(ctx, actor, a, muster.Event{Resource: muster.Realm()}, err)
		return Registered{}, c.explain(ctx, a, err)
	}
	if len(list) == 0 || len(list) > MostRegistrations || alone && len(list) > 1 {
		return Registered{}, muster.InvalidField("users", "1 to %d at once", MostRegistrations)
	}
	if err := c.prepareAll(ctx, app, list, rules, registerTime); err != nil {
		return Registered{}, c.explain(ctx, a, err)
	}
	return withScripts(ctx, c, a, list, tellRegistered(app), func(ctx context.Context, list []Registration) (Registered, error) {
		return do(ctx, c, a, func(tx *Tx) (Registered, error) { return tx.register(app, list, alone) })
	})
}

// mayRegister reports whether somebody may make users of the application at all.
func mayRegister(actor muster.Actor, app *App, rules muster.SignInRules, alone bool) error {
	switch {
	case app == nil, actor.User != 0:
		return muster.ErrDenied
	case actor.AsApp:
		return nil
	case !alone || !app.config.Open || !rules.SignUp:
		return muster.ErrRegistrationClosed
	}
	return nil
}

// registerTime is how long the hashes of one list may take. Who asks waits for 30 seconds, and must not be left without an answer
// to what was done.
const registerTime = 20 * time.Second

// prepareAll prepares a list. If that takes longer than most, the house is too busy, and nothing has been done.
func (c *Core) prepareAll(ctx context.Context, app *App, list []Registration, rules muster.SignInRules, most time.Duration) error {
	bounded, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for i := range list {
		err := c.prepare(bounded, app, &list[i], rules)
		if bounded.Err() != nil && ctx.Err() == nil {
			err = muster.ErrBusy
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// prepare checks a registration and hashes its password, unless the name is taken anyway.
func (c *Core) prepare(ctx context.Context, app *App, r *Registration, rules muster.SignInRules) error {
	switch {
	case !app.takes(r.Username):
		return muster.InvalidField("username", "1 to 64 of A–Z a–z 0–9 _ - .")
	case !goodPassword(r.Password, rules):
		return muster.ErrWeakPassword
	case !muster.ValidText(r.Name, muster.MaxName):
		return muster.InvalidField("name", "at most 200 characters, none of them control characters")
	}
	u, err := c.store.Reader(ctx).UserBySignInName(app.Realm, r.Username)
	if err == nil && u == nil {
		r.phc, err = c.hash(ctx, r.Password)
	}
	return err
}

// takes reports whether a new user of the application may be called so. One of the main realm has to please both.
func (a *App) takes(username string) bool {
	return muster.ValidAppUsername(username) && (!a.Main() || muster.ValidUsername(username))
}

func (tx *Tx) register(app *App, list []Registration, alone bool) (Registered, error) {
	var out Registered
	if tx.Actor.AsApp {
		if err := tx.Require(muster.Realm()); err != nil {
			return out, err
		}
	}
	for i := range list {
		u, err := tx.registerUser(app, &list[i])
		switch {
		case errors.Is(err, muster.Taken("username")) && !alone:
			out.Taken = append(out.Taken, list[i].Username)
		case err != nil:
			return Registered{}, err
		default:
			out.Users = append(out.Users, u)
		}
	}
	if len(out.Users) == 0 {
		tx.about = muster.Event{}
		tx.Record(muster.Realm(), "taken", len(out.Taken))
		return out, nil
	}
	return out, tx.roomFor(app)
}

// registerUser makes one user. A name that was taken before the password was hashed is taken, whatever happened since.
func (tx *Tx) registerUser(app *App, r *Registration) (*muster.User, error) {
	tx.about = muster.Event{Resource: muster.Realm()}
	switch {
	case !app.takes(r.Username):
		return nil, muster.InvalidField("username", "1 to 64 of A–Z a–z 0–9 _ - .")
	case r.Password != "" && r.phc == "":
		return nil, muster.Taken("username")
	}
	u := appUser(app, r)
	if err := tx.insertUser(u, false); err != nil {
		return nil, err
	}
	tx.Record(muster.UserResource(u.ID), userChanges("new", u)...)
	if err := tx.happens(signInOccasion(doSignUp, u)); err != nil {
		return nil, err
	}
	if r.phc == "" {
		return u, nil
	}
	return u, tx.SetCredential(u.ID, store.CredentialPassword, r.phc, tx.Now())
}

// appUser is the user whom a registration makes.
func appUser(app *App, r *Registration) *muster.User {
	return &muster.User{Realm: app.Realm, Username: muster.Fold(r.Username), UsernameGiven: true, Name: r.Name}
}

// roomFor refuses if the application has more users than it may.
func (tx *Tx) roomFor(app *App) error {
	if app.config.MostUsers == 0 {
		return nil
	}
	more, err := tx.MoreUsersThan(app.Realm, app.config.MostUsers)
	if err == nil && more {
		err = muster.ErrUsersFull
	}
	return err
}
