package core

import (
	"testing"
	"time"

	"muster"
	"muster/internal/store/storetest"
)

// A reminder tells of itself once for each time that it is set to.
func TestRemindersFireOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		remind := func(at time.Duration) *muster.Reminder {
			m, err := h.CreateReminder(h.as(ann), ReminderForm{Resource: "a:b:1", AssignedTo: ann.User.ID, RemindAt: h.clock.Now().Add(at)})
			h.must(err)
			return m
		}
		fire := func(want int) {
			t.Helper()
			got, err := h.FireReminders(h.system())
			h.must(err)
			if got != want {
				t.Errorf("%d reminders fired, want %d", got, want)
			}
		}
		hour, day := remind(time.Hour), remind(24*time.Hour)
		_, err := h.CreateReminder(h.as(ann), ReminderForm{AssignedTo: ann.User.ID}) // at no time in particular
		h.must(err)
		h.quiet()
		fire(0)
		h.advance(2 * time.Hour)
		fire(1)
		fire(0)
		events := h.emitted("reminder.due")
		if e := events[0]; e.Resource != reminderResource(hour.ID) || e.Related != ann.User.ID || e.Origin.Wire != "system" {
			t.Errorf("the event is %+v", e)
		}
		// Put off, it fires again; saved as it is, it does not.
		h.must(h.SnoozeReminder(h.as(ann), hour.ID, h.clock.Now().Add(time.Minute)))
		h.advance(time.Hour)
		fire(1)
		m, err := h.ReadReminder(h.as(ann), hour.ID)
		h.must(err)
		_, err = h.UpdateReminder(h.as(ann), hour.ID, ReminderForm{Resource: "other", AssignedTo: ann.User.ID, RemindAt: m.RemindAt})
		h.must(err)
		fire(0)
		// What was dismissed or deleted is silent.
		h.must(h.DismissReminder(h.as(ann), day.ID))
		gone := remind(time.Hour)
		h.must(h.DeleteReminder(h.as(ann), gone.ID))
		h.advance(48 * time.Hour)
		fire(0)
		if _, err := h.FireReminders(h.as(ann)); !isRefusal(err, muster.ErrDenied) {
			t.Errorf("somebody else than the house: %v", err)
		}
	})
}

func isRefusal(err error, want *muster.Error) bool {
	e, _ := muster.AsError(err)
	return e == want
}

// Of several nodes one tells.
func TestOneNodeFires(t *testing.T) {
	for _, engine := range storetest.Engines(t) {
		if engine != storetest.PostgreSQL {
			continue
		}
		h := newHouse(t, engine)
		other := h.open(smallParams())
		for range 20 {
			_, err := h.CreateReminder(h.system(), ReminderForm{RemindAt: h.clock.Now()})
			h.must(err)
		}
		h.advance(time.Second)
		var fired [2]int
		for _, err := range atOnce(2, func(i int) (err error) {
			fired[i], err = []*Core{h.Core, other}[i].FireReminders(h.system())
			return err
		}) {
			h.must(err)
		}
		if fired[0]+fired[1] != 20 {
			t.Errorf("the nodes told of %v", fired)
		}
	}
}
