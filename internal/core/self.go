package core

import (
	"context"
	"slices"

	"muster"
	"muster/internal/store"
)

// Self is what somebody is told of himself: who he is, the live groups that he is in, and what he keeps.
type Self struct {
	User          *muster.User
	Administrator bool
	store.Kept
}

// ReadSelf answers the caller as he is now, whatever rules say.
func (c *Core) ReadSelf(ctx context.Context) (*Self, error) {
	return view(ctx, c, muster.ActionReadSelf, func(v *View) (*Self, error) {
		if err := v.Require(muster.UserResource(v.Actor.User)); err != nil {
			return nil, err
		}
		if v.entry == nil {
			return nil, muster.ErrUnauthenticated // the house itself is nobody
		}
		user := v.entry.user
		kept, err := v.Kept(user.ID)
		return &Self{&user, slices.Contains(v.entry.groups, muster.Administrators), kept}, err
	})
}
