package core

import (
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
			u := &muster.User{Realm: muster.MainRealm}
			created := p.occasion(doCreate, u, nil)
			moved, err := v.tellMoves(u, p.relations(), nil)
			return append([]*Occasion{created}, moved...), err
		}
		u, err := v.sight().user(v.User(muster.MainRealm, id))
		if err != nil || u == nil || u.Deleted() || v.Actor.User != id && !v.mayBegin(muster.UserResource(id)) {
			return nil, err
		}
		old := *u
		were, err := v.LiveGroupsOf(id)
		if err != nil {
			return nil, err
		}
		updated := p.occasion(doUpdate, u, &old)
		moved, err := v.tellMoves(u, p.relations(), were)
		return append([]*Occasion{updated}, moved...), err
	}
}

// tellMoves is about the groups that a user joins and leaves by a change of himself.
func (v *View) tellMoves(u *muster.User, in relations, were []muster.ID) (occasions []*Occasion, err error) {
	join, leave := in.moves(were)
	for i, id := range append(slices.Clone(join), leave...) {
		g, err := v.Group(muster.MainRealm, id)
		if err != nil {
			return nil, err
		}
		does := doAdd
		if i >= len(join) {
			does = doRemove
		}
		if g != nil {
			occasions = append(occasions, memberOccasion(does, g, u))
		}
	}
	return occasions, nil
}

// occasion is what the profile makes of a user. Of what scripts leave alone, a partial profile stays silent.
func (p *Profile) occasion(does string, u, old *muster.User) *Occasion {
	full := *p
	full.Name = full.nameFromParts(u)
	if old != nil {
		full = p.over(old)
	}
	full.fill(u)
	o, before := userOccasion(does, u, old), *u
	o.take = func() {
		take(&p.Email, before.Email, u.Email)
		if u.Name != before.Name { // in one piece, whatever the wire said of its parts
			p.Name, p.GivenName, p.FamilyName = u.Name, nil, nil
		}
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
