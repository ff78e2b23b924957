package muster

import (
	"context"
	"time"
)

// An Origin says by which way a request came in. It becomes part of the events that the request leaves.
type Origin struct {
	Wire      string // corteza, crust, tat, tellius, agora, v1; system for what the house and its scripts do by themselves
	Address   string // of the client, without port
	Agent     string // what the client calls itself, at most 256 bytes of it; of a script its name
	RequestID string
}

// An Actor is who asks. The zero Actor is nobody: a request without a good token.
type Actor struct {
	Realm   ID
	User    ID
	Session ID // the session whose token was shown
	Key     ID // the key that was shown, in a wire without sessions
	Behind  ID // the administrator who acts as User, when the session is an impersonation
	System  bool
	Script  string // the script that asks, as User; it may have no session
	Origin  Origin

	// App is the application by which the request came, named by its own realm; 0 for wires that have none. Whoever comes by one
	// has no right but to himself, except the application: it may do what applications may to the users of Realm.
	App    ID
	AsApp  bool      // the application itself asks: it has proven that it is it, and there is no User
	Signed time.Time // when the application signed the token that was shown; zero where the house did
	Until  time.Time // when the token that was shown ends
}

// SignedIn reports whether the actor is somebody.
func (a Actor) SignedIn() bool { return a.User != 0 || a.AsApp || a.System }

// House is the actor of what Muster does by itself: at its start, and when something falls due. It may do everything in the
// realm main.
func House() Actor {
	return Actor{Realm: MainRealm, System: true, Origin: Origin{Wire: "system"}}
}

// AsScript is the actor as whom a script asks that was run because of something that a did: a himself, by the wire system.
// The house and applications lend scripts none of their power: what runs because of their doings is nobody.
func (a Actor) AsScript(name string) Actor {
	a.System, a.Script = false, name
	a.App, a.AsApp, a.Signed, a.Until = 0, false, time.Time{}, time.Time{}
	a.Origin.Wire, a.Origin.Agent = House().Origin.Wire, name
	return a
}

type actorKey struct{}

// WithActor returns a context whose requests are the actor's.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorFrom is the actor of the context; nobody if there is none.
func ActorFrom(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}
