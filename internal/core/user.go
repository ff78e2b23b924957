package core

import (
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

	AcceptEmail func(string) bool // what the wire takes for a new e-mail, stricter than the core's own rule
	MakeHandle  bool              // make a handle if none is given
}

// SeenUser is a user as the caller may see him: what is hidden from the caller is blank.
type SeenUser struct {
	*muster.User
	EmailHidden, NameHidden bool
}

// ListUsers lists the users that f selects and the caller may read. Who asks for deleted users needs the right to see what is
// deleted.
func (c *Core) ListUsers(ctx context.Context, f muster.UserFilter) (muster.List[SeenUser], error) {
	return view(ctx, c, muster.ActionListUsers, func(v *View) (muster.List[SeenUser], error) {
		if f.Deleted != muster.Without && !v.May(muster.Realm(), muster.OpAccess) {
			return muster.List[SeenUser]{}, muster.ErrDenied
		}
		email, name := v.VisibleOrSelf(muster.OpUnmaskEmail), v.VisibleOrSelf(muster.OpUnmaskName)
		f.Sort = openOrders(f.Sort, email, name)
		list, err := v.Users(muster.MainRealm, f, v.VisibleOrSelf(muster.OpRead), email, name)
		seen := make([]SeenUser, len(list.Items))
		for i, u := range list.Items {
			seen[i] = hide(u, !email.Has(u.ID), !name.Has(u.ID))
		}
		return muster.List[SeenUser]{Items: seen, Total: list.Total}, err
	})
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

// seen hides of a user what the caller may not see.
func (v *View) seen(u *muster.User) SeenUser {
	self := v.Actor.User == u.ID
	res := muster.UserResource(u.ID)
	return hide(u, !self && !v.May(res, muster.OpUnmaskEmail), !self && !v.May(res, muster.OpUnmaskName))
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

// CreateUser makes a user without a password, whose e-mail counts as confirmed.
func (c *Core) CreateUser(ctx context.Context, p Profile) (*muster.User, error) {
	return withScripts(ctx, c, muster.ActionCreateUser, p, tellUser(0), c.createUser)
}

func (c *Core) createUser(ctx context.Context, p Profile) (*muster.User, error) {
	return do(ctx, c, muster.ActionCreateUser, func(tx *Tx) (*muster.User, error) {
		u := &muster.User{Realm: muster.MainRealm}
		p.fill(u)
		tx.About(muster.Resource{Noun: muster.NounUser}, userChanges("new", u)...)
		if err := tx.Require(muster.Realm()); err != nil {
			return nil, err
		}
		if err := p.check(&muster.User{}); err != nil {
			return nil, err
		}
		u.EmailConfirmedAt = tx.Now()
		if err := tx.insertUser(u, p.MakeHandle); err != nil {
			return nil, err
		}
		tx.Record(muster.UserResource(u.ID), userChanges("new", u)...)
		if err := tx.happens(userOccasion(doCreate, u, nil)); err != nil {
			return nil, err
		}
		return u, tx.firstAccount(u)
	})
}

func (p *Profile) fill(u *muster.User) {
	u.Email, u.Name, u.Handle = p.Email, p.Name, p.Handle
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
	return nil
}

func (p *Profile) goodEmail() bool {
	return muster.ValidEmail(p.Email) && (p.AcceptEmail == nil || p.AcceptEmail(p.Email))
}

// UpdateUser replaces the profile of a user. The username stays, and so does the kind of a system user. Who changes his own
// e-mail has to confirm it again where sign-up asks for that.
func (c *Core) UpdateUser(ctx context.Context, id muster.ID, p Profile) (*muster.User, error) {
	if err := c.mayChangeEmail(ctx, id, p.Email); err != nil {
		return nil, c.explain(ctx, muster.ActionUpdateUser, err)
	}
	return withScripts(ctx, c, muster.ActionUpdateUser, p, tellUser(id), func(ctx context.Context, p Profile) (*muster.User, error) {
		return c.updateUser(ctx, id, p)
	})
}

func (c *Core) updateUser(ctx context.Context, id muster.ID, p Profile) (*muster.User, error) {
	secret := newMailSecret()
	return do(ctx, c, muster.ActionUpdateUser, func(tx *Tx) (*muster.User, error) {
		tx.About(muster.UserResource(id), "update.email", legalEmail(p.Email), "update.name", legalName(p.Name))
		if err := legalID(id); err != nil {
			return nil, err
		}
		u, err := tx.User(muster.MainRealm, id)
		if err != nil {
			return nil, err
		}
		was := muster.User{}
		if u != nil {
			was = *u
		}
		if err := p.check(&was); err != nil {
			return nil, err
		}
		if u == nil || u.Deleted() {
			return nil, muster.ErrUserNotFound
		}
		if err := tx.RequireOrSelf(id); err != nil {
			return nil, err
		}
		p.fill(u)
		u.UpdatedAt, u.ChangedAt = tx.Now(), tx.Now()
		if err := tx.changeEmail(u, &was, secret); err != nil {
			return nil, err
		}
		if err := tx.asSeen(muster.UserResource(id), was.Version); err != nil {
			return nil, err
		}
		tx.Record(muster.UserResource(id), append(userChanges("update", u), userChanges("user", &was)...)...)
		if err := tx.UpdateUser(u); err != nil {
			return nil, err
		}
		return u, tx.happens(userOccasion(doUpdate, u, &was))
	})
}

// mayChangeEmail slows down who has mails sent to strangers by changing his own address again and again.
func (c *Core) mayChangeEmail(ctx context.Context, id muster.ID, email string) error {
	actor := muster.ActorFrom(ctx)
	if actor.User != id {
		return nil
	}
	u, err := c.store.Reader(ctx).User(muster.MainRealm, id)
	if err == nil && u != nil && muster.FoldEmail(u.Email) != muster.FoldEmail(email) && !c.mayMail(ctx, u) {
		err = muster.ErrThrottled
	}
	return err
}

// changeEmail moves the sign-in name, and decides whether the new e-mail still counts as confirmed. A person's old address is
// told; that an administrator changed it is his own business.
func (tx *Tx) changeEmail(u, was *muster.User, secret string) error {
	if muster.FoldEmail(u.Email) == muster.FoldEmail(was.Email) {
		return nil
	}
	if tx.Actor.Behind != 0 {
		return muster.ErrDenied // an e-mail is a way in: who acts as somebody else leaves none
	}
	if err := tx.takeName(u, "email", u.Email); err != nil {
		return err
	}
	if was.Email != "" && muster.FoldSignIn(was.Email) != muster.FoldSignIn(u.Username) {
		if err := tx.FreeSignInName(u.Realm, u.ID, was.Email); err != nil {
			return err
		}
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

// user reads a user in whatever state; [muster.ErrUserNotFound] if there is none.
func (tx *Tx) user(id muster.ID) (*muster.User, error) {
	u, err := tx.User(muster.MainRealm, id)
	if err == nil && u == nil {
		err = muster.ErrUserNotFound
	}
	if err == nil {
		tx.About(muster.UserResource(id), userChanges("user", u)...)
	}
	return u, err
}
