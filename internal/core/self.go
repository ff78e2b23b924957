package core

import (
	"context"
	"slices"

	"muster"
)

// Self is what somebody is told of himself.
type Self struct {
	User          *muster.User
	Administrator bool
	Groups        []string // names of live ones that are shown, sorted
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
		u := v.entry.user
		names, err := v.GroupNames(v.Actor.Realm, v.entry.groups)
		return &Self{User: &u, Administrator: slices.Contains(v.entry.groups, muster.Administrators), Groups: names}, err
	})
}
