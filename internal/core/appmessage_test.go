package core

import (
	"context"
	"slices"
	"testing"
	"time"

	"muster"
)

// TestMessagesOfApps: an application sends to its own users and sees their inboxes; they see their own; nobody has anything from another
// application.
func TestMessagesOfApps(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		mina, otto := h.enrol("chat", "mina", "_otto")[0].ID, muster.ID(0)
		otto = h.found(h.ReadAppUser(h.asApp("chat"), "_otto")).ID
		h.enrol("other", "mina")
		app, other := h.asApp("chat"), h.asApp("other")
		h.advance(time.Second)
		hers := h.showing("chat", h.signed("chat", "mina", 600))
		ids, err := h.SendMessage(app, textTo("Mina", "_OTTO", "zoe"))
		h.must(err)
		for _, x := range []struct {
			ctx  context.Context
			user muster.ID
			want int
		}{{app, mina, 1}, {app, otto, 1}, {hers, mina, 1}, {other, h.found(h.ReadAppUser(other, "mina")).ID, 0}} {
			if n, err := h.CountMessages(x.ctx, x.user); n != x.want || err != nil {
				t.Errorf("%d wait for %d, want %d: %v", n, x.user, x.want, err)
			}
		}
		for what, err := range map[string]error{
			"count of another application": second(h.CountMessages(other, mina)),
			"state":                        second(h.MessageWaits(other, mina, ids[0])),
			"status":                       second(h.ReadStatus(other, mina)),
			"links":                        second(h.ListLinks(other, mina)),
			"disconnect":                   h.DisconnectUser(other, mina, ""),
		} {
			if !isRefusal(err, muster.ErrUserNotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		for what, err := range map[string]error{
			"sending":          second(h.SendMessage(hers, textTo("_otto"))),
			"his inbox":        second(h.CountMessages(hers, otto)),
			"his status":       second(h.ReadStatus(hers, otto)),
			"of many":          second(h.ReadStatuses(hers, []string{"mina"})),
			"disconnect":       h.DisconnectUser(hers, mina, ""),
			"a link of no one": second(h.OpenLink(app, "phone")),
			"an inbox of none": second(h.ReceiveMessages(app, 0)),
			"acknowledging":    second(h.AcknowledgeMessages(app, ids)),
		} {
			if !isRefusal(err, muster.ErrDenied) {
				t.Errorf("%s: %v", what, err)
			}
		}
		link, err := h.OpenLink(hers, "phone")
		h.must(err)
		h.must(h.Links.Open(*link))
		names := []string{"mina", "_otto"}
		if got, err := h.ReadStatuses(app, names); !slices.Equal(got, []bool{true, false}) || err != nil {
			t.Errorf("they are %v %v", got, err)
		}
		if got, err := h.ReadStatuses(other, names); !slices.Equal(got, []bool{false, false}) || err != nil {
			t.Errorf("to the other application they are %v %v", got, err)
		}
		n, err := h.AcknowledgeMessages(hers, ids)
		h.must(err)
		if n != 1 {
			t.Errorf("%d acknowledged", n)
		}
		// A token that the application signed ends, and with it what it has opened.
		h.advance(11 * time.Minute)
		if why, err := h.Links.Doubt(hers, *link); why != EndDisconnect || err != nil {
			t.Errorf("ended, it is doubted because of %q %v", why, err)
		}
	})
}

// TestLinksOfThePeople: through an application of the house nobody has a link who administers it, or whom the application does not see.
func TestLinksOfThePeople(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		admin, paul := h.join("admin"), h.join("paul")
		u, err := h.CreateUser(h.system(), Profile{Email: "zoe@example.org", Handle: "zoe"})
		h.must(err)
		app := h.asApp("house")
		h.advance(time.Second)
		his := h.showing("house", h.signed("house", "paul", 600))
		link, err := h.OpenLink(his, "phone")
		h.must(err)
		h.must(h.Links.Open(*link))
		ids, err := h.SendMessage(app, textTo("paul", "zoe", "zoe@example.org", "admin"))
		h.must(err)
		if n, err := h.CountMessages(app, u.ID); n != 1 || err != nil {
			t.Errorf("%d wait for zoe %v", n, err)
		}
		if got := h.inbox(paul); !slices.Equal(got, ids[:1]) {
			t.Errorf("paul has %v", got)
		}
		h.refused(h.DisconnectUser(app, admin.User.ID, ""), muster.ErrAdminOnly)
		h.must(h.DisconnectUser(app, paul.User.ID, ""))
		h.must(h.AddMember(h.system(), muster.Administrators, paul.User.ID))
		if why, err := h.Links.Doubt(his, *link); why != EndDisconnect || err != nil {
			t.Errorf("an administrator is doubted because of %q %v", why, err)
		}
	})
}
