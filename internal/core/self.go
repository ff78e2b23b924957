package core

import (
	"context"

	"muster"
)

// ReadSelf answers the caller as he is now, whatever rules say.
func (c *Core) ReadSelf(ctx context.Context) (*Person, error) {
	return view(ctx, c, muster.ActionReadSelf, func(v *View) (*Person, error) {
		if err := v.Require(muster.UserResource(v.Actor.User)); err != nil {
			return nil, err
		}
		if v.entry == nil {
			return nil, muster.ErrUnauthenticated // the house itself is nobody
		}
		u := v.entry.user
		self := []Person{{User: &u}}
		return &self[0], v.addGroups(self)
	})
}
