package core

import (
	"cmp"
	"slices"

	"muster"
)

// This file tells, before a change, what is about to happen: a function for each sort of change, as withScripts wants them. They
// answer nothing for what the change itself will refuse.

// mayBegin reports whether the caller has, as far as is known before the transaction, the right to what he is about to do.
func (v *View) mayBegin(res muster.Resource) bool { return v.May(res, v.action.Operation) }

// mayFill is mayBegin for who is in a group, which its managers say, too.
func (v *View) mayFill(group muster.ID) (bool, error) {
	if v.mayBegin(muster.GroupResource(group)) {
		return true, nil
	}
	return v.IsManager(group, v.Actor.User)
}

// tellUser is about a user who is made (id 0), or changed.
func tellUser(id muster.ID) func(*View, *Profile) ([]*Occasion, error) {
	return func(v *View, p *Profile) ([]*Occasion, error) {
		if id == 0 {
			if !v.mayBegin(muster.Realm()) {
				return nil, nil
			}
			return []*Occasion{p.occasion(doCreate, &muster.User{Realm: muster.MainRealm}, nil)}, nil
		}
		u, err := v.sight().user(v.User(muster.MainRealm, id))
		if err != nil || u == nil || u.Deleted() || v.Actor.User != id && !v.mayBegin(muster.UserResource(id)) {
			return nil, err
		}
		old := *u
		return []*Occasion{p.occasion(doUpdate, u, &old)}, nil
	}
}

// occasion is what the profile makes of a user. Of what scripts leave alone, a partial profile stays silent.
func (p *Profile) occasion(does string, u, old *muster.User) *Occasion {
	full := *p
	if old != nil {
		full = p.over(old)
	}
	full.fill(u)
	o, before := userOccasion(does, u, old), *u
	o.take = func() {
		take(&p.Email, before.Email, u.Email)
		take(&p.Name, before.Name, u.Name)
		take(&p.Handle, before.Handle, u.Handle)
		take(&p.Kind, before.Kind, u.Kind)
		if does == doCreate { // later, it is another way in
			take(&p.Username, before.Username, u.Username)
		}
	}
	return o
}

func tellUserDeleted(v *View, id *muster.ID) ([]*Occasion, error) {
	u, err := v.sight().user(v.User(muster.MainRealm, *id))
	if err != nil || u == nil || u.Deleted() || v.Actor.User == *id || !v.mayBegin(muster.UserResource(*id)) {
		return nil, err
	}
	return []*Occasion{userOccasion(doDelete, u, u)}, nil
}

// tellGroup is about a group that is made (id 0), or changed, and about who joins or leaves it by that.
func tellGroup(id muster.ID) func(*View, *GroupForm) ([]*Occasion, error) {
	return func(v *View, f *GroupForm) ([]*Occasion, error) {
		if id == 0 {
			if !v.mayBegin(muster.Realm()) {
				return nil, nil
			}
			g := &muster.Group{Realm: muster.MainRealm}
			joined, err := v.tellMembers(doAdd, g, f.Members)
			return append([]*Occasion{f.occasion(doCreate, g, nil)}, joined...), err
		}
		g, err := v.sight().group(v.Group(muster.MainRealm, id))
		if err != nil || g == nil || id == muster.Everyone || !v.mayBegin(muster.GroupResource(id)) {
			return nil, err
		}
		old := *g
		occasions := []*Occasion{f.occasion(doUpdate, g, &old)}
		if f.Members == nil {
			return occasions, nil
		}
		were, err := v.Members(id)
		if err != nil {
			return nil, err
		}
		joined, err := v.tellMembers(doAdd, g, without(f.Members, were))
		if err != nil {
			return nil, err
		}
		left, err := v.tellMembers(doRemove, g, without(were, f.Members))
		return slices.Concat(occasions, joined, left), err
	}
}

func (f *GroupForm) occasion(does string, g, old *muster.Group) *Occasion {
	name, handle := f.names()
	if f.Partial && old != nil {
		name, handle = cmp.Or(name, old.Name), cmp.Or(handle, old.Handle)
	}
	if f.KeepHandle && old != nil {
		handle = old.Handle
	}
	g.Name, g.Handle = name, handle
	o := groupOccasion(does, g, old)
	o.take = func() {
		take(&f.Name, name, g.Name)
		if take(&f.Handle, handle, g.Handle) {
			f.KeepHandle = false
		}
	}
	return o
}

func without(ids, these []muster.ID) (left []muster.ID) {
	for _, id := range ids {
		if !slices.Contains(these, id) {
			left = append(left, id)
		}
	}
	return left
}

// tellMembers is about people who join a group, or leave it.
func (v *View) tellMembers(does string, g *muster.Group, ids []muster.ID) (occasions []*Occasion, err error) {
	for _, id := range ids {
		u, err := v.User(muster.MainRealm, id)
		if err != nil {
			return nil, err
		}
		if u != nil {
			occasions = append(occasions, memberOccasion(does, g, u))
		}
	}
	return occasions, nil
}

func tellGroupDeleted(v *View, id *muster.ID) ([]*Occasion, error) {
	g, err := v.sight().group(v.Group(muster.MainRealm, *id))
	if err != nil || g == nil || !g.DeletedAt.IsZero() || muster.BuiltIn(*id) || !v.mayBegin(muster.GroupResource(*id)) {
		return nil, err
	}
	return []*Occasion{groupOccasion(doDelete, g, g)}, nil
}

// tellMerge is about a group that is deleted, and its members, who join another one.
func tellMerge(destination muster.ID) func(*View, *muster.ID) ([]*Occasion, error) {
	return func(v *View, id *muster.ID) ([]*Occasion, error) {
		occasions, err := tellGroupDeleted(v, id)
		if err != nil || len(occasions) == 0 {
			return nil, err
		}
		to, err := v.Group(muster.MainRealm, destination)
		if err != nil || to == nil || !v.mayBegin(muster.GroupResource(destination)) {
			return nil, err
		}
		moving, err := moving(v.Members, *id, destination)
		if err != nil {
			return nil, err
		}
		joined, err := v.tellMembers(doAdd, to, moving)
		return append(occasions, joined...), err
	}
}

// moving are the members of a group who are not yet in another one.
func moving(members func(muster.ID) ([]muster.ID, error), from, to muster.ID) ([]muster.ID, error) {
	move, err := members(from)
	if err != nil {
		return nil, err
	}
	there, err := members(to)
	return without(move, there), err
}

// membersMove is happens for the members of a group that is merged into another one.
func (tx *Tx) membersMove(from, to muster.ID) error {
	if len(tx.scripts) == 0 {
		return nil
	}
	ids, err := moving(tx.Members, from, to)
	for _, id := range ids {
		if err != nil {
			return err
		}
		var u *muster.User
		if u, err = tx.User(muster.MainRealm, id); err == nil && u != nil {
			err = tx.memberHappens(doAdd, to, u)
		}
	}
	return err
}

// A membership is a user in a group.
type membership struct{ group, user muster.ID }

func tellMember(does string) func(*View, *membership) ([]*Occasion, error) {
	return func(v *View, m *membership) ([]*Occasion, error) {
		g, err := v.sight().group(v.Group(muster.MainRealm, m.group))
		if err != nil || g == nil || m.group == muster.Everyone {
			return nil, err
		}
		if may, err := v.mayFill(m.group); err != nil || !may {
			return nil, err
		}
		if is, err := v.IsMember(m.group, m.user); err != nil || is == (does == doAdd) {
			return nil, err // it changes nothing
		}
		return v.tellMembers(does, g, []muster.ID{m.user})
	}
}

// tellApplication is about an application that is made (id 0), or changed.
func tellApplication(id muster.ID) func(*View, *ApplicationForm) ([]*Occasion, error) {
	return func(v *View, f *ApplicationForm) ([]*Occasion, error) {
		a, does, res := &muster.Application{Realm: muster.MainRealm}, doCreate, muster.Realm()
		var old *muster.Application
		if id != 0 {
			was, err := v.Application(muster.MainRealm, id)
			if err != nil || was == nil {
				return nil, err
			}
			is := *was
			a, old, does, res = &is, was, doUpdate, applicationResource(id)
		}
		if !v.mayBegin(res) {
			return nil, nil
		}
		a.Name, a.Enabled, a.Launcher = f.Name, f.Enabled, f.Launcher
		o := applicationOccasion(does, a, old)
		o.take = func() { f.Name, f.Enabled, f.Launcher = a.Name, a.Enabled, a.Launcher }
		return []*Occasion{o}, nil
	}
}

func tellApplicationDeleted(v *View, id *muster.ID) ([]*Occasion, error) {
	a, err := v.Application(muster.MainRealm, *id)
	if err != nil || a == nil || !a.DeletedAt.IsZero() || !v.mayBegin(applicationResource(*id)) {
		return nil, err
	}
	return []*Occasion{applicationOccasion(doDelete, a, a)}, nil
}

// tellConvert is about somebody who becomes a system user.
func tellConvert(v *View, id *muster.ID) ([]*Occasion, error) {
	u, err := v.User(muster.MainRealm, *id)
	if err != nil || u == nil || !u.Live() || !v.mayBegin(muster.UserResource(*id)) {
		return nil, err
	}
	converted := *u
	converted.Email, converted.Kind = "", muster.KindSystem
	return []*Occasion{userOccasion(doUpdate, &converted, u)}, nil
}

// tellSignIn is about somebody who has proven that he is that user.
func (v *View) tellSignIn(u *muster.User) []*Occasion {
	if u == nil || !u.Live() || u.Unconfirmed() {
		return nil
	}
	return []*Occasion{signInOccasion(doLogin, u)}
}

// tellSignUp is about an account that is about to be made, and the session that comes with it.
func tellSignUp(rules muster.SignInRules) func(*View, *NewAccount) ([]*Occasion, error) {
	return func(_ *View, in *NewAccount) ([]*Occasion, error) {
		o := in.occasion()
		if rules.ConfirmationRequired {
			return []*Occasion{o}, nil
		}
		return []*Occasion{o, signInOccasion(doLogin, o.User.User)}, nil
	}
}

// occasion is the account that is about to be made.
func (in *NewAccount) occasion() *Occasion {
	u := in.user()
	o := signInOccasion(doSignUp, u)
	o.take = func() { in.Email, in.Username, in.Handle, in.Name = u.Email, u.Username, u.Handle, u.Name }
	return o
}

// tellSignUpForKey is about an account that is about to be made and has neither password nor session.
func tellSignUpForKey(_ *View, in *NewAccount) ([]*Occasion, error) {
	return []*Occasion{in.occasion()}, nil
}

// tellToken is about the owner of a mailed token, if it is good: he is let in by it. Whether his e-mail was confirmed does not
// matter, because it is now.
func (c *Core) tellToken(purpose, secret string, id muster.ID) func(*View, *struct{}) ([]*Occasion, error) {
	return func(v *View, _ *struct{}) ([]*Occasion, error) {
		t, err := v.MailToken(muster.MainRealm, id)
		if err != nil || !c.matches(t, purpose, secret, c.now()) || !t.UsedAt.IsZero() {
			return nil, err
		}
		u, err := v.User(t.Realm, t.User)
		if err != nil || u == nil || !u.Live() || muster.FoldEmail(u.Email) != t.EmailKey {
			return nil, err
		}
		return []*Occasion{signInOccasion(doLogin, u)}, nil
	}
}

// tellNothing is for what scripts don't hear of.
func tellNothing(*View, *struct{}) ([]*Occasion, error) { return nil, nil }
