package script

import (
	"encoding/json"
	"time"
)

// A Script is one file of the folder, fit to run or not.
type Script struct {
	Name        string // as in the package comment: unique among those without errors
	Label       string
	Description string
	// Errors say why it can't run; none if it can.
	Errors []string
	// Triggers are nil if there is an iterator.
	Triggers []Trigger
	Iterator *Iterator
	Security *Security
	// UpdatedAt is when its file was changed last.
	UpdatedAt time.Time
	// Extension is the folder that holds it, "" for the outermost.
	Extension string
	// Bundle is the web app that a client script is for, and Type then is "client-scripts"; both are empty for a server
	// script.
	Bundle, Type string
}

// Client reports whether it is for browsers.
func (s *Script) Client() bool { return s.Type != "" }

// A Trigger says when a script runs: at one of these events of one of these resources, if all constraints hold.
type Trigger struct {
	EventTypes    []string // "onManual", "beforeCreate", "afterLogin", "onInterval" …
	ResourceTypes []string // "system", "system:user" …
	Constraints   []Constraint
	UIProps       []UIProp
	// Interval are the cron expressions (UTC) of an onInterval, Timestamp the instants (RFC 3339) of an onTimestamp. They
	// are among the constraints, too, as on Corteza's wire.
	Interval, Timestamp []string
}

// A Constraint is met if what is called Name relates to one of the values by Op: "", eq, =, ==, ===; not eq, ne, !=, !==;
// like, not like (% and * are any characters, _ and ? one); ~ and !~ (regular expression).
type Constraint struct {
	Name, Op string
	Value    []string
}

// A UIProp is a word to the web app about how to show a manual script.
type UIProp struct{ Name, Value string }

// An Iterator runs a script once for each object of a list.
type Iterator struct {
	ResourceType string          `json:"resourceType"`
	EventType    string          `json:"eventType"` // onManual, onInterval or onTimestamp
	Action       string          `json:"action"`    // "", update, delete or clone
	Filter       json.RawMessage `json:"filter"`
	Deferred     []string        `json:"deferred"` // cron expressions or instants
}

// Security says as whom a script runs and which roles may run it by hand. Users and roles are handles or ids.
type Security struct {
	RunAs       string
	Deny, Allow []string
}
