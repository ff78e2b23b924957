package muster

import (
	"encoding/json"
	"time"
)

// A Reminder tells somebody of something at some time.
type Reminder struct {
	ID          ID
	Realm       ID
	Resource    string          // what it is about: free text, by convention service:type:id
	Payload     json.RawMessage // for whoever shows it
	Snoozes     int             // how often it was put off
	AssignedTo  ID
	AssignedBy  ID
	AssignedAt  time.Time
	DismissedBy ID
	DismissedAt time.Time
	RemindAt    time.Time // zero: at no time in particular
	FiresAt     time.Time // RemindAt, until it has fired or was dismissed; zero then
	CreatedAt   time.Time
	UpdatedAt   time.Time
	DeletedAt   time.Time
	Version     int64
}

// A ReminderFilter selects reminders that are not deleted. Empty fields select nothing and leave nothing out.
type ReminderFilter struct {
	IDs              []ID
	Prefix           string // of the resource
	AssignedTo       ID
	Involving        ID // assigned to or by
	From, To         time.Time
	ScheduledOnly    bool
	ExcludeDismissed bool
	Page             Page
}
