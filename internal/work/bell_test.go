package work

import (
	"log/slog"
	"testing"
	"time"

	"muster"
	"muster/internal/core"
)

// The bell tells of what was due before it ran, and of what falls due later.
func TestBell(t *testing.T) {
	h := newHouse(t)
	ann := h.signUp("ann@example.org")
	remind := func(after time.Duration) {
		t.Helper()
		_, err := h.core.CreateReminder(h.system(), core.ReminderForm{AssignedTo: ann.ID, RemindAt: h.clock.now().Add(after)})
		if err != nil {
			t.Fatal(err)
		}
	}
	told := func() (n int) {
		t.Helper()
		events, err := h.core.ListEvents(h.system(), muster.EventFilter{Actions: []string{muster.ActionFireReminder.Name}})
		if err != nil {
			t.Fatal(err)
		}
		return len(events)
	}
	for range 150 { // more than one round
		remind(0)
	}
	remind(time.Hour)
	h.clock.pass(time.Second)
	idle, tick := make(chan struct{}), make(chan time.Time)
	bell := &Bell{Core: h.core, Log: slog.New(slog.DiscardHandler), After: func(time.Duration) <-chan time.Time {
		select {
		case idle <- struct{}{}:
		case <-t.Context().Done():
		}
		return tick
	}}
	ended := make(chan struct{})
	go func() { defer close(ended); bell.Run(t.Context()) }()
	t.Cleanup(func() { <-ended })
	<-idle
	if n := told(); n != 150 {
		t.Errorf("told of %d", n)
	}
	h.clock.pass(2 * time.Hour)
	tick <- h.clock.now()
	<-idle
	if n := told(); n != 151 {
		t.Errorf("told of %d later", n)
	}
}
