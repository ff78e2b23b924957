package core

import (
	"context"
	"strings"

	"muster"
	"muster/internal/store"
)

// systemPrefix is how the usernames of system users begin.
const systemPrefix = "tat.system"

// ConvertUser makes somebody a system user for good: he loses his e-mail, his password and his sessions, and gets a new key.
// Errors: [muster.ErrNotSystemName], [muster.ErrIsSystem], [muster.ErrLastAdmin].
func (c *Core) ConvertUser(ctx context.Context, id muster.ID, listsInFull bool) (*NewKey, error) {
	return withScripts(ctx, c, muster.ActionConvertUser, id, tellConvert, func(ctx context.Context, id muster.ID) (*NewKey, error) {
		return c.convertUser(ctx, id, listsInFull)
	})
}

func (c *Core) convertUser(ctx context.Context, id muster.ID, listsInFull bool) (*NewKey, error) {
	fresh := newKeySecret()
	return do(ctx, c, muster.ActionConvertUser, func(tx *Tx) (*NewKey, error) {
		u, err := tx.liveUser(id)
		switch {
		case err != nil:
			return nil, err
		case !strings.HasPrefix(u.Username, systemPrefix):
			return nil, muster.ErrNotSystemName
		case u.Kind == muster.KindSystem:
			return nil, muster.ErrIsSystem
		}
		if err := tx.refuseUnlessOtherAdministrator(u); err != nil {
			return nil, err
		}
		tx.Record(muster.UserResource(id))
		was := *u
		if err := tx.asSeen(muster.UserResource(id), was.Version); err != nil {
			return nil, err
		}
		if err := tx.strip(u); err != nil {
			return nil, err
		}
		u.Kind, u.ListsInFull = muster.KindSystem, listsInFull
		u.UpdatedAt, u.ChangedAt = tx.Now(), tx.Now()
		if err := tx.UpdateUser(u); err != nil {
			return nil, err
		}
		if err := tx.happens(userOccasion(doUpdate, u, &was)); err != nil {
			return nil, err
		}
		return &NewKey{u, fresh}, tx.setKey(u, fresh)
	})
}

// strip takes away what makes a user a person: his e-mail, his password, what was mailed to him, his sessions.
func (tx *Tx) strip(u *muster.User) error {
	if u.Email != "" && muster.FoldSignIn(u.Email) != muster.FoldSignIn(u.Username) {
		if err := tx.FreeSignInName(u.Realm, u.ID, u.Email); err != nil {
			return err
		}
	}
	u.Email, u.EmailConfirmedAt = "", tx.Now()
	if err := tx.RemoveCredential(u.ID, store.CredentialPassword); err != nil {
		return err
	}
	purposes := []string{purposeKey, MailReset, purposeReset, MailConfirmation, purposeExternal}
	if err := tx.VoidMailTokens(u.ID, purposes, tx.Now()); err != nil {
		return err
	}
	return tx.signOut(u, 0)
}

// SetSystemUser says whether a system user sees all of the users that he lists. Errors: [muster.ErrNotSystemName],
// [muster.ErrNotSystem].
func (c *Core) SetSystemUser(ctx context.Context, id muster.ID, listsInFull bool) error {
	_, err := do(ctx, c, muster.ActionSetSystemUser, func(tx *Tx) (struct{}, error) {
		u, err := tx.systemUser(id)
		if err != nil {
			return struct{}{}, err
		}
		tx.Record(muster.UserResource(id), "update.listsInFull", listsInFull)
		u.ListsInFull, u.ChangedAt = listsInFull, tx.Now()
		return struct{}{}, tx.UpdateUser(u)
	})
	return err
}

// ResetKey gives a system user a new key; the old one is void at once. Errors: [muster.ErrNotSystemName], [muster.ErrNotSystem].
func (c *Core) ResetKey(ctx context.Context, id muster.ID) (*NewKey, error) {
	fresh := newKeySecret()
	return do(ctx, c, muster.ActionResetKey, func(tx *Tx) (*NewKey, error) {
		u, err := tx.systemUser(id)
		if err != nil {
			return nil, err
		}
		tx.Record(muster.UserResource(id))
		u.ChangedAt = tx.Now()
		if err := tx.UpdateUser(u); err != nil {
			return nil, err
		}
		return &NewKey{u, fresh}, tx.setKey(u, fresh)
	})
}

// liveUser reads a user who is neither suspended nor deleted, and asks for the right to him: who is not there is not told from
// who is not anywhere.
func (tx *Tx) liveUser(id muster.ID) (*muster.User, error) {
	u, err := tx.user(id)
	if err != nil {
		return nil, err
	}
	if err := tx.Require(muster.UserResource(id)); err != nil {
		return nil, err
	}
	if !u.Live() {
		return nil, muster.ErrUserNotFound
	}
	return u, nil
}

func (tx *Tx) systemUser(id muster.ID) (*muster.User, error) {
	u, err := tx.liveUser(id)
	switch {
	case err != nil:
		return nil, err
	case !strings.HasPrefix(u.Username, systemPrefix):
		return nil, muster.ErrNotSystemName
	case u.Kind != muster.KindSystem:
		return nil, muster.ErrNotSystem
	}
	return u, nil
}
