package core

import (
	"context"

	"muster"
)

// NewNames are what a user is called from now on: a username, or name and e-mail. Blank ones stay as they are.
type NewNames struct{ Username, Name, Email string }

// RenameUser changes what a user is called. Whatever names him by id, and that is everything here, goes on naming him. A new
// name must be nobody else's, in whatever letter case. A new e-mail counts as proven like the one before: who may do this
// answers for it; the old address is told.
func (c *Core) RenameUser(ctx context.Context, id muster.ID, to NewNames) (*muster.User, error) {
	return do(ctx, c, muster.ActionRenameUser, func(tx *Tx) (*muster.User, error) {
		u, err := tx.liveUser(id)
		if err != nil {
			return nil, err
		}
		was := *u
		if err := to.fill(u); err != nil {
			return nil, err
		}
		tx.Record(muster.UserResource(id), append(userChanges("update", u), userChanges("user", &was)...)...)
		if *u == was {
			return u, nil
		}
		if err := tx.moveNames(u, &was); err != nil {
			return nil, err
		}
		u.UpdatedAt, u.ChangedAt = tx.Now(), tx.Now()
		return u, tx.UpdateUser(u)
	})
}

// fill checks what differs from the user as he is.
func (n *NewNames) fill(u *muster.User) error {
	if n.Username != "" && n.Username != u.Username {
		if !muster.ValidUsername(n.Username) {
			return muster.InvalidField("username", "begins with a letter or digit, 1 to 80 of A–Z a–z 0–9 . _ @ + -")
		}
		u.Username, u.UsernameGiven = n.Username, true
	}
	p := Profile{Email: u.Email, Name: u.Name, Handle: u.Handle, Kind: u.Kind}
	if n.Email != "" {
		p.Email = n.Email
	}
	if n.Name != "" {
		p.Name = n.Name
	}
	if err := p.check(u); err != nil {
		return err
	}
	u.Email, u.Name = p.Email, p.Name
	return nil
}

// moveNames takes the new names and gives up the old ones, and keeps what was mailed for an old name from working.
func (tx *Tx) moveNames(u, was *muster.User) error {
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
	for _, old := range []string{was.Username, was.Email} {
		key := muster.FoldSignIn(old)
		if old == "" || key == muster.FoldSignIn(u.Username) || key == muster.FoldSignIn(u.Email) {
			continue
		}
		if err := tx.FreeSignInName(u.Realm, u.ID, old); err != nil {
			return err
		}
	}
	if muster.FoldEmail(u.Email) != muster.FoldEmail(was.Email) {
		tx.mailEmailChanged(u, was.Email)
	}
	if u.Username == was.Username {
		return nil
	}
	return tx.VoidMailTokens(u.ID, []string{purposeKey}, tx.Now())
}
