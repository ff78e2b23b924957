package core

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"muster"
	"muster/internal/store"
	"muster/internal/token"
)

// appToken is the kind of tokens by which an application itself comes.
const appToken TokenKind = "mus_a_"

// The bounds of tokens that applications sign (agora-chat.md, 8.2).
const (
	mostSignedLife = 24 * time.Hour
	signedAhead    = 5 * time.Minute
)

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

// wireOfApps is the wire by which applications come that bring their own users.
const wireOfApps = "agora"

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

// signedActor is whom a token speaks of that the application has signed. The order of what is looked at is that of the contract.
func (c *Core) signedActor(ctx context.Context, app *App, actor muster.Actor, text string) (muster.Actor, error) {
	t, err := token.ParseAccessToken(text)
	switch {
	case err != nil:
		return actor, muster.ErrTokenCorrupt
	case app.config.Certificate == "", !strings.EqualFold(t.AppID, app.config.AppID), !t.SignedBy(app.config.Certificate):
		return actor, muster.ErrTokenForeign
	}
	asApp := t.AppLife > 0
	actor.Signed, actor.Until = time.Unix(int64(t.Issued), 0).UTC(), signedEnd(t, asApp)
	if !t.Chat || actor.Signed.Sub(c.now()) > signedAhead || !c.now().Before(actor.Until) {
		return actor, muster.ErrTokenExpired
	}
	if asApp {
		actor.AsApp = true
		return actor, nil
	}
	u, err := userCalled(c.store.Reader(ctx), app, t.User)
	switch {
	case err != nil:
		return actor, err
	case u == nil:
		return actor, muster.ErrTokenExpired // deleted, or never there
	}
	actor.User = u.ID
	_, err = stillSigned(c.store.Reader(ctx), actor)
	return actor, err
}

// signedEnd is when a token ends that an application signed.
func signedEnd(t *token.AccessToken, asApp bool) time.Time {
	life := min(t.Life, t.UserLife)
	if asApp {
		life = min(t.Life, t.AppLife)
	}
	return time.Unix(int64(t.Issued), 0).UTC().Add(min(time.Duration(life)*time.Second, mostSignedLife))
}

// stillSigned reads the user for whom an application signed a token, and refuses if the token is of a second before he was
// made, or before all that had let him in was ended (one-core, 4). An administrator is not let in at all.
func stillSigned(q *store.Reader, actor muster.Actor) (*muster.User, error) {
	u, err := q.User(actor.Realm, actor.User)
	if err != nil {
		return nil, err
	}
	if u == nil || !u.Live() || actor.Signed.Before(u.CreatedAt.Truncate(time.Second)) || actor.Signed.Before(u.SignedOutAt.Truncate(time.Second)) {
		return nil, muster.ErrTokenExpired
	}
	is, err := q.IsMember(muster.Administrators, u.ID)
	if err == nil && is {
		err = muster.ErrDenied
	}
	return u, err
}

// selfService are what users may ask of themselves when they come by an application (agora-chat.md, 8.4).
func selfService() []muster.Action {
	return []muster.Action{
		muster.ActionLookUpUser, muster.ActionRenameUser, muster.ActionChangePassword, muster.ActionReadTokenEnd, muster.ActionExchangeSigned,
		muster.ActionReadAttributes, muster.ActionSetAttributes, muster.ActionRemoveAttributes, muster.ActionCollectAttributes,
	}
}

// AdmitThroughApp refuses who comes by an application what he has no right to, before anybody looks at his request: the verb would refuse
// him too, but only after what is wrong with the rest of it. Called is the user whom it is about; "" for none.
func (a *Authenticator) AdmitThroughApp(ctx context.Context, action muster.Action, called string) error {
	err := a.c.admitThroughApp(ctx, muster.ActorFrom(ctx), action, called)
	if err == nil {
		return nil
	}
	a.c.recordRefusal(ctx, muster.ActorFrom(ctx), action, muster.Event{Resource: muster.Resource{Noun: action.Resource}}, err)
	return a.c.explain(ctx, action, err)
}

func (c *Core) admitThroughApp(ctx context.Context, actor muster.Actor, action muster.Action, called string) error {
	switch {
	case action == muster.ActionRegisterUsers:
		rules, err := c.passwordRules(c.store.Reader(ctx), actor.Realm)
		if err != nil {
			return err
		}
		return mayRegister(actor, c.app(actor), rules, true)
	case action.Open:
		return nil
	case actor.AsApp:
		if action.Operation == "" || c.appMay(actor, muster.Resource{Noun: action.Resource}, action.Operation) {
			return nil
		}
	case actor.User == 0:
		return muster.ErrUnauthenticated
	case slices.Contains(selfService(), action) && (called == "" || c.isCalled(ctx, actor, called)):
		return nil
	}
	return muster.ErrDenied
}

// isCalled reports whether the actor is whom a name or an id means.
func (c *Core) isCalled(ctx context.Context, actor muster.Actor, called string) bool {
	u, err := userCalled(c.store.Reader(ctx), c.app(actor), called)
	return err == nil && u != nil && u.ID == actor.User
}

// userNamed finds the user of an application who has that username; nil if there is none.
func userNamed(q *store.Reader, app *App, name string) (*muster.User, error) {
	if app == nil || !muster.ValidAppUsername(name) {
		return nil, nil
	}
	u, err := q.UserBySignInName(app.Realm, name)
	if err != nil || !app.mine(u) || muster.Fold(u.Username) != muster.Fold(name) {
		return nil, err
	}
	return u, nil
}

// userCalled finds the user of an application who has that username, or else that id, and is not deleted; nil if there is none.
func userCalled(q *store.Reader, app *App, called string) (*muster.User, error) {
	u, err := userNamed(q, app, called)
	if err != nil || u != nil || app == nil {
		return u, err
	}
	id, ok := muster.ParseUUID(strings.ToLower(called))
	if !ok {
		return nil, nil
	}
	if u, err = q.User(app.Realm, id); err != nil || !app.mine(u) || u.Deleted() {
		return nil, err
	}
	return u, nil
}
