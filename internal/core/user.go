package core

import (
	"cmp"
	"context"
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

	// Partial is for wires that leave out what stays: on change a blank e-mail, name, handle or kind is as it is, too. Such wires
	// have clients send whole records: who has no right to users but to himself leaves kind, organisation and ExternalID alone.
	Partial bool
	Needs   []string // what the wire wants on creation: email, name, handle, username, password

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
			err = v.addGroups(seen)
		}
		return muster.List[SeenUser]{Items: seen, Total: list.Total}, err
	})
}

// visibleNames is whose names the caller may see. Corteza alone hides names: elsewhere they are the directory (one-core, 5.3).
func (v *View) visibleNames() store.Visible {
	if v.Actor.Origin.Wire != "corteza" {
		return store.All()
	}
	return v.VisibleOrSelf(muster.OpUnmaskName)
}

// addGroups tells of each user the live groups that he is in, of those that the caller may read.
func (v *View) addGroups(users []SeenUser) error {
	ids := make([]muster.ID, len(users))
	for i := range users {
		ids[i] = users[i].ID
	}
	groups, err := v.GroupsOfEach(muster.MainRealm, ids, v.Visible(muster.NounGroup, muster.OpRead))
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
	return view(ctx, c, muster.ActionReadUser, func(v *View) (SeenUser, error) {
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
	})
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
		err = v.addGroups(seen)
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

// CreateUser makes a user whose e-mail counts as confirmed, and who has a password if one is given.
func (c *Core) CreateUser(ctx context.Context, p Profile) (*muster.User, error) {
	fresh, err := c.freshPassword(ctx, muster.ActionCreateUser, 0, p.Password)
	if err != nil {
		return nil, c.explain(ctx, muster.ActionCreateUser, err)
	}
	return do(ctx, c, muster.ActionCreateUser, func(tx *Tx) (*muster.User, error) {
		u := &muster.User{Realm: muster.MainRealm}
		p.fill(u)
		tx.About(muster.Resource{Noun: muster.NounUser}, userChanges("new", u)...)
		if err := tx.Require(muster.Realm()); err != nil {
			return nil, err
		}
		if err := cmp.Or(p.complete(), p.check(&muster.User{}), fresh.refusal(), tx.moveUser(u, p.Organisation)); err != nil {
			return nil, err
		}
		u.EmailConfirmedAt = tx.Now()
		if err := tx.insertUser(u, p.MakeHandle); err != nil {
			return nil, err
		}
		if fresh.phc != "" {
			if err := tx.SetCredential(u.ID, store.CredentialPassword, fresh.phc, tx.Now()); err != nil {
				return nil, err
			}
		}
		tx.Record(muster.UserResource(u.ID), append(userChanges("new", u), fresh.changes()...)...)
		return u, tx.firstAccount(u)
	})
}

func (p *Profile) fill(u *muster.User) {
	u.Email, u.Name, u.Handle = p.Email, p.Name, p.Handle
	if u.Username != p.Username {
		u.Username, u.UsernameGiven = p.Username, true
	}
	u.ExternalID, u.Meta = p.ExternalID, p.Meta
	if u.Kind != muster.KindSystem && p.Kind != muster.KindSystem {
		u.Kind = p.Kind
	}
}

// check checks what differs from the user as he is: wires send whole records, so a value that is there already is taken.
func (p *Profile) check(was *muster.User) error {
	if p.Handle != was.Handle && p.Handle != "" && !muster.ValidHandle(p.Handle) {
		return muster.InvalidField("handle", "begins with a letter, ends with a letter or digit, 2 to 64 of A–Z a–z 0–9 _ - .")
	}
	if (p.Email != was.Email || was.ID == 0) && !p.goodEmail() {
		return muster.InvalidField("email", "not an e-mail")
	}
	if p.Name != was.Name && !muster.ValidText(p.Name, muster.MaxName) {
		return muster.InvalidField("name", "at most 200 characters, none of them control characters")
	}
	if p.Kind != was.Kind && !muster.ValidKind(p.Kind) {
		return muster.InvalidField("kind", "a word of at most 32 characters")
	}
	return p.checkRare(was)
}

func (p *Profile) goodEmail() bool {
	return muster.ValidEmail(p.Email) && (p.AcceptEmail == nil || p.AcceptEmail(p.Email))
}

// UpdateUser replaces the profile of a user, or changes what of it is given. The kind of a system user stays. Who changes his
// own e-mail has to confirm it again where sign-up asks for that. The answer to a partial change holds no e-mail that the
// caller may not see.
func (c *Core) UpdateUser(ctx context.Context, id muster.ID, p Profile) (*muster.User, error) {
	if err := c.mayChangeEmail(ctx, id, p); err != nil {
		return nil, c.explain(ctx, muster.ActionUpdateUser, err)
	}
	fresh, err := c.freshPassword(ctx, muster.ActionUpdateUser, id, p.Password)
	if err != nil {
		return nil, c.explain(ctx, muster.ActionUpdateUser, err)
	}
	secret := newMailSecret()
	u, err := do(ctx, c, muster.ActionUpdateUser, func(tx *Tx) (*muster.User, error) {
		tx.About(muster.UserResource(id), "update.email", legalEmail(p.Email), "update.name", legalName(p.Name))
		if err := legalID(id); err != nil {
			return nil, err
		}
		u, err := tx.sight().user(tx.User(muster.MainRealm, id))
		if err != nil {
			return nil, err
		}
		gone := u == nil || u.Deleted()
		if gone && p.Partial {
			return nil, muster.ErrUserNotFound // nothing says what the rest of the profile is
		}
		was := muster.User{}
		if u != nil {
			was = *u
		}
		p := p.over(&was)
		if err := p.check(&was); err != nil {
			return nil, err
		}
		if gone {
			return nil, muster.ErrUserNotFound
		}
		if err := tx.RequireOrSelf(id); err != nil {
			return nil, err
		}
		if err := tx.keepWithin(&p, &was); err != nil {
			return nil, err
		}
		p.fill(u)
		if err := cmp.Or(fresh.refusal(), tx.moveUser(u, p.Organisation)); err != nil {
			return nil, err
		}
		if !p.Partial || *u != was {
			u.UpdatedAt = tx.Now()
		}
		u.ChangedAt = tx.Now()
		if err := tx.changeNames(u, &was, secret); err != nil {
			return nil, err
		}
		tx.Record(muster.UserResource(id), slices.Concat(userChanges("update", u), userChanges("user", &was), fresh.changes())...)
		if err := tx.UpdateUser(u); err != nil {
			return nil, err
		}
		return u, fresh.set(tx, u, &was)
	})
	return c.shownAfter(ctx, p, u, err)
}

// mayChangeEmail slows down who has mails sent to strangers by changing his own address again and again.
func (c *Core) mayChangeEmail(ctx context.Context, id muster.ID, p Profile) error {
	actor := muster.ActorFrom(ctx)
	if actor.User != id {
		return nil
	}
	u, err := c.store.Reader(ctx).User(muster.MainRealm, id)
	if err == nil && u != nil && muster.FoldEmail(u.Email) != muster.FoldEmail(p.over(u).Email) && !c.mayMail(ctx, u) {
		err = muster.ErrThrottled
	}
	return err
}

// changeNames moves the sign-in names, and decides whether a new e-mail still counts as confirmed. A person's old address is
// told; that an administrator changed it is his own business.
func (tx *Tx) changeNames(u, was *muster.User, secret string) error {
	newEmail := muster.FoldEmail(u.Email) != muster.FoldEmail(was.Email)
	newUsername := muster.FoldSignIn(u.Username) != muster.FoldSignIn(was.Username)
	if !newEmail && !newUsername {
		return nil
	}
	if tx.Actor.Behind != 0 {
		return muster.ErrDenied // both are ways in: who acts as somebody else leaves none
	}
	if newEmail {
		if err := tx.takeName(u, "email", u.Email); err != nil {
			return err
		}
	}
	if newUsername {
		if err := tx.takeName(u, "username", u.Username); err != nil {
			return err
		}
	}
	if err := tx.freeOldNames(u, was); err != nil || !newEmail {
		return err
	}
	if tx.Actor.User != u.ID {
		return nil
	}
	tx.mailEmailChanged(u, was.Email)
	rules, err := tx.core.signInRules(tx.Reader)
	if err != nil || !rules.ConfirmationRequired {
		return err
	}
	u.EmailConfirmedAt = noTime
	return tx.mailConfirmation(u, secret)
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

// user reads a user in whatever state that the wire has verbs for; [muster.ErrUserNotFound] if there is none.
func (tx *Tx) user(id muster.ID) (*muster.User, error) {
	u, err := tx.User(muster.MainRealm, id)
	if err == nil && (u == nil || u.Deleted() && tx.sight().deleted) {
		err = muster.ErrUserNotFound
	}
	if err == nil {
		tx.About(muster.UserResource(id), userChanges("user", u)...)
	}
	return u, err
}
