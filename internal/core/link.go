package core

import (
	"context"
	"strings"

	"muster"
)

// OpenLink answers a link of the caller's own, by which he is online once [Links.Open] is told of it. The resource is what his
// client calls itself; without one it is made up. Nobody but a user has links: not the house, and not an application.
func (c *Core) OpenLink(ctx context.Context, resource string) (*muster.Link, error) {
	id := c.store.NewID()
	return view(ctx, c, muster.ActionOpenLink, func(v *View) (*muster.Link, error) {
		if v.Actor.User == 0 {
			return nil, muster.ErrDenied
		}
		if err := v.Require(muster.Resource{Noun: muster.NounLink}); err != nil {
			return nil, err
		}
		if resource == "" {
			resource = "link_" + strings.TrimLeft(id.Hex(), "0")
		}
		if !muster.ValidResource(resource) {
			return nil, muster.InvalidField("resource", "1 to 64 letters, digits, _ and -")
		}
		u, err := v.User(v.Actor.Realm, v.Actor.User)
		if err == nil && u == nil {
			err = muster.ErrUnauthenticated
		}
		if err != nil {
			return nil, err
		}
		return &muster.Link{ID: id, Realm: u.Realm, User: u.ID, Username: u.Username, Resource: resource, Since: id.Time()}, nil
	})
}

// ListLinks lists the live links of a user, the newest first.
func (c *Core) ListLinks(ctx context.Context, user muster.ID) ([]muster.Link, error) {
	return view(ctx, c, muster.ActionListLinks, func(v *View) ([]muster.Link, error) {
		if err := v.someone(user); err != nil {
			return nil, err
		}
		return v.core.Links.of(homeOf(v.Actor), user), nil
	})
}

// ReadStatus reports whether a user is online, which is: whether he has a live link, on whatever node.
func (c *Core) ReadStatus(ctx context.Context, user muster.ID) (bool, error) {
	return view(ctx, c, muster.ActionReadStatus, func(v *View) (bool, error) {
		if err := v.someone(user); err != nil {
			return false, err
		}
		return v.core.Links.online(homeOf(v.Actor), user), nil
	})
}

// MostStatuses are the users whose statuses are asked for at once.
const MostStatuses = 100

// ReadStatuses reports of each username whether its user is online, in their order. One who is not there is offline, and so is
// one whom the caller may not read.
func (c *Core) ReadStatuses(ctx context.Context, names []string) ([]bool, error) {
	return view(ctx, c, muster.ActionReadStatuses, func(v *View) ([]bool, error) {
		if err := v.Require(muster.UserResource(0)); err != nil {
			return nil, err
		}
		if len(names) == 0 || len(names) > MostStatuses {
			return nil, muster.InvalidField("usernames", "1 to %d at once", MostStatuses)
		}
		found, err := v.Called(homeOf(v.Actor), foldedNames(v.core.app(v.Actor), names))
		if err != nil {
			return nil, err
		}
		online := make([]bool, len(names))
		for i, name := range names {
			user := found[muster.FoldSignIn(name)]
			online[i] = user != 0 && v.May(muster.UserResource(user), muster.OpRead) && v.core.Links.online(homeOf(v.Actor), user)
		}
		return online, nil
	})
}

// DisconnectUser ends the live links of a user, or the one of that resource. He may open another one at once: his sessions and
// his tokens stay as they are. It is the same to who has no link.
func (c *Core) DisconnectUser(ctx context.Context, user muster.ID, resource string) error {
	_, err := do(ctx, c, muster.ActionDisconnectUser, func(tx *Tx) (struct{}, error) {
		tx.About(muster.UserResource(user))
		u, err := tx.user(user)
		if err != nil {
			return struct{}{}, err
		}
		if err := tx.Require(muster.UserResource(u.ID)); err != nil {
			return struct{}{}, err
		}
		switch {
		case u.Deleted():
			return struct{}{}, muster.ErrUserNotFound
		case resource != "" && !muster.ValidResource(resource):
			return struct{}{}, muster.InvalidField("resource", "1 to 64 letters, digits, _ and -")
		}
		tx.Record(muster.UserResource(u.ID), "link.resource", resource)
		return struct{}{}, nil
	})
	return err
}
