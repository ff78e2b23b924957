package core

import (
	"testing"

	"muster"
)

func may(noun muster.Noun, operation string) []muster.Permission {
	return []muster.Permission{{Noun: noun, Operation: operation}}
}

// TestResolution: own groups before everyone, the object before its noun, and any deny beats any allow in one step.
func TestResolution(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		one, two := h.group("One", nil, ann), h.group("Two", nil, ann)
		target, all := muster.UserResource(bob.User.ID), muster.Resource{Noun: muster.NounUser}
		try := func(step string, want bool) {
			t.Helper()
			err := h.SuspendUser(h.as(ann), bob.User.ID)
			if want {
				h.must(err)
			} else {
				h.refused(err, muster.ErrDenied)
			}
		}
		try("no rule", false)
		h.rule(muster.Everyone, all, muster.OpSuspend, muster.Allow)
		try("everyone may", true)
		h.rule(muster.Everyone, target, muster.OpSuspend, muster.Deny)
		try("everyone may, but not him", false)
		h.rule(one, all, muster.OpSuspend, muster.Allow)
		try("an own group may", true)
		h.rule(two, all, muster.OpSuspend, muster.Deny)
		try("another own group may not", false)
		h.rule(one, target, muster.OpSuspend, muster.Allow)
		try("an own group may with him", true)
		h.rule(two, target, muster.OpSuspend, muster.Deny)
		try("another own group may not with him", false)
		h.rule(two, target, muster.OpSuspend, muster.Inherit)
		try("a rule taken away", true)
		h.must(h.ArchiveGroup(h.system(), one))
		try("an archived group gives no rights", false)
		h.must(h.UnarchiveGroup(h.system(), one))
		h.must(h.DeleteGroup(h.system(), one))
		try("a deleted group gives no rights", false)
	})
}

// TestRightsActAtOnce: also for tokens handed out and requests that were let in before.
func TestRightsActAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		seers := h.group("Seers", may(muster.NounUser, muster.OpUnmaskEmail))
		ctx := h.as(ann)
		sees := func() bool {
			t.Helper()
			u, err := h.ReadUser(ctx, bob.User.ID)
			h.must(err)
			return !u.EmailHidden
		}
		for _, x := range []struct {
			name string
			do   func() error
			want bool
		}{
			{"joined", func() error { return h.AddMember(h.system(), seers, ann.User.ID) }, true},
			{"left", func() error { return h.RemoveMember(h.system(), seers, ann.User.ID) }, false},
			{"joined by replacement", func() error {
				_, err := h.UpdateGroup(h.system(), seers, GroupForm{Name: "Seers", Members: []muster.ID{ann.User.ID}})
				return err
			}, true},
			{"archived", func() error { return h.ArchiveGroup(h.system(), seers) }, false},
			{"unarchived", func() error { return h.UnarchiveGroup(h.system(), seers) }, true},
			{"rules cleared", func() error { return h.ClearRules(h.system(), seers) }, false},
		} {
			h.must(x.do())
			if sees() != x.want {
				t.Errorf("%s: sees %v", x.name, !x.want)
			}
		}
	})
}

func TestOnlyAdministratorsActOnAdministrators(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		second := h.join("second")
		h.must(h.AddMember(h.as(admin), muster.Administrators, second.User.ID))
		for _, p := range muster.Permissions() { // Ann may all that rules can give
			h.rule(muster.Everyone, muster.Resource{Noun: p.Noun}, p.Operation, muster.Allow)
		}
		id, ctx := second.User.ID, h.as(ann)
		tries := map[string]func() error{
			"update":       func() error { _, err := h.UpdateUser(ctx, id, Profile{Email: second.User.Email}); return err },
			"suspend":      func() error { return h.SuspendUser(ctx, id) },
			"unsuspend":    func() error { return h.UnsuspendUser(ctx, id) },
			"delete":       func() error { return h.DeleteUser(ctx, id) },
			"undelete":     func() error { return h.UndeleteUser(ctx, id) },
			"password":     func() error { return h.SetPassword(ctx, id, "battery-staple") },
			"join":         func() error { return h.AddMember(ctx, muster.Administrators, ann.User.ID) },
			"push":         func() error { return h.RemoveMember(ctx, muster.Administrators, id) },
			"members":      func() error { _, err := h.UpdateGroup(ctx, muster.Administrators, adminsForm(ann.User.ID)); return err },
			"rules":        func() error { return h.SetRules(ctx, muster.Administrators, nil) },
			"remove rules": func() error { return h.ClearRules(ctx, muster.Administrators) },
		}
		for name, try := range tries {
			h.quiet()
			err := try()
			if e, _ := muster.AsError(err); err == nil || e.Code != muster.ErrAdminOnly.Code {
				t.Errorf("%s: %v", name, err)
			}
			if events := h.eventsSince(); len(events) != 1 || events[0].Code != muster.ErrAdminOnly.Code {
				t.Errorf("%s: events %+v", name, events)
			}
		}
		if u := h.user(id); !u.Live() || !h.administrator(id) || h.administrator(ann.User.ID) {
			t.Error("something was done all the same")
		}
		// What happens to a plain user is not their business alone.
		bob := h.join("bob")
		h.must(h.SuspendUser(ctx, bob.User.ID))
	})
}

func adminsForm(members ...muster.ID) GroupForm {
	return GroupForm{Name: "Administrators", Handle: "admins", Members: append([]muster.ID{}, members...)}
}

// TestNobodyGivesWhatHeHasNot: who manages members does not become more by it.
func TestNobodyGivesWhatHeHasNot(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		h.group("Managers", may(muster.NounGroup, muster.OpMembersManage), ann)
		strong := h.group("Strong", may(muster.NounUser, muster.OpDelete))
		weak := h.group("Weak", nil)
		h.refused(h.AddMember(h.as(ann), strong, ann.User.ID), muster.ErrDenied)
		h.refused(h.AddMember(h.as(ann), strong, bob.User.ID), muster.ErrDenied)
		h.must(h.AddMember(h.as(ann), weak, bob.User.ID))
		h.must(h.AddMember(h.system(), strong, ann.User.ID))
		h.must(h.AddMember(h.as(ann), strong, bob.User.ID)) // now she has it
		h.must(h.RemoveMember(h.as(ann), strong, bob.User.ID))
	})
}

// TestNobodyWakesWhatHeHasNot: a group that comes back into use gives its members what it may.
func TestNobodyWakesWhatHeHasNot(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann")
		h.group("Keepers", may(muster.NounGroup, muster.OpDelete), ann)
		strong := h.group("Strong", may(muster.NounUser, muster.OpDelete), ann)
		weak := h.group("Weak", nil, ann)
		for _, id := range []muster.ID{strong, weak} {
			h.must(h.ArchiveGroup(h.system(), id))
		}
		h.refused(h.UnarchiveGroup(h.as(ann), strong), muster.ErrDenied)
		h.must(h.UnarchiveGroup(h.as(ann), weak))
		for _, id := range []muster.ID{strong, weak} {
			h.must(h.DeleteGroup(h.system(), id))
		}
		h.refused(h.UndeleteGroup(h.as(ann), strong), muster.ErrDenied)
		h.must(h.UndeleteGroup(h.as(ann), weak))
	})
}

func TestNobodyDoesItToHimself(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, second := h.join("admin"), h.join("second")
		h.must(h.AddMember(h.as(admin), muster.Administrators, second.User.ID))
		h.refused(h.SuspendUser(h.as(admin), admin.User.ID), muster.ErrSelf)
		h.refused(h.DeleteUser(h.as(admin), admin.User.ID), muster.ErrSelf)
		plain := h.join("plain")
		h.refused(h.DeleteUser(h.as(plain), plain.User.ID), muster.ErrDenied)
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		tries := map[string]func() error{
			"suspend": func() error { return h.SuspendUser(h.system(), admin.User.ID) },
			"delete":  func() error { return h.DeleteUser(h.system(), admin.User.ID) },
			"remove":  func() error { return h.RemoveMember(h.as(admin), muster.Administrators, admin.User.ID) },
			"replace": func() error { _, err := h.UpdateGroup(h.as(admin), muster.Administrators, adminsForm()); return err },
		}
		refusedAll := func(state string) {
			t.Helper()
			for name, try := range tries {
				if e, _ := muster.AsError(try()); e == nil || e.Code != muster.ErrLastAdmin.Code {
					t.Errorf("%s, %s: %v", state, name, e)
				}
			}
			if !h.administrator(admin.User.ID) || !h.user(admin.User.ID).Live() {
				t.Fatalf("%s: the last administrator is gone", state)
			}
		}
		refusedAll("alone")
		h.must(h.AddMember(h.as(admin), muster.Administrators, ann.User.ID))
		h.must(h.SuspendUser(h.as(admin), ann.User.ID))
		refusedAll("beside a suspended one")
		h.must(h.UnsuspendUser(h.as(admin), ann.User.ID))
		h.must(h.DeleteUser(h.as(admin), ann.User.ID))
		refusedAll("beside a deleted one")
		h.confirmation(true)
		h.quiet()
		bob := h.join("bob") // unconfirmed
		h.must(h.AddMember(h.as(admin), muster.Administrators, bob.User.ID))
		refusedAll("beside an unconfirmed one")
		// Replacing him by somebody who can sign in is fine.
		h.must(h.UndeleteUser(h.as(admin), ann.User.ID))
		_, err := h.UpdateGroup(h.as(admin), muster.Administrators, adminsForm(ann.User.ID))
		h.must(err)
		if h.administrator(admin.User.ID) || !h.administrator(ann.User.ID) {
			t.Error("want Ann to have taken over")
		}
	})
}

// TestTwoAdministratorsLeaveAtOnce: one of them stays, whatever verbs they use, also from two nodes.
func TestTwoAdministratorsLeaveAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, b := h.join("a"), h.join("b")
		h.must(h.AddMember(h.as(a), muster.Administrators, b.User.ID))
		nodes := []*Core{h.Core, h.Core}
		if !h.store.Single() {
			nodes[1] = h.open(smallParams())
		}
		verbs := []func(c *Core, user muster.ID) error{
			func(c *Core, user muster.ID) error { return c.RemoveMember(h.system(), muster.Administrators, user) },
			func(c *Core, user muster.ID) error { return c.SuspendUser(h.system(), user) },
			func(c *Core, user muster.ID) error { return c.DeleteUser(h.system(), user) },
		}
		ids := []muster.ID{a.User.ID, b.User.ID}
		for round := range 12 {
			errs := atOnce(2, func(i int) error { return verbs[(round+i)%3](nodes[i], ids[i]) })
			if succeeded(errs) != 1 {
				t.Fatalf("round %d: %v", round, errs)
			}
			for i, err := range errs {
				if err != nil {
					h.refused(err, muster.ErrLastAdmin)
				} else { // bring him back
					h.must(h.UndeleteUser(h.system(), ids[i]))
					h.must(h.UnsuspendUser(h.system(), ids[i]))
					h.must(h.AddMember(h.system(), muster.Administrators, ids[i]))
				}
			}
		}
	})
}
