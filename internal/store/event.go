package store

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"muster"
)

const eventColumns = `id, realm, actor, behind, session, wire, address, agent, request_id, action, noun, subject, related, changes, kind, code, field, count, application`

// maxChanges is the size of an event's changes, in bytes of JSON.
const maxChanges = 16 << 10

func scanEvent(row scanner) (*muster.Event, error) {
	var e muster.Event
	var changes string
	err := row.Scan(&e.ID, &e.Realm, &e.Actor, &e.Behind, &e.Session, &e.Origin.Wire, &e.Origin.Address, &e.Origin.Agent, &e.Origin.RequestID,
		&e.Action, &e.Resource.Noun, &e.Resource.ID, &e.Related, &changes, &e.Kind, &e.Code, &e.Field, &e.Count, &e.App)
	if err != nil {
		return nil, err
	}
	e.At = e.ID.Time()
	return &e, decodeExact(changes, &e.Changes)
}

// AppendEvent stores an event and gives it its id. Make it the last thing of a closure: the order of ids is the order in
// which other nodes learn of changes.
func (tx *Tx) AppendEvent(e *muster.Event) error {
	changes, err := json.Marshal(e.Changes)
	if err != nil {
		return fmt.Errorf("encoding the changes of %s: %w", e.Action, err)
	}
	if len(changes) > maxChanges {
		changes = []byte(`{"truncated":true}`)
	}
	e.ID = tx.NewID()
	e.At = e.ID.Time()
	return tx.run(`INSERT INTO event (`+eventColumns+`, node) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		e.ID, e.Realm, e.Actor, e.Behind, e.Session, e.Origin.Wire, e.Origin.Address, e.Origin.Agent, e.Origin.RequestID,
		e.Action, e.Resource.Noun, e.Resource.ID, e.Related, string(changes), e.Kind, e.Code, e.Field, e.Count, e.App, e.ID.Node())
}

// Events lists the events of a realm that f selects, newest first. It does not count them.
func (r *Reader) Events(realm muster.ID, f muster.EventFilter) ([]*muster.Event, error) {
	var w where
	w.add("realm = ?", realm)
	if !f.From.IsZero() {
		w.add("id >= ?", firstID(f.From))
	}
	if !f.To.IsZero() {
		w.add("id < ?", firstID(f.To.Add(time.Second)))
	}
	if len(f.Actors) > 0 {
		w.in("actor IN (%s)", f.Actors)
	}
	if f.Resource != nil {
		w.add("noun = ? AND subject = ?", f.Resource.Noun, f.Resource.ID)
	}
	if f.Actions != nil {
		w.texts("action", f.Actions)
	}
	args := append(w.args, pageLimit(f.Page), f.Page.Offset)
	return allOf(r, scanEvent, number(`SELECT `+eventColumns+` FROM event`+w.text()+` ORDER BY id DESC LIMIT ? OFFSET ?`), args...)
}

// firstID is the smallest id that can be made in that second. Seconds that no id can have are taken for the nearest one.
func firstID(at time.Time) muster.ID {
	const last = 1<<53 - 1 // microseconds that an id can hold
	return muster.ID(min(max(at.Unix(), 0), last/1_000_000)*1_000_000) << 10
}

// A Change is as much of an event as other nodes need to forget what they remember.
type Change struct {
	ID       muster.ID
	Action   string
	Resource muster.Resource
	Related  muster.ID
}

// NodeNumbers lists the numbers of all nodes that there are or were.
func (r *Reader) NodeNumbers() ([]int, error) {
	return all(r, column[int], `SELECT number FROM node ORDER BY number`)
}

// ChangesOf lists what a node has changed after the event of that id, in order, a thousand at the most.
func (r *Reader) ChangesOf(node int, after muster.ID) ([]Change, error) {
	return all(r, func(row scanner) (c Change, err error) {
		err = row.Scan(&c.ID, &c.Action, &c.Resource.Noun, &c.Resource.ID, &c.Related)
		return c, err
	}, `SELECT id, action, noun, subject, related FROM event WHERE node = $1 AND id > $2 ORDER BY id LIMIT 1000`, node, after)
}

// EventChanges answers the changes that an event keeps; nil if there is none of that id.
func (r *Reader) EventChanges(id muster.ID) (map[string]any, error) {
	text, ok, err := one(r, column[string], `SELECT changes FROM event WHERE id = $1`, id)
	if err != nil || !ok {
		return nil, err
	}
	var changes map[string]any
	return changes, decodeExact(text, &changes)
}

// LastEventOf is the id of the last event of a node; 0 if there is none.
func (r *Reader) LastEventOf(node int) (muster.ID, error) {
	id, _, err := one(r, column[muster.ID], `SELECT id FROM event WHERE node = $1 ORDER BY id DESC LIMIT 1`, node)
	return id, err
}

// decodeExact decodes JSON and leaves whole numbers whole: ids do not fit into a floating-point number.
func decodeExact(text string, into *map[string]any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}
