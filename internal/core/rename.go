package core

import (
	"context"

	"muster"
)

// NewNames are what a user is called from now on: a username, or name and e-mail. Blank ones stay as they are.
type NewNames struct{ Username, Name, Email string }

// RenameUser changes what a user is called. Whatever names him by id, and that is everything here, goes on naming him. A new
// name must be nobody else's, in whatever letter case: [muster.Taken] of "username", "email" or "name". A new e-mail counts as
// proven like the one before, also one's own: who may do this answers for it. The old address is told.
func (c *Core) RenameUser(ctx context.Context, id muster.ID, to NewNames) (*muster.User, error) {
	p := Profile{Username: to.Username, Name: to.Name, Email: to.Email, Partial: true}
	return withScripts(ctx, c, muster.ActionRenameUser, p, tellUser(id), func(ctx context.Context, p Profile) (*muster.User, error) {
		return c.renameUser(ctx, id, NewNames{p.Username, p.Name, p.Email}) // whatever else scripts have changed is no name
	})
}

func (c *Core) renameUser(ctx context.Context, id muster.ID, to NewNames) (*muster.User, error) {
	return do(ctx, c, muster.ActionRenameUser, func(tx *Tx) (*muster.User, error) {
		u, err := tx.liveUser(id)
		if err != nil {
			return nil, err
		}
		was := *u
		if err := tx.asSeen(muster.UserResource(id), was.Version); err != nil {
			return nil, err
		}
		p := Profile{Username: to.Username, Name: to.Name, Email: to.Email, Partial: true}.over(&was)
		if err := p.check(&was); err != nil {
			return nil, err
		}
		p.fill(u)
		tx.Record(muster.UserResource(id), append(userChanges("update", u), userChanges("user", &was)...)...)
		if *u == was {
			return u, nil
		}
		if err := tx.moveNames(u, &was); err != nil {
			return nil, err
		}
		u.UpdatedAt, u.ChangedAt = tx.Now(), tx.Now()
		if err := tx.UpdateUser(u); err != nil {
			return nil, err
		}
		return u, tx.happens(userOccasion(doUpdate, u, &was))
	})
}

// moveNames takes the new names and gives up the old ones, and keeps what was mailed for an old name from working.
func (tx *Tx) moveNames(u, was *muster.User) error {
	if tx.Actor.Behind != 0 {
		return muster.ErrDenied // names are ways in: who acts as somebody else leaves none
	}
	if u.Name != was.Name {
		if err := tx.onlyName(u); err != nil {
			return err
		}
	}
	if err := tx.takeName(u, "username", u.Username); err != nil {
		return err
	}
	if u.Email != "" {
		if err := tx.takeName(u, "email", u.Email); err != nil {
			return err
		}
	}
	if err := tx.freeOldNames(u, was); err != nil {
		return err
	}
	if muster.FoldEmail(u.Email) != muster.FoldEmail(was.Email) {
		tx.mailEmailChanged(u, was.Email)
	}
	if u.Username == was.Username {
		return nil
	}
	return tx.VoidMailTokens(u.ID, []string{purposeKey}, tx.Now())
}
