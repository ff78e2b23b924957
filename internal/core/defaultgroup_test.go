package core

import (
	"context"
	"testing"

	"muster"
)

// newcomersGroup asks for the default group as a verb would.
func (h *house) newcomersGroup(ctx context.Context, orMembers bool) (*muster.Group, error) {
	return do(ctx, h.Core, muster.ActionCreateUser, func(tx *Tx) (*muster.Group, error) {
		tx.About(muster.Resource{Noun: muster.NounUser}, "new.name", "not the group's")
		if err := tx.Require(muster.Realm()); err != nil {
			return nil, err
		}
		g, err := tx.defaultGroup(orMembers)
		tx.Record(muster.Resource{Noun: muster.NounUser})
		return g, err
	})
}

func TestMembersAreMadeAtFirstUse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := h.as(h.join("admin"))
		h.quiet()
		g, err := h.newcomersGroup(ctx, false)
		h.must(err)
		if g != nil {
			t.Errorf("a house without default group has %+v", g)
		}
		h.emitted("user.create")
		if g, err = h.newcomersGroup(ctx, true); err != nil || g.Name != "Members" || g.Handle != "members" {
			t.Fatalf("got %+v, %v", g, err)
		}
		made := h.emitted("group.make-default", "user.create")
		if e := made[0]; e.Resource != muster.GroupResource(g.ID) || e.Changes["new.name"] != "Members" || len(e.Changes) != 3 {
			t.Errorf("event %+v", e)
		}
		again, err := h.newcomersGroup(ctx, true)
		h.must(err)
		if again.ID != g.ID {
			t.Error("it was made twice")
		}
		h.emitted("user.create")

		h.must(h.ArchiveGroup(ctx, g.ID))
		_, err = h.newcomersGroup(ctx, true)
		h.refused(err, errDefaultArchived)
		h.must(h.DeleteGroup(ctx, g.ID))
		_, err = h.CreateGroup(ctx, GroupForm{Name: "Another", Handle: "members"})
		h.must(err)
		if again, err = h.newcomersGroup(ctx, true); err != nil || again.ID == g.ID || again.Handle != "" {
			t.Errorf("got %+v, %v", again, err)
		}
	})
}

func TestConfiguredDefaultGroup(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := h.as(h.join("admin"))
		h.must(h.EnsureDefaultGroup(h.context())) // none is configured
		h.newcomers = "Newcomers"
		h.quiet()
		h.must(h.EnsureDefaultGroup(h.context()))
		h.must(h.EnsureDefaultGroup(h.context()))
		if e := h.emitted("group.make-default")[0]; e.Actor != 0 || e.Origin.Wire != "system" {
			t.Errorf("event %+v", e)
		}
		for _, orMembers := range []bool{true, false} {
			if g, err := h.newcomersGroup(ctx, orMembers); err != nil || g.Name != "Newcomers" || g.Handle != "" || g.Description != "Default Group" {
				t.Errorf("got %+v, %v", g, err)
			}
		}
		crew := h.group("Crew", nil)
		h.newcomers = "CREW"
		h.must(h.EnsureDefaultGroup(h.context()))
		if g, err := h.newcomersGroup(ctx, false); err != nil || g.ID != crew {
			t.Errorf("a group that was there is not taken: %+v, %v", g, err)
		}
		for _, bad := range []string{"SuperUsers", "everyone", "a\x00b"} {
			h.newcomers = bad
			if err := h.EnsureDefaultGroup(h.context()); muster.KindOf(err) != muster.Conflict && muster.KindOf(err) != muster.Invalid {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
}

// TestDefaultGroupIsMadeOnce: nodes that start at once make one.
func TestDefaultGroupIsMadeOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.newcomers = "Newcomers"
		for _, err := range atOnce(8, func(int) error { return h.EnsureDefaultGroup(h.context()) }) {
			h.must(err)
		}
		list, err := h.ListGroups(h.system(), muster.GroupFilter{Prefix: "newcomers"})
		h.must(err)
		if list.Total != 1 {
			t.Errorf("%d were made", list.Total)
		}
	})
}
