package core

import (
	"maps"

	"muster"
)

// About says what the change is about, so that a refusal can be recorded with it. Keys are dotted names in the core's
// words; empty values are left out.
func (tx *Tx) About(res muster.Resource, changes ...any) {
	tx.about.Resource = res
	tx.about.Changes = addChanges(tx.about.Changes, changes)
}

// Record has the change of the resource appended to the audit trail, with what About has said and more.
func (tx *Tx) Record(res muster.Resource, changes ...any) {
	tx.RecordWith(res, 0, changes...)
}

// RecordWith is Record for a change that concerns a second object.
func (tx *Tx) RecordWith(res muster.Resource, related muster.ID, changes ...any) {
	tx.About(res, changes...)
	e := tx.core.event(tx.Actor, tx.action, tx.about)
	e.Changes = maps.Clone(e.Changes) // what is said of the next one is not about this one
	e.Related = related
	tx.records = append(tx.records, e)
}

// ActsAs makes the user the actor of the events: who signs in is nobody until he has.
func (tx *Tx) ActsAs(user muster.ID) { tx.Actor.User, tx.about.Actor = user, user }

func addChanges(to map[string]any, changes []any) map[string]any {
	if to == nil {
		to = map[string]any{}
	}
	for i := 0; i+1 < len(changes); i += 2 {
		switch v := changes[i+1].(type) {
		case string:
			if v != "" {
				to[changes[i].(string)] = v
			}
		case muster.ID:
			if v != 0 {
				to[changes[i].(string)] = v
			}
		default:
			to[changes[i].(string)] = v
		}
	}
	return to
}

// event is an event of the action by the actor.
func (c *Core) event(actor muster.Actor, a muster.Action, about muster.Event) *muster.Event {
	realm := actor.Realm
	if realm == 0 {
		realm = muster.MainRealm
	}
	return &muster.Event{
		Realm: realm, Actor: actor.User, Behind: actor.Behind, App: actor.App, Session: actor.Session, Origin: actor.Origin,
		Action: a.Name, Resource: about.Resource, Changes: about.Changes, Count: 1,
	}
}
