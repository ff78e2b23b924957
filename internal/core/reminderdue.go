package core

import (
	"context"
	"errors"

	"muster"
	"muster/internal/store"
)

// fireAtOnce is how many reminders are told of before anything else gets a turn.
const fireAtOnce = 100

// errNotDue says that another node was faster, or that somebody has put the reminder off. It is nobody's fault.
var errNotDue = muster.Errorf(muster.Busy, "not-due", "the reminder is not due any more")

// FireReminders tells of reminders that are due, each once: an event about it, with whom it is for, and a
// mail to him if his setting [muster.SettingReminderMail], or that of the house, is true. It answers how many it told
// of; if there are [fireAtOnce], there may be more. The house itself asks for it.
func (c *Core) FireReminders(ctx context.Context) (fired int, err error) {
	if !muster.ActorFrom(ctx).System {
		return 0, muster.ErrDenied
	}
	due, err := c.store.Reader(ctx).DueReminders(c.now(), fireAtOnce)
	if err != nil {
		return 0, c.explain(ctx, muster.ActionFireReminder, err)
	}
	for _, d := range due {
		switch err := c.fireReminder(ctx, d); {
		case err == nil:
			fired++
		case !errors.Is(err, errNotDue):
			return fired, err
		}
	}
	return fired, nil
}

// wantsMail reports whether a reminder is to come by mail too: its person's settings say so, and he has not had too many.
func (c *Core) wantsMail(ctx context.Context, d store.DueReminder) (bool, error) {
	wants, err := c.personal(c.store.Reader(ctx), d.Realm, d.AssignedTo, muster.SettingReminderMail)
	return err == nil && string(wants) == "true" && c.mayMailTo(d.AssignedTo), err
}

func (c *Core) fireReminder(ctx context.Context, d store.DueReminder) error {
	mails, err := c.wantsMail(ctx, d)
	if err != nil {
		return c.explain(ctx, muster.ActionFireReminder, err)
	}
	_, err = do(ctx, c, muster.ActionFireReminder, func(tx *Tx) (struct{}, error) {
		if err := tx.Require(reminderResource(d.ID)); err != nil {
			return struct{}{}, err
		}
		m, err := tx.Reminder(d.Realm, d.ID)
		if err != nil {
			return struct{}{}, err
		}
		if m == nil || m.FiresAt.IsZero() || m.FiresAt.After(tx.Now()) {
			return struct{}{}, errNotDue
		}
		m.FiresAt = noTime
		tx.RecordWith(reminderResource(m.ID), m.AssignedTo, "reminder.id", m.ID, "reminder.resource", m.Resource, "reminder.assignedTo", m.AssignedTo)
		if mails {
			if err := tx.mailReminder(m); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, tx.UpdateReminder(m)
	})
	return err
}
