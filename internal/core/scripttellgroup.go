package core

import (
	"cmp"
	"slices"

	"muster"
)

// tellGroup is about a group that is made (id 0), or changed, and about who joins or leaves it by that.
func tellGroup(id muster.ID) func(*View, *GroupForm) ([]*Occasion, error) {
	return func(v *View, f *GroupForm) ([]*Occasion, error) {
		if id == 0 {
			if !v.mayBegin(muster.Realm()) {
				return nil, nil
			}
			g := &muster.Group{Realm: muster.MainRealm}
			joined, err := v.tellMembers(doAdd, g, f.Members)
			return append([]*Occasion{f.occasion(doCreate, g, nil)}, joined...), err
		}
		g, err := v.sight().group(v.Group(muster.MainRealm, id))
		if err != nil || g == nil || id == muster.Everyone || !v.mayBegin(muster.GroupResource(id)) {
			return nil, err
		}
		old := *g
		occasions := []*Occasion{f.occasion(doUpdate, g, &old)}
		if f.Members == nil {
			return occasions, nil
		}
		were, err := v.Members(id)
		if err != nil {
			return nil, err
		}
		joined, err := v.tellMembers(doAdd, g, without(f.Members, were))
		if err != nil {
			return nil, err
		}
		left, err := v.tellMembers(doRemove, g, without(were, f.Members))
		return slices.Concat(occasions, joined, left), err
	}
}

func (f *GroupForm) occasion(does string, g, old *muster.Group) *Occasion {
	name, handle := f.names()
	if f.Partial && old != nil {
		name, handle = cmp.Or(name, old.Name), cmp.Or(handle, old.Handle)
	}
	g.Name, g.Handle = name, handle
	o := groupOccasion(does, g, old)
	o.take = func() {
		take(&f.Name, name, g.Name)
		take(&f.Handle, handle, g.Handle)
	}
	return o
}

func without(ids, these []muster.ID) (left []muster.ID) {
	for _, id := range ids {
		if !slices.Contains(these, id) {
			left = append(left, id)
		}
	}
	return left
}

// tellMembers is about people who join a group, or leave it.
func (v *View) tellMembers(does string, g *muster.Group, ids []muster.ID) (occasions []*Occasion, err error) {
	for _, id := range ids {
		u, err := v.User(muster.MainRealm, id)
		if err != nil {
			return nil, err
		}
		if u != nil {
			occasions = append(occasions, memberOccasion(does, g, u))
		}
	}
	return occasions, nil
}

func tellGroupDeleted(v *View, id *muster.ID) ([]*Occasion, error) {
	g, err := v.sight().group(v.Group(muster.MainRealm, *id))
	if err != nil || g == nil || !g.DeletedAt.IsZero() || muster.BuiltIn(*id) || !v.mayBegin(muster.GroupResource(*id)) {
		return nil, err
	}
	return []*Occasion{groupOccasion(doDelete, g, g)}, nil
}

// tellMerge is about a group that is deleted, and its members, who join another one.
func tellMerge(destination muster.ID) func(*View, *muster.ID) ([]*Occasion, error) {
	return func(v *View, id *muster.ID) ([]*Occasion, error) {
		occasions, err := tellGroupDeleted(v, id)
		if err != nil || len(occasions) == 0 {
			return nil, err
		}
		to, err := v.Group(muster.MainRealm, destination)
		if err != nil || to == nil || !v.mayBegin(muster.GroupResource(destination)) {
			return nil, err
		}
		moving, err := moving(v.Members, *id, destination)
		if err != nil {
			return nil, err
		}
		joined, err := v.tellMembers(doAdd, to, moving)
		return append(occasions, joined...), err
	}
}

// moving are the members of a group who are not yet in another one.
func moving(members func(muster.ID) ([]muster.ID, error), from, to muster.ID) ([]muster.ID, error) {
	move, err := members(from)
	if err != nil {
		return nil, err
	}
	there, err := members(to)
	return without(move, there), err
}

// membersMove is happens for the members of a group that is merged into another one.
func (tx *Tx) membersMove(from, to muster.ID) error {
	if len(tx.scripts) == 0 {
		return nil
	}
	ids, err := moving(tx.Members, from, to)
	for _, id := range ids {
		if err != nil {
			return err
		}
		var u *muster.User
		if u, err = tx.User(muster.MainRealm, id); err == nil && u != nil {
			err = tx.memberHappens(doAdd, to, u)
		}
	}
	return err
}

// A membership is a user in a group.
type membership struct{ group, user muster.ID }

func tellMember(does string) func(*View, *membership) ([]*Occasion, error) {
	return func(v *View, m *membership) ([]*Occasion, error) {
		g, err := v.sight().group(v.Group(muster.MainRealm, m.group))
		if err != nil || g == nil || m.group == muster.Everyone {
			return nil, err
		}
		if may, err := v.mayFill(m.group); err != nil || !may {
			return nil, err
		}
		if is, err := v.IsMember(m.group, m.user); err != nil || is == (does == doAdd) {
			return nil, err // it changes nothing
		}
		return v.tellMembers(does, g, []muster.ID{m.user})
	}
}
