package muster

import "time"

// A Session is one signed-in client. Its tokens work in the wire that made it and no other; ending it ends them all.
type Session struct {
	ID        ID
	Realm     ID
	User      ID
	Behind    ID // the administrator who acts as User; 0 for an ordinary session
	Wire      string
	Agent     string
	Address   string
	CreatedAt time.Time
	ExpiresAt time.Time // absolute: no renewal moves it
	EndedAt   time.Time
}

// Alive reports whether the session's tokens still work at that instant.
func (s *Session) Alive(now time.Time) bool { return s.EndedAt.IsZero() && now.Before(s.ExpiresAt) }
