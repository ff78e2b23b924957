package muster

import "time"

// A Presence says what somebody was doing at a place when he last told. There is one for each user and place.
type Presence struct {
	Realm  ID
	User   ID
	Place  Resource // a topic; ID 0: one that the reader cannot see
	Status Status
	At     time.Time
}

// A Status is what somebody says of himself.
type Status string

// The statuses.
const (
	StatusOnline  Status = "online"
	StatusBusy    Status = "busy"
	StatusOffline Status = "offline"
)

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool { return s == StatusOnline || s == StatusBusy || s == StatusOffline }

// A PresenceFilter selects presences. Empty fields select nothing and leave nothing out.
type PresenceFilter struct {
	Topic     string // name; empty: on all topics that the caller can read
	Usernames []string
	Statuses  []Status
	From, To  time.Time // inclusive, whole seconds
	Page      Page
}
