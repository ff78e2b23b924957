package core

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"muster"
)

// GroupForm is what wires say of a group when they make or change one.
type GroupForm struct {
	Name    string // empty: the handle
	Handle  string
	Members []muster.ID // on change: nil leaves the members as they are
	Role    *string     // a role word that all members are at least; nil leaves it
	Partial bool        // on change: an empty name or handle leaves that as it is, too

	Description *string // nil: none, or on change as it is
}

// SeenGroup is a group and what the caller may do with it.
type SeenGroup struct {
	*muster.Group
	MayGrant, MayUpdate, MayDelete bool
}

// ListGroups lists the groups that f selects and the caller may read. Who asks for deleted groups needs the right to see what
// is deleted.
func (c *Core) ListGroups(ctx context.Context, f muster.GroupFilter) (muster.List[SeenGroup], error) {
	return view(ctx, c, muster.ActionListGroups, func(v *View) (muster.List[SeenGroup], error) {
		if f.Deleted != muster.Without && !v.May(muster.Realm(), muster.OpAccess) {
			return muster.List[SeenGroup]{}, muster.ErrDenied
		}
		list, err := v.Groups(muster.MainRealm, f, v.Visible(muster.NounGroup, muster.OpRead))
		seen := make([]SeenGroup, len(list.Items))
		for i, g := range list.Items {
			seen[i] = v.seenGroup(g)
		}
		return muster.List[SeenGroup]{Items: seen, Total: list.Total}, err
	})
}

// seenGroup says what the caller may do with a group. Nobody changes everyone.
func (v *View) seenGroup(g *muster.Group) SeenGroup {
	s := SeenGroup{Group: g, MayGrant: v.May(muster.Realm(), muster.OpGrant)}
	if g.ID != muster.Everyone {
		s.MayUpdate = v.May(muster.GroupResource(g.ID), muster.OpUpdate)
		s.MayDelete = v.May(muster.GroupResource(g.ID), muster.OpDelete)
	}
	return s
}

// ReadGroup answers one group, in whatever state.
func (c *Core) ReadGroup(ctx context.Context, id muster.ID) (SeenGroup, error) {
	return view(ctx, c, muster.ActionReadGroup, func(v *View) (SeenGroup, error) { return v.readGroup(id) })
}

func (v *View) readGroup(id muster.ID) (SeenGroup, error) {
	g, err := v.group(id)
	if err != nil {
		return SeenGroup{}, err
	}
	return v.seenGroup(g), nil
}

// group reads a group that the caller may read.
func (v *View) group(id muster.ID) (*muster.Group, error) {
	if err := legalID(id); err != nil {
		return nil, err
	}
	g, err := v.sight().group(v.Group(muster.MainRealm, id))
	if err != nil {
		return nil, err
	}
	if err := v.Require(muster.GroupResource(id)); err != nil {
		return nil, err
	}
	if g == nil {
		return nil, muster.ErrGroupNotFound
	}
	return g, nil
}

// CreateGroup makes a group with its members, all or nothing.
func (c *Core) CreateGroup(ctx context.Context, f GroupForm) (SeenGroup, error) {
	g, err := withScripts(ctx, c, muster.ActionCreateGroup, f, tellGroup(0), c.createGroup)
	return c.seenByCaller(ctx, g, err)
}

func (c *Core) createGroup(ctx context.Context, f GroupForm) (*muster.Group, error) {
	return do(ctx, c, muster.ActionCreateGroup, func(tx *Tx) (*muster.Group, error) {
		g := &muster.Group{Realm: muster.MainRealm, Version: 1}
		g.Name, g.Handle = f.names()
		tx.About(muster.Resource{Noun: muster.NounGroup}, groupChanges("new", g)...)
		if g.Handle != "" && !muster.ValidHandle(g.Handle) {
			return nil, invalidHandle()
		}
		if err := tx.Require(muster.Realm()); err != nil {
			return nil, err
		}
		if err := tx.giveRole(g, f.Role); err != nil {
			return nil, err
		}
		if err := checkGroupNames(g, &muster.Group{}); err != nil {
			return nil, err
		}
		if err := f.describe(g); err != nil {
			return nil, err
		}
		g.ID = tx.NewID()
		g.CreatedAt = g.ID.Time()
		g.ChangedAt = g.CreatedAt
		if err := tx.groupNamesFree(g); err != nil {
			return nil, err
		}
		if err := tx.InsertGroup(g); err != nil {
			return nil, err
		}
		for _, m := range f.Members {
			if _, err := tx.addMember(g.ID, m); err != nil {
				return nil, err
			}
		}
		tx.Record(muster.GroupResource(g.ID), groupChanges("new", g)...)
		return g, tx.happens(groupOccasion(doCreate, g, nil))
	})
}

// names are the name and handle that are meant: a group without a name is called by its handle.
func (f *GroupForm) names() (name, handle string) {
	name, handle = strings.TrimSpace(f.Name), strings.TrimSpace(f.Handle)
	if name == "" {
		name = handle
	}
	return name, handle
}

// describe puts the description, where one is given, into the group.
func (f *GroupForm) describe(g *muster.Group) error {
	if f.Description == nil {
		return nil
	}
	g.Description = strings.TrimSpace(*f.Description)
	if !muster.ValidText(g.Description, muster.MaxText) {
		return muster.InvalidField("description", "at most 2000 characters, none of them control characters")
	}
	return nil
}

func invalidHandle() error {
	return muster.InvalidField("handle", "begins with a letter, ends with a letter or digit, 2 to 64 of A–Z a–z 0–9 _ - .")
}

// checkGroupNames checks what differs from the group as it was. Handles come first, as in the order of the wire's errors.
func checkGroupNames(g, was *muster.Group) error {
	switch {
	case g.Handle != was.Handle && muster.ReservedGroupName(g.Handle):
		return muster.Taken("handle")
	case g.Name != was.Name && muster.ReservedGroupName(g.Name):
		return muster.Taken("name")
	case g.Name == "" || g.Name != was.Name && !muster.ValidText(g.Name, muster.MaxName):
		return muster.InvalidField("name", "1 to 200 characters, none of them control characters")
	}
	return nil
}

// groupNamesFree only words the refusal where handle and name are both taken: the handle comes first. That they are unique is
// the indexes' business.
func (tx *Tx) groupNamesFree(g *muster.Group) error {
	if g.Handle == "" || !g.DeletedAt.IsZero() {
		return nil
	}
	other, err := tx.GroupByHandle(g.Realm, g.Handle)
	if err == nil && other != nil && other.ID != g.ID {
		err = muster.Taken("handle")
	}
	return err
}

// seenByCaller adds what the caller may do to a group that he has just made or changed.
func (c *Core) seenByCaller(ctx context.Context, g *muster.Group, err error) (SeenGroup, error) {
	if err != nil {
		return SeenGroup{}, err
	}
	v, err := c.callerView(ctx)
	if err != nil {
		return SeenGroup{Group: g}, nil // the change is done; the session has ended since
	}
	return v.seenGroup(g), nil
}

// UpdateGroup replaces names and, if given, the members of a group. The built-in groups keep their names.
func (c *Core) UpdateGroup(ctx context.Context, id muster.ID, f GroupForm) (SeenGroup, error) {
	g, err := withScripts(ctx, c, muster.ActionUpdateGroup, f, tellGroup(id), func(ctx context.Context, f GroupForm) (*muster.Group, error) {
		return c.updateGroup(ctx, id, f)
	})
	return c.seenByCaller(ctx, g, err)
}

func (c *Core) updateGroup(ctx context.Context, id muster.ID, f GroupForm) (*muster.Group, error) {
	return do(ctx, c, muster.ActionUpdateGroup, func(tx *Tx) (*muster.Group, error) {
		var u muster.Group
		u.Name, u.Handle = f.names()
		tx.About(muster.GroupResource(id), groupChanges("update", &u)...)
		if err := legalID(id); err != nil {
			return nil, err
		}
		g, err := tx.findGroup(id)
		if err != nil {
			return nil, err
		}
		if f.Partial && g != nil {
			u.Name, u.Handle = cmp.Or(u.Name, g.Name), cmp.Or(u.Handle, g.Handle)
		}
		if u.Handle != "" && !muster.ValidHandle(u.Handle) && (g == nil || g.Handle != u.Handle) {
			return nil, invalidHandle()
		}
		if err := tx.requireGroup(g, id); err != nil {
			return nil, err
		}
		was := *g
		if err := cmp.Or(tx.asSeen(muster.GroupResource(id), was.Version), tx.giveRole(g, f.Role)); err != nil {
			return nil, err
		}
		g.Name, g.Handle = u.Name, u.Handle
		if muster.BuiltIn(id) && (g.Name != was.Name || g.Handle != was.Handle) {
			return nil, muster.ErrBuiltIn
		}
		if err := checkGroupNames(g, &was); err != nil {
			return nil, err
		}
		if err := f.describe(g); err != nil {
			return nil, err
		}
		if !f.Partial || *g != was {
			g.UpdatedAt = tx.Now()
		}
		g.ChangedAt = tx.Now()
		tx.Record(muster.GroupResource(id), append(groupChanges("update", g), groupChanges("group", &was)...)...)
		if err := tx.groupNamesFree(g); err != nil {
			return nil, err
		}
		if err := tx.UpdateGroup(g); err != nil {
			return nil, err
		}
		if err := tx.happens(groupOccasion(doUpdate, g, &was)); err != nil {
			return nil, err
		}
		return g, tx.replaceMembers(id, f.Members)
	})
}

// giveRole gives a group a role word. The word admin is the administrators' to give: all members, and those to come, have it then.
func (tx *Tx) giveRole(g *muster.Group, role *string) error {
	if role == nil || *role == g.Role {
		return nil
	}
	if *role == muster.RoleAdmin {
		if is, err := tx.administers(); err != nil {
			return err
		} else if !is {
			return muster.ErrDenied
		}
	}
	if *role == muster.RoleSuperUser {
		return muster.InvalidField("role", "administrators are the members of one group")
	}
	if muster.BuiltIn(g.ID) {
		return muster.ErrBuiltIn
	}
	g.Role = *role
	return checkRole(*role)
}

// requireGroup asks for the right to a group before it says whether there is one. Nobody changes everyone.
func (tx *Tx) requireGroup(g *muster.Group, id muster.ID) error {
	if g != nil {
		tx.About(muster.GroupResource(id), groupChanges("group", g)...)
	}
	if err := tx.Require(muster.GroupResource(id)); err != nil {
		return err
	}
	if id == muster.Everyone && !tx.sight().everyone {
		return muster.ErrBuiltIn
	}
	if g == nil {
		return muster.ErrGroupNotFound
	}
	return nil
}

// replaceMembers makes the users, and nobody else, members of the group; nil leaves all as it is.
func (tx *Tx) replaceMembers(group muster.ID, users []muster.ID) error {
	if users == nil {
		return nil
	}
	were, err := tx.Members(group)
	if err != nil {
		return err
	}
	for _, u := range users {
		if _, err := tx.addMember(group, u); err != nil {
			return err
		}
	}
	for _, u := range were {
		if slices.Contains(users, u) {
			continue
		}
		if err := tx.removeMember(group, u); err != nil {
			return err
		}
	}
	return nil
}

func groupChanges(prefix string, g *muster.Group) []any {
	return []any{
		prefix + ".id", g.ID, prefix + ".name", legalName(g.Name), prefix + ".handle", legalName(g.Handle), prefix + ".role", g.Role,
	}
}
