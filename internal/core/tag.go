package core

import (
	"context"

	"muster"
)

// AddTag makes a tag one of the caller's favourites. It fails with [muster.ErrAlreadyThere] and [muster.ErrListFull].
func (c *Core) AddTag(ctx context.Context, tag string) error {
	_, err := do(ctx, c, muster.ActionAddTag, func(tx *Tx) (struct{}, error) {
		if err := tx.Require(muster.UserResource(tx.Actor.User)); err != nil {
			return struct{}{}, err
		}
		if tag == "" || !muster.ValidText(tag, muster.MaxTag) {
			return struct{}{}, muster.InvalidField("tag", "1 to 100 characters, none of them control characters")
		}
		tags, err := tx.FavouriteTags(tx.Actor.User)
		if err != nil {
			return struct{}{}, err
		}
		if len(tags) >= maxKept {
			return struct{}{}, muster.ErrListFull
		}
		tx.Record(muster.UserResource(tx.Actor.User), "tag", tag)
		added, err := tx.AddFavouriteTag(tx.Actor.User, tag)
		if err == nil && !added {
			err = muster.ErrAlreadyThere
		}
		return struct{}{}, err
	})
	return err
}

// RemoveTag ends that a tag is one of the caller's favourites. It fails with [muster.ErrNotThere].
func (c *Core) RemoveTag(ctx context.Context, tag string) error {
	_, err := do(ctx, c, muster.ActionRemoveTag, func(tx *Tx) (struct{}, error) {
		if err := tx.Require(muster.UserResource(tx.Actor.User)); err != nil {
			return struct{}{}, err
		}
		if !muster.ValidText(tag, muster.MaxTag) {
			return struct{}{}, muster.ErrNotThere
		}
		tx.Record(muster.UserResource(tx.Actor.User), "tag", tag)
		removed, err := tx.RemoveFavouriteTag(tx.Actor.User, tag)
		if err == nil && !removed {
			err = muster.ErrNotThere
		}
		return struct{}{}, err
	})
	return err
}
