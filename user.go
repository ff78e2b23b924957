package muster

import (
	"cmp"
	"time"
)

// A User is a person, a bot or a system account (one-core, 1). Zero times mean "never" or "not".
type User struct {
	ID            ID
	Realm         ID
	Username      string // always there; unique among sign-in names, in any letter case
	UsernameGiven bool   // false: made here, because no wire gave one
	Email         string // optional; unique among sign-in names
	Name          string
	Handle        string // optional; unique among handles
	Kind          string // "", KindBot, KindSystem or any other word
	Organisation  ID
	Owner         ID
	Avatar        string
	Meta          string // JSON that clients of Crust keep there and nobody shows; "" for none
	ExternalID    string // who the user is to another sign-in system; nobody shows it
	ListsInFull   bool   // a system user who sees all of the users that he lists

	EmailConfirmedAt time.Time
	CreatedAt        time.Time
	UpdatedAt        time.Time // moves with the profile
	ChangedAt        time.Time // moves with everything
	SuspendedAt      time.Time
	DeletedAt        time.Time
	Version          int64 // counts changes; an edit names the one it was made on
}

// The kinds of users that mean something here.
const (
	KindBot    = "bot"
	KindSystem = "system" // converted once and for ever
)

// Suspended reports whether the user is locked out.
func (u *User) Suspended() bool { return !u.SuspendedAt.IsZero() }

// Deleted reports whether the user is deleted.
func (u *User) Deleted() bool { return !u.DeletedAt.IsZero() }

// Unconfirmed reports whether the user has an e-mail that nobody has proven yet.
func (u *User) Unconfirmed() bool { return u.Email != "" && u.EmailConfirmedAt.IsZero() }

// Live reports whether the user is neither suspended nor deleted.
func (u *User) Live() bool { return !u.Suspended() && !u.Deleted() }

// DisplayName is what people call the user: the name, else the e-mail, else the username.
func (u *User) DisplayName() string { return cmp.Or(u.Name, u.Email, u.Username) }

// A State filter says whether objects in a state (deleted, suspended, archived) are wanted.
type State int

// The state filters.
const (
	Without State = iota
	With
	Only
)

// A UserFilter selects users. Empty fields select nothing and leave nothing out.
type UserFilter struct {
	IDs      []ID
	Groups   []ID   // members of any of these
	Prefix   string // of given username, handle, e-mail or name, in any letter case
	Username string // exact in any letter case, given ones only
	// AnyUsername is for the wires that show made usernames too and search no handles: Prefix is of any username, e-mail or
	// name, and Username may be a made one. They sort by anyUsername.
	AnyUsername bool
	After       string // only those whose usernames come after this one in that order, among whom no two have one
	Email       string
	Handle      string
	Kind        string
	Deleted     State
	Suspended   State
	Sort        []Order
	Page        Page

	WithGroups bool // tell of each user the live groups that he is in, as far as the caller may read them
}

// A PeopleFilter selects users who are neither suspended nor deleted. Texts are compared as they are shown, in the letter case
// that they have. Empty fields select nothing and leave nothing out.
type PeopleFilter struct {
	IDs         []ID
	Usernames   []string
	Names       []string  // the username stands for the name of who has none
	CreatedFrom time.Time // at that instant or later
	CreatedTo   time.Time // before that instant
	Page        Page
}
