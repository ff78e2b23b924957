package core

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"muster"
)

// ReminderForm is what wires say of a reminder when they make or change one.
type ReminderForm struct {
	Resource   string
	AssignedTo muster.ID
	Payload    json.RawMessage // nil: an empty object
	RemindAt   time.Time
}

func reminderResource(id muster.ID) muster.Resource {
	return muster.Resource{Noun: muster.NounReminder, ID: id}
}

// ListReminders lists the reminders that f selects: the caller's own, those that he has given to others, and with the right to
// assign reminders those of all.
func (c *Core) ListReminders(ctx context.Context, f muster.ReminderFilter) (muster.List[*muster.Reminder], error) {
	return view(ctx, c, muster.ActionListReminders, func(v *View) (muster.List[*muster.Reminder], error) {
		if err := v.Require(muster.Resource{Noun: muster.NounReminder}); err != nil {
			return muster.List[*muster.Reminder]{}, err
		}
		if !v.May(muster.Realm(), muster.OpReminderAssign) {
			f.Involving = v.Actor.User
		}
		return v.Reminders(muster.MainRealm, f)
	})
}

// ReadReminder answers one reminder. Those of others do not exist for who may not assign reminders.
func (c *Core) ReadReminder(ctx context.Context, id muster.ID) (*muster.Reminder, error) {
	return view(ctx, c, muster.ActionReadReminder, func(v *View) (*muster.Reminder, error) {
		if err := legalID(id); err != nil {
			return nil, err
		}
		if err := v.Require(reminderResource(id)); err != nil {
			return nil, err
		}
		m, err := v.Reminder(muster.MainRealm, id)
		if err != nil {
			return nil, err
		}
		if m == nil || !involved(m, v.Actor.User) && !v.May(muster.Realm(), muster.OpReminderAssign) {
			return nil, muster.ErrReminderNotFound
		}
		return m, nil
	})
}

func involved(m *muster.Reminder, user muster.ID) bool {
	return m.AssignedTo == user || m.AssignedBy == user
}

// CreateReminder makes a reminder for the caller, or with the right to assign reminders for somebody else.
func (c *Core) CreateReminder(ctx context.Context, f ReminderForm) (*muster.Reminder, error) {
	return do(ctx, c, muster.ActionCreateReminder, func(tx *Tx) (*muster.Reminder, error) {
		tx.About(muster.Resource{Noun: muster.NounReminder}, "new.resource", legalName(f.Resource), "new.assignedTo", f.AssignedTo)
		if err := tx.Require(muster.Resource{Noun: muster.NounReminder}); err != nil {
			return nil, err
		}
		m := &muster.Reminder{ID: tx.NewID(), Realm: muster.MainRealm, Version: 1}
		m.CreatedAt = m.ID.Time()
		if err := tx.fillReminder(m, f); err != nil {
			return nil, err
		}
		tx.Record(reminderResource(m.ID), "new.id", m.ID)
		return m, tx.InsertReminder(m)
	})
}

// The bounds of a reminder.
const (
	maxReminderResource = 200      // characters
	maxReminderPayload  = 16 << 10 // bytes of JSON
)

func (tx *Tx) fillReminder(m *muster.Reminder, f ReminderForm) error {
	if err := tx.mayRemind(m, f.AssignedTo); err != nil {
		return err
	}
	if !muster.ValidText(f.Resource, maxReminderResource) {
		return muster.InvalidField("resource", "at most 200 characters, none of them control characters")
	}
	payload, err := compactPayload(f.Payload)
	if err != nil {
		return err
	}
	if m.AssignedTo != f.AssignedTo || m.AssignedBy == 0 {
		m.AssignedTo, m.AssignedBy, m.AssignedAt = f.AssignedTo, tx.Actor.User, tx.Now()
	}
	m.Resource, m.Payload = f.Resource, payload
	return remindAt(m, f.RemindAt)
}

// remindAt sets when a reminder is due; the zero time is at no time in particular. Nothing is due before there was a clock.
func remindAt(m *muster.Reminder, at time.Time) error {
	if at.IsZero() {
		m.RemindAt, m.FiresAt = noTime, noTime
		return nil
	}
	if at.Unix() <= 0 {
		return muster.InvalidField("remindAt", "after the beginning of 1970")
	}
	if at = at.UTC().Truncate(time.Microsecond); !at.Equal(m.RemindAt) {
		m.RemindAt, m.FiresAt = at, at // another time fires once more
	}
	return nil
}

func compactPayload(payload json.RawMessage) (json.RawMessage, error) {
	if payload == nil {
		return json.RawMessage("{}"), nil
	}
	var b bytes.Buffer
	if json.Compact(&b, payload) != nil || b.Len() > maxReminderPayload || tooDeep(b.Bytes()) {
		return nil, muster.InvalidField("payload", "JSON of at most 16 KiB, 32 deep")
	}
	return b.Bytes(), nil
}

// mayRemind refuses reminders for others, and for nobody (0), to who may not assign them. Whom a reminder is for already may
// have left since.
func (tx *Tx) mayRemind(m *muster.Reminder, user muster.ID) error {
	if user != tx.Actor.User {
		switch may, err := tx.may(muster.Realm(), muster.OpReminderAssign); {
		case err != nil:
			return err
		case !may:
			return muster.ErrDenied
		}
	}
	if user == 0 || user == m.AssignedTo {
		return nil
	}
	u, err := tx.User(muster.MainRealm, user)
	if err == nil && (u == nil || u.Deleted()) {
		err = muster.ErrUserNotFound
	}
	return err
}

// UpdateReminder replaces a reminder. A new assignee makes the caller the one who assigned it.
func (c *Core) UpdateReminder(ctx context.Context, id muster.ID, f ReminderForm) (*muster.Reminder, error) {
	return c.changeReminder(ctx, muster.ActionUpdateReminder, id, func(tx *Tx, m *muster.Reminder) error {
		m.UpdatedAt = tx.Now()
		return tx.fillReminder(m, f)
	})
}

// DismissReminder says that a reminder has done its work. It may be said again.
func (c *Core) DismissReminder(ctx context.Context, id muster.ID) error {
	_, err := c.changeReminder(ctx, muster.ActionDismissReminder, id, func(tx *Tx, m *muster.Reminder) error {
		m.DismissedAt, m.DismissedBy, m.FiresAt = tx.Now(), tx.Actor.User, noTime
		return nil
	})
	return err
}

// SnoozeReminder puts a reminder off until then; zero means to no time in particular.
func (c *Core) SnoozeReminder(ctx context.Context, id muster.ID, until time.Time) error {
	_, err := c.changeReminder(ctx, muster.ActionSnoozeReminder, id, func(tx *Tx, m *muster.Reminder) error {
		m.Snoozes++
		return remindAt(m, until)
	})
	return err
}

// DeleteReminder deletes a reminder softly.
func (c *Core) DeleteReminder(ctx context.Context, id muster.ID) error {
	_, err := c.changeReminder(ctx, muster.ActionDeleteReminder, id, func(tx *Tx, m *muster.Reminder) error {
		m.DeletedAt = tx.Now()
		return nil
	})
	return err
}

func (c *Core) changeReminder(ctx context.Context, a muster.Action, id muster.ID, f func(*Tx, *muster.Reminder) error) (*muster.Reminder, error) {
	return do(ctx, c, a, func(tx *Tx) (*muster.Reminder, error) {
		tx.About(reminderResource(id))
		if err := legalID(id); err != nil {
			return nil, err
		}
		if err := tx.Require(reminderResource(id)); err != nil {
			return nil, err
		}
		m, err := tx.Reminder(muster.MainRealm, id)
		if err != nil {
			return nil, err
		}
		visible := m != nil && involved(m, tx.Actor.User)
		if m != nil && !visible {
			if visible, err = tx.may(muster.Realm(), muster.OpReminderAssign); err != nil {
				return nil, err
			}
		}
		if !visible {
			return nil, muster.ErrReminderNotFound
		}
		tx.About(reminderResource(id), "reminder.id", id, "reminder.resource", m.Resource)
		if err := f(tx, m); err != nil {
			return nil, err
		}
		tx.Record(reminderResource(id), "reminder.assignedTo", m.AssignedTo)
		return m, tx.UpdateReminder(m)
	})
}
