package core

import (
	"context"

	"muster"
)

func contactResource(user muster.ID) muster.Resource {
	return muster.Resource{Noun: muster.NounContact, ID: user}
}

// AddContact makes the user of that name, whom the caller may read and who may be himself, a contact of the caller. It fails
// with [muster.ErrUserNotFound], [muster.ErrAlreadyThere] and [muster.ErrListFull].
func (c *Core) AddContact(ctx context.Context, username string) error {
	return c.changeContact(ctx, muster.ActionAddContact, username, func(tx *Tx, u *muster.User) error {
		may, err := tx.may(muster.UserResource(u.ID), muster.OpRead)
		if err == nil && !may && u.ID != tx.Actor.User {
			err = muster.ErrUserNotFound
		}
		if err != nil {
			return err
		}
		n, err := tx.CountContacts(tx.Actor.User)
		if err != nil {
			return err
		}
		if n >= maxKept {
			return muster.ErrListFull
		}
		added, err := tx.AddContact(tx.Actor.User, u.ID)
		if err == nil && !added {
			err = muster.ErrAlreadyThere
		}
		return err
	})
}

// RemoveContact ends that the user of that name is a contact of the caller. It fails with [muster.ErrUserNotFound] and
// [muster.ErrNotThere].
func (c *Core) RemoveContact(ctx context.Context, username string) error {
	return c.changeContact(ctx, muster.ActionRemoveContact, username, func(tx *Tx, u *muster.User) error {
		removed, err := tx.RemoveContact(tx.Actor.User, u.ID)
		if err == nil && !removed {
			err = muster.ErrNotThere
		}
		return err
	})
}

func (c *Core) changeContact(ctx context.Context, a muster.Action, username string, f func(*Tx, *muster.User) error) error {
	_, err := do(ctx, c, a, func(tx *Tx) (struct{}, error) {
		if muster.ValidUsername(username) {
			tx.About(muster.Resource{Noun: muster.NounContact}, "contact.username", username)
		}
		if err := tx.Require(muster.Resource{Noun: muster.NounContact}); err != nil {
			return struct{}{}, err
		}
		u, err := userNamed(tx.Reader, username)
		if err != nil {
			return struct{}{}, err
		}
		if u == nil {
			return struct{}{}, muster.ErrUserNotFound
		}
		tx.Record(contactResource(u.ID))
		return struct{}{}, f(tx, u)
	})
	return err
}
