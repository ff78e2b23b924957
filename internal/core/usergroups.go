package core

import (
	"slices"

	"muster"
	"muster/internal/store"
)

// relations are what a change says of the groups of a user, and of his role, which may be one of them.
type relations struct {
	role      string
	groups    []muster.ID   // nil: as they are
	newcomers *muster.Group // the default group, if he joins that besides; nil if not
}

// moves are the groups that a user joins and leaves by that, who is in these live ones. Those that are not live stay as they are.
// Who is an administrator and gets another role is none any more, unless the groups say that he is.
func (m relations) moves(were []muster.ID) (join, leave []muster.ID) {
	for _, id := range without(m.groups, were) {
		if !slices.Contains(join, id) {
			join = append(join, id)
		}
	}
	switch {
	case m.groups != nil:
		leave = without(were, m.groups)
	case m.role != "":
		leave = slices.DeleteFunc(slices.Clone(were), func(id muster.ID) bool { return id != muster.Administrators })
	}
	if m.role != muster.RoleSuperUser {
		return join, leave
	}
	return append(join, without([]muster.ID{muster.Administrators}, were)...), without(leave, []muster.ID{muster.Administrators})
}

// mayJoin asks for what the memberships need, before anything else is looked at: nobody puts anybody, perhaps himself, into a
// group that may do more than he. Groups that there are not are refused later.
func (tx *Tx) mayJoin(m relations, were []muster.ID) error {
	if err := tx.mayName(m.role, slices.Contains(were, muster.Administrators)); err != nil {
		return err
	}
	for _, id := range m.groups {
		if slices.Contains(were, id) {
			continue
		}
		if err := tx.guardAdministrators(muster.GroupResource(id)); err != nil {
			return err
		}
		if err := tx.holdsAll(id); err != nil {
			return err
		}
	}
	return nil
}

// mayMove asks besides for the right to the members of each group that the user joins or leaves.
func (tx *Tx) mayMove(m relations, were []muster.ID) error {
	if m.groups == nil {
		return nil
	}
	for _, id := range append(slices.Clone(m.groups), were...) {
		if slices.Contains(were, id) && slices.Contains(m.groups, id) {
			continue
		}
		if err := tx.guardAdministrators(muster.GroupResource(id)); err != nil {
			return err
		}
		may, err := tx.may(muster.GroupResource(id), muster.OpMembersManage)
		if err == nil && !may {
			err = muster.ErrDenied
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkGroups refuses groups that the wire does not show, and those that give no rights.
func (tx *Tx) checkGroups(ids []muster.ID) error {
	for _, id := range ids {
		g, err := tx.findGroup(id)
		if err == nil && (g == nil || !g.Live() || id == muster.Everyone) {
			err = muster.ErrGroupNotFound
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settle makes the memberships so. The last administrator stays. What the operator has everybody join is not asked about.
func (tx *Tx) settle(u *muster.User, m relations, were []muster.ID) error {
	join, leave := m.moves(were)
	for _, id := range join {
		if _, err := tx.addMember(id, u.ID); err != nil {
			return err
		}
	}
	for _, id := range leave {
		if err := tx.removeMember(id, u.ID); err != nil {
			return err
		}
	}
	if m.newcomers == nil {
		return nil
	}
	joined, err := tx.AddMember(m.newcomers.ID, u.ID, tx.Now())
	if joined {
		tx.happened(memberOccasion(doAdd, m.newcomers, u))
	}
	return err
}

// changes is what an event keeps of the memberships.
func (m relations) changes(prefix string) []any {
	changes := []any{prefix + ".role", m.role}
	groups := m.groups
	if m.newcomers != nil {
		groups = append(slices.Clone(groups), m.newcomers.ID)
	}
	if groups != nil {
		changes = append(changes, prefix+".groups", groups)
	}
	return changes
}

// shown is the user as the change shows him, with his live groups where they were asked for.
func (tx *Tx) shown(u *muster.User, p Profile) (SeenUser, error) {
	if !p.WithGroups {
		return SeenUser{User: u}, nil
	}
	groups, err := tx.GroupsOfEach(u.Realm, []muster.ID{u.ID}, store.All())
	return SeenUser{User: u, Groups: groups[u.ID]}, err
}
