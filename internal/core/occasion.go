package core

import (
	"cmp"
	"maps"

	"muster"
	"muster/internal/script"
)

// The types of resources and the halves of event names that scripts know. Their words are Corteza's, because scripts are
// written as they are there.
const (
	typeHouse       = "system"
	typeUser        = "system:user"
	typeGroup       = "system:role"
	typeMember      = "system:role:member"
	typeApplication = "system:application"
	typeSignIn      = "system:auth"

	beforeEvent = "before"
	afterEvent  = "after"
	onManual    = "onManual"

	doCreate = "Create"
	doUpdate = "Update"
	doDelete = "Delete"
	doAdd    = "Add"
	doRemove = "Remove"
	doLogin  = "Login"
	doSignUp = "Signup"
)

// An Occasion is something that is about to happen, has happened, or is asked for by hand, as scripts are told of it. The
// objects are as the script's actor may see them.
type Occasion struct {
	On    string // the type of the resource: system:user …
	Event string // beforeCreate, afterLogin, onManual, onInterval …

	User, OldUser               *SeenUser
	Group, OldGroup             *muster.Group
	Application, OldApplication *muster.Application

	does string    // what the change does: Create …; "" for what is no change
	as   muster.ID // whose doing it is, if not the caller's: who signs in is nobody yet
	take func()    // puts what scripts have changed into what will be done; nil if they can only say no
}

func userOccasion(does string, u, old *muster.User) *Occasion {
	o := &Occasion{On: typeUser, does: does, User: &SeenUser{User: u}}
	if old != nil {
		o.OldUser = &SeenUser{User: old}
	}
	return o
}

func groupOccasion(does string, g, old *muster.Group) *Occasion {
	return &Occasion{On: typeGroup, does: does, Group: g, OldGroup: old}
}

func applicationOccasion(does string, a, old *muster.Application) *Occasion {
	return &Occasion{On: typeApplication, does: does, Application: a, OldApplication: old}
}

func memberOccasion(does string, g *muster.Group, u *muster.User) *Occasion {
	return &Occasion{On: typeMember, does: does, Group: g, User: &SeenUser{User: u}}
}

// signInOccasion is about somebody who has proven who he is, or makes an account.
func signInOccasion(does string, u *muster.User) *Occasion {
	return &Occasion{On: typeSignIn, does: does, User: &SeenUser{User: u}, as: u.ID}
}

// field is what a constraint of a trigger can be about.
func (o *Occasion) field(name string) (string, bool) {
	fields := map[string]string{}
	if g := o.Group; g != nil {
		maps.Copy(fields, map[string]string{"role": g.Handle, "role.handle": g.Handle, "role.name": g.Name})
	}
	if a := o.Application; a != nil {
		maps.Copy(fields, map[string]string{"application": a.Name, "application.name": a.Name})
	}
	if u := o.User; u != nil {
		maps.Copy(fields, map[string]string{
			"user": u.Handle, "user.handle": u.Handle, "user.email": u.Email, "user.username": givenUsername(u.User), "user.name": u.Name, "user.kind": u.Kind,
		})
	}
	v, ok := fields[name]
	return v, ok
}

// triggers reports whether a trigger is for the occasion.
func (o *Occasion) triggers(t script.Trigger) bool { return t.Matches(o.Event, o.On, o.field) }

// main reports whether it is about the main realm. Scripts know no other.
func (o *Occasion) main() bool { return o.User == nil || o.User.Realm == muster.MainRealm }

// An occasionKey says which occasion it is. Id 0 is an object that is not there yet.
type occasionKey struct {
	on, does                 string
	user, group, application muster.ID
}

func (o *Occasion) key() occasionKey {
	k := occasionKey{on: o.On, does: o.does}
	if o.User != nil {
		k.user = o.User.ID
	}
	if o.Group != nil {
		k.group = o.Group.ID
	}
	if o.Application != nil {
		k.application = o.Application.ID
	}
	return k
}

// versions are those of the objects that there are.
func (o *Occasion) versions() map[muster.Resource]int64 {
	v := map[muster.Resource]int64{}
	if u := o.User; u != nil && u.ID != 0 {
		v[muster.UserResource(u.ID)] = u.Version
	}
	if g := o.Group; g != nil && g.ID != 0 {
		v[muster.GroupResource(g.ID)] = g.Version
	}
	if a := o.Application; a != nil && a.ID != 0 {
		v[applicationResource(a.ID)] = a.Version
	}
	return v
}

// about is the beginning of an event about the occasion.
func (o *Occasion) about(script string) muster.Event {
	e := muster.Event{Resource: muster.Resource{Noun: muster.NounScript}, Changes: addChanges(nil, []any{"script", script})}
	prefix := map[string]string{doCreate: "new", doSignUp: "new", doUpdate: "update"}[o.does]
	switch {
	case o.On == typeSignIn && o.does == doLogin:
		e.Resource, e.Actor = muster.Resource{Noun: muster.NounSession}, o.as
		addChanges(e.Changes, []any{"email", o.User.Email})
	case o.On == typeMember:
		e.Resource = muster.GroupResource(o.Group.ID)
		addChanges(e.Changes, groupChanges("group", o.Group))
	case o.User != nil:
		e.Resource = muster.UserResource(o.User.ID)
		addChanges(e.Changes, userChanges(cmp.Or(prefix, "user"), o.User.User))
	case o.Group != nil:
		e.Resource = muster.GroupResource(o.Group.ID)
		addChanges(e.Changes, groupChanges(cmp.Or(prefix, "group"), o.Group))
	case o.Application != nil:
		e.Resource = applicationResource(o.Application.ID)
		addChanges(e.Changes, []any{cmp.Or(prefix, "application") + ".name", legalName(o.Application.Name)})
	}
	return e
}
