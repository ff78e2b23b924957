package core

import (
	"cmp"
	"maps"
	"reflect"

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

// seenBy is the occasion as the caller of a view may see it, in objects of its own. What is about to be stored is shown:
// whoever asks has typed it.
func (o *Occasion) seenBy(v *View) *Occasion {
	out := *o
	if o.User != nil {
		u := *o.User.User
		seen := v.seen(&u)
		o.showTyped(&seen)
		out.User = &seen
	}
	if o.OldUser != nil {
		u := *o.OldUser.User
		seen := v.seen(&u)
		out.OldUser = &seen
	}
	if o.Group != nil {
		g := *o.Group
		out.Group = &g
	}
	if o.Application != nil {
		a := *o.Application
		if a.Launcher != nil {
			l := *a.Launcher
			a.Launcher = &l
		}
		out.Application = &a
	}
	return &out
}

// showTyped shows of a user what is about to be stored and is not stored yet, whoever may see the rest of him.
func (o *Occasion) showTyped(s *SeenUser) {
	if o.take == nil {
		return
	}
	if o.OldUser == nil || o.OldUser.Email != o.User.Email {
		s.Email, s.EmailHidden = o.User.Email, false
	}
	if o.OldUser == nil || o.OldUser.Name != o.User.Name {
		s.Name, s.NameHidden = o.User.Name, false
	}
}

// takeFrom takes over what a script has changed of what it was given, as far as the verb would take it from a wire, too. What
// it was given and left alone tells nobody anything: it may run as somebody who sees more than who asked.
func (o *Occasion) takeFrom(given, changed *Occasion) {
	if u := o.User; u != nil {
		was, is := given.User, changed.User
		if take(&u.Email, was.Email, is.Email) {
			u.EmailHidden = false
		}
		if take(&u.Name, was.Name, is.Name) {
			u.NameHidden = false
		}
		take(&u.Username, was.Username, is.Username)
		take(&u.Handle, was.Handle, is.Handle)
		take(&u.Kind, was.Kind, is.Kind)
	}
	if g := o.Group; g != nil {
		take(&g.Name, given.Group.Name, changed.Group.Name)
		take(&g.Handle, given.Group.Handle, changed.Group.Handle)
	}
	if a := o.Application; a != nil {
		take(&a.Name, given.Application.Name, changed.Application.Name)
		take(&a.Enabled, given.Application.Enabled, changed.Application.Enabled)
		if !reflect.DeepEqual(given.Application.Launcher, changed.Application.Launcher) {
			a.Launcher = changed.Application.Launcher
		}
	}
}

func take[T comparable](to *T, given, now T) bool {
	if now == given {
		return false
	}
	*to = now
	return true
}
