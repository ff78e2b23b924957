package core

import (
	"context"
	"slices"
	"strings"

	"muster"
	"muster/internal/store"
)

// selfService are what users may ask of themselves when they come by an application (agora-chat.md, 8.4).
func selfService() []muster.Action {
	return []muster.Action{
		muster.ActionReadAppUser, muster.ActionSetName, muster.ActionChangePassword, muster.ActionReadTokenEnd, muster.ActionExchangeSigned,
		muster.ActionReadAttributes, muster.ActionSetAttributes, muster.ActionRemoveAttributes, muster.ActionCollectAttributes,
		muster.ActionReadStatus, muster.ActionListLinks, muster.ActionCountMessages, muster.ActionReadMessageState,
		muster.ActionOpenLink, muster.ActionAcknowledgeMessages,
	}
}

// usersOnly are what an application cannot ask even for itself: they are about the session of a user (agora-chat.md, 10).
func usersOnly() []muster.Action {
	return []muster.Action{muster.ActionOpenLink, muster.ActionAcknowledgeMessages, muster.ActionReadTokenEnd}
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
		if slices.Contains(usersOnly(), action) {
			return muster.ErrDenied
		}
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
	u, err := appUserCalled(c.store.Reader(ctx), c.app(actor), called)
	return err == nil && u != nil && u.ID == actor.User
}

// appUserNamed finds the user of an application who has that username; nil if there is none.
func appUserNamed(q *store.Reader, app *App, name string) (*muster.User, error) {
	if app == nil || !muster.ValidAppUsername(name) {
		return nil, nil
	}
	u, err := q.UserBySignInName(app.Realm, name)
	if err != nil || !app.mine(u) || muster.Fold(u.Username) != muster.Fold(name) {
		return nil, err
	}
	return u, nil
}

// appUserCalled finds the user of an application who has that username, or else that id, and is not deleted; nil if there is none.
func appUserCalled(q *store.Reader, app *App, called string) (*muster.User, error) {
	u, err := appUserNamed(q, app, called)
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
