package core

import (
	"context"
	"strings"

	"muster"
)

// SeenEvent is an event as the caller may see it: e-mails and names of people that are hidden from him are not in its changes.
type SeenEvent struct {
	*muster.Event
	By     *SeenUser // who did it; nil if nobody is known
	Hidden []string  // the keys that were taken out of Changes
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
		actors, err := v.actors(events)
		seen := make([]SeenEvent, len(events))
		for i, e := range events {
			seen[i] = SeenEvent{e, actors[e.Actor], v.hideChanges(e)}
		}
		return seen, err
	})
}

// actors reads all actors of a page at once.
func (v *View) actors(events []*muster.Event) (map[muster.ID]*SeenUser, error) {
	names := map[muster.ID]string{}
	for _, e := range events {
		if e.Actor != 0 {
			names[e.Actor] = ""
		}
	}
	users, err := v.UsersByID(muster.MainRealm, names)
	actors := map[muster.ID]*SeenUser{}
	for _, u := range users {
		s := v.seen(u)
		actors[u.ID] = &s
	}
	return actors, err
}

// hideChanges takes out of an event what the list of users would not show the caller either.
func (v *View) hideChanges(e *muster.Event) (hidden []string) {
	for key := range e.Changes {
		user, operation := personal(e, key)
		if operation != "" && user != v.Actor.User && !v.May(muster.UserResource(user), operation) {
			hidden = append(hidden, key)
			delete(e.Changes, key)
		}
	}
	return hidden
}

// personal says whose e-mail or name a key of an event's changes holds, and what one may do to see it; nothing for other keys.
// User 0 is somebody who is not there: for his, one has to be allowed to see everybody's.
func personal(e *muster.Event, key string) (user muster.ID, operation string) {
	field := key[strings.LastIndexByte(key, '.')+1:]
	switch field {
	case "email":
		operation = muster.OpUnmaskEmail
	case "name":
		operation = muster.OpUnmaskName
	default:
		return 0, ""
	}
	switch {
	case strings.HasPrefix(key, "member."):
		return e.Related, operation
	case e.Resource.Noun == muster.NounUser:
		return e.Resource.ID, operation
	case field == "email": // that somebody signed in with
		return e.Actor, operation
	}
	return 0, "" // the name of something
}
