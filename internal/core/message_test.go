package core

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"muster"
)

// inbox is what waits for the user of a context, as text.
func (h *house) inbox(app, name string) string {
	h.t.Helper()
	list, err := h.ReadInbox(h.enterApp(app, name), 0, 1000)
	h.must(err)
	var words []string
	for _, m := range list {
		words = append(words, strings.Trim(string(m.Body), "{}"))
	}
	return strings.Join(words, " ")
}

func sending(text string, to ...string) Sending {
	return Sending{Sender: "mina", To: to, Kind: "txt", Body: []byte("{" + text + "}")}
}

func TestInbox(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		users := h.enrol("chat", "mina", "otto")
		h.enrol("other", "otto")
		app := h.asApp("chat")
		h.appEvents("chat")
		first, err := h.SendMessages(app, sending("1", "otto", "nobody", "OTTO", "mina"))
		h.must(err)
		events := h.appEvents("chat", "message.send")
		if got := h.changes(events[0]); !strings.Contains(got, "message.kept:2") || !strings.Contains(got, "message.recipients:4") {
			t.Errorf("the event is %s", got)
		}
		if len(first) != 4 || first["otto"] >= first["nobody"] || first["nobody"] >= first["OTTO"] || first["OTTO"] >= first["mina"] {
			t.Errorf("ids %v", first)
		}
		fleeting := sending("2", "otto")
		fleeting.Fleeting = true
		gone, err := h.SendMessages(app, fleeting)
		h.must(err)
		last, err := h.SendMessages(app, sending("3", "otto"))
		h.must(err)
		if got := h.inbox("chat", "otto") + "|" + h.inbox("chat", "mina") + "|" + h.inbox("other", "otto"); got != "1 3|1|" {
			t.Errorf("inboxes: %s", got)
		}
		otto := h.enterApp("chat", "otto")
		for id, want := range map[muster.ID]bool{first["otto"]: true, first["mina"]: false, first["nobody"]: false, gone["otto"]: false, last["otto"]: true, 7: false} {
			if waits, err := h.MessageWaits(app, "Otto", id); err != nil || waits != want {
				t.Errorf("%d waits: %v, %v", id, waits, err)
			}
		}
		h.appEvents("chat")
		for i, want := range []int{1, 0} {
			n, err := h.AckMessages(otto, []muster.ID{first["otto"], first["mina"], 7})
			if h.must(err); n != want {
				t.Errorf("acknowledged the %d. time: %d", i+1, n)
			}
		}
		h.appEvents("chat", "message.acknowledge", "message.acknowledge")
		if n, err := h.CountMessages(otto, "otto"); err != nil || n != 1 {
			t.Errorf("%d wait, %v", n, err)
		}
		// Who is locked out finds them later, who is deleted never.
		h.must(h.SuspendUser(app, users[1].ID))
		h.must(second(h.SendMessages(app, sending("4", "otto"))))
		h.must(h.UnsuspendUser(app, users[1].ID))
		if got := h.inbox("chat", "otto"); got != "3 4" {
			t.Errorf("after a ban: %s", got)
		}
		h.must(h.DeleteUser(app, users[1].ID))
		h.enrol("chat", "otto")
		if got := h.inbox("chat", "otto"); got != "" {
			t.Errorf("the newcomer has %s", got)
		}
	})
}

// TestInboxLimits: five hundred, seven days, six thousand a minute.
func TestInboxLimits(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		h.enrol("chat", "mina")
		app := h.asApp("chat")
		for i := range 502 {
			h.must(second(h.SendMessages(app, sending(fmt.Sprint(i), "mina"))))
		}
		if got := strings.Fields(h.inbox("chat", "mina")); len(got) != 500 || got[0] != "2" || got[499] != "501" {
			t.Errorf("%d wait", len(got))
		}
		if _, err := h.AckMessages(h.enterApp("chat", "mina"), make([]muster.ID, 501)); muster.KindOf(err) != muster.Invalid {
			t.Errorf("501 at once: %v", err)
		}
		h.advance(messagesStay - time.Minute)
		if n, err := h.CountMessages(h.asApp("chat"), "mina"); err != nil || n != 500 {
			t.Errorf("before their time: %d, %v", n, err)
		}
		h.must(h.DropOldMessages(h.system()))
		h.advance(2 * time.Minute)
		if n, err := h.CountMessages(h.asApp("chat"), "mina"); err != nil || n != 0 {
			t.Errorf("after their time: %d, %v", n, err)
		}
		id := h.Authenticator.App("acme", "chat").ID
		left := func() int {
			n, err := h.store.Reader(h.context()).CountMessages(id, h.found(h.LookUpUser(h.asApp("chat"), "mina")).ID, time.Time{})
			h.must(err)
			return n
		}
		if left() != 500 {
			t.Errorf("%d were left before the clean-up", left())
		}
		h.refused(h.DropOldMessages(h.asApp("chat")), muster.ErrDenied)
		h.must(h.DropOldMessages(h.system()))
		if left() != 0 {
			t.Errorf("%d are left", left())
		}
		h.throttles = newThrottles(false)
		many := sending("x")
		for i := range MostRecipients {
			many.To = append(many.To, fmt.Sprint("nobody", i))
		}
		app = h.asApp("chat")
		for range 10 {
			h.must(second(h.SendMessages(app, many)))
		}
		h.refused(second(h.SendMessages(app, sending("x", "mina"))), muster.ErrTooManyMessages)
		h.must(second(h.SendMessages(h.asApp("other"), sending("x", "mina"))))
		h.advance(time.Minute)
		h.must(second(h.SendMessages(app, sending("x", "mina"))))
	})
}

// TestWhoSends: the application, and nobody else; and nobody reads or takes away what is another's.
func TestWhoSends(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		h.enrol("chat", "mina", "otto")
		mina := h.enterApp("chat", "mina")
		h.refused(second(h.SendMessages(mina, sending("x", "otto"))), muster.ErrDenied)
		ids, err := h.SendMessages(h.asApp("chat"), sending("x", "otto"))
		h.must(err)
		if n, err := h.AckMessages(mina, []muster.ID{ids["otto"]}); err != nil || n != 0 {
			t.Errorf("she took %d of his, %v", n, err)
		}
		h.refused(second(h.CountMessages(mina, "otto")), muster.ErrDenied)
		h.refused(second(h.MessageWaits(mina, "otto", ids["otto"])), muster.ErrDenied)
		h.refused(second(h.AckMessages(h.asApp("chat"), []muster.ID{ids["otto"]})), muster.ErrDenied)
		h.refused(second(h.ReadInbox(h.asApp("chat"), 0, 10)), muster.ErrDenied)
		h.refused(second(h.CountMessages(h.asApp("chat"), "nobody")), muster.ErrUserNotFound)
	})
}

// TestInboxesOfTheHouse: two applications may have the same users, and yet nobody's message comes by the other one.
func TestInboxesOfTheHouse(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		h.join("admin")
		h.join("paul")
		shut(h.Core)
		again := h.apps[2]
		again.Name, again.AppID, again.ClientID, again.ClientSecret = "second", strings.Repeat("4", 32), "id-second", "secret-secret-second"
		h.apps = append(h.apps, again)
		h.Core = h.open(smallParams())
		h.must(second(h.SendMessages(h.asApp("house"), sending("x", "PAUL"))))
		for app, want := range map[string]int{"house": 1, "second": 0} {
			if n, err := h.CountMessages(h.asApp(app), "paul"); err != nil || n != want {
				t.Errorf("%s: %d, %v", app, n, err)
			}
		}
		g := h.granted(h.SignInThroughApp(h.through("house"), "paul", pass, Life{}))
		_, err := h.Authenticator.WithAppToken(h.through("second"), g.Token)
		h.refused(err, muster.ErrTokenForeign)
		if list, err := h.ReadInbox(h.showing("house", g.Token), 0, 10); err != nil || len(list) != 1 {
			t.Errorf("%d, %v", len(list), err)
		}
	})
}
