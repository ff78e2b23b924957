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

// A reminder comes by mail to who wants it so: by his own setting, or without one by that of the house.
func TestRemindersByMail(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.join("ann"), h.join("bob")
		say := func(owner muster.ID, value string) {
			t.Helper()
			s := []muster.Setting{{Name: muster.SettingReminderMail, Value: []byte(value)}}
			if owner == 0 {
				h.must(h.SetSettings(h.system(), s))
				return
			}
			h.must(h.SetUserSettings(h.as(map[muster.ID]*SignedIn{ann.User.ID: ann, bob.User.ID: bob}[owner]), owner, s))
		}
		mailed := func(in *SignedIn) (n int) {
			t.Helper()
			m, err := h.CreateReminder(h.as(in), ReminderForm{AssignedTo: in.User.ID, RemindAt: h.clock.Now(), Payload: []byte(`{"title":"Call"}`)})
			h.must(err)
			h.advance(time.Minute)
			_, err = h.FireReminders(h.system())
			h.must(err)
			for _, l := range h.letters() {
				if l.Kind == MailReminder && l.Reminder.ID == m.ID && l.To == in.User.Email && l.Token == "" {
					n++
				}
			}
			return n
		}
		for _, step := range []struct {
			house, anns string // what the settings are from now on; "" for as before
			ann, bob    int    // mails
		}{{"", "", 0, 0}, {"", "true", 1, 0}, {"true", "", 1, 1}, {"", "false", 0, 1}, {"null", "", 0, 0}} {
			if step.house != "" {
				say(0, step.house)
			}
			if step.anns != "" {
				say(ann.User.ID, step.anns)
			}
			if a, b := mailed(ann), mailed(bob); a != step.ann || b != step.bob {
				t.Errorf("%+v: %d and %d mails", step, a, b)
			}
			h.advance(time.Hour)
		}
		// Whose address nobody has proven gets none, and nobody gets too many.
		say(ann.User.ID, "true")
		h.throttles = newThrottles(false)
		got := 0
		for range 10 {
			got += mailed(ann)
		}
		if got < 5 || got > 9 {
			t.Errorf("ann got %d mails in ten minutes", got)
		}
		say(bob.User.ID, "true")
		h.confirmation(true)
		if _, err := h.UpdateUser(h.as(bob), bob.User.ID, Profile{Email: "new@example.org"}); err != nil {
			t.Fatal(err)
		}
		if bob.User = h.user(bob.User.ID); mailed(bob) != 0 {
			t.Error("bob got a mail at an address that is not known to be his")
		}
	})
}

// People set what is personal for themselves, and nothing else; for others it takes the right to manage settings.
func TestUserSettings(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob := h.join("admin"), h.join("ann"), h.join("bob")
		personal := []muster.Setting{{Name: muster.SettingReminderMail, Value: []byte("true")}}
		h.quiet()
		h.must(h.SetUserSettings(h.as(ann), ann.User.ID, personal))
		if e := h.emitted("setting.set-own")[0]; e.Related != ann.User.ID || e.Changes["setting.reminder.mail"] == nil {
			t.Errorf("the event is %+v", e)
		}
		h.must(h.SetUserSettings(h.as(admin), bob.User.ID, personal))
		h.emitted("setting.set-own")
		h.refused(h.SetUserSettings(h.as(ann), bob.User.ID, personal), muster.ErrDenied)
		h.refused(h.SetUserSettings(h.as(ann), 0, personal), muster.ErrDenied)
		h.refused(h.SetUserSettings(h.as(admin), 12345, personal), muster.ErrUserNotFound)
		h.refused(h.SetUserSettings(h.as(ann), ann.User.ID, append(personal, muster.Setting{Name: muster.SettingSignUp, Value: []byte("false")})), muster.InvalidField("setting", ""))
		h.refused(h.SetUserSettings(h.as(ann), ann.User.ID, []muster.Setting{{Name: muster.SettingReminderMail, Value: []byte(`"yes"`)}}), muster.InvalidField("setting", ""))
		s, err := h.ReadSetting(h.as(ann), muster.SettingReminderMail, ann.User.ID)
		h.must(err)
		if s == nil || string(s.Value) != "true" {
			t.Errorf("ann's own is %+v", s)
		}
		_, err = h.ReadSetting(h.as(ann), muster.SettingReminderMail, bob.User.ID)
		h.refused(err, muster.ErrDenied)
		h.must(h.SetUserSettings(h.as(ann), ann.User.ID, []muster.Setting{{Name: muster.SettingReminderMail}}))
		if s, err = h.ReadSetting(h.as(ann), muster.SettingReminderMail, ann.User.ID); s != nil || err != nil {
			t.Errorf("removed, it is %+v %v", s, err)
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
