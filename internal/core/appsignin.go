package core

import (
	"context"
	"crypto/subtle"
	"errors"
	"math"
	"strconv"
	"time"

	"muster"
	"muster/internal/store"
	"muster/internal/token"
)

// The lives of tokens that nobody gives another one (agora-chat.md, 8.1).
const (
	usualTokenLife = 60 * 24 * time.Hour
	endlessLife    = math.MaxInt32 * time.Second // 68 years: the longest that clients can hold stands for "no end"
)

// A Life is how long somebody wants a token to live. The zero Life leaves it to the application.
type Life struct {
	Said bool
	For  time.Duration // 0: without an end
}

// of is the life that a token gets.
func (l Life) of(app *App) time.Duration {
	switch {
	case l.Said && (l.For <= 0 || l.For > endlessLife):
		return endlessLife
	case l.Said:
		return l.For
	case app.config.TokenLife > 0:
		return app.config.TokenLife
	}
	return usualTokenLife
}

// A Grant is a token that an application got, or one of its users.
type Grant struct {
	Token string
	Life  time.Duration // whole seconds; the longest stands for no end
	End   time.Time
	User  *muster.User // nil: it is the application's own
}

// grantApp makes a token of the application itself. Nothing of it is stored: a new secret of the application ends it.
func (c *Core) grantApp(app *App, life time.Duration) (*Grant, error) {
	end := c.now().Add(life).Truncate(time.Second)
	text, err := c.keys.SignBearer(token.Session, string(appToken), app.bound(), []string{strconv.FormatInt(end.Unix(), 10)})
	return &Grant{Token: text, Life: life, End: end}, err
}

// grantUser makes a token of a session.
func (c *Core) grantUser(app *App, in *SignedIn, life time.Duration) (*Grant, error) {
	end := in.Session.ExpiresAt.Truncate(time.Second)
	fields := []string{in.Session.ID.String(), strconv.FormatInt(end.Unix(), 10)}
	text, err := c.keys.SignBearer(token.Session, string(AccessToken), app.userBound(), fields)
	return &Grant{Token: text, Life: life, End: end, User: in.User}, err
}

func appResource(app *App) muster.Resource {
	if app == nil {
		return muster.Resource{Noun: muster.NounApplication}
	}
	return applicationResource(app.ID)
}

// SignInApp answers a token of the application itself to who knows its id and secret; else [muster.ErrBadAppID] or
// [muster.ErrBadAppSecret].
func (c *Core) SignInApp(ctx context.Context, id, secret string, life Life) (*Grant, error) {
	app := c.app(muster.ActorFrom(ctx))
	_, err := do(ctx, c, muster.ActionSignInApp, func(tx *Tx) (struct{}, error) {
		tx.About(appResource(app), "credentials.kind", "secret")
		switch {
		case app == nil || app.config.ClientID == "" || !same(id, app.config.ClientID):
			return struct{}{}, muster.ErrBadAppID
		case !same(secret, app.config.ClientSecret):
			return struct{}{}, muster.ErrBadAppSecret
		}
		tx.Record(appResource(app))
		return struct{}{}, nil
	})
	if err != nil {
		return nil, err
	}
	return c.grantApp(app, life.of(app))
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// SignInThroughApp starts a session in the application for who knows the user's password. Unlike elsewhere who asks is told what
// was wrong (agora-chat.md, 4.1): [muster.ErrUserNotFound], [muster.ErrBadCredentials], or with the right password
// [muster.ErrSuspended], [muster.ErrUnconfirmed] or [muster.ErrAdminOnly].
func (c *Core) SignInThroughApp(ctx context.Context, username, password string, life Life) (*Grant, error) {
	a, app := muster.ActionSignInThroughApp, c.app(muster.ActorFrom(ctx))
	if app == nil {
		return nil, muster.ErrUserNotFound
	}
	q := c.store.Reader(ctx)
	rules, err := c.passwordRules(q, app.Realm)
	if err != nil {
		return nil, c.explain(ctx, a, err)
	}
	u, err := userNamed(q, app, username)
	if err != nil {
		return nil, c.explain(ctx, a, err)
	}
	v, refusal := verified{user: u}, error(nil)
	switch {
	case !rules.PasswordSignIn:
		refusal = muster.ErrSignInDisabled
	case u != nil || app.Main():
		v, refusal = c.verifyInPlace(ctx, u, username, password)
	}
	if refusal != nil && !errors.Is(refusal, muster.ErrThrottled) && !errors.Is(refusal, muster.ErrSignInDisabled) {
		return nil, c.explain(ctx, a, refusal)
	}
	in, err := do(ctx, c, a, func(tx *Tx) (*SignedIn, error) {
		tx.about = muster.Event{Resource: muster.Resource{Noun: muster.NounSession}, Changes: signInChanges(Proof{Email: username}, u)}
		if u != nil {
			tx.ActsAs(u.ID)
		}
		if refusal != nil {
			return nil, refusal
		}
		if u == nil {
			return nil, muster.ErrUserNotFound
		}
		return tx.signInVerified(v, life.of(app))
	})
	if err != nil {
		return nil, err
	}
	return c.grantUser(app, in, life.of(app))
}

// verifyInPlace compares a password once a place is taken for it, and gives the place back to who knew it.
func (c *Core) verifyInPlace(ctx context.Context, u *muster.User, typed, password string) (verified, error) {
	none := verified{user: u}
	place, err := c.takePlace(ctx, u, typed)
	if err != nil || password == "" || len(password) > muster.MaxPassword {
		return none, err
	}
	v, err := c.verify(ctx, u, password)
	if err == nil && v.ok {
		place.giveBack()
	}
	return v, err
}

// signInVerified starts a session for who knew the password, if he may have one.
func (tx *Tx) signInVerified(v verified, life time.Duration) (*SignedIn, error) {
	u, err := tx.User(v.user.Realm, v.user.ID)
	if err != nil {
		return nil, err
	}
	phc, err := tx.Credential(v.user.ID, store.CredentialPassword)
	switch {
	case err != nil:
		return nil, err
	case u == nil || u.Deleted():
		return nil, muster.ErrUserNotFound
	case !v.ok || phc != v.phc:
		return nil, muster.ErrBadCredentials
	case u.Unconfirmed():
		return nil, muster.ErrUnconfirmed
	}
	if v.rehash != "" {
		if err := tx.SetCredential(u.ID, store.CredentialPassword, v.rehash, tx.Now()); err != nil {
			return nil, err
		}
	}
	return tx.signInThroughApp(u, life)
}

// signInThroughApp starts a session of a user whom an application may have: nobody who is locked out, and no administrator.
func (tx *Tx) signInThroughApp(u *muster.User, life time.Duration) (*SignedIn, error) {
	if u.Suspended() {
		return nil, muster.ErrSuspended
	}
	is, err := tx.IsMember(muster.Administrators, u.ID)
	switch {
	case err != nil:
		return nil, err
	case is:
		return nil, muster.ErrAdminOnly
	}
	return tx.signedInFor(u, life)
}

// Vouch answers a token of a user for whom the application vouches. With create, a user who is not there is made, without a
// password. It fails with [muster.ErrUserNotFound], [muster.ErrSuspended] or [muster.ErrAdminOnly], and as
// [Core.RegisterUsers] does.
func (c *Core) Vouch(ctx context.Context, username string, create bool, life Life) (*Grant, error) {
	app := c.app(muster.ActorFrom(ctx))
	in, err := do(ctx, c, muster.ActionVouch, func(tx *Tx) (*SignedIn, error) {
		if err := tx.Require(muster.Realm()); err != nil {
			return nil, err
		}
		if app == nil {
			return nil, muster.ErrDenied
		}
		u, err := userNamed(tx.Reader, app, username)
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
	in, err := do(ctx, c, muster.ActionExchangeSigned, func(tx *Tx) (*SignedIn, error) {
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
