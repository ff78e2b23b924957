package store

import (
	"time"

	"muster"
)

const reminderColumns = `id, realm, resource, payload, snoozes, assigned_to, assigned_by, assigned_at, dismissed_by, dismissed_at, remind_at, fires_at,
	created_at, updated_at, deleted_at, version`

func scanReminder(row scanner) (*muster.Reminder, error) {
	var m muster.Reminder
	var payload string
	var assigned, dismissed, remind, fires, created, updated, deleted int64
	err := row.Scan(&m.ID, &m.Realm, &m.Resource, &payload, &m.Snoozes, &m.AssignedTo, &m.AssignedBy, &assigned, &m.DismissedBy, &dismissed,
		&remind, &fires, &created, &updated, &deleted, &m.Version)
	m.Payload = []byte(payload)
	m.AssignedAt, m.DismissedAt, m.RemindAt, m.FiresAt = instant(assigned), instant(dismissed), instant(remind), instant(fires)
	m.CreatedAt, m.UpdatedAt, m.DeletedAt = instant(created), instant(updated), instant(deleted)
	return &m, err
}

// Reminder reads one reminder that is not deleted; nil if the realm has none of that id.
func (r *Reader) Reminder(realm, id muster.ID) (*muster.Reminder, error) {
	m, ok, err := one(r, scanReminder, `SELECT `+reminderColumns+` FROM reminder WHERE id = $1 AND realm = $2 AND deleted_at = 0`, id, realm)
	if !ok {
		return nil, err
	}
	return m, err
}

var reminderSort = sortColumns{"remindAt": "remind_at"}

// Reminders lists the reminders of a realm that f selects, by when they are due; those that are due at no time come first.
func (r *Reader) Reminders(realm muster.ID, f muster.ReminderFilter) (muster.List[*muster.Reminder], error) {
	var w where
	w.add("realm = ?", realm)
	w.add("deleted_at = 0")
	if len(f.IDs) > 0 {
		w.in("id IN (%s)", f.IDs)
	}
	if f.Prefix != "" {
		w.prefix("resource_key", muster.Fold(f.Prefix))
	}
	if f.AssignedTo != 0 {
		w.add("assigned_to = ?", f.AssignedTo)
	}
	if f.Involving != 0 {
		w.add("(assigned_to = ? OR assigned_by = ?)", f.Involving, f.Involving)
	}
	if f.ScheduledOnly || !f.From.IsZero() || !f.To.IsZero() {
		w.add("remind_at > 0")
	}
	w.seconds("remind_at", f.From, f.To)
	if f.ExcludeDismissed {
		w.add("dismissed_at = 0")
	}
	return listOf(r, scanReminder, reminderColumns, "reminder", w, reminderSort, []muster.Order{{Column: "remindAt"}}, f.Page)
}

// InsertReminder stores a new reminder.
func (tx *Tx) InsertReminder(m *muster.Reminder) error {
	return tx.run(`INSERT INTO reminder (`+reminderColumns+`, resource_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		m.ID, m.Realm, m.Resource, string(m.Payload), m.Snoozes, m.AssignedTo, m.AssignedBy, stamp(m.AssignedAt), m.DismissedBy, stamp(m.DismissedAt),
		stamp(m.RemindAt), stamp(m.FiresAt), stamp(m.CreatedAt), stamp(m.UpdatedAt), stamp(m.DeletedAt), m.Version, muster.Fold(m.Resource))
}

// UpdateReminder stores all of a reminder and raises its version. It fails like [Tx.UpdateUser].
func (tx *Tx) UpdateReminder(m *muster.Reminder) error {
	n, err := tx.exec(`UPDATE reminder SET resource = $1, payload = $2, snoozes = $3, assigned_to = $4, assigned_by = $5, assigned_at = $6,
		dismissed_by = $7, dismissed_at = $8, remind_at = $9, updated_at = $10, deleted_at = $11, resource_key = $12, fires_at = $13, version = version + 1
		WHERE id = $14 AND realm = $15 AND version = $16`,
		m.Resource, string(m.Payload), m.Snoozes, m.AssignedTo, m.AssignedBy, stamp(m.AssignedAt), m.DismissedBy, stamp(m.DismissedAt),
		stamp(m.RemindAt), stamp(m.UpdatedAt), stamp(m.DeletedAt), muster.Fold(m.Resource), stamp(m.FiresAt), m.ID, m.Realm, m.Version)
	return raise(&m.Version, n, err)
}

// A DueReminder is a reminder that is due and has not fired.
type DueReminder struct{ Realm, ID, AssignedTo muster.ID }

// DueReminders lists reminders of all realms that are due and have not fired, oldest first; most at the most.
func (r *Reader) DueReminders(now time.Time, most int) ([]DueReminder, error) {
	return all(r, func(row scanner) (d DueReminder, err error) {
		err = row.Scan(&d.Realm, &d.ID, &d.AssignedTo)
		return d, err
	}, `SELECT realm, id, assigned_to FROM reminder WHERE fires_at > 0 AND fires_at <= $1 AND deleted_at = 0 ORDER BY fires_at, id LIMIT $2`, stamp(now), most)
}
