package core

import (
	"slices"
	"strings"
	"testing"

	"muster"
)

func TestGroupNames(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		ctx := h.as(admin)
		h.quiet()
		crew, err := h.CreateGroup(ctx, GroupForm{Name: " Crew ", Handle: "crew"})
		h.must(err)
		if e := h.emitted("group.create")[0]; e.Resource != muster.GroupResource(crew.ID) || e.Changes["new.name"] != "Crew" {
			t.Errorf("event %+v", e)
		}
		if crew.Name != "Crew" || !crew.MayUpdate || !crew.MayGrant || !crew.UpdatedAt.IsZero() {
			t.Errorf("got %+v", crew)
		}
		named, err := h.CreateGroup(ctx, GroupForm{Handle: "by-handle"})
		h.must(err)
		if named.Name != "by-handle" {
			t.Errorf("called %q", named.Name)
		}
		h.quiet()
		for _, x := range []struct {
			form GroupForm
			want *muster.Error
		}{
			{GroupForm{}, muster.InvalidField("name", "")},
			{GroupForm{Name: "  "}, muster.InvalidField("name", "")},
			{GroupForm{Name: "a\x00b"}, muster.InvalidField("name", "")},
			{GroupForm{Name: strings.Repeat("x", 201)}, muster.InvalidField("name", "")},
			{GroupForm{Name: "x", Handle: "-"}, muster.InvalidField("handle", "")},
			{GroupForm{Name: "CREW"}, muster.Taken("name")},
			{GroupForm{Name: "Crew", Handle: "Crew"}, muster.Taken("handle")},
			{GroupForm{Name: "SuperUsers"}, muster.Taken("name")},
			{GroupForm{Name: "x", Handle: "Everyone"}, muster.Taken("handle")},
			{GroupForm{Name: "administrators"}, muster.Taken("name")},
			{GroupForm{Name: "x", Handle: "admins"}, muster.Taken("handle")},
			{GroupForm{Name: "x", Members: []muster.ID{ann.User.ID, 12345}}, muster.ErrUserNotFound},
		} {
			_, err := h.CreateGroup(ctx, x.form)
			h.refused(err, x.want)
		}
		if list, err := h.ListGroups(ctx, muster.GroupFilter{Prefix: "x"}); list.Total != 0 || err != nil {
			t.Errorf("a refusal left %d groups, %v", list.Total, err)
		}
		h.quiet()
		_, err = h.CreateGroup(h.as(ann), GroupForm{Name: "x"})
		h.refused(err, muster.ErrDenied)
		h.emitted("group.create:denied")
	})
}

func TestGroupStates(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.join("admin")
		ctx := h.as(admin)
		crew, err := h.CreateGroup(ctx, GroupForm{Name: "Crew", Handle: "crew", Members: []muster.ID{admin.User.ID}})
		h.must(err)
		h.quiet()
		h.must(h.ArchiveGroup(ctx, crew.ID))
		_, err = h.CreateGroup(ctx, GroupForm{Name: "crew"}) // archived: the names stay
		h.refused(err, muster.Taken("name"))
		h.must(h.UnarchiveGroup(ctx, crew.ID))
		h.must(h.DeleteGroup(ctx, crew.ID))
		h.must(h.DeleteGroup(ctx, crew.ID))
		h.emitted("group.archive", "group.create:taken", "group.unarchive", "group.delete", "group.delete")
		thief, err := h.CreateGroup(ctx, GroupForm{Name: "crew", Handle: "crew"}) // deleted: they are free
		h.must(err)
		h.refused(h.UndeleteGroup(ctx, crew.ID), muster.Taken("handle"))
		_, err = h.UpdateGroup(ctx, thief.ID, GroupForm{Name: "crew"})
		h.must(err)
		h.refused(h.UndeleteGroup(ctx, crew.ID), muster.Taken("name"))
		h.must(h.DeleteGroup(ctx, thief.ID))
		h.must(h.UndeleteGroup(ctx, crew.ID))
		g, err := h.ReadGroup(ctx, crew.ID)
		h.must(err)
		if !g.Live() || !g.UpdatedAt.IsZero() || !g.ChangedAt.After(g.CreatedAt) {
			t.Errorf("came back as %+v", g.Group)
		}
		if m, err := h.ListMembers(ctx, crew.ID); !slices.Equal(m, []muster.ID{admin.User.ID}) || err != nil {
			t.Errorf("members %v, %v", m, err)
		}
		_, err = h.UpdateGroup(ctx, crew.ID, GroupForm{Name: "Crew", Handle: "crew"})
		h.must(err)
		if g, err = h.ReadGroup(ctx, crew.ID); g.UpdatedAt.IsZero() || err != nil {
			t.Errorf("an update did not move updatedAt: %v", err)
		}
	})
}

func TestBuiltInGroups(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		ctx := h.as(admin)
		crew := h.group("Crew", nil)
		update := func(id muster.ID, f GroupForm) error { _, err := h.UpdateGroup(ctx, id, f); return err }
		for name, err := range map[string]error{
			"rename everyone":         update(muster.Everyone, GroupForm{Name: "All", Handle: "all"}),
			"update everyone":         update(muster.Everyone, GroupForm{Name: "Everyone", Handle: "everyone"}),
			"rename administrators":   update(muster.Administrators, GroupForm{Name: "Boss", Handle: "admins"}),
			"unhandle administrators": update(muster.Administrators, GroupForm{Name: "Administrators"}),
			"join everyone":           h.AddMember(ctx, muster.Everyone, ann.User.ID),
			"leave everyone":          h.RemoveMember(ctx, muster.Everyone, ann.User.ID),
			"delete everyone":         h.DeleteGroup(ctx, muster.Everyone),
			"delete administrators":   h.DeleteGroup(ctx, muster.Administrators),
			"undelete administrators": h.UndeleteGroup(ctx, muster.Administrators),
			"archive administrators":  h.ArchiveGroup(ctx, muster.Administrators),
			"merge administrators":    h.MergeGroups(ctx, muster.Administrators, crew),
			"merge into everyone":     h.MergeGroups(ctx, crew, muster.Everyone),
		} {
			if e, _ := muster.AsError(err); err == nil || e.Code != muster.ErrBuiltIn.Code {
				t.Errorf("%s: %v", name, err)
			}
		}
		if m, err := h.ListMembers(ctx, muster.Everyone); len(m) != 0 || err != nil {
			t.Errorf("everyone has members: %v, %v", m, err)
		}
	})
}

func TestMembers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob := h.join("admin"), h.join("ann"), h.join("bob")
		ctx := h.as(admin)
		crew := h.group("Crew", nil)
		h.quiet()
		h.must(h.AddMember(ctx, crew, ann.User.ID))
		h.must(h.AddMember(ctx, crew, ann.User.ID))
		events := h.emitted("group.member-add", "group.member-add")
		if events[0].Resource != muster.GroupResource(crew) || events[0].Related != ann.User.ID || events[0].Changes["member.username"] != "ann" {
			t.Errorf("event %+v", events[0])
		}
		h.refused(h.AddMember(h.as(ann), crew, bob.User.ID), muster.ErrDenied)
		h.refused(h.AddMember(ctx, crew, 12345), muster.ErrUserNotFound)
		h.refused(h.AddMember(ctx, 12345, ann.User.ID), muster.ErrGroupNotFound)
		h.emitted("group.member-add:denied", "group.member-add:not-found", "group.member-add:not-found")
		_, err := h.UpdateGroup(ctx, crew, GroupForm{Name: "Crew", Members: []muster.ID{bob.User.ID}})
		h.must(err)
		if m, err := h.ListMembers(ctx, crew); !slices.Equal(m, []muster.ID{bob.User.ID}) || err != nil {
			t.Errorf("members %v, %v", m, err)
		}
		_, err = h.UpdateGroup(ctx, crew, GroupForm{Name: "Crew"}) // nil: as they are
		h.must(err)
		h.must(h.RemoveMember(ctx, crew, bob.User.ID))
		h.must(h.RemoveMember(ctx, crew, bob.User.ID))
		if m, err := h.ListMembers(ctx, crew); len(m) != 0 || err != nil {
			t.Errorf("members %v, %v", m, err)
		}
		h.must(h.AddMember(ctx, crew, ann.User.ID))
		h.must(h.SuspendUser(ctx, ann.User.ID))
		if m, err := h.ListMembers(ctx, crew); len(m) != 1 || err != nil {
			t.Errorf("a suspended member is not listed: %v, %v", m, err)
		}
	})
}

func TestMergeGivesNoRights(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		h.group("Editors", may(muster.NounGroup, muster.OpUpdate), ann)
		weak, strong := h.group("Weak", nil, ann, bob), h.group("Strong", may(muster.NounUser, muster.OpDelete))
		h.refused(h.MergeGroups(h.as(ann), weak, strong), muster.ErrDenied)
		h.refused(h.MergeGroups(h.as(ann), weak, muster.Administrators), muster.ErrAdminOnly)
		h.quiet()
		h.must(h.MergeGroups(h.system(), weak, strong))
		h.emitted("group.merge")
		if m, err := h.ListMembers(h.system(), strong); len(m) != 2 || err != nil {
			t.Errorf("members %v, %v", m, err)
		}
	})
}
