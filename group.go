package muster

import "time"

// A Group is a named set of users, and what Corteza calls a role and Crust a team (one-core, 5).
type Group struct {
	ID           ID
	Realm        ID
	Name         string // unique in any letter case among live and archived groups
	Handle       string // optional; unique likewise
	Description  string
	Organisation ID

	CreatedAt  time.Time
	UpdatedAt  time.Time // moves with name, handle and description
	ChangedAt  time.Time // moves with everything
	ArchivedAt time.Time // gives no rights and is hidden, but keeps its names
	DeletedAt  time.Time
	Version    int64
}

// Live reports whether the group is neither archived nor deleted: only a live group gives rights.
func (g *Group) Live() bool { return g.ArchivedAt.IsZero() && g.DeletedAt.IsZero() }

// BuiltIn reports whether id is one of the two groups that exist from the start and keep their names.
func BuiltIn(id ID) bool { return id == Everyone || id == Administrators }

// ReservedGroupName reports whether no other group may take s as name or handle, in any letter case: wires show the
// built-in groups under these.
func ReservedGroupName(s string) bool {
	switch Fold(s) {
	case "superusers", "everyone", "admins":
		return true
	}
	return false
}

// A GroupFilter selects groups. Empty fields select nothing and leave nothing out.
type GroupFilter struct {
	Prefix       string // of name or handle, in any letter case
	NameOnly     bool   // Prefix is of the name alone
	Ordinary     bool   // leave out everyone, which most wires don't show
	IDs          []ID
	Names        []string  // as they are shown, letter for letter
	Descriptions []string  // likewise
	From, To     time.Time // of when they were made; inclusive, whole seconds
	Deleted      State
	Archived     State
	Sort         []Order
	Page         Page
}
