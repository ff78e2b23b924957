package core

import "muster"

// A sight is what a wire does not show: to its requests such users and groups are not there (one-core, 2 and 5).
type sight struct {
	suspended, deleted, archived bool
	everyone                     bool // the group of that name
}

func sightOf(wire string) sight {
	if wire == "crust" {
		return sight{suspended: true, deleted: true, archived: true, everyone: true}
	}
	return sight{}
}

// user is the user, nil for one that the wire does not show.
func (s sight) user(u *muster.User, err error) (*muster.User, error) {
	if u != nil && (s.suspended && u.Suspended() || s.deleted && u.Deleted()) {
		return nil, err
	}
	return u, err
}

// group is the group, nil for one that the wire does not show.
func (s sight) group(g *muster.Group, err error) (*muster.Group, error) {
	if g != nil && (s.archived && !g.ArchivedAt.IsZero() || s.deleted && !g.DeletedAt.IsZero() || s.everyone && g.ID == muster.Everyone) {
		return nil, err
	}
	return g, err
}

func (tx *Tx) sight() sight { return sightOf(tx.Actor.Origin.Wire) }

func (v *View) sight() sight { return sightOf(v.Actor.Origin.Wire) }

// findGroup reads a group that the caller's wire shows; nil if there is none.
func (tx *Tx) findGroup(id muster.ID) (*muster.Group, error) {
	return tx.sight().group(tx.Group(muster.MainRealm, id))
}
