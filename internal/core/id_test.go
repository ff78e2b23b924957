package core

import (
	"testing"
	"time"

	"muster"
)

// TestWhatIsNoID: verbs refuse what is no id before they look at anything else, and the refusal is an event.
func TestWhatIsNoID(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := h.as(h.join("admin"))
		crew := h.group("Crew", nil)
		h.quiet()
		for _, id := range []muster.ID{0, -1} {
			for action, verb := range map[string]func() error{
				"user.read":            func() error { _, err := h.ReadUser(ctx, id); return err },
				"user.update":          func() error { _, err := h.UpdateUser(ctx, id, Profile{Handle: "-"}); return err },
				"user.delete":          func() error { return h.DeleteUser(ctx, id) },
				"user.suspend":         func() error { return h.SuspendUser(ctx, id) },
				"user.set-password":    func() error { return h.SetPassword(ctx, id, "") },
				"group.read":           func() error { _, err := h.ReadGroup(ctx, id); return err },
				"group.members":        func() error { _, err := h.ListMembers(ctx, id); return err },
				"group.update":         func() error { _, err := h.UpdateGroup(ctx, id, GroupForm{Handle: "-"}); return err },
				"group.delete":         func() error { return h.DeleteGroup(ctx, id) },
				"group.merge":          func() error { return h.MergeGroups(ctx, crew, id) },
				"group.member-add":     func() error { return h.AddMember(ctx, crew, id) },
				"group.member-remove":  func() error { return h.RemoveMember(ctx, id, crew) },
				"rule.set":             func() error { return h.SetRules(ctx, id, nil) },
				"rule.clear":           func() error { return h.ClearRules(ctx, id) },
				"organisation.read":    func() error { _, err := h.ReadOrganisation(ctx, id); return err },
				"organisation.update":  func() error { _, err := h.UpdateOrganisation(ctx, id, ""); return err },
				"application.read":     func() error { _, err := h.ReadApplication(ctx, id); return err },
				"application.undelete": func() error { return h.UndeleteApplication(ctx, id) },
				"reminder.read":        func() error { _, err := h.ReadReminder(ctx, id); return err },
				"reminder.snooze":      func() error { return h.SnoozeReminder(ctx, id, time.Time{}) },
			} {
				h.refused(verb(), muster.ErrInvalidID)
				if h.emitted(action + ":invalid"); t.Failed() {
					t.Fatal(action, id)
				}
			}
		}
	})
}
