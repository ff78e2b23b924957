package muster

import (
	"encoding/json"
	"slices"
	"time"
)

// A Message is one entry of somebody's inbox. It waits there until a client of his says that it has arrived, until it is too
// old, or until too many newer ones have come. Its id tells when it was sent.
type Message struct {
	ID   ID
	User ID     // whose inbox it is in
	From string // as the sender said; nobody needs to be called so
	Type string // one of [MessageTypes]
	Body json.RawMessage
	Ext  json.RawMessage // an object that the sender adds; nil for none
}

// The bounds of messages (agora-chat.md, 7).
const (
	MaxRecipients  = 600     // of one sending
	MaxMessageSize = 5 << 10 // bytes of body and ext, without blanks
	MaxInbox       = 500     // messages that wait for one user; beyond that the oldest go
)

// MessagesStay is how long a message waits, if the operator says nothing else.
const MessagesStay = 7 * 24 * time.Hour

// MessageTypes are what a message can be.
func MessageTypes() []string {
	return []string{"txt", "img", "audio", "video", "file", "loc", "cmd", "custom"}
}

// ValidMessageType reports whether s is one of [MessageTypes].
func ValidMessageType(s string) bool { return slices.Contains(MessageTypes(), s) }
