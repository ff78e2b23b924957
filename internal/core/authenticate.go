package core

import (
	"context"
	"strings"
	"time"

	"muster"
	"muster/internal/token"
)

// jwtLife is how long a JWT is good; renewing gets a new one for the same session (one-core, 4).
const jwtLife = 30 * 24 * time.Hour

// An Authenticator turns tokens into actors. It is the one place where a credential that comes with a request ends.
type Authenticator struct {
	c      *Core
	nobody string // the digest of a secret that nobody has
	uses   uses
}

func newAuthenticator(c *Core) *Authenticator {
	return &Authenticator{c: c, nobody: c.keys.Digest(digestKey, 0, newKeySecret())}
}

// jwtClaims are the claims of the JWTs that Corteza's clients read. MemberOf informs them only; rights are looked up.
type jwtClaims struct {
	UserID   string `json:"userID"`
	Expires  int64  `json:"exp"`
	MemberOf string `json:"memberOf,omitempty"`
	Session  string `json:"sid"`
	Issued   int64  `json:"iat"`
	Audience string `json:"aud"` // the wire: a token works only in the wire that issued it
}

// jwtPurpose is the purpose of the key that signs JWTs. That a token works in one wire only is the audience's business.
const jwtPurpose = token.CortezaJWT

// SignJWT makes a token for a session, good for 30 days but never longer than the session.
func (a *Authenticator) SignJWT(in *SignedIn) (string, error) {
	now := a.c.now()
	expires := now.Add(jwtLife)
	if in.Session.ExpiresAt.Before(expires) {
		expires = in.Session.ExpiresAt
	}
	groups := make([]string, len(in.Groups))
	for i, g := range in.Groups {
		groups[i] = g.String()
	}
	return a.c.keys.SignJWT(jwtPurpose, jwtClaims{
		UserID: in.User.ID.String(), Expires: expires.Unix(), MemberOf: strings.Join(groups, " "),
		Session: in.Session.ID.String(), Issued: now.Unix(), Audience: in.Session.Wire,
	})
}

// WithJWT returns a context in which the user acts to whom the token was issued, for requests of the wire that the actor of
// ctx came by. A token that is not good in every respect gives [muster.ErrUnauthenticated] and an event.
func (a *Authenticator) WithJWT(ctx context.Context, text string) (context.Context, error) {
	var claims jwtClaims
	if err := a.c.keys.VerifyJWT(jwtPurpose, text, &claims); err != nil {
		return nil, a.refuse(ctx, muster.ErrUnauthenticated)
	}
	session, ok := muster.ParseID(claims.Session)
	now := a.c.now().Unix()
	if !ok || claims.Audience != muster.ActorFrom(ctx).Origin.Wire || now >= claims.Expires || claims.Issued > now+60 {
		return nil, a.refuse(ctx, muster.ErrUnauthenticated)
	}
	return a.with(ctx, muster.MainRealm, session, func(e *entry) bool { return e.user.ID.String() == claims.UserID })
}

// with returns a context in which the user of the session acts, if it is alive, of the wire that the actor of ctx came by, and
// what the token says of it is true.
func (a *Authenticator) with(ctx context.Context, realm, session muster.ID, isTrue func(*entry) bool) (context.Context, error) {
	actor := muster.ActorFrom(ctx)
	e, err := a.c.rights.of(ctx, realm, session)
	switch {
	case muster.KindOf(err) == muster.Unauthenticated, err == nil && (e.session.Wire != actor.Origin.Wire || !isTrue(e)):
		return nil, a.refuse(ctx, muster.ErrUnauthenticated)
	case err != nil:
		return nil, a.c.explain(ctx, muster.ActionRefusedToken, err)
	}
	actor.Realm, actor.User, actor.Session, actor.Behind = e.session.Realm, e.user.ID, e.session.ID, e.session.Behind
	return muster.WithActor(ctx, actor), nil
}

// refuse records that somebody showed a token that is not good, and answers what is wrong with it.
func (a *Authenticator) refuse(ctx context.Context, refusal error) error {
	about := muster.Event{Resource: muster.Resource{Noun: muster.NounSession}}
	a.c.tellRefusal(ctx, muster.ActionRefusedToken, refusal)
	a.c.recordRefusal(ctx, muster.ActorFrom(ctx), muster.ActionRefusedToken, about, refusal)
	return refusal
}
