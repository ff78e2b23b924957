package muster

import (
	"regexp"
	"time"
)

// A Link is one live link: a client of a user who is connected, and to whom messages are pushed. A user is online as long as he
// has one.
type Link struct {
	ID       ID
	Realm    ID
	User     ID
	Username string // when the link was opened
	Resource string // what the client calls itself; one link of a user for each
	Since    time.Time
}

// MaxLinks are the links that a user can have at once.
const MaxLinks = 16

var resourcePattern = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// ValidResource reports whether a client may call itself so (agora-chat.md, 10).
func ValidResource(s string) bool { return resourcePattern.MatchString(s) }
