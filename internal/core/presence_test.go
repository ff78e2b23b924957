package core

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"muster"
	"muster/internal/store/storetest"
)

// seenAs spells presences: who, what, where.
func seenAs(list []SeenPresence) (lines []string) {
	for _, p := range list {
		lines = append(lines, fmt.Sprint(p.Person.Username, " ", p.Status, " ", p.Topic))
	}
	return lines
}

func (h *house) present(in *SignedIn, topic string, status muster.Status) []string {
	h.t.Helper()
	list, err := h.SetPresence(h.as(in), topic, status)
	h.must(err)
	if list.Total != len(list.Items) {
		h.t.Errorf("%d presences, %d in all", len(list.Items), list.Total)
	}
	return seenAs(list.Items)
}

func (h *house) presencesOf(in *SignedIn, f muster.PresenceFilter) []string {
	h.t.Helper()
	list, err := h.ListPresences(h.as(in), f)
	h.must(err)
	return seenAs(list.Items)
}

func TestPresences(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob := h.join("admin"), h.join("ann"), h.join("bob")
		for _, name := range []string{"/Team", "/Other"} {
			h.topic(admin, name)
		}
		h.grant(admin, "/Team", muster.TopicReader, "ann")
		h.grant(admin, "/Team", muster.TopicReader, "bob")
		h.quiet()
		h.present(admin, "/Team", muster.StatusOnline)
		h.present(admin, "/Other", muster.StatusBusy)
		if got := h.present(ann, "Team/", muster.StatusOnline); !slices.Equal(got, []string{"ann online /Team", "admin online /Team"}) {
			t.Errorf("ann sees %q", got)
		}
		if got := h.present(ann, "/Team", muster.StatusOffline); !slices.Equal(got, []string{"ann offline /Team", "admin online /Team"}) {
			t.Errorf("ann sees %q", got)
		}
		h.emitted() // nobody wants that in the audit trail
		_, err := h.SetPresence(h.as(ann), "/Other", muster.StatusOnline)
		h.refused(err, muster.ErrTopicNotFound)
		_, err = h.SetPresence(h.as(ann), "/Team", "Online")
		h.refused(err, muster.InvalidField("status", ""))
		_, err = h.ListPresences(h.as(ann), muster.PresenceFilter{Topic: "/Other"})
		h.refused(err, muster.ErrTopicNotFound)
		h.emitted("presence.set:not-found", "presence.set:invalid", "presence.list:not-found")
		if got := h.presencesOf(ann, muster.PresenceFilter{}); !slices.Equal(got, []string{"ann offline /Team", "admin online /Team"}) {
			t.Errorf("ann sees %q", got) // and not /Other
		}
		h.advance(16 * time.Second)
		if got := h.present(bob, "/Team", muster.StatusBusy); !slices.Equal(got, []string{"bob busy /Team"}) {
			t.Errorf("of the last 15 seconds bob sees %q", got)
		}
		now := h.clock.Now()
		for _, x := range []struct {
			f    muster.PresenceFilter
			want []string
		}{
			{muster.PresenceFilter{Topic: "/Team"}, []string{"bob busy /Team", "ann offline /Team", "admin online /Team"}},
			{muster.PresenceFilter{Page: muster.Page{Offset: 1, Limit: 1}}, []string{"ann offline /Team"}},
			{muster.PresenceFilter{Usernames: []string{"ann", "bob", "ann", "ANN"}}, []string{"bob busy /Team", "ann offline /Team"}},
			{muster.PresenceFilter{Usernames: []string{"nobody"}}, nil},
			{muster.PresenceFilter{Statuses: []muster.Status{muster.StatusOnline, muster.StatusBusy}}, []string{"bob busy /Team", "admin online /Team"}},
			{muster.PresenceFilter{From: now.Add(-10 * time.Second)}, []string{"bob busy /Team"}},
			{muster.PresenceFilter{To: now.Add(-10 * time.Second)}, []string{"ann offline /Team", "admin online /Team"}},
		} {
			if got := h.presencesOf(ann, x.f); !slices.Equal(got, x.want) {
				t.Errorf("%+v: got %q", x.f, got)
			}
		}
		h.must(h.SuspendUser(h.system(), bob.User.ID))
		if got := h.presencesOf(ann, muster.PresenceFilter{Statuses: []muster.Status{muster.StatusBusy}}); got != nil {
			t.Errorf("of somebody suspended: %q", got)
		}
		h.advance(8 * 24 * time.Hour)
		if got := h.presencesOf(ann, muster.PresenceFilter{}); got != nil {
			t.Errorf("a week later: %q", got)
		}
	})
}

func TestRemovePresence(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob := h.join("admin"), h.join("ann"), h.join("bob")
		h.topic(admin, "/Team")
		h.grant(admin, "/Team", muster.TopicReader, "ann")
		h.grant(admin, "/Team", muster.TopicReader, "bob")
		there := func() []string { t.Helper(); return h.presencesOf(ann, muster.PresenceFilter{}) }
		h.present(ann, "/Team", muster.StatusOnline)
		h.present(bob, "/Team", muster.StatusOnline)
		h.quiet()
		h.refused(h.RemovePresence(h.as(ann), "/Team", "bob"), muster.ErrDenied)
		h.refused(h.RemovePresence(h.as(ann), "/Team", "nobody"), muster.ErrDenied)
		h.refused(h.RemovePresence(h.as(ann), "/None", ""), muster.ErrTopicNotFound)
		h.refused(h.RemovePresence(h.as(admin), "/Team", "nobody"), muster.ErrUserNotFound)
		if got := there(); len(got) != 2 {
			t.Errorf("after refusals: %q", got)
		}
		h.must(h.RemovePresence(h.as(ann), "/Team", ""))
		h.must(h.RemovePresence(h.as(ann), "/Team", "ann"))
		h.emitted("presence.remove:denied", "presence.remove:denied", "presence.remove:not-found", "presence.remove:not-found", "presence.remove", "presence.remove")
		if got := there(); !slices.Equal(got, []string{"bob online /Team"}) {
			t.Errorf("got %q", got)
		}
		h.must(h.RemoveTopicRight(h.as(admin), TopicGrant{Topic: "/Team", Level: muster.TopicWriter, Username: "admin"}))
		h.must(h.RemovePresence(h.as(admin), "/Team", "bob")) // also where he cannot read
		if got := there(); got != nil {
			t.Errorf("got %q", got)
		}
		h.present(bob, "/Team", muster.StatusBusy) // and he may come back
		if got := there(); !slices.Equal(got, []string{"bob busy /Team"}) {
			t.Errorf("got %q", got)
		}
		_, err := h.DeleteTopic(h.as(admin), "/Team")
		h.must(err)
		if n := h.presences.board.Len(); n != 0 {
			t.Errorf("%d presences at a topic that is no more", n)
		}
	})
}

func TestContactsSeen(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob := h.join("admin"), h.join("ann"), h.join("bob")
		h.private(bob)
		h.topic(admin, "/Team")
		h.grant(admin, "/Team", muster.TopicReader, "ann")
		h.grant(admin, "/Team", muster.TopicReader, "bob")
		h.present(admin, "/Team", muster.StatusOnline)
		h.present(bob, "/Team", muster.StatusOnline)
		look := func(within time.Duration) (contacts int, lines []string) {
			t.Helper()
			seen, err := h.ListContactsSeen(h.as(ann), within)
			h.must(err)
			return len(seen.Contacts), seenAs(seen.Presences)
		}
		if n, got := look(time.Hour); n != 0 || got != nil {
			t.Errorf("without contacts: %d, %q", n, got)
		}
		h.must(h.AddContact(h.as(ann), "bob"))
		h.must(h.AddContact(h.as(ann), "ann"))
		h.advance(10 * time.Second)
		h.present(bob, "/Private/bob", muster.StatusBusy)
		if n, got := look(time.Hour); n != 2 || !slices.Equal(got, []string{"bob busy ", "bob online /Team"}) { // but not where
			t.Errorf("%d, %q", n, got)
		}
		if n, got := look(5 * time.Second); n != 2 || !slices.Equal(got, []string{"bob busy "}) {
			t.Errorf("%d, %q", n, got)
		}
		if n, got := look(-time.Second); n != 2 || got != nil {
			t.Errorf("%d, %q", n, got)
		}
	})
}

// TestNodesTellEachOtherOfPresences: what one node is told another one shows, also one that starts later.
func TestNodesTellEachOtherOfPresences(t *testing.T) {
	h := newHouse(t, storetest.PostgreSQL)
	h.confirmation(false)
	other := &house{Core: h.open(smallParams()), t: t, clock: h.clock, config: h.config, keys: h.keys}
	admin, ann := h.join("admin"), h.join("ann")
	h.topic(admin, "/Team")
	h.grant(admin, "/Team", muster.TopicReader, "ann")
	exchange := func() {
		t.Helper()
		h.must(h.presences.exchange(t.Context()))
		h.must(other.presences.exchange(t.Context()))
		h.must(h.presences.exchange(t.Context()))
	}
	shown := func(at *house, want ...string) {
		t.Helper()
		if got := at.presencesOf(ann, muster.PresenceFilter{}); !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	h.present(admin, "/Team", muster.StatusOnline)
	other.present(ann, "/Team", muster.StatusBusy)
	exchange()
	shown(h, "ann busy /Team", "admin online /Team")
	shown(other, "ann busy /Team", "admin online /Team")

	other.present(admin, "/Team", muster.StatusOffline) // he moved to the other node
	exchange()
	shown(h, "admin offline /Team", "ann busy /Team")

	h.must(h.RemovePresence(h.as(ann), "/Team", ""))
	exchange()
	shown(other, "admin offline /Team")

	third := &house{Core: h.open(smallParams()), t: t, clock: h.clock, config: h.config, keys: h.keys}
	shown(third, "admin offline /Team")

	third.present(ann, "/Team", muster.StatusOnline)
	h.must(third.presences.exchange(t.Context()))
	h.must(other.presences.exchange(t.Context()))
	if n := other.presences.board.Len(); n != 2 {
		t.Errorf("the other node knows %d", n)
	}
	h.must(h.SuspendUser(h.system(), ann.User.ID))
	eventually(t, "the other nodes forget", func() bool { return other.presences.board.Len() == 1 && third.presences.board.Len() == 1 })
}

// TestTheLastPresencesAreTold: a node that stops says what it knew.
func TestTheLastPresencesAreTold(t *testing.T) {
	h := newHouse(t, storetest.PostgreSQL)
	h.confirmation(false)
	admin := h.join("admin")
	h.topic(admin, "/Team")
	other := h.open(smallParams())
	h.present(admin, "/Team", muster.StatusOnline)
	h.Close()
	h.must(other.presences.exchange(t.Context()))
	if n := other.presences.board.Len(); n != 1 {
		t.Errorf("the other node knows %d", n)
	}
}

// TestNothingIsLostBetweenNodes: what could not be told is told later, and what is past its end is cleared away.
func TestNothingIsLostBetweenNodes(t *testing.T) {
	h := newHouse(t, storetest.PostgreSQL)
	h.confirmation(false)
	admin := h.join("admin")
	h.topic(admin, "/Team")
	other := h.open(smallParams())
	h.present(admin, "/Team", muster.StatusOnline)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.presences.exchange(gone); err == nil {
		t.Error("told without a database")
	}
	h.must(h.presences.exchange(t.Context()))
	h.must(other.presences.exchange(t.Context()))
	if n := other.presences.board.Len(); n != 1 {
		t.Errorf("the other node knows %d", n)
	}
	rows := func() int {
		t.Helper()
		list, err := h.store.Reader(t.Context()).PresencesOf(h.store.Node(), 0)
		h.must(err)
		return len(list)
	}
	if n := rows(); n != 1 {
		t.Errorf("%d rows", n)
	}
	h.advance(presenceLife + time.Minute)
	h.must(h.presences.exchange(t.Context()))
	if n := rows(); n != 0 {
		t.Errorf("%d rows past their end", n)
	}
}
