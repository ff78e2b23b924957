package core

import (
	"context"
	"time"

	"muster"
)

var noTime time.Time

// changeState is what the verbs that move a user between states share: the user is read, the right asked for, f changes the
// state, and the change is stored.
func (c *Core) changeState(ctx context.Context, a muster.Action, id muster.ID, require func(*Tx) error, f func(*Tx, *muster.User) error) error {
	_, err := do(ctx, c, a, func(tx *Tx) (struct{}, error) {
		tx.About(muster.UserResource(id))
		if err := legalID(id); err != nil {
			return struct{}{}, err
		}
		u, err := tx.user(id)
		if err != nil {
			return struct{}{}, err
		}
		if err := require(tx); err != nil {
			return struct{}{}, err
		}
		was := *u
		if err := f(tx, u); err != nil {
			return struct{}{}, err
		}
		tx.Record(muster.UserResource(id))
		if *u == was {
			return struct{}{}, nil // done before
		}
		u.ChangedAt = tx.Now()
		return struct{}{}, tx.UpdateUser(u)
	})
	return err
}

// DeleteUser deletes a user softly: his sessions end, his names are free, his inbox is emptied for good, what he owns stays. Doing it again changes nothing.
func (c *Core) DeleteUser(ctx context.Context, id muster.ID) error {
	_, err := withScripts(ctx, c, muster.ActionDeleteUser, id, tellUserDeleted, c.deleteUser)
	return err
}

func (c *Core) deleteUser(ctx context.Context, id muster.ID) (struct{}, error) {
	return struct{}{}, c.changeState(ctx, muster.ActionDeleteUser, id, notSelf(id), func(tx *Tx, u *muster.User) error {
		if u.Deleted() {
			return nil
		}
		if err := tx.refuseUnlessOtherAdministrator(u); err != nil {
			return err
		}
		if err := tx.asSeen(muster.UserResource(u.ID), u.Version); err != nil {
			return err
		}
		was := *u
		if err := tx.endUser(u); err != nil {
			return err
		}
		return tx.happens(userOccasion(doDelete, u, &was))
	})
}

// endUser is what deletion does: sessions end, names are free, and what applications kept with the user goes for good.
func (tx *Tx) endUser(u *muster.User) error {
	if err := tx.FreeSignInNames(u.ID); err != nil {
		return err
	}
	if err := tx.RemoveAttributes(u.Realm, u.ID); err != nil {
		return err
	}
	if err := tx.RemoveInbox(u.Realm, u.ID); err != nil {
		return err
	}
	u.DeletedAt = tx.Now()
	return tx.signOut(u, 0)
}

// signOut ends all that lets a user in but one session (0: all): those that there are, and tokens that an application has signed
// before. The caller stores the user.
func (tx *Tx) signOut(u *muster.User, but muster.ID) error {
	u.SignedOutAt = tx.Now()
	_, err := tx.EndSessionsOf(u.ID, but, u.SignedOutAt)
	return err
}

// SuspendUser locks a user out: his sessions end, his names stay his.
func (c *Core) SuspendUser(ctx context.Context, id muster.ID) error {
	return c.changeState(ctx, muster.ActionSuspendUser, id, notSelf(id), func(tx *Tx, u *muster.User) error {
		if u.Suspended() {
			return nil
		}
		if err := tx.refuseUnlessOtherAdministrator(u); err != nil {
			return err
		}
		u.SuspendedAt = tx.Now()
		return tx.signOut(u, 0)
	})
}

// UnsuspendUser lets a suspended user in again. Sessions that ended stay ended.
func (c *Core) UnsuspendUser(ctx context.Context, id muster.ID) error {
	return c.changeState(ctx, muster.ActionUnsuspendUser, id, onUser(id), func(tx *Tx, u *muster.User) error {
		u.SuspendedAt = noTime
		return nil
	})
}

// UndeleteUser brings a deleted user back, with memberships and credentials, suspended if he was. It fails with Taken if one
// of his names was given to somebody else meanwhile; a made username is made anew.
func (c *Core) UndeleteUser(ctx context.Context, id muster.ID) error {
	names := func(tx *Tx) error {
		u, err := tx.user(id)
		if err != nil || !u.Deleted() {
			return err
		}
		return tx.retakeNames(u)
	}
	require := func(tx *Tx) error {
		// Names first, then the right: this is the order in which the wire tells what is wrong. A refusal takes nothing.
		if err := names(tx); err != nil {
			return err
		}
		return tx.Require(muster.UserResource(id))
	}
	return c.changeState(ctx, muster.ActionUndeleteUser, id, require, func(tx *Tx, u *muster.User) error {
		if !u.Deleted() {
			return nil
		}
		u.DeletedAt = noTime
		return tx.remakeUsername(u)
	})
}

func onUser(id muster.ID) func(*Tx) error {
	return func(tx *Tx) error { return tx.Require(muster.UserResource(id)) }
}

func notSelf(id muster.ID) func(*Tx) error {
	return func(tx *Tx) error { return tx.RequireNotSelf(id) }
}

// refuseUnlessOtherAdministrator keeps the last administrator: u is about to stop being one who can sign in. At least one has
// to stay who is neither suspended nor deleted, and is confirmed if u is (one-core, 5.4).
func (tx *Tx) refuseUnlessOtherAdministrator(u *muster.User) error {
	is, err := tx.IsMember(muster.Administrators, u.ID)
	if err != nil || !is || !u.Live() {
		return err
	}
	other, err := tx.OtherAdministrator(u.ID, !u.Unconfirmed())
	if err == nil && !other {
		err = muster.ErrLastAdmin
	}
	return err
}
