package core

import (
	"slices"
	"testing"

	"muster"
)

// TestWhatAWireDoesNotShow: to Crust, what is archived, suspended or deleted is not there, nor is everyone.
func TestWhatAWireDoesNotShow(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann").User.ID
		deleted, suspended := h.join("deleted").User.ID, h.join("suspended").User.ID
		red, archived, dead := h.group("Red", nil), h.group("Archived", nil), h.group("Dead", nil)
		ctx := h.come("admin")
		h.must(h.SuspendUser(ctx, suspended))
		h.must(h.DeleteUser(ctx, deleted))
		h.must(h.ArchiveGroup(ctx, archived))
		h.must(h.DeleteGroup(ctx, dead))
		for _, g := range []muster.ID{archived, dead, muster.Everyone, 12345} {
			for name, try := range map[string]func() error{
				"read":       func() error { _, err := h.ReadGroup(ctx, g); return err },
				"update":     func() error { _, err := h.UpdateGroup(ctx, g, GroupForm{Name: "New", Partial: true}); return err },
				"archive":    func() error { return h.ArchiveGroup(ctx, g) },
				"delete":     func() error { return h.DeleteGroup(ctx, g) },
				"move":       func() error { return h.MoveGroup(ctx, g, 12345) },
				"merge":      func() error { return h.MergeGroups(ctx, g, red) },
				"merge into": func() error { return h.MergeGroups(ctx, red, g) },
				"join":       func() error { return h.AddMember(ctx, g, ann) },
				"leave":      func() error { return h.RemoveMember(ctx, g, ann) },
			} {
				h.quiet()
				err := try()
				if h.refused(err, muster.ErrGroupNotFound); t.Failed() {
					t.Fatalf("%s %d", name, g)
				}
				if e := h.eventsSince(); len(e) != 1 || e[0].Code != "not-found" {
					t.Errorf("%s %d: events %+v", name, g, e)
				}
			}
		}
		for _, u := range []muster.ID{deleted, suspended, 12345} {
			h.refused(h.AddMember(ctx, red, u), muster.ErrUserNotFound)
			_, err := h.CreateGroup(ctx, GroupForm{Name: "New", Members: []muster.ID{ann, u}})
			h.refused(err, muster.ErrUserNotFound)
			_, err = h.UpdateGroup(ctx, red, GroupForm{Name: "Redder", Members: []muster.ID{ann, u}, Partial: true})
			h.refused(err, muster.ErrUserNotFound)
		}
		h.refused(h.SuspendUser(ctx, deleted), muster.ErrUserNotFound)
		h.refused(h.UnsuspendUser(ctx, deleted), muster.ErrUserNotFound)
		h.must(h.SuspendUser(ctx, suspended)) // again
		h.must(h.UnsuspendUser(ctx, suspended))
		if members, err := h.ListMembers(h.system(), red); err != nil || len(members) != 0 {
			t.Errorf("%v, %v", members, err)
		}
		// Other wires go on showing all of it.
		_, err := h.ReadGroup(h.system(), archived)
		h.must(err)
		h.must(h.AddMember(h.system(), dead, deleted))
	})
}

func TestPartialGroupChange(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		red := h.group("Red", nil, ann)
		ctx := h.come("admin")
		members := func() []muster.ID {
			t.Helper()
			list, err := h.ListMembers(h.system(), red)
			h.must(err)
			return list
		}
		for _, x := range []struct {
			form    GroupForm
			name    string
			updated bool
			members []muster.ID
		}{
			{GroupForm{}, "Red", false, []muster.ID{ann.User.ID}},
			{GroupForm{Name: " "}, "Red", false, []muster.ID{ann.User.ID}},
			{GroupForm{Members: []muster.ID{bob.User.ID, bob.User.ID}}, "Red", false, []muster.ID{bob.User.ID}},
			{GroupForm{Name: "Redder"}, "Redder", true, []muster.ID{bob.User.ID}},
			{GroupForm{Members: []muster.ID{}}, "Redder", true, nil},
		} {
			x.form.Partial = true
			g, err := h.UpdateGroup(ctx, red, x.form)
			h.must(err)
			if g.Name != x.name || g.UpdatedAt.IsZero() == x.updated || !slices.Equal(members(), x.members) {
				t.Errorf("%+v: %+v with %v", x.form, g.Group, members())
			}
		}
		g, err := h.UpdateGroup(ctx, muster.Administrators, GroupForm{Partial: true})
		h.must(err)
		if g.Name != "Administrators" || g.Handle != "admins" {
			t.Errorf("%+v", g.Group)
		}
	})
}

func TestMoveGroup(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		weak := h.join("weak")
		red, blue := h.group("Red", nil), muster.ID(0)
		for _, name := range []string{"One", "Two"} {
			o, err := h.CreateOrganisation(h.system(), name)
			h.must(err)
			h.quiet()
			for range 2 { // a second time changes nothing
				h.must(h.MoveGroup(h.come("admin"), red, o.ID))
			}
			g, err := h.ReadGroup(h.system(), red)
			h.must(err)
			if g.Organisation != o.ID {
				t.Errorf("in %d", g.Organisation)
			}
			blue = o.ID
		}
		h.must(h.DeleteOrganisation(h.system(), blue))
		h.must(h.MoveGroup(h.system(), red, blue)) // where it is already
		other := h.group("Other", nil)
		h.quiet()
		h.refused(h.MoveGroup(h.system(), other, blue), muster.ErrOrganisationNotFound)
		h.refused(h.MoveGroup(h.system(), other, 12345), muster.ErrOrganisationNotFound)
		h.refused(h.MoveGroup(h.system(), 12345, blue), muster.ErrGroupNotFound)
		h.refused(h.MoveGroup(h.as(weak), red, blue), muster.ErrDenied)
		h.emitted("group.move:not-found", "group.move:not-found", "group.move:not-found", "group.move:denied")
	})
}
