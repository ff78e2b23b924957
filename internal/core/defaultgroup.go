package core

import (
	"context"

	"muster"
)

// Members is the default group of a house where none is configured, for wires that cannot do without (one-core, 5.2).
const (
	membersName   = "Members"
	membersHandle = "members"
)

// errDefaultArchived: an archived group keeps its name, so that no other one can be made of it.
var errDefaultArchived = &muster.Error{Kind: muster.Conflict, Code: "archived", Field: "group", Message: "the default group is archived"}

// CheckDefaultGroup says what is wrong with the name of a default group.
func CheckDefaultGroup(name string) error {
	f := GroupForm{Name: name}
	g := &muster.Group{}
	g.Name, _ = f.names()
	return checkGroupNames(g, &muster.Group{})
}

// EnsureDefaultGroup makes the configured default group if there is no group of its name. It is asked at start, by the house
// itself, and does nothing where none is configured.
func (c *Core) EnsureDefaultGroup(ctx context.Context) error {
	a := muster.ActionDefaultGroup
	ctx = muster.WithActor(ctx, muster.House())
	if c.newcomers == "" {
		return nil
	}
	if err := CheckDefaultGroup(c.newcomers); err != nil {
		return err
	}
	if g, err := c.store.Reader(ctx).GroupByName(muster.MainRealm, c.newcomers); err != nil || g != nil {
		return err
	}
	_, err := do(ctx, c, a, func(tx *Tx) (struct{}, error) {
		if err := tx.Require(muster.Realm()); err != nil {
			return struct{}{}, err
		}
		g, err := tx.defaultGroup(false)
		if err == nil && len(tx.records) == 0 {
			tx.Record(muster.GroupResource(g.ID)) // another node was faster
		}
		return struct{}{}, err
	})
	return err
}

// defaultGroup answers the group that new people are put into, and makes it if there is none of its name: it may have been
// deleted. Where none is configured it is Members for wires that cannot do without one, and nil for the others. Nobody needs a
// right to have it made; who puts somebody into it needs what putting him into any other group needs.
func (tx *Tx) defaultGroup(orMembers bool) (*muster.Group, error) {
	name := tx.core.newcomers
	if name == "" {
		if !orMembers {
			return nil, nil
		}
		name = membersName
	}
	g, err := tx.GroupByName(muster.MainRealm, name)
	switch {
	case err != nil:
		return nil, err
	case g == nil:
		return tx.makeDefaultGroup(name)
	case !g.Live():
		return nil, errDefaultArchived
	}
	return g, nil
}

func (tx *Tx) makeDefaultGroup(name string) (*muster.Group, error) {
	g := &muster.Group{Realm: muster.MainRealm, ID: tx.NewID(), Name: name, Description: "Default Group", Version: 1}
	g.CreatedAt = g.ID.Time()
	g.ChangedAt = g.CreatedAt
	if tx.core.newcomers == "" {
		other, err := tx.GroupByHandle(g.Realm, membersHandle)
		if err != nil {
			return nil, err
		}
		if other == nil {
			g.Handle = membersHandle
		}
	}
	about := tx.about
	tx.about = muster.Event{}
	tx.Record(muster.GroupResource(g.ID), groupChanges("new", g)...)
	tx.records[len(tx.records)-1].Action = muster.ActionDefaultGroup.Name // whatever it is that needs it
	tx.about = about
	return g, tx.InsertGroup(g)
}
