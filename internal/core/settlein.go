package core

import (
	"context"
	"errors"

	"muster"
	"muster/internal/store"
)

// settleIn gives a user what each user of a wire that has such things should have: a private topic, and a place in the default
// group.
func (tx *Tx) settleIn(u *muster.User) error {
	if _, err := tx.makePrivateTopic(u); err != nil {
		return err
	}
	_, err := tx.joinDefaultGroup(u)
	return err
}

// joinDefaultGroup puts a user into the default group, if there is one. Nobody's right is asked for: the operator has chosen the
// group, and who verifies himself is nobody yet. It reports whether he was not in it.
func (tx *Tx) joinDefaultGroup(u *muster.User) (bool, error) {
	g, err := tx.defaultGroup(false)
	if errors.Is(err, errDefaultArchived) {
		return false, nil // nobody should stay outside of the house for that
	}
	if err != nil || g == nil || muster.BuiltIn(g.ID) {
		return false, err
	}
	joined, err := tx.AddMember(g.ID, u.ID, tx.Now())
	if err != nil || !joined {
		return false, err
	}
	about := tx.about
	tx.about = muster.Event{Actor: about.Actor}
	tx.RecordWith(muster.GroupResource(g.ID), u.ID, userChanges("member", u)...)
	tx.records[len(tx.records)-1].Action = muster.ActionAddMember.Name // whatever it is that needs it
	tx.about = about
	tx.happened(memberOccasion(doAdd, g, u))
	return true, nil
}

// Settled says what a user has of what each user should have.
type Settled struct {
	Group  string // name of the default group; "" if there is none
	Member bool
	Joined bool // he was put into it just now
	Topic  bool // he has his private topic
	Made   bool // it was made just now
}

// settled looks what a user has, in a house whose default group is called so.
func settled(q *store.Reader, group string, user muster.ID) (*Settled, error) {
	topic, err := hasPrivateTopic(q, user)
	if err != nil {
		return nil, err
	}
	s := &Settled{Group: group, Topic: topic}
	if group == "" {
		return s, nil
	}
	g, err := q.GroupByName(muster.MainRealm, group)
	if err != nil || g == nil {
		return s, err
	}
	s.Group = g.Name
	s.Member, err = q.IsMember(g.ID, user)
	return s, err
}

// CheckUser looks what a user has.
func (c *Core) CheckUser(ctx context.Context, id muster.ID) (*Settled, error) {
	return view(ctx, c, muster.ActionCheckUser, func(v *View) (*Settled, error) {
		if err := v.Require(muster.UserResource(id)); err != nil {
			return nil, err
		}
		return settled(v.Reader, v.core.newcomers, id)
	})
}

// MendUser gives a user what he lacks of what each user should have, as far as it is asked for.
func (c *Core) MendUser(ctx context.Context, id muster.ID, topic, group bool) (*Settled, error) {
	return do(ctx, c, muster.ActionMendUser, func(tx *Tx) (*Settled, error) {
		u, err := tx.liveUser(id)
		if err != nil {
			return nil, err
		}
		s, err := settled(tx.Reader, tx.core.newcomers, id)
		if err != nil {
			return nil, err
		}
		tx.Record(muster.UserResource(id), userChanges("user", u)...)
		if topic && !s.Topic {
			if s.Made, err = tx.makePrivateTopic(u); err != nil {
				return nil, err
			}
		}
		if group && !s.Member {
			s.Joined, err = tx.joinDefaultGroup(u)
		}
		return s, err
	})
}
