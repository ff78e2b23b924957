package core

import (
	"context"
	"time"

	"muster"
)

// Vouch answers a token of a user for whom the application vouches. With create, a user who is not there is made, without a
// password. It fails with [muster.ErrUserNotFound], [muster.ErrSuspended] or [muster.ErrAdminOnly], and as
// [Core.RegisterUsers] does.
func (c *Core) Vouch(ctx context.Context, username string, create bool, life Life) (*Grant, error) {
	app := c.app(muster.ActorFrom(ctx))
	in, err := signInOfUser(ctx, c, muster.ActionVouch, username, tellVouched(app, create), func(tx *Tx, username string) (*SignedIn, error) {
		if err := tx.Require(muster.Realm()); err != nil {
			return nil, err
		}
		if app == nil {
			return nil, muster.ErrDenied
		}
		u, err := appUserNamed(tx.Reader, app, username)
		if err != nil {
			return nil, err
		}
		if u == nil {
			if !create {
				return nil, muster.ErrUserNotFound
			}
			if u, err = tx.registerVouched(app, username); err != nil {
				return nil, err
			}
		}
		tx.about = muster.Event{}
		return tx.signInThroughApp(u, life.of(app))
	})
	if err != nil {
		return nil, err
	}
	return c.grantUser(app, in, life.of(app))
}

// registerVouched makes a user without a password.
func (tx *Tx) registerVouched(app *App, username string) (*muster.User, error) {
	u, err := tx.registerUser(app, &Registration{Username: username})
	if err != nil {
		return nil, err
	}
	tx.records[len(tx.records)-1].Action = muster.ActionRegisterUsers.Name // that somebody was made is one kind of event
	return u, tx.roomFor(app)
}

// ExchangeSigned answers a token of the house for one that the application has signed, by which the caller came: its own, or that
// of the same user. It ends no later than that one.
func (c *Core) ExchangeSigned(ctx context.Context) (*Grant, error) {
	actor := muster.ActorFrom(ctx)
	app, left := c.app(actor), actor.Until.Sub(c.now()).Truncate(time.Second)
	in, err := signInOfUser(ctx, c, muster.ActionExchangeSigned, struct{}{}, tellSigned, func(tx *Tx, _ struct{}) (*SignedIn, error) {
		if err := tx.Require(appResource(app)); err != nil {
			return nil, err
		}
		if app == nil || tx.Actor.Signed.IsZero() {
			return nil, muster.ErrTokenCorrupt // it takes no token of the house
		}
		if left = min(left, Life{}.of(app)); left <= 0 {
			return nil, muster.ErrTokenExpired
		}
		if tx.Actor.AsApp {
			tx.Record(appResource(app))
			return nil, nil
		}
		u, err := tx.User(tx.Actor.Realm, tx.Actor.User)
		if err != nil {
			return nil, err
		}
		return tx.signInThroughApp(u, left)
	})
	switch {
	case err != nil:
		return nil, err
	case in == nil:
		return c.grantApp(app, left)
	}
	return c.grantUser(app, in, left)
}

// ReadTokenEnd answers when the token ends by which a user came.
func (c *Core) ReadTokenEnd(ctx context.Context) (time.Time, error) {
	return view(ctx, c, muster.ActionReadTokenEnd, func(v *View) (time.Time, error) {
		if v.Actor.User == 0 {
			return time.Time{}, muster.ErrDenied
		}
		return v.Actor.Until, v.Require(sessionResource(v.Actor.Session))
	})
}
