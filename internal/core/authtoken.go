package core

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"muster"
	"muster/internal/token"
)

// A TokenKind says what a token is for. It is the token's beginning, and a token of one kind is none of another.
type TokenKind string

// The kinds of tokens (security.md, 3.2).
const (
	AccessToken TokenKind = "mus_s_" // comes with each request
)

// SignToken makes an opaque token for a session, good for life but never longer than the session, and answers when it ends, in
// whole seconds. It is letters, digits, dots and underscores, at most 128 of them. It works in the session's wire and realm
// only. Nothing of it is stored: what ends the session ends it.
func (a *Authenticator) SignToken(s *muster.Session, kind TokenKind, life time.Duration) (text string, end time.Time, err error) {
	end = a.c.now().Add(life)
	if s.ExpiresAt.Before(end) {
		end = s.ExpiresAt
	}
	end = end.Truncate(time.Second)
	fields := []string{s.ID.String(), strconv.FormatInt(end.Unix(), 10)}
	text, err = a.c.keys.SignBearer(wirePurpose(s.Wire), string(kind), boundTo(s.Wire, s.Realm), fields)
	return text, end, err
}

// WithToken returns a context in which the user acts to whom the token was issued, for requests of the wire, and if the actor of
// ctx has one the realm, that the actor came by; without a realm it is the main one. It needs no SQL where the session is
// remembered. A token that has run out gives [muster.ErrTokenExpired], any other that is not good in every respect
// [muster.ErrUnauthenticated], both with an event.
func (a *Authenticator) WithToken(ctx context.Context, kind TokenKind, text string) (context.Context, error) {
	actor := muster.ActorFrom(ctx)
	realm := cmp.Or(actor.Realm, muster.MainRealm)
	fields, err := a.c.keys.OpenBearer(wirePurpose(actor.Origin.Wire), string(kind), boundTo(actor.Origin.Wire, realm), 2, text)
	if err != nil {
		return nil, a.refuse(ctx, muster.ErrUnauthenticated)
	}
	session, ok := muster.ParseID(fields[0])
	end, err := strconv.ParseInt(fields[1], 10, 64)
	switch {
	case !ok, err != nil:
		return nil, a.refuse(ctx, muster.ErrUnauthenticated)
	case a.c.now().Unix() >= end:
		return nil, a.refuse(ctx, muster.ErrTokenExpired)
	}
	return a.with(ctx, realm, session, func(*entry) bool { return true })
}

// wirePurpose is the purpose of the key that signs a wire's tokens.
func wirePurpose(wire string) token.Purpose {
	if wire == "crust" {
		return token.Crust
	}
	return token.Session
}

// boundTo is what a token is good for besides what it says.
func boundTo(wire string, realm muster.ID) []string { return []string{wire, realm.String()} }
