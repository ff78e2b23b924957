package core

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"muster"
	"muster/internal/store"
)

// Profile is what wires say of a user when they make or change one.
type Profile struct {
	Email  string
	Name   string
	Handle string
	Kind   string

	// What few wires say. Empty: none on creation, as it is on change.
	Username     string
	Password     string     // ends all sessions of the user but the one in which he changes it himself
	ExternalID   string     // who he is to another sign-in system
	Meta         string     // JSON, which nobody shows
	Organisation *muster.ID // 0 takes him out of the one he is in

	GivenName, FamilyName *string         // the name in two parts, which make it anew
	Role                  string          // a role word; see [muster.Roles]
	Groups                []muster.ID     // on creation those he joins; on change the live ones he is in, nil leaves them
	DefaultGroup          bool            // on creation: he joins the default group, too
	Config                json.RawMessage // an object; on change its members are put in place of those that are there, null takes one away

	// Partial is for wires that leave out what stays: on change a blank e-mail, name, handle or kind is as it is, too. Such wires
	// have clients send whole records: who has no right to users but to himself leaves kind, organisation and ExternalID alone.
	Partial bool
	Needs   []string // what the wire wants on creation: email, name, handle, username, password
	NoEmail bool     // the change says that there is no e-mail: refused if there is one, else true, as of a record that is sent back

	WithGroups  bool              // answer the user's live groups with him
	AcceptEmail func(string) bool // what the wire takes for a new e-mail, stricter than the core's own rule
	MakeHandle  bool              // make a handle if none is given
}

// SeenUser is a user as the caller may see him: what is hidden from the caller is blank.
type SeenUser struct {
	*muster.User
	EmailHidden, NameHidden bool

	Groups []*muster.Group // live ones by name, where they were asked for
}

// ListUsers lists the users that f selects and the caller may read. Who asks for deleted users needs the right to see what is
// deleted.
func (c *Core) ListUsers(ctx context.Context, f muster.UserFilter) (muster.List[SeenUser], error) {
	return view(ctx, c, muster.ActionListUsers, func(v *View) (muster.List[SeenUser], error) {
		if f.Deleted != muster.Without && !v.May(muster.Realm(), muster.OpAccess) {
			return muster.List[SeenUser]{}, muster.ErrDenied
		}
		email, name := v.VisibleOrSelf(muster.OpUnmaskEmail), v.visibleNames()
		f.Sort = openOrders(f.Sort, email, name)
		list, err := v.Users(muster.MainRealm, f, v.VisibleOrSelf(muster.OpRead), email, name)
		seen := make([]SeenUser, len(list.Items))
		for i, u := range list.Items {
			seen[i] = hide(u, !email.Has(u.ID), !name.Has(u.ID))
		}
		if err == nil && f.WithGroups {
			err = v.addGroups(seen, v.Visible(muster.NounGroup, muster.OpRead))
		}
		return muster.List[SeenUser]{Items: seen, Total: list.Total}, err
	})
}

// visibleNames is whose names the caller may see.
func (v *View) visibleNames() store.Visible {
	if !wireOf(v.Actor.Origin.Wire).masksNames && v.Actor.Script == "" { // scripts speak as Corteza does
		return store.All()
	}
	return v.VisibleOrSelf(muster.OpUnmaskName)
}

// addGroups tells of each user the live groups that he is in, of those that the caller may see.
func (v *View) addGroups(users []SeenUser, see store.Visible) error {
	ids := make([]muster.ID, len(users))
	for i := range users {
		ids[i] = users[i].ID
	}
	groups, err := v.GroupsOfEach(muster.MainRealm, ids, see)
	for i := range users {
		users[i].Groups = groups[users[i].ID]
	}
	return err
}

// openOrders leaves out the orders by what the caller may not see of everybody: from where his own e-mail stands in the list he
// could find out the next one's, letter by letter.
func openOrders(orders []muster.Order, email, name store.Visible) []muster.Order {
	hidden := func(see store.Visible) bool { return !see.Default || len(see.Except) > 0 }
	return slices.DeleteFunc(slices.Clone(orders), func(o muster.Order) bool {
		return o.Column == "email" && hidden(email) || o.Column == "name" && hidden(name)
	})
}

// ReadUser answers one user, in whatever state.
func (c *Core) ReadUser(ctx context.Context, id muster.ID) (SeenUser, error) {
	return view(ctx, c, muster.ActionReadUser, func(v *View) (SeenUser, error) { return v.readUser(id) })
}

// readUser reads a user whom the caller may read.
func (v *View) readUser(id muster.ID) (SeenUser, error) {
	if err := legalID(id); err != nil {
		return SeenUser{}, err
	}
	u, err := v.User(muster.MainRealm, id)
	if err != nil {
		return SeenUser{}, err
	}
	if err := v.RequireOrSelf(id); err != nil {
		return SeenUser{}, err
	}
	if u == nil {
		return SeenUser{}, muster.ErrUserNotFound
	}
	return v.seen(u), nil
}

// ReadMember answers one user who is neither suspended nor deleted, with his live groups.
func (c *Core) ReadMember(ctx context.Context, id muster.ID) (SeenUser, error) {
	return view(ctx, c, muster.ActionReadMember, func(v *View) (SeenUser, error) {
		if err := v.RequireOrSelf(id); err != nil {
			return SeenUser{}, err
		}
		u, err := v.User(muster.MainRealm, id)
		if err == nil && (u == nil || !u.Live()) {
			err = muster.ErrUserNotFound
		}
		if err != nil {
			return SeenUser{}, err
		}
		seen := []SeenUser{v.seen(u)}
		err = v.addGroups(seen, v.Visible(muster.NounGroup, muster.OpRead))
		return seen[0], err
	})
}

// seen hides of a user what the caller may not see.
func (v *View) seen(u *muster.User) SeenUser {
	self := v.Actor.User == u.ID
	return hide(u, !self && !v.May(muster.UserResource(u.ID), muster.OpUnmaskEmail), !self && !v.visibleNames().Has(u.ID))
}

func hide(u *muster.User, email, name bool) SeenUser {
	s := SeenUser{User: u, EmailHidden: email, NameHidden: name}
	if email {
		s.Email = ""
	}
	if name {
		s.Name = ""
	}
	return s
}

// userChanges names what an event keeps of a user.
func userChanges(prefix string, u *muster.User) []any {
	return []any{
		prefix + ".id", u.ID, prefix + ".username", givenUsername(u), prefix + ".email", legalEmail(u.Email),
		prefix + ".name", legalName(u.Name), prefix + ".handle", legalName(u.Handle), prefix + ".kind", legalName(u.Kind),
	}
}

// legalName keeps what cannot be a name out of the audit trail, which would store it before it was checked.
func legalName(s string) string {
	if !muster.ValidText(s, muster.MaxName) {
		return ""
	}
	return s
}

func givenUsername(u *muster.User) string {
	if !u.UsernameGiven {
		return ""
	}
	return u.Username
}

// user reads a user of the caller's realm, in whatever state that the wire has verbs for; [muster.ErrUserNotFound] if there is
// none, or none whom the application sees by which the caller came.
func (tx *Tx) user(id muster.ID) (*muster.User, error) {
	u, err := tx.User(cmp.Or(tx.Actor.Realm, muster.MainRealm), id)
	if app := tx.core.app(tx.Actor); app != nil && !app.mine(u) {
		u = nil
	}
	if err == nil && (u == nil || u.Deleted() && tx.sight().deleted) {
		err = muster.ErrUserNotFound
	}
	if err == nil {
		tx.About(muster.UserResource(id), userChanges("user", u)...)
	}
	return u, err
}
