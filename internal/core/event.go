package core

import (
	"context"

	"muster"
)

// SeenEvent is an event and the name of who did it, as the caller may see it.
type SeenEvent struct {
	*muster.Event
	ActorName string // "" if nobody is known
}

// ListEvents reads the audit trail, newest first.
func (c *Core) ListEvents(ctx context.Context, f muster.EventFilter) ([]SeenEvent, error) {
	return view(ctx, c, muster.ActionListEvents, func(v *View) ([]SeenEvent, error) {
		if err := v.Require(muster.Realm()); err != nil {
			return nil, err
		}
		events, err := v.Events(muster.MainRealm, f)
		if err != nil {
			return nil, err
		}
		names, err := v.actorNames(events)
		seen := make([]SeenEvent, len(events))
		for i, e := range events {
			seen[i] = SeenEvent{e, names[e.Actor]}
		}
		return seen, err
	})
}

// actorNames reads the names of all actors of a page at once.
func (v *View) actorNames(events []*muster.Event) (map[muster.ID]string, error) {
	names := map[muster.ID]string{}
	for _, e := range events {
		if e.Actor != 0 {
			names[e.Actor] = ""
		}
	}
	users, err := v.UsersByID(muster.MainRealm, names)
	for _, u := range users {
		s := v.seen(u)
		names[u.ID] = s.Name
		if s.Name == "" && !s.NameHidden {
			names[u.ID] = s.Email
		}
	}
	return names, err
}
