package core

import "reflect"

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
