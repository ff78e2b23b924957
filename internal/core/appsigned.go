package core

import (
	"context"
	"strings"
	"time"

	"muster"
	"muster/internal/store"
	"muster/internal/token"
)

// The bounds of tokens that applications sign (agora-chat.md, 8.2).
const (
	mostSignedLife = 24 * time.Hour
	signedAhead    = 5 * time.Minute
)

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
	u, err := appUserCalled(c.store.Reader(ctx), app, t.User)
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
	return u, noAdministrator(q.IsMember(muster.Administrators, u.ID))
}
