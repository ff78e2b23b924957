package core

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"muster"
)

func TestReminders(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		ctx := h.as(ann)
		h.quiet()
		due := h.clock.Now().Add(time.Hour)
		m, err := h.CreateReminder(ctx, ReminderForm{Resource: "call:1", AssignedTo: ann.User.ID, Payload: json.RawMessage(`{ "a" : 1 }`), RemindAt: due})
		h.must(err)
		if e := h.emitted("reminder.create")[0]; e.Resource != reminderResource(m.ID) || e.Changes["new.resource"] != "call:1" || e.Changes["new.assignedTo"] == nil {
			t.Errorf("event %+v", e)
		}
		if string(m.Payload) != `{"a":1}` || !m.RemindAt.Equal(due) || m.AssignedBy != ann.User.ID || m.AssignedAt.IsZero() {
			t.Errorf("made %+v", m)
		}
		h.must(h.SnoozeReminder(ctx, m.ID, due.Add(time.Hour)))
		h.must(h.SnoozeReminder(ctx, m.ID, time.Time{}))
		h.must(h.DismissReminder(ctx, m.ID))
		h.must(h.DismissReminder(ctx, m.ID))
		read, err := h.ReadReminder(ctx, m.ID)
		h.must(err)
		if read.Snoozes != 2 || !read.RemindAt.IsZero() || read.DismissedBy != ann.User.ID || read.DismissedAt.IsZero() {
			t.Errorf("read %+v", read)
		}
		changed, err := h.UpdateReminder(ctx, m.ID, ReminderForm{AssignedTo: ann.User.ID})
		h.must(err)
		if string(changed.Payload) != "{}" || changed.Resource != "" || changed.AssignedAt != read.AssignedAt || changed.UpdatedAt.IsZero() {
			t.Errorf("replaced by %+v", changed)
		}
		h.must(h.DeleteReminder(ctx, m.ID))
		h.refused(h.DeleteReminder(ctx, m.ID), muster.ErrReminderNotFound)
		h.emitted("reminder.snooze", "reminder.snooze", "reminder.dismiss", "reminder.dismiss", "reminder.update", "reminder.delete", "reminder.delete:not-found")
		for _, f := range []ReminderForm{{}, {AssignedTo: bob.User.ID}, {AssignedTo: 12345}} {
			_, err := h.CreateReminder(ctx, f)
			h.refused(err, muster.ErrDenied)
		}
		h.emitted("reminder.create:denied", "reminder.create:denied", "reminder.create:denied")
		for field, f := range map[string]ReminderForm{
			"resource": {Resource: strings.Repeat("x", 201)}, "payload": {Payload: json.RawMessage(`"` + strings.Repeat("x", maxReminderPayload) + `"`)},
			"remindAt": {RemindAt: time.Unix(0, 0)},
		} {
			f.AssignedTo = ann.User.ID
			_, err := h.CreateReminder(ctx, f)
			h.refused(err, muster.InvalidField(field, ""))
		}
	})
}

// TestRemindersOfOthers: for who has no part in a reminder and may not assign any, there is none.
func TestRemindersOfOthers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob := h.join("admin"), h.join("ann"), h.join("bob")
		m, err := h.CreateReminder(h.as(admin), ReminderForm{AssignedTo: ann.User.ID})
		h.must(err)
		_, err = h.CreateReminder(h.as(admin), ReminderForm{AssignedTo: 12345})
		h.refused(err, muster.ErrUserNotFound)
		h.quiet()
		ctx := h.as(bob)
		_, err = h.ReadReminder(ctx, m.ID)
		h.refused(err, muster.ErrReminderNotFound)
		_, err = h.UpdateReminder(ctx, m.ID, ReminderForm{AssignedTo: bob.User.ID})
		h.refused(err, muster.ErrReminderNotFound)
		h.refused(h.DismissReminder(ctx, m.ID), muster.ErrReminderNotFound)
		h.refused(h.SnoozeReminder(ctx, m.ID, time.Time{}), muster.ErrReminderNotFound)
		h.refused(h.DeleteReminder(ctx, m.ID), muster.ErrReminderNotFound)
		for _, e := range h.emitted("reminder.read:not-found", "reminder.update:not-found", "reminder.dismiss:not-found", "reminder.snooze:not-found", "reminder.delete:not-found") {
			if e.Changes["reminder.resource"] != nil {
				t.Errorf("event %+v", e)
			}
		}
		ids := func(who *SignedIn) (ids []muster.ID) {
			t.Helper()
			list, err := h.ListReminders(h.as(who), muster.ReminderFilter{})
			h.must(err)
			for _, m := range list.Items {
				ids = append(ids, m.ID)
			}
			return ids
		}
		if len(ids(bob)) != 0 || !slices.Equal(ids(ann), []muster.ID{m.ID}) || !slices.Equal(ids(admin), []muster.ID{m.ID}) {
			t.Errorf("seen: %v, %v, %v", ids(bob), ids(ann), ids(admin))
		}
		// Whom it is for may have left, or be nobody.
		h.must(h.DeleteUser(h.as(admin), ann.User.ID))
		_, err = h.UpdateReminder(h.as(admin), m.ID, ReminderForm{AssignedTo: ann.User.ID, Resource: "x"})
		h.must(err)
		moved, err := h.UpdateReminder(h.as(admin), m.ID, ReminderForm{})
		h.must(err)
		if moved.AssignedTo != 0 || moved.AssignedBy != admin.User.ID {
			t.Errorf("moved %+v", moved)
		}
	})
}
