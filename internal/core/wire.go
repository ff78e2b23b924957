package core

import (
	"time"

	"muster"
	"muster/internal/token"
)

// A wire is what the core has to know of the API by which a request comes. All else of it is its façade's business.
type wire struct {
	sight       sight
	sessionLife time.Duration // for which a session can go on being renewed (security.md, 3.2)
	tokens      token.Purpose // of the keys that sign its opaque tokens
	masksNames  bool          // hides names from who may not see them; elsewhere they are the directory (one-core, 5.3)
}

// wireOfApps is the wire by which applications come that bring their own users.
const wireOfApps = "agora"

// wireOf is the table of wires. One that is not in it shows all, and its sessions live for 90 days.
func wireOf(name string) wire {
	const day = 24 * time.Hour
	w := wire{sessionLife: 90 * day, tokens: token.Session}
	switch name {
	case "corteza":
		w.masksNames = true
	case "crust":
		w.sight = sight{suspended: true, deleted: true, archived: true, everyone: true}
		w.sessionLife, w.tokens = 30*day, token.Crust
	case "tellius":
		w.sight = sight{deleted: true, archived: true, everyone: true, keepsDefault: true}
	case wireOfApps:
		w.sight = sight{deleted: true}
	}
	return w
}

// A sight is what a wire does not show: to its requests such users and groups are not there (one-core, 2 and 5).
type sight struct {
	suspended, deleted, archived bool
	everyone                     bool // the group of that name
	keepsDefault                 bool // the default group can't be deleted here
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

func (tx *Tx) sight() sight { return wireOf(tx.Actor.Origin.Wire).sight }

func (v *View) sight() sight { return wireOf(v.Actor.Origin.Wire).sight }

// findGroup reads a group that the caller's wire shows; nil if there is none.
func (tx *Tx) findGroup(id muster.ID) (*muster.Group, error) {
	return tx.sight().group(tx.Group(muster.MainRealm, id))
}
