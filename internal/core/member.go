package core

import (
	"context"

	"muster"
)

// ListMembers lists the ids of a group's members who are not deleted.
func (c *Core) ListMembers(ctx context.Context, group muster.ID) ([]muster.ID, error) {
	return view(ctx, c, muster.ActionListMembers, func(v *View) ([]muster.ID, error) {
		if _, err := v.group(group); err != nil {
			return nil, err
		}
		return v.Members(group)
	})
}

// ListGroupsOf lists the ids of the groups that a user is in, archived and deleted ones too; none for an unknown user. It needs
// the right to read the user.
func (c *Core) ListGroupsOf(ctx context.Context, user muster.ID) ([]muster.ID, error) {
	return view(ctx, c, muster.ActionListGroupsOf, func(v *View) ([]muster.ID, error) {
		if err := v.RequireOrSelf(user); err != nil {
			return nil, err
		}
		u, err := v.User(muster.MainRealm, user)
		if err != nil || u == nil {
			return nil, err
		}
		return v.GroupsOf(user)
	})
}

// AddMember puts a user into a group. Doing it again changes nothing.
func (c *Core) AddMember(ctx context.Context, group, user muster.ID) error {
	_, err := withScripts(ctx, c, muster.ActionAddMember, membership{group, user}, tellMember(doAdd), func(ctx context.Context, _ membership) (struct{}, error) {
		return struct{}{}, c.changeMember(ctx, muster.ActionAddMember, group, user, func(tx *Tx) error {
			_, err := tx.addMember(group, user)
			return err
		})
	})
	return err
}

// RemoveMember takes a user out of a group. Doing it again changes nothing. The last administrator stays.
func (c *Core) RemoveMember(ctx context.Context, group, user muster.ID) error {
	_, err := withScripts(ctx, c, muster.ActionRemoveMember, membership{group, user}, tellMember(doRemove), func(ctx context.Context, _ membership) (struct{}, error) {
		return struct{}{}, c.changeMember(ctx, muster.ActionRemoveMember, group, user, func(tx *Tx) error {
			return tx.removeMember(group, user)
		})
	})
	return err
}

func (c *Core) changeMember(ctx context.Context, a muster.Action, group, user muster.ID, f func(*Tx) error) error {
	_, err := do(ctx, c, a, func(tx *Tx) (struct{}, error) {
		tx.About(muster.GroupResource(group))
		if err := legalID(group, user); err != nil {
			return struct{}{}, err
		}
		g, err := tx.findGroup(group)
		if err != nil {
			return struct{}{}, err
		}
		if err := tx.requireGroup(g, group); err != nil {
			return struct{}{}, err
		}
		u, err := tx.User(muster.MainRealm, user)
		switch {
		case err != nil:
			return struct{}{}, err
		case u == nil:
			return struct{}{}, muster.ErrUserNotFound
		}
		if err := tx.asSeen(muster.GroupResource(group), g.Version); err != nil {
			return struct{}{}, err
		}
		if err := tx.asSeen(muster.UserResource(user), u.Version); err != nil {
			return struct{}{}, err
		}
		tx.RecordWith(muster.GroupResource(group), user, userChanges("member", u)...)
		return struct{}{}, f(tx)
	})
	return err
}

// addMember puts a user into a group; it answers false if he was in it.
func (tx *Tx) addMember(group, user muster.ID) (bool, error) {
	u, err := tx.sight().user(tx.User(muster.MainRealm, user))
	if err == nil && u == nil {
		err = muster.ErrUserNotFound
	}
	if err != nil {
		return false, err
	}
	if is, err := tx.IsMember(group, user); err != nil || is {
		return false, err
	}
	if err := tx.holdsAll(group); err != nil {
		return false, err
	}
	if err := tx.memberHappens(doAdd, group, u); err != nil {
		return false, err
	}
	return tx.AddMember(group, user, tx.Now())
}

// holdsAll refuses who puts somebody, perhaps himself, into a group that may do more than he: nobody gives away what he has
// not.
func (tx *Tx) holdsAll(group muster.ID) error {
	g, err := tx.Group(muster.MainRealm, group)
	if err == nil && g != nil {
		err = tx.holdsWord(g.Role)
	}
	if err != nil {
		return err
	}
	rules, err := tx.RulesOf(group)
	for _, r := range rules {
		if err == nil && r.Access == muster.Allow {
			err = tx.holds(r.Resource, r.Operation)
		}
	}
	return err
}

// removeMember takes a user out of a group, unless he is the last administrator.
func (tx *Tx) removeMember(group, user muster.ID) error {
	u, err := tx.User(muster.MainRealm, user)
	if err != nil || u == nil {
		return err
	}
	if group == muster.Administrators {
		if err := tx.refuseUnlessOtherAdministrator(u); err != nil {
			return err
		}
	}
	removed, err := tx.RemoveMember(group, user)
	if err == nil && removed {
		err = tx.memberHappens(doRemove, group, u)
	}
	return err
}
