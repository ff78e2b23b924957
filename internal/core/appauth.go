package core

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"muster"
	"muster/internal/token"
)

// appToken is the kind of tokens by which an application itself comes.
const appToken TokenKind = "mus_a_"

// WithApp returns a context of a request that came by the application, as nobody.
func (a *Authenticator) WithApp(ctx context.Context, app *App) context.Context {
	actor := muster.ActorFrom(ctx)
	actor.Realm, actor.App = app.Realm, app.ID
	return muster.WithActor(ctx, actor)
}

// WithAppToken returns a context in which the application by which the actor of ctx came acts, or one of its users, whomever the
// token speaks of: one of the house, or one that the application has signed itself. The refusals are
// [muster.ErrTokenCorrupt] for what is no token at all, [muster.ErrTokenForeign] for one that was not made for this application,
// [muster.ErrTokenExpired] for one that has ended or was ended, each with an event, and [muster.ErrDenied] for one of an
// administrator: no application acts for those.
func (a *Authenticator) WithAppToken(ctx context.Context, text string) (context.Context, error) {
	actor := muster.ActorFrom(ctx)
	actor, err := a.c.appActor(ctx, a.c.app(actor), actor, text)
	if err == nil {
		return muster.WithActor(ctx, actor), nil
	}
	if muster.KindOf(err) == muster.Unauthenticated || muster.KindOf(err) == muster.Denied {
		e, _ := muster.AsError(err)
		return nil, a.refuse(ctx, e)
	}
	return nil, a.c.explain(ctx, muster.ActionRefusedToken, err)
}

func (c *Core) appActor(ctx context.Context, app *App, actor muster.Actor, text string) (muster.Actor, error) {
	switch {
	case app == nil:
		return actor, muster.ErrTokenForeign
	case token.IsAccessToken(text):
		return c.signedActor(ctx, app, actor, text)
	case strings.HasPrefix(text, string(appToken)):
		fields, err := c.keys.OpenBearer(token.Session, string(appToken), app.bound(), 1, text)
		if err != nil {
			return actor, muster.ErrTokenForeign
		}
		actor.AsApp = true
		actor.Until, err = c.notOver(fields[0])
		return actor, err
	case strings.HasPrefix(text, string(AccessToken)):
		return c.sessionActor(ctx, app, actor, text)
	}
	return actor, muster.ErrTokenCorrupt
}

// bound is what a token of the application itself is good for besides what it says. With the secrets in it, a new secret ends
// all tokens that the old one had got.
func (a *App) bound() []string {
	return []string{wireOfApps, a.ID.String(), a.config.ClientID, a.config.ClientSecret, a.config.AppID, a.config.Certificate}
}

// userBound is the same of a token of one of its users. Two applications may share a realm, and yet a token is one's alone.
func (a *App) userBound() []string { return append(boundTo(wireOfApps, a.Realm), a.ID.String()) }

// notOver refuses a token whose end, in Unix seconds, has come, and answers it.
func (c *Core) notOver(end string) (time.Time, error) {
	seconds, err := strconv.ParseInt(end, 10, 64)
	at := time.Unix(seconds, 0).UTC()
	if err != nil || !c.now().Before(at) {
		return at, muster.ErrTokenExpired
	}
	return at, nil
}

// sessionActor is who came by a session of the application. That the session is over, for whatever reason, is all that is told.
func (c *Core) sessionActor(ctx context.Context, app *App, actor muster.Actor, text string) (muster.Actor, error) {
	fields, err := c.keys.OpenBearer(token.Session, string(AccessToken), app.userBound(), 2, text)
	if err != nil {
		return actor, muster.ErrTokenForeign
	}
	session, _ := muster.ParseID(fields[0])
	if actor.Until, err = c.notOver(fields[1]); err != nil {
		return actor, err
	}
	e, err := c.rights.of(ctx, app.Realm, session)
	switch {
	case muster.KindOf(err) == muster.Unauthenticated, err == nil && e.session.Wire != wireOfApps:
		return actor, muster.ErrTokenExpired
	case err != nil:
		return actor, err
	case slices.Contains(e.groups, muster.Administrators):
		return actor, muster.ErrDenied
	}
	actor.User, actor.Session = e.user.ID, e.session.ID
	return actor, nil
}
