package corteza

import (
	"encoding/json"
	"net/http"
	"time"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
)

// reminder is the reminder object (contract, 8).
type reminder struct {
	ReminderID  string          `json:"reminderID"`
	Resource    string          `json:"resource"`
	Payload     json.RawMessage `json:"payload"`
	SnoozeCount int             `json:"snoozeCount"`
	AssignedTo  string          `json:"assignedTo"`
	AssignedBy  string          `json:"assignedBy"`
	AssignedAt  string          `json:"assignedAt"`
	DismissedBy string          `json:"dismissedBy"`
	DismissedAt *string         `json:"dismissedAt"`
	RemindAt    *string         `json:"remindAt"`
	CreatedAt   string          `json:"createdAt"`
	UpdatedAt   string          `json:"updatedAt,omitempty"`
	DeletedAt   string          `json:"deletedAt,omitempty"`
}

func reminderOf(m *muster.Reminder) reminder {
	return reminder{
		ReminderID: m.ID.String(), Resource: m.Resource, Payload: m.Payload, SnoozeCount: m.Snoozes,
		AssignedTo: m.AssignedTo.String(), AssignedBy: m.AssignedBy.String(), AssignedAt: dialect.Instant(m.AssignedAt),
		DismissedBy: m.DismissedBy.String(), DismissedAt: instantOrNull(m.DismissedAt), RemindAt: instantOrNull(m.RemindAt),
		CreatedAt: dialect.Instant(m.CreatedAt), UpdatedAt: dialect.Instant(m.UpdatedAt),
	}
}

func instantOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := dialect.Instant(t)
	return &s
}

type listRemindersParams struct {
	ReminderID       []idParam `json:"reminderID"`
	Resource         string    `json:"resource"`
	AssignedTo       idParam   `json:"assignedTo"`
	ScheduledFrom    timeParam `json:"scheduledFrom"`
	ScheduledUntil   timeParam `json:"scheduledUntil"`
	ScheduledOnly    bool      `json:"scheduledOnly"`
	ExcludeDismissed bool      `json:"excludeDismissed"`
	pageParams
}

type reminderFilter struct {
	ReminderID       []muster.ID `json:"reminderID"` // null when unused
	Resource         string      `json:"resource"`
	AssignedTo       muster.ID   `json:"assignedTo"`
	ScheduledFrom    *time.Time  `json:"scheduledFrom"`
	ScheduledUntil   *time.Time  `json:"scheduledUntil"`
	ExcludeDismissed bool        `json:"excludeDismissed"`
	ScheduledOnly    bool        `json:"scheduledOnly"`
	Sort             string      `json:"sort"`
	paging
}

func (f *facade) listReminders(r *http.Request, p listRemindersParams) (any, error) {
	filter := muster.ReminderFilter{
		IDs: ids(p.ReminderID), Prefix: p.Resource, AssignedTo: muster.ID(p.AssignedTo), From: p.ScheduledFrom.Time, To: p.ScheduledUntil.Time,
		ScheduledOnly: p.ScheduledOnly, ExcludeDismissed: p.ExcludeDismissed, Page: p.page(),
	}
	list, err := f.core.ListReminders(r.Context(), filter)
	echo := reminderFilter{
		Resource: p.Resource, AssignedTo: filter.AssignedTo, ScheduledFrom: orNil(filter.From), ScheduledUntil: orNil(filter.To),
		ExcludeDismissed: p.ExcludeDismissed, ScheduledOnly: p.ScheduledOnly, Sort: "r.remind_at", paging: p.echo(list.Total),
	}
	if len(filter.IDs) > 0 {
		echo.ReminderID = filter.IDs
	}
	if len(list.Items) == 0 {
		return map[string]any{"filter": echo}, err // an empty list has no set on this wire
	}
	return filtered(echo, dialect.All(list.Items, reminderOf)), err
}

type reminderParams struct {
	Resource   string          `json:"resource"`
	AssignedTo idParam         `json:"assignedTo"`
	Payload    json.RawMessage `json:"payload"`
	RemindAt   timeParam       `json:"remindAt"`
}

func (p reminderParams) form() core.ReminderForm {
	return core.ReminderForm{Resource: p.Resource, AssignedTo: muster.ID(p.AssignedTo), Payload: p.Payload, RemindAt: p.RemindAt.Time}
}

// echo is the reminder with its time in the zone in which it came.
func (p reminderParams) echo(m *muster.Reminder) reminder {
	answer := reminderOf(m)
	if !p.RemindAt.IsZero() {
		at := p.RemindAt.Format(time.RFC3339Nano)
		answer.RemindAt = &at
	}
	return answer
}

func (p reminderParams) echoNew(m *muster.Reminder) reminder {
	answer := p.echo(m)
	answer.CreatedAt, answer.AssignedAt = fresh(m.CreatedAt), fresh(m.AssignedAt)
	return answer
}

func (f *facade) createReminder(r *http.Request, p reminderParams) (any, error) {
	return dialect.As(p.echoNew)(f.core.CreateReminder(r.Context(), p.form()))
}

func (f *facade) updateReminder(r *http.Request, p reminderParams) (any, error) {
	return dialect.As(p.echo)(f.core.UpdateReminder(r.Context(), pathID(r, "reminderID"), p.form()))
}

type snoozeParams struct {
	RemindAt timeParam `json:"remindAt"`
}

func (f *facade) snoozeReminder(r *http.Request, p snoozeParams) (any, error) {
	return done(f.core.SnoozeReminder(r.Context(), pathID(r, "reminderID"), p.RemindAt.Time))
}
