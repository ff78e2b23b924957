package core

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/store/storetest"
)

// textTo is a message to those who are called so.
func textTo(to ...string) MessageForm {
	return MessageForm{From: "admin", To: to, Type: "txt", Body: json.RawMessage(`{"msg": "hello"}`)}
}

func (h *house) send(to ...string) []muster.ID {
	h.t.Helper()
	ids, err := h.SendMessage(h.system(), textTo(to...))
	h.must(err)
	return ids
}

func (h *house) inbox(in *SignedIn) (ids []muster.ID) {
	h.t.Helper()
	for after := muster.ID(0); ; after = ids[len(ids)-1] {
		list, err := h.ReceiveMessages(h.as(in), after)
		h.must(err)
		for _, m := range list {
			ids = append(ids, m.ID)
		}
		if len(list) < MostReceived {
			return ids
		}
	}
}

func (h *house) waits(user, id muster.ID) bool {
	h.t.Helper()
	waits, err := h.MessageWaits(h.system(), user, id)
	h.must(err)
	return waits
}

func TestMessages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		h.quiet()
		f := textTo("Ann", "nobody", "bob", "ANN", "ann@example.org", "bad name\x00")
		f.Ext = json.RawMessage(`{ "k" : 1 }`)
		ids, err := h.SendMessage(h.system(), f)
		h.must(err)
		if len(ids) != 6 || ids[0] != ids[3] || !slices.IsSorted([]muster.ID{ids[0], ids[1], ids[2], ids[4], ids[5]}) || len(ids[0].String()) < 18 {
			t.Errorf("the ids are %v", ids)
		}
		event := h.emitted("message.send")[0]
		if event.Resource.ID != ids[0] || event.Related != ids[2] || strings.Contains(h.changes(event), "hello") || strings.Contains(h.changes(event), "nobody") {
			t.Errorf("the event is %s", h.changes(event))
		}
		list, err := h.ReceiveMessages(h.as(ann), 0)
		h.must(err)
		if len(list) != 1 || list[0].ID != ids[0] || list[0].From != "admin" || string(list[0].Body) != `{"msg":"hello"}` || string(list[0].Ext) != `{"k":1}` {
			t.Errorf("ann has %+v", list)
		}
		second := h.send("ann")[0]
		if got := h.inbox(ann); !slices.Equal(got, []muster.ID{ids[0], second}) {
			t.Errorf("ann has %v", got)
		}
		if n, err := h.CountMessages(h.as(ann), ann.User.ID); n != 2 || err != nil {
			t.Errorf("ann counts %d %v", n, err)
		}
		if !h.waits(ann.User.ID, second) || h.waits(bob.User.ID, second) || h.waits(ann.User.ID, 12345) {
			t.Error("the wrong messages wait")
		}
		h.quiet()
		n, err := h.AcknowledgeMessages(h.as(ann), []muster.ID{second, second, ids[2], 99})
		h.must(err)
		if n != 1 || h.waits(ann.User.ID, second) || !h.waits(bob.User.ID, ids[2]) {
			t.Errorf("%d acknowledged; those of others have to stay", n)
		}
		h.emitted("message.acknowledge")
		// Whoever is locked out finds it when he is let in again; who is deleted finds nothing.
		h.must(h.SuspendUser(h.system(), bob.User.ID))
		late := h.send("bob")[0]
		if !h.waits(bob.User.ID, late) {
			t.Error("bob's message is lost")
		}
		h.must(h.DeleteUser(h.system(), ann.User.ID))
		h.must(h.UndeleteUser(h.system(), ann.User.ID))
		if n, err := h.CountMessages(h.system(), ann.User.ID); n != 0 || err != nil {
			t.Errorf("after the deletion there are %d %v", n, err)
		}
	})
}

func TestMessagesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		h.quiet()
		for what, x := range map[string]struct {
			change func(*MessageForm)
			want   *muster.Error
		}{
			"nobody":      {func(f *MessageForm) { f.To = nil }, muster.ErrTooManyRecipients},
			"601":         {func(f *MessageForm) { f.To = slices.Repeat([]string{"ann"}, 601) }, muster.ErrTooManyRecipients},
			"from":        {func(f *MessageForm) { f.From = "" }, muster.InvalidField("from", "")},
			"from, NUL":   {func(f *MessageForm) { f.From = "a\x00" }, muster.InvalidField("from", "")},
			"type":        {func(f *MessageForm) { f.Type = "text" }, muster.InvalidField("type", "")},
			"no body":     {func(f *MessageForm) { f.Body = nil }, muster.InvalidField("body", "")},
			"body":        {func(f *MessageForm) { f.Body = json.RawMessage(`[]`) }, muster.InvalidField("body", "")},
			"no JSON":     {func(f *MessageForm) { f.Body = json.RawMessage(`{`) }, muster.InvalidField("body", "")},
			"no text":     {func(f *MessageForm) { f.Body = json.RawMessage(`{"msg":null}`) }, muster.InvalidField("body", "")},
			"number":      {func(f *MessageForm) { f.Body = json.RawMessage(`{"msg":1}`) }, muster.InvalidField("body", "")},
			"ext":         {func(f *MessageForm) { f.Ext = json.RawMessage(`null`) }, muster.InvalidField("ext", "")},
			"ext, a list": {func(f *MessageForm) { f.Ext = json.RawMessage(`[1]`) }, muster.InvalidField("ext", "")},
			"too large": {func(f *MessageForm) {
				f.Body = fmt.Appendf(nil, `{"msg":%q}`, strings.Repeat("x", 5120-10-7+1))
				f.Ext = json.RawMessage(`{"k":1}`)
			}, muster.ErrMessageTooLarge},
		} {
			f := textTo("ann")
			x.change(&f)
			_, err := h.SendMessage(h.system(), f)
			h.refused(err, x.want)
			if n, err := h.CountMessages(h.system(), ann.User.ID); n != 0 || err != nil {
				t.Fatalf("%s: %d wait %v", what, n, err)
			}
		}
		f := textTo(slices.Repeat([]string{"ann"}, 600)...)
		f.Body = fmt.Appendf(nil, `{ "msg": %q }`, strings.Repeat("x", 5120-10)) // just within, without its blanks
		_, err := h.SendMessage(h.system(), f)
		h.must(err)
		h.quiet()
		// Nobody of the house may send by himself, or look into the inbox of another.
		for _, in := range []*SignedIn{admin, ann} {
			_, err = h.SendMessage(h.as(in), textTo("ann"))
			h.refused(err, muster.ErrDenied)
		}
		_, err = h.CountMessages(h.as(admin), ann.User.ID)
		h.refused(err, muster.ErrDenied)
		_, err = h.MessageWaits(h.as(admin), ann.User.ID, 1)
		h.refused(err, muster.ErrDenied)
		h.emitted("message.send:denied", "message.send:denied", "message.count:denied", "message.state:denied")
		_, err = h.CountMessages(h.system(), 12345)
		h.refused(err, muster.ErrUserNotFound)
		_, err = h.ReceiveMessages(h.system(), 0)
		h.refused(err, muster.ErrDenied)
		for _, ids := range [][]muster.ID{nil, make([]muster.ID, 501)} {
			_, err = h.AcknowledgeMessages(h.as(ann), ids)
			h.refused(err, muster.InvalidField("ids", ""))
		}
		_, err = h.SendMessage(h.nobody(), textTo("ann"))
		h.refused(err, muster.ErrUnauthenticated)
	})
}

// An inbox that is full loses its oldest message to the newest.
func TestInboxIsBounded(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.join("ann"), h.join("bob")
		var sent []muster.ID
		for range muster.MaxInbox {
			sent = append(sent, h.send("ann")[0])
		}
		last := h.send("bob", "ann")
		got := h.inbox(ann)
		if want := append(slices.Clone(sent[1:]), last[1]); !slices.Equal(got, want) {
			t.Errorf("%d are left, from %v to %v", len(got), got[0], got[len(got)-1])
		}
		if got := h.inbox(bob); !slices.Equal(got, last[:1]) {
			t.Errorf("bob has %v", got)
		}
	})
}

func TestMessagesGrowOld(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		old := h.send("ann")[0]
		h.advance(6 * 24 * time.Hour)
		young := h.send("ann")[0]
		h.quiet()
		clean := func(want int) {
			t.Helper()
			n, err := h.CleanMessages(h.system())
			h.must(err)
			if n != want {
				t.Errorf("%d removed, want %d", n, want)
			}
		}
		clean(0)
		h.emitted()
		h.advance(24*time.Hour + time.Second)
		// As if it were not there, though nobody has cleaned up yet.
		in, err := h.signIn("ann", pass)
		h.must(err)
		if got := h.inbox(in); !slices.Equal(got, []muster.ID{young}) || h.waits(ann.User.ID, old) {
			t.Errorf("left are %v", got)
		}
		h.quiet()
		clean(1)
		clean(0)
		h.emitted("message.clean-up")
		if got := h.inbox(in); !slices.Equal(got, []muster.ID{young}) {
			t.Errorf("left are %v", got)
		}
		if _, err := h.CleanMessages(h.as(in)); !isRefusal(err, muster.ErrDenied) {
			t.Errorf("somebody else than the house: %v", err)
		}
	})
}

// What is beyond 6,000 recipients a minute is refused, and what was refused does not count.
func TestRecipientsAMinute(t *testing.T) {
	h := newHouse(t, storetest.SQLite)
	h.confirmation(false)
	h.throttles = newThrottles(false)
	ann := h.join("ann")
	many := slices.Repeat([]string{"nobody"}, 600)
	for range 9 {
		h.send(many...)
	}
	bad := textTo(many...)
	bad.Type = ""
	for range 3 {
		_, err := h.SendMessage(h.system(), bad)
		h.refused(err, muster.InvalidField("type", ""))
	}
	h.send(many[:599]...)
	_, err := h.SendMessage(h.system(), textTo("ann", "ann"))
	h.refused(err, muster.ErrTooManyMessages)
	h.send("ann")
	_, err = h.SendMessage(h.as(ann), textTo("ann")) // who may not is not told
	h.refused(err, muster.ErrDenied)
	h.advance(time.Minute)
	h.send(many...)
}

// A message for those who are online alone is dropped for all others.
func TestOnlineOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.join("ann"), h.join("bob")
		link := h.link(ann, "phone")
		f := textTo("ann", "bob", "nobody")
		f.OnlineOnly = true
		ids, err := h.SendMessage(h.system(), f)
		h.must(err)
		if len(ids) != 3 || !slices.Equal(h.inbox(ann), ids[:1]) || h.inbox(bob) != nil {
			t.Errorf("sent %v; ann has %v, bob %v", ids, h.inbox(ann), h.inbox(bob))
		}
		h.Links.Close(link.ID)
		_, err = h.SendMessage(h.system(), f)
		h.must(err)
		if got := h.inbox(ann); !slices.Equal(got, ids[:1]) {
			t.Errorf("offline, ann got %v", got)
		}
	})
}
