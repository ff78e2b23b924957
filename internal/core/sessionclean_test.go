package core

import (
	"testing"
	"time"

	"muster"
)

// TestEndedSessionsGo: a month after its end a session's row goes, by whatever it ended, and whatever wire it was of.
func TestEndedSessionsGo(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann")
		crust := h.enter("crust")
		in, err := h.SignIn(h.by("tellius"), Proof{Email: "ann@example.org", Password: pass, Pair: true})
		h.must(err)
		p := in.Session.ID
		h.must(h.SignOut(h.as(ann)))
		clean := func(want int) {
			t.Helper()
			n, err := h.CleanSessions(h.system())
			h.must(err)
			if n != want {
				t.Errorf("%d rows went, want %d", n, want)
			}
		}
		there := func(id muster.ID) bool {
			t.Helper()
			s, err := h.store.Reader(t.Context()).Session(muster.MainRealm, id)
			h.must(err)
			return s != nil
		}
		h.advance(30*24*time.Hour - time.Minute)
		clean(0)
		h.advance(2 * time.Minute)
		clean(2) // the session that was ended, and the token of the pair
		if there(ann.Session.ID) || !there(crust.Session.ID) || !there(p) {
			t.Error("the wrong one went")
		}
		h.advance(30 * 24 * time.Hour)
		clean(1) // the session of Crust ran out a month ago
		if there(crust.Session.ID) {
			t.Error("a session stays for ever")
		}
	})
}
