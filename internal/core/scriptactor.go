package core

import (
	"context"
	"fmt"
	"strings"

	"muster"
	"muster/internal/script"
	"muster/internal/store"
)

// invoker is whose doing it is that a script runs.
func (c *Core) invoker(ctx context.Context, actor muster.Actor) (*SeenUser, error) {
	if actor.User == 0 {
		return nil, nil
	}
	u, err := c.store.Reader(ctx).User(muster.MainRealm, actor.User)
	if err != nil || u == nil {
		return nil, err
	}
	return &SeenUser{User: u}, nil
}

// scriptActor is as whom a script runs: whom its security names, else the invoker, with whatever he may do at each moment.
func (c *Core) scriptActor(ctx context.Context, s *script.Script, invoker muster.Actor, is *SeenUser) (muster.Actor, *SeenUser, error) {
	actor := invoker.AsScript(cutText(s.Name, maxAgent))
	if s.Security == nil || s.Security.RunAs == "" {
		return actor, is, nil
	}
	u, err := principal(c.store.Reader(ctx), s.Security.RunAs)
	if err != nil {
		return actor, nil, err
	}
	if u == nil || !u.Live() {
		return actor, nil, fmt.Errorf("there is no user to run it as: %s", s.Security.RunAs)
	}
	actor.Realm, actor.User, actor.Session, actor.Key, actor.Behind = muster.MainRealm, u.ID, 0, 0, 0
	return actor, &SeenUser{User: u}, nil
}

// maxAgent is how much an event keeps of who asks, in bytes.
const maxAgent = 256

func cutText(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}

// principal is the user whom a script names by id, handle, username or e-mail; nil if there is none.
func principal(q *store.Reader, name string) (*muster.User, error) {
	if id, ok := muster.ParseID(name); ok {
		if u, err := q.User(muster.MainRealm, id); err != nil || u != nil {
			return u, err
		}
	}
	if !muster.ValidText(name, muster.MaxName) || name == "" {
		return nil, nil
	}
	list, err := q.Users(muster.MainRealm, muster.UserFilter{Handle: name}, store.All(), store.All(), store.All())
	if err != nil || len(list.Items) > 0 {
		return firstOf(list.Items), err
	}
	return q.UserBySignInName(muster.MainRealm, name)
}

func firstOf(users []*muster.User) *muster.User {
	if len(users) == 0 {
		return nil
	}
	return users[0]
}
