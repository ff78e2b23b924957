package core

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"muster"
	"muster/internal/store"
)

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
	u, err := appUserNamed(q, app, username)
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
	in, err := signInOfUser(ctx, c, a, v, tellVerified, func(tx *Tx, v verified) (*SignedIn, error) {
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
