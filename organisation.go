package muster

import "time"

// An Organisation is the top-level grouping. Its name need not be unique. Neither archiving nor deleting has a way back.
type Organisation struct {
	ID         ID
	Realm      ID
	Name       string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	ArchivedAt time.Time
	DeletedAt  time.Time
	Version    int64
}

// Live reports whether the organisation is neither archived nor deleted.
func (o *Organisation) Live() bool { return o.ArchivedAt.IsZero() && o.DeletedAt.IsZero() }
