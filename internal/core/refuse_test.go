package core

import (
	"fmt"
	"testing"
	"time"

	"muster"
)

// TestRefusalsDoNotFillTheDisk: sixty a minute one by one, then one line a minute that counts.
func TestRefusalsDoNotFillTheDisk(t *testing.T) {
	r := newRefusals()
	now := time.Unix(0, 0)
	ann := muster.Actor{User: 7, Session: 8}
	flood := func(n int) (lines, stand int) {
		for range n {
			if write, count := r.admit(ann, now); write {
				lines, stand = lines+1, stand+count
			}
		}
		return lines, stand
	}
	for minute, want := range []struct{ lines, stand int }{{60, 60}, {1, 941}, {1, 1000}, {1, 1000}} {
		if lines, stand := flood(1000); lines != want.lines || stand != want.stand {
			t.Errorf("minute %d: %d lines for %d refusals, want %+v", minute, lines, stand, want)
		}
		now = now.Add(time.Minute)
	}
	if write, _ := r.admit(muster.Actor{User: 9, Session: 10}, now); !write {
		t.Error("another user pays for the flood")
	}
}

func TestRefusalsCountNetworks(t *testing.T) {
	r := newRefusals()
	written := 0
	for i := range 200 {
		a := muster.Actor{Origin: muster.Origin{Address: fmt.Sprintf("2001:db8::%x", i)}}
		if write, _ := r.admit(a, time.Unix(0, 0)); write {
			written++
		}
	}
	if written != refusalsAMinute {
		t.Errorf("%d lines for addresses of one network", written)
	}
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "2001:db8:1:2:3::4": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64", "": "", "::ffff:192.0.2.7": "::ffff:192.0.2.7", "x": "x",
	} {
		if got := network(address); got != want {
			t.Errorf("network(%q) = %q", address, got)
		}
	}
}

func TestRefusalsWatchABoundedCrowd(t *testing.T) {
	r := newRefusals()
	for i := range 3 * refusalsWatching {
		r.admit(muster.Actor{User: muster.ID(i + 1), Session: 1}, time.Unix(0, 0))
	}
	if len(r.by) > refusalsWatching {
		t.Errorf("%d callers are watched", len(r.by))
	}
}

// TestRefusalsOfAll: bad tokens, denied reads and denied changes share one bound.
func TestRefusalsOfAll(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		h.quiet()
		for range 30 {
			h.refused(h.DeleteUser(h.as(ann), bob.User.ID), muster.ErrDenied)
			_, err := h.ListEvents(h.as(ann), muster.EventFilter{})
			h.refused(err, muster.ErrDenied)
			if h.alive("a.b.c") {
				t.Fatal("what token is that?")
			}
		}
		if n := len(h.eventsSince()); n != 90 {
			t.Errorf("%d events, want 60 of Ann and 30 of an address", n)
		}
		h.refused(h.DeleteUser(h.as(ann), bob.User.ID), muster.ErrDenied)
		if n := len(h.eventsSince()); n != 90 {
			t.Errorf("%d events: there is no bound", n)
		}
	})
}
