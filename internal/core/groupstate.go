package core

import (
	"context"

	"muster"
)

// DeleteGroup deletes a group softly, with its members in: it gives no rights any more, and its names are free.
func (c *Core) DeleteGroup(ctx context.Context, id muster.ID) error {
	_, err := withScripts(ctx, c, muster.ActionDeleteGroup, id, tellGroupDeleted, c.deleteGroup)
	return err
}

func (c *Core) deleteGroup(ctx context.Context, id muster.ID) (struct{}, error) {
	return struct{}{}, c.changeGroup(ctx, muster.ActionDeleteGroup, id, func(tx *Tx, g *muster.Group) error {
		if tx.sight().keepsDefault && tx.core.isDefaultGroup(g) {
			return muster.ErrBuiltIn
		}
		if !g.DeletedAt.IsZero() {
			return nil
		}
		return tx.deleteGroup(g)
	})
}

// deleteGroup marks a group as deleted.
func (tx *Tx) deleteGroup(g *muster.Group) error {
	if err := tx.asSeen(muster.GroupResource(g.ID), g.Version); err != nil {
		return err
	}
	was := *g
	g.DeletedAt = tx.Now()
	return tx.happens(groupOccasion(doDelete, g, &was))
}

// UndeleteGroup brings a deleted group back, with its members and rules. It fails with Taken if its name or handle was given to
// another one meanwhile. It needs whatever the group may: its members may it again.
func (c *Core) UndeleteGroup(ctx context.Context, id muster.ID) error {
	return c.changeGroup(ctx, muster.ActionUndeleteGroup, id, func(tx *Tx, g *muster.Group) error {
		g.DeletedAt = noTime
		return tx.holdsAll(id)
	})
}

// ArchiveGroup takes a group out of use: it gives no rights and is hidden, but its names stay taken.
func (c *Core) ArchiveGroup(ctx context.Context, id muster.ID) error {
	return c.changeGroup(ctx, muster.ActionArchiveGroup, id, func(tx *Tx, g *muster.Group) error {
		if g.ArchivedAt.IsZero() {
			g.ArchivedAt = tx.Now()
		}
		return nil
	})
}

// UnarchiveGroup brings an archived group back into use. It needs whatever the group may.
func (c *Core) UnarchiveGroup(ctx context.Context, id muster.ID) error {
	return c.changeGroup(ctx, muster.ActionUnarchiveGroup, id, func(tx *Tx, g *muster.Group) error {
		g.ArchivedAt = noTime
		return tx.holdsAll(id)
	})
}

// MergeGroups puts the members of a group into another one and deletes the first. Rules are not carried over. It needs the
// right to change both, and whatever the other one may.
func (c *Core) MergeGroups(ctx context.Context, id, destination muster.ID) error {
	_, err := withScripts(ctx, c, muster.ActionMergeGroups, id, tellMerge(destination), func(ctx context.Context, id muster.ID) (struct{}, error) {
		return struct{}{}, c.mergeGroups(ctx, id, destination)
	})
	return err
}

func (c *Core) mergeGroups(ctx context.Context, id, destination muster.ID) error {
	return c.changeGroup(ctx, muster.ActionMergeGroups, id, func(tx *Tx, g *muster.Group) error {
		to, err := tx.findGroup(destination)
		if err != nil {
			return err
		}
		if err := tx.requireGroup(to, destination); err != nil {
			return err
		}
		tx.About(muster.GroupResource(id), groupChanges("target", to)...)
		tx.About(muster.GroupResource(id), groupChanges("group", g)...)
		if id == destination || !to.DeletedAt.IsZero() || !g.DeletedAt.IsZero() {
			return muster.ErrGroupNotFound
		}
		if err := tx.holdsAll(destination); err != nil {
			return err
		}
		if err := tx.membersMove(id, destination); err != nil {
			return err
		}
		if err := tx.MoveMembers(id, destination, tx.Now()); err != nil {
			return err
		}
		return tx.deleteGroup(g)
	}, destination)
}

// MoveGroup puts a group into another organisation, which has to be live unless the group is there already.
func (c *Core) MoveGroup(ctx context.Context, id, organisation muster.ID) error {
	return c.changeGroup(ctx, muster.ActionMoveGroup, id, func(tx *Tx, g *muster.Group) error {
		tx.About(muster.GroupResource(id), "organisation.id", organisation)
		if g.Organisation == organisation {
			return nil
		}
		if err := tx.liveOrganisation(organisation); err != nil {
			return err
		}
		g.Organisation, g.UpdatedAt = organisation, tx.Now()
		return nil
	}, organisation)
}

// changeGroup is what the verbs that change a group's state share. The others are ids that f will use.
func (c *Core) changeGroup(ctx context.Context, a muster.Action, id muster.ID, f func(*Tx, *muster.Group) error, others ...muster.ID) error {
	_, err := do(ctx, c, a, func(tx *Tx) (struct{}, error) {
		tx.About(muster.GroupResource(id))
		if err := legalID(append(others, id)...); err != nil {
			return struct{}{}, err
		}
		g, err := tx.findGroup(id)
		if err != nil {
			return struct{}{}, err
		}
		if err := tx.requireGroup(g, id); err != nil {
			return struct{}{}, err
		}
		if muster.BuiltIn(id) {
			return struct{}{}, muster.ErrBuiltIn
		}
		was := *g
		if err := f(tx, g); err != nil {
			return struct{}{}, err
		}
		tx.Record(muster.GroupResource(id))
		if *g == was {
			return struct{}{}, nil // done before
		}
		if was.DeletedAt != g.DeletedAt {
			if err := tx.groupNamesFree(g); err != nil {
				return struct{}{}, err
			}
		}
		g.ChangedAt = tx.Now()
		return struct{}{}, tx.UpdateGroup(g)
	})
	return err
}
