package core

import (
	"slices"
	"strings"
	"testing"

	"muster"
)

// private makes the private topic of somebody, as the verbs do that confirm an account.
func (h *house) private(in *SignedIn) {
	h.t.Helper()
	_, err := do(h.system(), h.Core, muster.ActionCreateTopic, func(tx *Tx) (bool, error) {
		if err := tx.Require(muster.UserResource(in.User.ID)); err != nil {
			return false, err
		}
		tx.Record(muster.UserResource(in.User.ID))
		return tx.makePrivateTopic(in.User)
	})
	h.must(err)
}

func (h *house) topic(in *SignedIn, name string) *muster.Topic {
	h.t.Helper()
	t, err := h.CreateTopic(h.as(in), TopicForm{Name: name})
	h.must(err)
	return t
}

// topics are the names of the topics that somebody can read.
func (h *house) topics(in *SignedIn, f muster.TopicFilter) []string {
	h.t.Helper()
	list, err := h.ListTopics(h.as(in), f)
	h.must(err)
	names := []string{}
	for _, t := range list.Items {
		names = append(names, t.Name)
	}
	return names
}

func (h *house) grant(in *SignedIn, topic string, level muster.TopicLevel, username string) {
	h.t.Helper()
	h.must(h.AddTopicRight(h.as(in), TopicGrant{Topic: topic, Level: level, Username: username}))
}

// people are the names in a topic's list.
func people(t *muster.Topic, level muster.TopicLevel) (names []string) {
	for _, r := range t.Rights {
		if r.Level == level {
			names = append(names, r.Name)
		}
	}
	return names
}

func TestTopicNames(t *testing.T) {
	for in, want := range map[string]string{
		" /Team ": "/Team", "Team": "/Team", "/Team/": "/Team", "/A/B": "/A/B", "/Tea": "/Tea", "Tea": "/Tea", "/" + strings.Repeat("é", 99): "/" + strings.Repeat("é", 99),
		"/Te": "", "Te": "", "": "", "/": "", "////": "", "/Team//": "", "/A//B": "", "/A\x00B": "", "/" + strings.Repeat("x", 100): "",
	} {
		got, ok := muster.TopicName(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: got %q, %v", in, got, ok)
		}
	}
	if !muster.WithinTopic("/Private/bob/x", "/Private/bob") || muster.WithinTopic("/Private/bobby", "/Private/bob") {
		t.Error("a topic that only begins alike is not below")
	}
}

func TestTopicsBelongToWhoMayMakeThem(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob := h.join("admin"), h.join("ann"), h.join("bob")
		h.quiet()
		team := h.topic(admin, "Team")
		if e := h.emitted("topic.create")[0]; e.Resource != muster.TopicResource(team.ID) || e.Changes["new.name"] != "/Team" {
			t.Errorf("event %+v", e)
		}
		if team.Name != "/Team" || !slices.Equal(people(team, muster.TopicWriter), []string{"admin"}) || team.Settings != muster.DefaultTopicSettings() {
			t.Errorf("got %+v", team)
		}
		create := func(in *SignedIn, name string) error {
			_, err := h.CreateTopic(h.as(in), TopicForm{Name: name})
			return err
		}
		h.refused(create(ann, "/Other"), muster.ErrDenied)
		h.refused(create(ann, "/Team/a"), muster.ErrDenied)
		h.refused(create(admin, "/None/a"), muster.ErrParentNotFound)
		h.refused(create(admin, "/Team/"), muster.Taken("topic"))
		h.refused(create(admin, "/Te"), muster.InvalidField("topic", ""))
		h.emitted("topic.create:denied", "topic.create:denied", "topic.create:not-found", "topic.create:taken", "topic.create:invalid")
		h.grant(admin, "/Team", muster.TopicReader, "bob")
		h.grant(admin, "/Team", muster.TopicAdmin, "ann")
		below := h.topic(ann, "/Team/a")
		if got := people(below, muster.TopicWriter); !slices.Equal(got, []string{"admin", "ann"}) || !slices.Equal(people(below, muster.TopicReader), []string{"bob"}) {
			t.Errorf("rights are %+v", below.Rights)
		}
		h.refused(create(bob, "/Team/b"), muster.ErrDenied)
		if got := h.topics(bob, muster.TopicFilter{}); !slices.Equal(got, []string{"/Team", "/Team/a"}) {
			t.Errorf("bob reads %q", got)
		}
		_, err := h.DeleteTopic(h.as(bob), "/Team")
		h.refused(err, muster.ErrDenied)
		_, err = h.DeleteTopic(h.as(ann), "/None")
		h.refused(err, muster.ErrTopicNotFound)
		if name, err := h.DeleteTopic(h.as(ann), "Team/a/"); name != "/Team/a" || err != nil {
			t.Errorf("deleted %q, %v", name, err)
		}
		if got := h.topics(ann, muster.TopicFilter{}); !slices.Equal(got, []string{"/Team"}) {
			t.Errorf("ann reads %q", got)
		}
	})
}

func TestPrivateTopicsAreTheirOwners(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, bob, bobby := h.join("admin"), h.join("bob"), h.join("bobby")
		h.private(bob)
		h.private(bobby)
		read := func(in *SignedIn, name string) error { _, err := h.ReadTopic(h.as(in), name); return err }
		create := func(in *SignedIn, name string) error {
			_, err := h.CreateTopic(h.as(in), TopicForm{Name: name})
			return err
		}
		mine, err := h.ReadTopic(h.as(bob), "/Private/bob")
		h.must(err)
		s := mine.Settings
		if mine.Description != "Private Topic - bob" || !s.UpdateOwn || !s.DeleteOwn || s.MaxLength != 1000 || s.MaxReplies != 30 || !s.ComputeTags || !s.ComputeLabels ||
			!mine.MayWrite || mine.MayAdminister || !slices.Equal(people(mine.Topic, muster.TopicWriter), []string{"bob"}) || len(mine.Rights) != 1 {
			t.Errorf("got %+v", mine.Topic)
		}
		h.refused(read(admin, "/Private/bob"), muster.ErrTopicNotFound)
		h.refused(read(bob, "/Private/Bob"), muster.ErrTopicNotFound) // another spelling
		h.refused(read(bob, "/Private"), muster.ErrTopicNotFound)
		h.must(create(bob, "/Private/bob/Tasks/"))
		for _, name := range []string{"/Private/bobby/x", "/Private/bobby/none/x", "/Private/nobody"} {
			h.refused(create(bob, name), muster.ErrDenied)
			h.refused(create(admin, name), muster.ErrDenied)
		}
		_, err = h.CreateTopic(h.system(), TopicForm{Name: "/Private/nobody"}) // not even the house
		h.refused(err, muster.ErrDenied)
		h.refused(create(bob, "/Private/bob/none/x"), muster.ErrParentNotFound)
		h.refused(create(bob, "/Private/nobody/x"), muster.ErrParentNotFound)
		if got := h.topics(admin, muster.TopicFilter{AllPublic: true}); !slices.Equal(got, []string{"/Private"}) {
			t.Errorf("an administrator sees %q", got)
		}
		if got := h.topics(bob, muster.TopicFilter{AllPublic: true}); !slices.Equal(got, []string{"/Private/bob", "/Private/bob/Tasks"}) {
			t.Errorf("bob sees %q", got)
		}
		for _, name := range []string{"/Private/bob", "/Private/bob/none", "/Private"} {
			_, err := h.DeleteTopic(h.as(admin), name)
			h.refused(err, muster.ErrDenied)
		}
		h.refused(h.AddTopicRight(h.as(admin), TopicGrant{Topic: "/Private/bob", Level: muster.TopicReader, Username: "admin"}), muster.ErrDenied)
		h.refused(h.AddTopicRight(h.as(bobby), TopicGrant{Topic: "/Private/bob", Level: muster.TopicReader, Username: "bobby"}), muster.ErrDenied)
		_, err = h.DeleteTopic(h.as(bob), "/Private/bob")
		h.must(err)
		h.must(create(bob, "/Private/bob"))
	})
}

// TestPrivateTopicsFollowTheirOwner: they are called after his present name, and a newcomer of the old one inherits nothing.
func TestPrivateTopicsFollowTheirOwner(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		bob, ann := h.join("bob"), h.join("ann")
		h.private(bob)
		h.grant(bob, "/Private/bob", muster.TopicReader, "ann")
		_, err := h.KeepTopic(h.as(ann), "/Private/bob")
		h.must(err)
		h.must(h.SuspendUser(h.system(), bob.User.ID))
		if got := h.topics(ann, muster.TopicFilter{}); len(got) != 0 {
			t.Errorf("of a suspended owner: %q", got)
		}
		h.must(h.UnsuspendUser(h.system(), bob.User.ID))
		if got := h.topics(ann, muster.TopicFilter{}); !slices.Equal(got, []string{"/Private/bob"}) {
			t.Errorf("ann reads %q", got)
		}
		h.must(h.DeleteUser(h.system(), bob.User.ID))
		newcomer, err := h.SignUp(h.nobody(), NewAccount{Email: "other@example.org", Password: pass, Username: "bob"})
		h.must(err)
		if got := h.topics(newcomer, muster.TopicFilter{}); len(got) != 0 {
			t.Errorf("the newcomer inherited %q", got)
		}
		if p, err := h.ReadSelf(h.as(ann)); len(p.Favourites) != 0 || err != nil {
			t.Errorf("favourites %q, %v", p.Favourites, err)
		}
		h.private(newcomer)
		if got := h.topics(ann, muster.TopicFilter{}); len(got) != 0 {
			t.Errorf("ann reads the newcomer's %q", got)
		}
	})
}

func TestTopicRights(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob := h.join("admin"), h.join("ann"), h.join("bob")
		crew := h.group("Crew", nil, bob)
		h.topic(admin, "/Team")
		h.topic(admin, "/Team/a")
		h.topic(admin, "/Teams")
		h.quiet()
		toCrew := TopicGrant{Topic: "/Team", Level: muster.TopicWriter, Group: "Crew", Recursive: true}
		h.must(h.AddTopicRight(h.as(admin), toCrew))
		h.must(h.AddTopicRight(h.as(admin), toCrew))
		if e := h.emitted("topic.right-add", "topic.right-add")[0]; e.Changes["right.name"] != "Crew" || e.Changes["right.level"] != "rw" {
			t.Errorf("event %+v", e)
		}
		if got := h.topics(bob, muster.TopicFilter{}); !slices.Equal(got, []string{"/Team", "/Team/a"}) { // and not /Teams
			t.Errorf("bob reads %q", got)
		}
		seen, err := h.ReadTopic(h.as(bob), "/Team")
		h.must(err)
		if !seen.MayWrite || seen.MayAdminister || !slices.Equal(people(seen.Topic, muster.TopicWriter), []string{"admin", "Crew"}) {
			t.Errorf("got %+v", seen)
		}
		for _, x := range []struct {
			in   *SignedIn
			g    TopicGrant
			want *muster.Error
		}{
			{bob, TopicGrant{Topic: "/Team", Level: muster.TopicAdmin, Username: "bob"}, muster.ErrDenied},
			{ann, TopicGrant{Topic: "/Team", Level: muster.TopicReader, Username: "ann"}, muster.ErrDenied},
			{admin, TopicGrant{Topic: "/Team", Level: muster.TopicReader, Username: "nobody"}, muster.ErrUserNotFound},
			{admin, TopicGrant{Topic: "/Team", Level: muster.TopicReader, Username: "BOB"}, muster.ErrUserNotFound},
			{admin, TopicGrant{Topic: "/Team", Level: muster.TopicReader}, muster.ErrUserNotFound},
			{admin, TopicGrant{Topic: "/Team", Level: muster.TopicReader, Group: "None"}, muster.ErrGroupNotFound},
			{admin, TopicGrant{Topic: "/Team", Level: muster.TopicReader, Group: "Everyone"}, muster.ErrGroupNotFound},
			{admin, TopicGrant{Topic: "/Team", Level: "all", Username: "bob"}, muster.InvalidField("level", "")},
			{admin, TopicGrant{Topic: "/None", Level: muster.TopicReader, Username: "bob"}, muster.ErrTopicNotFound},
			{admin, TopicGrant{Topic: "/Private", Level: muster.TopicReader, Username: "bob"}, muster.ErrDenied},
		} {
			h.refused(h.AddTopicRight(h.as(x.in), x.g), x.want)
			h.refused(h.RemoveTopicRight(h.as(x.in), x.g), x.want)
		}
		h.must(h.ArchiveGroup(h.system(), crew))
		if got := h.topics(bob, muster.TopicFilter{}); len(got) != 0 {
			t.Errorf("by an archived group bob reads %q", got)
		}
		h.must(h.UnarchiveGroup(h.system(), crew))
		h.grant(admin, "/Team", muster.TopicAdmin, "ann")
		h.refused(h.RemoveTopicRight(h.as(ann), toCrew), muster.ErrDenied) // of /Team/a she is none
		toCrew.Recursive = false
		h.must(h.RemoveTopicRight(h.as(ann), toCrew))
		h.must(h.RemoveTopicRight(h.as(ann), toCrew))
		if got := h.topics(bob, muster.TopicFilter{}); !slices.Equal(got, []string{"/Team/a"}) {
			t.Errorf("bob reads %q", got)
		}
	})
}

func TestTopicFilters(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.join("admin")
		for _, name := range []string{"/Zoo", "/Team", "/Team/a", "/Team/a/b", "/Team-x", "/team"} {
			h.topic(admin, name)
		}
		described, err := h.CreateTopic(h.as(admin), TopicForm{Name: "/Told", Description: "all of it"})
		h.must(err)
		_, err = h.KeepTopic(h.as(admin), "/Zoo")
		h.must(err)
		for _, x := range []struct {
			f    muster.TopicFilter
			want []string
		}{
			{muster.TopicFilter{}, []string{"/Team", "/Team-x", "/Team/a", "/Team/a/b", "/Told", "/Zoo", "/team"}},
			{muster.TopicFilter{Page: muster.Page{Limit: 2, Offset: 1}}, []string{"/Team-x", "/Team/a"}},
			{muster.TopicFilter{Names: []string{"/Zoo", "/team", "/none"}}, []string{"/Zoo", "/team"}},
			{muster.TopicFilter{Below: "/Team"}, []string{"/Team", "/Team/a", "/Team/a/b"}},
			{muster.TopicFilter{IDs: []muster.ID{described.ID}}, []string{"/Told"}},
			{muster.TopicFilter{Descriptions: []string{"all of it"}}, []string{"/Told"}},
			{muster.TopicFilter{Favourites: true}, []string{"/Zoo"}},
		} {
			if got := h.topics(admin, x.f); !slices.Equal(got, x.want) {
				t.Errorf("%+v: got %q", x.f, got)
			}
		}
		list, err := h.ListTopics(h.as(admin), muster.TopicFilter{Page: muster.Page{Limit: 2}})
		if h.must(err); list.Total != 7 {
			t.Errorf("%d in all", list.Total)
		}
	})
}
