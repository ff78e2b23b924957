package muster

import (
	"encoding/json"
	"time"
)

// A Message is one entry of somebody's inbox. It waits there until he has said that he has it.
type Message struct {
	ID     ID
	Realm  ID // of the application by which it was sent
	User   ID // whom it is for
	Sender string
	Kind   string          // in the words of the wire: txt, img, …
	Body   json.RawMessage // an object
	Ext    json.RawMessage // an object of the application's own; empty if there is none
}

// At is when the message was sent.
func (m *Message) At() time.Time { return m.ID.Time() }
