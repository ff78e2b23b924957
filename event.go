package muster

import "time"

// An Event is one line of the audit trail: a change, or a change that was refused. It holds no password and no token.
type Event struct {
	ID       ID
	At       time.Time
	Realm    ID
	Actor    ID // 0: nobody was signed in
	Behind   ID // the administrator who acted as Actor
	App      ID // by which the actor came; without an actor it asked for itself
	Session  ID
	Origin   Origin
	Action   string // Action.Name
	Resource Resource
	Related  ID             // the second object, where there is one: the member of a group
	Changes  map[string]any // flat, dotted names in the core's words: new.email, group.id
	Kind     Kind           // of the refusal; empty for a change
	Code     string         // of the refusal
	Field    string         // of the refusal
	Count    int            // how many equal ones this line stands for
}

// Refused reports whether the event tells of a refusal.
func (e *Event) Refused() bool { return e.Kind != "" }

// An EventFilter selects events. Empty fields select nothing and leave nothing out.
type EventFilter struct {
	From, To time.Time // inclusive, whole seconds
	Actions  []string  // any of these names
	Actors   []ID
	Resource *Resource // exactly this one
	Page     Page
}
