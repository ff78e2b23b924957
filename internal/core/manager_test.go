package core

import (
	"slices"
	"strings"
	"testing"

	"muster"
)

func TestManagers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob := h.join("admin"), h.join("ann"), h.join("bob")
		crew, other := h.group("Crew", nil), h.group("Other", nil)
		h.quiet()
		h.must(h.AddManager(h.as(admin), crew, ann.User.ID))
		h.must(h.AddManager(h.as(admin), crew, ann.User.ID))
		if e := h.emitted("group.manager-add", "group.manager-add")[0]; e.Resource != muster.GroupResource(crew) || e.Related != ann.User.ID {
			t.Errorf("event %+v", e)
		}
		h.must(h.AddMember(h.as(ann), crew, bob.User.ID))
		h.must(h.AddManager(h.as(ann), crew, bob.User.ID))
		h.must(h.RemoveMember(h.as(bob), crew, bob.User.ID))
		h.must(h.RemoveManager(h.as(bob), crew, ann.User.ID))
		h.quiet()
		h.refused(h.AddMember(h.as(ann), crew, ann.User.ID), muster.ErrDenied)
		h.refused(h.AddMember(h.as(bob), other, bob.User.ID), muster.ErrDenied)
		_, err := h.UpdateGroup(h.as(bob), crew, GroupForm{Name: "Mine"})
		h.refused(err, muster.ErrDenied)
		h.refused(h.DeleteGroup(h.as(bob), crew), muster.ErrDenied)
		h.emitted("group.member-add:denied", "group.member-add:denied", "group.update:denied", "group.delete:denied")
		for _, g := range []muster.ID{muster.Everyone, muster.Administrators} {
			h.refused(h.AddManager(h.as(admin), g, ann.User.ID), muster.ErrBuiltIn)
			h.refused(h.RemoveManager(h.as(admin), g, ann.User.ID), muster.ErrBuiltIn)
		}
		h.refused(h.AddManager(h.as(admin), crew, 12345), muster.ErrUserNotFound)
	})
}

// TestManagersGiveNoRights: a manager fills a group, but gives away no right that he has not.
func TestManagersGiveNoRights(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann")
		strong := h.group("Strong", may(muster.NounUser, muster.OpDelete))
		h.must(h.AddManager(h.system(), strong, ann.User.ID))
		h.refused(h.AddMember(h.as(ann), strong, ann.User.ID), muster.ErrDenied)
	})
}

func TestManagersStayBehindInMerges(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann")
		from, to := h.group("From", nil, ann), h.group("To", nil)
		h.must(h.AddManager(h.system(), from, ann.User.ID))
		h.must(h.MergeGroups(h.system(), from, to))
		h.refused(h.RemoveMember(h.as(ann), to, ann.User.ID), muster.ErrDenied)
	})
}

func TestFullGroups(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob, cid := h.join("admin"), h.join("ann"), h.join("bob"), h.join("cid")
		crew := h.group("crew", nil, bob, ann, cid)
		h.must(h.AddManager(h.system(), crew, bob.User.ID))
		h.group("Zoo", nil)
		h.must(h.ArchiveGroup(h.system(), h.group("Old", nil)))
		h.must(h.SuspendUser(h.system(), ann.User.ID))
		list, err := h.ListFullGroups(h.as(cid), muster.GroupFilter{Sort: []muster.Order{{Column: "name"}}}, nil)
		h.must(err)
		var names []string
		for _, g := range list.Items {
			names = append(names, g.Name)
		}
		if !slices.Equal(names, []string{"Administrators", "crew", "Zoo"}) || list.Total != 3 {
			t.Fatalf("groups %q, %d in all", names, list.Total)
		}
		if g := list.Items[1]; !slices.Equal(g.Members, []string{"bob", "cid"}) || !slices.Equal(g.Managers, []string{"bob"}) {
			t.Errorf("got %+v", g)
		}
		if g := list.Items[0]; !slices.Equal(g.Members, []string{"admin"}) || g.Managers != nil {
			t.Errorf("got %+v", g)
		}
		for want, f := range map[string]muster.GroupFilter{
			"crew": {Names: []string{"crew", "CREW"}}, "Zoo": {Page: muster.Page{Offset: 1, Limit: 1}, Sort: []muster.Order{{Column: "name"}}},
			"": {Descriptions: []string{"none"}}, "Administrators": {IDs: []muster.ID{muster.Administrators, muster.Everyone}},
		} {
			match := func(name string) bool { return true }
			if want == "Zoo" {
				match = func(name string) bool { return !strings.HasPrefix(name, "A") }
			}
			list, err := h.ListFullGroups(h.as(cid), f, match)
			h.must(err)
			if want == "" && list.Total != 0 || want != "" && (len(list.Items) != 1 || list.Items[0].Name != want) {
				t.Errorf("%+v: got %+v", f, list)
			}
		}
		if g, err := h.FindGroup(h.as(cid), "crew"); err != nil || g.ID != crew {
			t.Errorf("found %+v, %v", g, err)
		}
		for _, name := range []string{"Crew", "Everyone", "Old", "", "a\x00b"} {
			_, err := h.FindGroup(h.as(admin), name)
			h.refused(err, muster.ErrGroupNotFound)
		}
	})
}

func TestDeleteUnusedGroup(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		ctx := h.as(admin)
		crew := h.group("Crew", nil, ann)
		h.topic(admin, "/Team")
		toCrew := TopicGrant{Topic: "/Team", Level: muster.TopicReader, Group: "Crew"}
		inUse := func() { t.Helper(); h.refused(h.DeleteUnusedGroup(ctx, crew), muster.ErrGroupInUse) }
		inUse()
		h.must(h.RemoveMember(ctx, crew, ann.User.ID))
		h.must(h.AddManager(ctx, crew, ann.User.ID))
		inUse()
		h.must(h.RemoveManager(ctx, crew, ann.User.ID))
		h.must(h.AddTopicRight(ctx, toCrew))
		inUse()
		h.must(h.RemoveTopicRight(ctx, toCrew))
		h.quiet()
		h.must(h.DeleteUnusedGroup(ctx, crew))
		h.emitted("group.delete-unused")
		if g, err := h.ReadGroup(ctx, crew); err != nil || g.Live() {
			t.Errorf("got %+v, %v", g.Group, err)
		}
		h.refused(h.DeleteUnusedGroup(h.as(ann), h.group("Other", nil)), muster.ErrDenied)
	})
}

func TestGroupDescription(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.join("admin")
		words := func(s string) *string { return &s }
		g, err := h.CreateGroup(h.as(admin), GroupForm{Name: "Crew", Handle: "crew", Description: words(" who sails ")})
		h.must(err)
		if g.Description != "who sails" {
			t.Errorf("described as %q", g.Description)
		}
		g, err = h.UpdateGroup(h.as(admin), g.ID, GroupForm{Name: "Sailors", Partial: true})
		h.must(err)
		if g.Description != "who sails" || g.Handle != "crew" || g.Name != "Sailors" {
			t.Errorf("became %+v", g.Group)
		}
		_, err = h.UpdateGroup(h.as(admin), g.ID, GroupForm{Name: "Sailors", Description: words("a\x00b")})
		h.refused(err, muster.InvalidField("description", ""))
	})
}
