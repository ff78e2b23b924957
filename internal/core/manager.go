package core

import (
	"context"
	"slices"

	"muster"
	"muster/internal/store"
)

// AddManager lets a user say who is in a group, and who else says so. Doing it again changes nothing. The built-in groups have
// no managers.
func (c *Core) AddManager(ctx context.Context, group, user muster.ID) error {
	return c.changeMember(ctx, muster.ActionAddManager, group, user, func(tx *Tx) error {
		if muster.BuiltIn(group) {
			return muster.ErrBuiltIn
		}
		_, err := tx.AddManager(group, user, tx.Now())
		return err
	})
}

// RemoveManager ends that a user says who is in a group. Doing it again changes nothing.
func (c *Core) RemoveManager(ctx context.Context, group, user muster.ID) error {
	return c.changeMember(ctx, muster.ActionRemoveManager, group, user, func(tx *Tx) error {
		if muster.BuiltIn(group) {
			return muster.ErrBuiltIn
		}
		_, err := tx.RemoveManager(group, user)
		return err
	})
}

// FindGroup answers the group of exactly that name. The group of everybody, and those that are archived or deleted, are not
// found.
func (c *Core) FindGroup(ctx context.Context, name string) (*muster.Group, error) {
	return view(ctx, c, muster.ActionFindGroup, func(v *View) (*muster.Group, error) {
		g, err := groupNamed(v.Reader, name)
		if err != nil {
			return nil, err
		}
		return g, v.Require(muster.GroupResource(g.ID))
	})
}

// groupNamed reads the live group that is called so letter for letter; everyone is none. It fails with
// [muster.ErrGroupNotFound].
func groupNamed(r *store.Reader, name string) (*muster.Group, error) {
	if !muster.ValidText(name, muster.MaxName) {
		return nil, muster.ErrGroupNotFound
	}
	g, err := r.GroupByName(muster.MainRealm, name)
	if err == nil && (g == nil || g.Name != name || !g.Live() || g.ID == muster.Everyone) {
		g, err = nil, muster.ErrGroupNotFound
	}
	return g, err
}

// A FullGroup is a group with the usernames of those in it and of those who say who is, as far as they are neither deleted nor
// suspended.
type FullGroup struct {
	*muster.Group
	Members, Managers []string
}

// ListFullGroups lists the groups that f selects and the caller may read, but the group of everybody, with their people. Match
// narrows the list by name, in memory; nil takes all.
func (c *Core) ListFullGroups(ctx context.Context, f muster.GroupFilter, match func(name string) bool) (muster.List[FullGroup], error) {
	return view(ctx, c, muster.ActionListGroupsFull, func(v *View) (full muster.List[FullGroup], err error) {
		list, err := v.matchingGroups(f, match)
		if err != nil {
			return full, err
		}
		ids := make([]muster.ID, len(list.Items))
		for i, g := range list.Items {
			ids[i] = g.ID
		}
		people, err := v.PeopleOf(ids)
		if err != nil {
			return full, err
		}
		full.Total = list.Total
		for _, g := range list.Items {
			full.Items = append(full.Items, FullGroup{g, people[g.ID].Members, people[g.ID].Managers})
		}
		return full, nil
	})
}

func (v *View) matchingGroups(f muster.GroupFilter, match func(string) bool) (muster.List[*muster.Group], error) {
	page := f.Page
	f.Ordinary = true
	if match != nil {
		f.Page = muster.Page{}
	}
	list, err := v.Groups(muster.MainRealm, f, v.Visible(muster.NounGroup, muster.OpRead))
	if err != nil || match == nil {
		return list, err
	}
	list.Items = slices.DeleteFunc(list.Items, func(g *muster.Group) bool { return !match(g.Name) })
	list.Total = len(list.Items)
	list.Items = pageOf(list.Items, page)
	return list, nil
}

// pageOf is a page of a list that is in memory.
func pageOf[T any](items []T, p muster.Page) []T {
	items = items[min(p.Offset, len(items)):]
	if p.Limit > 0 {
		items = items[:min(p.Limit, len(items))]
	}
	return items
}

// DeleteUnusedGroup deletes a group, unless it has members, managers or rights on topics; it fails with [muster.ErrGroupInUse]
// then.
func (c *Core) DeleteUnusedGroup(ctx context.Context, id muster.ID) error {
	return c.changeGroup(ctx, muster.ActionDeleteUnused, id, func(tx *Tx, g *muster.Group) error {
		used, err := tx.InUse(id)
		if err == nil && used {
			err = muster.ErrGroupInUse
		}
		if err == nil && g.DeletedAt.IsZero() {
			g.DeletedAt = tx.Now()
		}
		return err
	})
}
