package corteza

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"muster"
	"muster/internal/core"
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
		AssignedTo: m.AssignedTo.String(), AssignedBy: m.AssignedBy.String(), AssignedAt: instant(m.AssignedAt),
		DismissedBy: m.DismissedBy.String(), DismissedAt: instantOrNull(m.DismissedAt), RemindAt: instantOrNull(m.RemindAt),
		CreatedAt: instant(m.CreatedAt), UpdatedAt: instant(m.UpdatedAt),
	}
}

func instantOrNull(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := instant(t)
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

func (f *facade) listReminders(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[listRemindersParams](r)
	if err != nil {
		return err
	}
	filter := muster.ReminderFilter{
		IDs: ids(p.ReminderID), Prefix: p.Resource, AssignedTo: muster.ID(p.AssignedTo), From: p.ScheduledFrom.Time, To: p.ScheduledUntil.Time,
		ScheduledOnly: p.ScheduledOnly, ExcludeDismissed: p.ExcludeDismissed, Page: p.page(),
	}
	list, err := f.core.ListReminders(r.Context(), filter)
	if err != nil {
		return err
	}
	echo := reminderFilter{
		Resource: p.Resource, AssignedTo: filter.AssignedTo, ScheduledFrom: orNil(filter.From), ScheduledUntil: orNil(filter.To),
		ExcludeDismissed: p.ExcludeDismissed, ScheduledOnly: p.ScheduledOnly, Sort: "r.remind_at", paging: p.echo(list.Total),
	}
	if len(filter.IDs) > 0 {
		echo.ReminderID = filter.IDs
	}
	if len(list.Items) == 0 {
		return respond(w, map[string]any{"filter": echo}) // an empty list has no set on this wire
	}
	set := make([]reminder, len(list.Items))
	for i, m := range list.Items {
		set[i] = reminderOf(m)
	}
	return respond(w, filtered(echo, set))
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

func (f *facade) createReminder(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[reminderParams](r)
	if err != nil {
		return err
	}
	m, err := f.core.CreateReminder(r.Context(), p.form())
	if err != nil {
		return err
	}
	answer := p.echo(m)
	answer.CreatedAt, answer.AssignedAt = fresh(m.CreatedAt), fresh(m.AssignedAt)
	return respond(w, answer)
}

func (f *facade) readReminder(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "reminderID")
	if err != nil {
		return err
	}
	m, err := f.core.ReadReminder(r.Context(), id)
	if err != nil {
		return err
	}
	return respond(w, reminderOf(m))
}

func (f *facade) updateReminder(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[reminderParams](r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "reminderID")
	if err != nil {
		return err
	}
	m, err := f.core.UpdateReminder(r.Context(), id, p.form())
	if err != nil {
		return err
	}
	return respond(w, p.echo(m))
}

type snoozeParams struct {
	RemindAt timeParam `json:"remindAt"`
}

func (f *facade) snoozeReminder(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[snoozeParams](r)
	if err != nil {
		return err
	}
	if err := f.core.SnoozeReminder(r.Context(), looseID(r.PathValue("reminderID")), p.RemindAt.Time); err != nil {
		return err
	}
	return succeed(w)
}

// onReminder is the handler of a verb that acts on one reminder and answers nothing. An id that can be nobody's is not found.
func onReminder(verb func(context.Context, muster.ID) error) func(http.ResponseWriter, *http.Request) error {
	return onLooseID("reminderID", verb)
}

func onLooseID(name string, verb func(context.Context, muster.ID) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := decode[struct{}](r); err != nil {
			return err
		}
		if err := verb(r.Context(), looseID(r.PathValue(name))); err != nil {
			return err
		}
		return succeed(w)
	}
}
