package core

import (
	"cmp"
	"context"
	"slices"

	"muster"
	"muster/internal/store"
)

// CreateUser makes a user whose e-mail counts as confirmed, and who has a password if one is given, with his groups and his role:
// all or nothing. Nobody gives a role or a group that may do more than he.
func (c *Core) CreateUser(ctx context.Context, p Profile) (SeenUser, error) {
	fresh, err := c.freshPassword(ctx, muster.ActionCreateUser, 0, p.Password)
	if err != nil {
		return SeenUser{}, c.explain(ctx, muster.ActionCreateUser, err)
	}
	return withScripts(ctx, c, muster.ActionCreateUser, p, tellUser(0), func(ctx context.Context, p Profile) (SeenUser, error) {
		return c.createUser(ctx, p, fresh)
	})
}

func (c *Core) createUser(ctx context.Context, p Profile, fresh freshPassword) (SeenUser, error) {
	return do(ctx, c, muster.ActionCreateUser, func(tx *Tx) (SeenUser, error) {
		u, p := &muster.User{Realm: muster.MainRealm}, p
		p.Name = p.nameFromParts(u)
		p.fill(u)
		tx.About(muster.Resource{Noun: muster.NounUser}, userChanges("new", u)...)
		if err := tx.Require(muster.Realm()); err != nil {
			return SeenUser{}, err
		}
		in, err := tx.newRelations(p)
		if err != nil {
			return SeenUser{}, err
		}
		if u.Config, err = p.newConfig(); err != nil {
			return SeenUser{}, err
		}
		if err := cmp.Or(p.complete(), p.check(&muster.User{}), fresh.refusal(), tx.checkGroups(in.groups), tx.moveUser(u, p.Organisation)); err != nil {
			return SeenUser{}, err
		}
		u.EmailConfirmedAt = tx.Now()
		if err := tx.insertUser(u, p.MakeHandle); err != nil {
			return SeenUser{}, err
		}
		if fresh.phc != "" {
			if err := tx.SetCredential(u.ID, store.CredentialPassword, fresh.phc, tx.Now()); err != nil {
				return SeenUser{}, err
			}
		}
		tx.Record(muster.UserResource(u.ID), slices.Concat(userChanges("new", u), in.changes("new"), fresh.changes())...)
		if err := tx.happens(userOccasion(doCreate, u, nil)); err != nil {
			return SeenUser{}, err
		}
		if err := tx.firstAccount(u); err != nil {
			return SeenUser{}, err
		}
		if err := tx.settle(u, in, nil); err != nil {
			return SeenUser{}, err
		}
		return tx.shown(u, p)
	})
}

// newRelations is what a new user joins, if the caller may have him do so.
func (tx *Tx) newRelations(p Profile) (in relations, err error) {
	in = p.relations()
	if err := tx.mayJoin(in, nil); err != nil || !p.DefaultGroup {
		return in, err
	}
	if in.newcomers, err = tx.defaultGroup(true); err != nil {
		return in, err
	}
	return in, tx.holdsAll(in.newcomers.ID)
}

func (p *Profile) relations() relations { return relations{role: p.Role, groups: p.Groups} }

func (p *Profile) fill(u *muster.User) {
	u.Email, u.Name, u.Handle = p.Email, p.Name, p.Handle
	if u.Username != p.Username {
		u.Username, u.UsernameGiven = p.Username, true
	}
	u.ExternalID, u.Meta = p.ExternalID, p.Meta
	p.setParts(u)
	if p.Role != "" {
		u.Role = wordOf(p.Role)
	}
	if u.Kind != muster.KindSystem && p.Kind != muster.KindSystem {
		u.Kind = p.Kind
	}
}

// check checks what differs from the user as he is: wires send whole records, so a value that is there already is taken.
func (p *Profile) check(was *muster.User) error {
	if p.Handle != was.Handle && p.Handle != "" && !muster.ValidHandle(p.Handle) {
		return muster.InvalidField("handle", "begins with a letter, ends with a letter or digit, 2 to 64 of A–Z a–z 0–9 _ - .")
	}
	if p.NoEmail && was.Email != "" {
		return muster.InvalidField("email", "is needed")
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

// UpdateUser replaces the profile of a user, or changes what of it is given, and his groups and role where they are given: all or
// nothing. The kind of a system user stays. Who changes his own e-mail has to confirm it again where sign-up asks for that. The
// answer to a partial change holds no e-mail that the caller may not see.
func (c *Core) UpdateUser(ctx context.Context, id muster.ID, p Profile) (SeenUser, error) {
	if err := c.mayChangeEmail(ctx, id, p); err != nil {
		return SeenUser{}, c.explain(ctx, muster.ActionUpdateUser, err)
	}
	fresh, err := c.freshPassword(ctx, muster.ActionUpdateUser, id, p.Password)
	if err != nil {
		return SeenUser{}, c.explain(ctx, muster.ActionUpdateUser, err)
	}
	u, err := withScripts(ctx, c, muster.ActionUpdateUser, p, tellUser(id), func(ctx context.Context, p Profile) (SeenUser, error) {
		return c.updateUser(ctx, id, p, fresh)
	})
	return c.shownAfter(ctx, p, u, err)
}

func (c *Core) updateUser(ctx context.Context, id muster.ID, p Profile, fresh freshPassword) (SeenUser, error) {
	secret := newMailSecret()
	return do(ctx, c, muster.ActionUpdateUser, func(tx *Tx) (SeenUser, error) {
		tx.About(muster.UserResource(id), "update.email", legalEmail(p.Email), "update.name", legalName(p.Name))
		if err := legalID(id); err != nil {
			return SeenUser{}, err
		}
		u, err := tx.sight().user(tx.User(muster.MainRealm, id))
		if err != nil {
			return SeenUser{}, err
		}
		gone := u == nil || u.Deleted()
		if gone && p.Partial {
			return SeenUser{}, muster.ErrUserNotFound // nothing says what the rest of the profile is
		}
		was := muster.User{}
		if u != nil {
			was = *u
		}
		p := p.over(&was)
		if err := p.check(&was); err != nil {
			return SeenUser{}, err
		}
		if gone {
			return SeenUser{}, muster.ErrUserNotFound
		}
		if err := tx.RequireOrSelf(id); err != nil {
			return SeenUser{}, err
		}
		return tx.changeUser(u, &was, p, fresh, secret)
	})
}

// changeUser makes the profile so, once the caller may.
func (tx *Tx) changeUser(u, was *muster.User, p Profile, fresh freshPassword, secret string) (SeenUser, error) {
	if err := cmp.Or(tx.asSeen(muster.UserResource(u.ID), was.Version), tx.keepWithin(&p, was)); err != nil {
		return SeenUser{}, err
	}
	in, were, err := tx.changedRelations(u, p)
	if err != nil {
		return SeenUser{}, err
	}
	p.fill(u)
	if u.Config, err = p.mergedConfig(was.Config); err != nil {
		return SeenUser{}, err
	}
	if err := cmp.Or(fresh.refusal(), tx.checkGroups(in.groups), tx.moveUser(u, p.Organisation)); err != nil {
		return SeenUser{}, err
	}
	if !p.Partial || *u != *was {
		u.UpdatedAt = tx.Now()
	}
	u.ChangedAt = tx.Now()
	if err := tx.changeNames(u, was, secret); err != nil {
		return SeenUser{}, err
	}
	tx.Record(muster.UserResource(u.ID), slices.Concat(userChanges("update", u), userChanges("user", was), in.changes("update"), fresh.changes())...)
	if err := tx.UpdateUser(u); err != nil {
		return SeenUser{}, err
	}
	if err := tx.happens(userOccasion(doUpdate, u, was)); err != nil {
		return SeenUser{}, err
	}
	if err := tx.settle(u, in, were); err != nil {
		return SeenUser{}, err
	}
	if err := fresh.set(tx, u, was); err != nil {
		return SeenUser{}, err
	}
	return tx.shown(u, p)
}

// changedRelations is what becomes of the groups and the role of a user, and the live groups that he is in, if the caller may have it so:
// nobody but who has the right to a user gives him either, not even himself.
func (tx *Tx) changedRelations(u *muster.User, p Profile) (in relations, were []muster.ID, err error) {
	in = p.relations()
	if in.role == "" && in.groups == nil {
		return in, nil, nil
	}
	if err := tx.Require(muster.UserResource(u.ID)); err != nil {
		return in, nil, err
	}
	if were, err = tx.LiveGroupsOf(u.ID); err != nil {
		return in, nil, err
	}
	return in, were, cmp.Or(tx.mayJoin(in, were), tx.mayMove(in, were))
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
