package script

import "time"

// A Due is a moment at which a script wants to run.
type Due struct {
	Script    Script
	EventType string // onInterval or onTimestamp
	Resource  string // the resource type of its trigger: system, or that of its iterator
	At        time.Time
}

// Due lists what is due after one instant and not after another: one entry per script, event and resource, whatever the
// number of expressions and of instants that have passed; At is the last of those. Sorted by At, then by name.
func (f *Folder) Due(after, until time.Time) []Due { return nil }

// Matches reports whether a trigger is for an event of a resource and all its constraints hold. field gives the values of
// what constraints are about; a constraint about what it does not know fails.
func (t *Trigger) Matches(event, resource string, field func(name string) (string, bool)) bool {
	return false
}
