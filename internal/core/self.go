package core

import (
	"context"

	"muster"
)

// Self is what somebody is told of himself: all of it, and what he keeps, in order of adding.
type Self struct {
	Person
	Favourites []string // topics
	Muted      []string // topics
	Tags       []string
	Contacts   []*muster.User
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
		p := []Person{{User: &user}}
		if err := v.addMemberships(p); err != nil {
			return nil, err
		}
		s := &Self{Person: p[0]}
		return s, v.addKept(s)
	})
}

func (v *View) addKept(s *Self) (err error) {
	user := s.User.ID
	if s.Favourites, err = v.KeptTopics(muster.FavouriteTopics, user); err != nil {
		return err
	}
	if s.Muted, err = v.KeptTopics(muster.MutedTopics, user); err != nil {
		return err
	}
	if s.Tags, err = v.FavouriteTags(user); err != nil {
		return err
	}
	s.Contacts, err = v.Contacts(user)
	return err
}
