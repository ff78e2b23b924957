package core

import (
	"context"
	"errors"

	"muster"
	"muster/internal/store"
)

// ChangePassword gives the caller a new password, if he knows the old one. All his other sessions end.
func (c *Core) ChangePassword(ctx context.Context, old, fresh string) error {
	a := muster.ActionChangePassword
	actor := muster.ActorFrom(ctx)
	if actor.User == 0 {
		return muster.ErrUnauthenticated
	}
	rules, err := c.signInRules(c.store.Reader(ctx))
	if err != nil {
		return c.explain(ctx, a, err)
	}
	u, err := c.store.Reader(ctx).User(actor.Realm, actor.User)
	if err != nil {
		return c.explain(ctx, a, err)
	}
	if u == nil {
		return muster.ErrUnauthenticated
	}
	weak := old == "" || len(old) > muster.MaxPassword || !goodPassword(fresh, rules)
	var v verified
	var phc string
	var throttled bool
	if !weak && rules.PasswordSignIn {
		v, err = c.verifyOld(ctx, u, old)
		if throttled = errors.Is(err, muster.ErrThrottled); throttled {
			err = nil
		}
		if v.ok {
			phc, err = c.hash(ctx, fresh)
		}
		if err != nil {
			return c.explain(ctx, a, err)
		}
	}
	_, err = do(ctx, c, a, func(tx *Tx) (struct{}, error) {
		if err := tx.Require(muster.UserResource(actor.User)); err != nil {
			return struct{}{}, err
		}
		tx.About(muster.UserResource(actor.User), userChanges("user", u)...)
		if !rules.PasswordSignIn {
			return struct{}{}, muster.ErrSignInDisabled
		}
		if weak {
			return struct{}{}, muster.ErrWeakPassword
		}
		if throttled {
			return struct{}{}, muster.ErrThrottled
		}
		switch _, err := tx.stillVerified(v); {
		case errors.Is(err, muster.ErrBadCredentials):
			return struct{}{}, muster.ErrOldPassword
		case err != nil:
			return struct{}{}, err
		}
		tx.Record(muster.UserResource(actor.User))
		return struct{}{}, tx.setPassword(u, phc)
	})
	return err
}

// verifyOld compares the password of somebody who is signed in. It takes a place like a sign-in: who has stolen a session would
// otherwise guess the password through it as fast as he can.
func (c *Core) verifyOld(ctx context.Context, u *muster.User, old string) (verified, error) {
	place, err := c.takePlace(ctx, u, u.Email)
	if err != nil {
		return verified{}, err
	}
	v, err := c.verify(ctx, u, old)
	if v.ok {
		place.giveBack()
	}
	return v, err
}

// SetPassword gives a user a new password. All his sessions end, except that of a caller who does it to himself.
func (c *Core) SetPassword(ctx context.Context, user muster.ID, fresh string) error {
	a := muster.ActionSetPassword
	may, err := c.mayHash(ctx, a, user)
	if err != nil {
		return err
	}
	rules, err := c.signInRules(c.store.Reader(ctx))
	if err != nil {
		return c.explain(ctx, a, err)
	}
	weak := !goodPassword(fresh, rules)
	var phc string
	if !weak && may {
		if phc, err = c.hash(ctx, fresh); err != nil {
			return c.explain(ctx, a, err)
		}
	}
	_, err = do(ctx, c, a, func(tx *Tx) (struct{}, error) {
		tx.About(muster.UserResource(user))
		if err := legalID(user); err != nil {
			return struct{}{}, err
		}
		if weak {
			return struct{}{}, muster.ErrWeakPassword
		}
		u, err := tx.user(user)
		if err != nil {
			return struct{}{}, err
		}
		if err := tx.Require(muster.UserResource(user)); err != nil {
			return struct{}{}, err
		}
		if u.Deleted() {
			return struct{}{}, muster.ErrUserNotFound
		}
		if !may {
			return struct{}{}, muster.ErrDenied // he was given the right a moment ago: there is no hash yet
		}
		tx.Record(muster.UserResource(user))
		return struct{}{}, tx.setPassword(u, phc)
	})
	return err
}

// mayHash reports whether a caller who is about to set a user's password has, as far as is known before the transaction, the
// right to it: nobody else has us spend a hash. The transaction decides.
func (c *Core) mayHash(ctx context.Context, a muster.Action, user muster.ID) (bool, error) {
	actor := muster.ActorFrom(ctx)
	if actor.System {
		return true, nil
	}
	if !actor.SignedIn() {
		return false, muster.ErrUnauthenticated
	}
	e, err := c.rights.ofActor(ctx, actor)
	if err != nil {
		return false, c.explain(ctx, a, err)
	}
	return e.rights.Check(string(a.Resource), int64(user), a.Operation, false), nil
}

// setPassword stores a new hash and ends what the old password had opened.
func (tx *Tx) setPassword(u *muster.User, phc string) error {
	now := tx.Now()
	if tx.Actor.Behind != 0 {
		return muster.ErrDenied // who acts as somebody else leaves no way back in
	}
	if err := tx.SetCredential(u.ID, store.CredentialPassword, phc, now); err != nil {
		return err
	}
	if err := tx.VoidMailTokens(u.ID, []string{MailReset, purposeReset}, now); err != nil {
		return err
	}
	if _, err := tx.EndSessionsOf(u.ID, tx.ownSession(u), now); err != nil {
		return err
	}
	fresh, err := tx.User(u.Realm, u.ID)
	if err != nil {
		return err
	}
	fresh.ChangedAt = now
	return tx.UpdateUser(fresh)
}

// ownSession is the session by which the caller came, if he is the user; 0 if he is not.
func (tx *Tx) ownSession(u *muster.User) muster.ID {
	if tx.Actor.User == u.ID {
		return tx.Actor.Session
	}
	return 0
}
