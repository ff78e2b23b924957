package core

import (
	"slices"
	"strings"
	"testing"

	"muster"
)

func TestContacts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob, cid := h.join("ann"), h.join("bob"), h.join("cid")
		contacts := func() (names []string) {
			t.Helper()
			p, err := h.ReadSelf(h.as(ann))
			h.must(err)
			for _, u := range p.Contacts {
				names = append(names, u.Username)
			}
			return names
		}
		h.quiet()
		for _, name := range []string{"cid", "bob", "ann"} {
			h.must(h.AddContact(h.as(ann), name))
		}
		h.refused(h.AddContact(h.as(ann), "bob"), muster.ErrAlreadyThere)
		h.refused(h.AddContact(h.as(ann), "nobody"), muster.ErrUserNotFound)
		h.refused(h.AddContact(h.as(ann), "Bob"), muster.ErrUserNotFound)
		h.refused(h.AddContact(h.as(ann), "a\x00b"), muster.ErrUserNotFound)
		h.refused(h.RemoveContact(h.as(bob), "cid"), muster.ErrNotThere)
		events := h.emitted("contact.add", "contact.add", "contact.add", "contact.add:already-there", "contact.add:not-found", "contact.add:not-found",
			"contact.add:not-found", "contact.remove:not-there")
		if e := events[0]; e.Resource != contactResource(cid.User.ID) || e.Actor != ann.User.ID || e.Changes["contact.username"] != "cid" {
			t.Errorf("event %+v", e)
		}
		if got := contacts(); !slices.Equal(got, []string{"cid", "bob", "ann"}) {
			t.Errorf("contacts %q", got)
		}
		h.must(h.SuspendUser(h.system(), cid.User.ID))
		h.must(h.DeleteUser(h.system(), bob.User.ID))
		if got := contacts(); !slices.Equal(got, []string{"ann"}) {
			t.Errorf("contacts %q", got)
		}
		h.refused(h.RemoveContact(h.as(ann), "bob"), muster.ErrUserNotFound)
		h.must(h.RemoveContact(h.as(ann), "ann"))
	})
}

func TestFavouritesAndMutedTopics(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		h.private(ann)
		for _, name := range []string{"/Zoo", "/Team", "/Bar"} {
			h.topic(admin, name)
			h.grant(admin, name, muster.TopicReader, "ann")
		}
		h.topic(admin, "/Hidden")
		ctx := h.as(ann)
		kept := func() *Self { t.Helper(); p, err := h.ReadSelf(ctx); h.must(err); return p }
		h.quiet()
		for _, name := range []string{"Zoo", "/Private/ann/"} {
			_, err := h.KeepTopic(ctx, name)
			h.must(err)
		}
		for name, want := range map[string]*muster.Error{"/Zoo": muster.ErrAlreadyThere, "/Hidden": muster.ErrTopicNotFound, "/None": muster.ErrTopicNotFound, "x": muster.ErrTopicNotFound} {
			_, err := h.KeepTopic(ctx, name)
			h.refused(err, want)
		}
		if got := kept().Favourites; !slices.Equal(got, []string{"/Zoo", "/Private/ann"}) {
			t.Errorf("favourites %q", got)
		}
		h.must(h.RemoveTopicRight(h.as(admin), TopicGrant{Topic: "/Zoo", Level: muster.TopicReader, Username: "ann"}))
		if got := h.topics(ann, muster.TopicFilter{Favourites: true}); !slices.Equal(got, []string{"/Private/ann"}) {
			t.Errorf("readable favourites %q", got)
		}
		_, err := h.DropTopic(ctx, "/Zoo") // needs no right to it
		h.must(err)
		_, err = h.DropTopic(ctx, "/Zoo")
		h.refused(err, muster.ErrNotThere)

		_, err = h.MuteTopic(ctx, "/Hidden")
		h.refused(err, muster.ErrTopicNotFound)
		_, err = h.UnmuteTopic(ctx, "/Team")
		h.refused(err, muster.ErrNotThere)
		_, err = h.UnmuteTopic(ctx, "/Hidden")
		h.refused(err, muster.ErrTopicNotFound)
		_, err = h.MuteTopic(ctx, "/Private/ann")
		h.must(err)
		h.quiet()
		h.must(h.MuteTopics(ctx))
		h.emitted("topic.mute-all")
		if got := kept().Muted; !slices.Equal(got, []string{"/Bar", "/Team"}) { // and the private one no longer
			t.Errorf("muted %q", got)
		}
		_, err = h.DeleteTopic(h.as(admin), "/Bar")
		h.must(err)
		if got := kept().Muted; !slices.Equal(got, []string{"/Team"}) {
			t.Errorf("muted %q", got)
		}
		h.must(h.UnmuteTopics(ctx))
		if got := kept().Muted; len(got) != 0 {
			t.Errorf("muted %q", got)
		}
	})
}

func TestFavouriteTags(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		ctx := h.as(ann)
		h.quiet()
		for _, tag := range []string{"b", "a c", "B", "#x/y"} {
			h.must(h.AddTag(ctx, tag))
		}
		h.refused(h.AddTag(ctx, "b"), muster.ErrAlreadyThere)
		for _, tag := range []string{"", strings.Repeat("x", 101), "a\x00b"} {
			h.refused(h.AddTag(ctx, tag), muster.InvalidField("tag", ""))
			h.refused(h.RemoveTag(ctx, tag), muster.ErrNotThere)
		}
		h.must(h.RemoveTag(ctx, "a c"))
		h.refused(h.RemoveTag(ctx, "a c"), muster.ErrNotThere)
		if p, err := h.ReadSelf(ctx); !slices.Equal(p.Tags, []string{"b", "B", "#x/y"}) || err != nil {
			t.Errorf("tags %q, %v", p.Tags, err)
		}
	})
}

// TestListsAreBounded: a list of one's own is full at a thousand.
func TestListsAreBounded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		h.must(h.store.Write(h.context(), func(tx *storeTx) error {
			for i := range maxKept {
				if _, err := tx.AddFavouriteTag(ann.User.ID, strings.Repeat("x", i%100)+string(rune('a'+i/100))); err != nil {
					return err
				}
			}
			return nil
		}, nil))
		h.refused(h.AddTag(h.as(ann), "one more"), muster.ErrListFull)
	})
}
