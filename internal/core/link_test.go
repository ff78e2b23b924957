package core

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"muster"
	"muster/internal/store/storetest"
)

// link opens a live link.
func (h *house) link(in *SignedIn, resource string) *muster.Link {
	h.t.Helper()
	return linkOn(h, h.Core, in, resource)
}

func linkOn(h *house, c *Core, in *SignedIn, resource string) *muster.Link {
	h.t.Helper()
	link, err := c.OpenLink(h.as(in), resource)
	h.must(err)
	h.must(c.Links.Open(*link))
	return link
}

func (h *house) online(c *Core, user muster.ID) bool {
	h.t.Helper()
	online, err := c.ReadStatus(h.system(), user)
	h.must(err)
	return online
}

// news listens for news from now on.
func news(c *Core) func() []News {
	list := make(chan News, 100)
	c.Links.Listen(func(n News) { list <- n })
	return func() (all []News) {
		for {
			select {
			case n := <-list:
				all = append(all, n)
			default:
				return all
			}
		}
	}
}

func TestStatus(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		if h.online(h.Core, ann.User.ID) {
			t.Error("online from the start")
		}
		phone, web := h.link(ann, "phone"), h.link(ann, "")
		if !h.online(h.Core, ann.User.ID) || h.online(h.Core, bob.User.ID) || !muster.ValidResource(web.Resource) {
			t.Errorf("with %+v ann is offline, or bob is online", web)
		}
		links, err := h.ListLinks(h.as(ann), ann.User.ID)
		h.must(err)
		if len(links) != 2 || links[0].Resource != web.Resource || links[1].ID != phone.ID || !links[1].Since.Equal(phone.Since) {
			t.Errorf("ann has %+v", links)
		}
		got, err := h.ReadStatuses(h.system(), []string{"bob", "ANN", "nobody", "ann@example.org", "ann", "\x00"})
		h.must(err)
		if !slices.Equal(got, []bool{false, true, false, false, true, false}) {
			t.Errorf("the statuses are %v", got)
		}
		h.Links.Close(phone.ID)
		h.Links.Close(phone.ID)
		if !h.online(h.Core, ann.User.ID) {
			t.Error("offline with one link left")
		}
		h.Links.Close(web.ID)
		if h.online(h.Core, ann.User.ID) || h.Links.Count() != 0 {
			t.Error("online without a link")
		}
		// Whoever is locked out is offline at once.
		h.link(bob, "phone")
		h.must(h.SuspendUser(h.system(), bob.User.ID))
		if h.online(h.Core, bob.User.ID) {
			t.Error("locked out and online")
		}
		_, err = h.ReadStatus(h.system(), 12345)
		h.refused(err, muster.ErrUserNotFound)
		for _, names := range [][]string{nil, slices.Repeat([]string{"ann"}, 101)} {
			_, err = h.ReadStatuses(h.system(), names)
			h.refused(err, muster.InvalidField("usernames", ""))
		}
		_, err = h.OpenLink(h.as(ann), "bad name")
		h.refused(err, muster.InvalidField("resource", ""))
		_, err = h.OpenLink(h.system(), "phone")
		h.refused(err, muster.ErrDenied)
		_, err = h.OpenLink(h.nobody(), "phone")
		h.refused(err, muster.ErrUnauthenticated)
	})
}

func TestMostLinks(t *testing.T) {
	h := newHouse(t, storetest.SQLite)
	h.confirmation(false)
	ann := h.join("ann")
	for i := range muster.MaxLinks {
		h.link(ann, fmt.Sprint("r", i))
	}
	one, err := h.OpenLink(h.as(ann), "more")
	h.must(err)
	h.refused(h.Links.Open(*one), muster.ErrTooManyLinks)
	h.link(ann, "r3") // takes the place of another one
	h.link(h.join("bob"), "more")
}

// TestNews: what ends links is told of, with the reason, and what does not is not.
func TestNews(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.join("admin")
		heard := news(h.Core)
		for name, x := range map[string]struct {
			do   func(*SignedIn) error
			want Ending
		}{
			"ban":        {func(in *SignedIn) error { return h.SuspendUser(h.system(), in.User.ID) }, Ending{Doubted: true, Reason: EndBanned}},
			"delete":     {func(in *SignedIn) error { return h.DeleteUser(h.system(), in.User.ID) }, Ending{Doubted: true, Reason: EndDeleted}},
			"password":   {func(in *SignedIn) error { return h.SetPassword(h.system(), in.User.ID, "battery-staple") }, Ending{Doubted: true, Reason: EndPassword}},
			"leave":      {func(in *SignedIn) error { return h.SignOut(h.as(in)) }, Ending{Doubted: true}},
			"disconnect": {func(in *SignedIn) error { return h.DisconnectUser(h.as(admin), in.User.ID, "") }, Ending{Reason: EndDisconnect}},
			"one":        {func(in *SignedIn) error { return h.DisconnectUser(h.as(admin), in.User.ID, "phone") }, Ending{Resource: "phone", Reason: EndDisconnect}},
			"own": {func(in *SignedIn) error {
				_, err := h.UpdateUser(h.as(in), in.User.ID, Profile{Email: in.User.Email, Name: "New"})
				return err
			}, Ending{Doubted: true}},
		} {
			in := h.join(name)
			ctx, link := h.as(in), h.link(in, "phone")
			heard()
			h.must(x.do(in))
			got := heard()
			if len(got) != 1 {
				t.Errorf("%s: heard %+v", name, got)
				continue
			}
			notice, err := h.Links.Explain(h.system(), got[0], func(u muster.ID) bool { return u == in.User.ID })
			h.must(err)
			x.want.User = in.User.ID
			if notice.End == nil || *notice.End != x.want || notice.Messages != nil {
				t.Errorf("%s: it means %+v", name, notice.End)
			}
			if notice, err = h.Links.Explain(h.system(), got[0], func(muster.ID) bool { return false }); err != nil || notice.End != nil {
				t.Errorf("%s: to others it means %+v %v", name, notice.End, err)
			}
			why, err := h.Links.Doubt(ctx, *link)
			h.must(err)
			want := map[string]string{"ban": EndBanned, "delete": EndDeleted, "password": EndPassword, "leave": EndDisconnect}[name]
			if why != want {
				t.Errorf("%s: it ends because of %q", name, why)
			}
		}
		h.refused(h.DisconnectUser(h.as(admin), 12345, ""), muster.ErrUserNotFound)
		h.refused(h.DisconnectUser(h.as(admin), admin.User.ID, "no name"), muster.InvalidField("resource", ""))
		ann := h.join("ann")
		h.refused(h.DisconnectUser(h.as(ann), admin.User.ID, ""), muster.ErrAdminOnly)
		heard()
		sent := h.send("ann", "nobody", "one")
		h.group("Staff", nil)
		got := heard()
		if len(got) != 1 {
			t.Fatalf("heard %+v", got)
		}
		notice, err := h.Links.Explain(h.system(), got[0], func(u muster.ID) bool { return u == ann.User.ID })
		h.must(err)
		if len(notice.Messages) != 1 || notice.Messages[0].ID != sent[0] || notice.Messages[0].User != ann.User.ID {
			t.Errorf("it means %+v", notice)
		}
		_, err = h.CreateReminder(h.as(ann), ReminderForm{Resource: "a:b:1", AssignedTo: ann.User.ID, RemindAt: h.clock.Now()})
		h.must(err)
		h.advance(time.Minute)
		_, err = h.FireReminders(h.system())
		h.must(err)
		if got = heard(); len(got) != 1 {
			t.Fatalf("heard %+v", got)
		}
		notice, err = h.Links.Explain(h.system(), got[0], func(u muster.ID) bool { return u == ann.User.ID })
		h.must(err)
		if notice.Reminder == nil || notice.Reminder.Resource != "a:b:1" {
			t.Errorf("it means %+v", notice)
		}
	})
}

// TestLinksOnSeveralNodes: a node knows who is online on another, hears what happens there, and that a link has been replaced; the
// links of a node that has died are gone after a while.
func TestLinksOnSeveralNodes(t *testing.T) {
	h := newHouse(t, storetest.PostgreSQL)
	h.confirmation(false)
	other := h.open(smallParams())
	ann := h.join("ann")
	heard := news(h.Core)
	old := h.link(ann, "phone")
	within := func(what string, condition func() bool) {
		t.Helper()
		if took := eventually(t, what, condition); took > 1500*time.Millisecond {
			t.Errorf("%s: took %v", what, took)
		}
	}
	within("online", func() bool { return h.online(other, ann.User.ID) })
	ids, err := other.SendMessage(h.system(), textTo("ann"))
	h.must(err)
	var got []News
	within("news", func() bool { got = append(got, heard()...); return len(got) > 0 })
	notice, err := h.Links.Explain(h.system(), got[0], func(muster.ID) bool { return true })
	h.must(err)
	if len(notice.Messages) != 1 || notice.Messages[0].ID != ids[0] {
		t.Errorf("it means %+v", notice)
	}
	fresh := linkOn(h, other, ann, "phone")
	got = nil
	within("replaced", func() bool { got = append(got, heard()...); return len(got) > 0 })
	if notice, err = h.Links.Explain(h.system(), got[0], nil); err != nil || notice.End == nil || notice.End.Link != old.ID || notice.End.Reason != EndReplaced {
		t.Errorf("it means %+v %v", notice.End, err)
	}
	h.Links.Close(old.ID)
	within("one left", func() bool { return len(other.Links.of(muster.MainRealm, ann.User.ID)) == 1 })
	other.Links.Close(fresh.ID)
	within("offline", func() bool { return !h.online(h.Core, ann.User.ID) })
	linkOn(h, other, ann, "web")
	within("online again", func() bool { return h.online(h.Core, ann.User.ID) })
	other.presences.stop() // as if it had died
	h.advance(linkLife + time.Second)
	if h.online(h.Core, ann.User.ID) {
		t.Error("a dead node's link is still there")
	}
}
