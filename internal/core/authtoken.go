package core

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"muster"
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
	return a.signToken(s, kind, life)
}

func (a *Authenticator) signToken(s *muster.Session, kind TokenKind, life time.Duration, more ...string) (text string, end time.Time, err error) {
	end = a.c.now().Add(life)
	if s.ExpiresAt.Before(end) {
		end = s.ExpiresAt
	}
	end = end.Truncate(time.Second)
	fields := append([]string{s.ID.String(), strconv.FormatInt(end.Unix(), 10)}, more...)
	text, err = a.c.keys.SignBearer(wireOf(s.Wire).tokens, string(kind), boundTo(s.Wire, s.Realm), fields)
	return text, end, err
}

// WithToken returns a context in which the user acts to whom the token was issued, for requests of the wire, and if the actor of
// ctx has one the realm, that the actor came by; without a realm it is the main one. It needs no SQL where the session is
// remembered. A token that has run out gives [muster.ErrTokenExpired], any other that is not good in every respect
// [muster.ErrUnauthenticated], both with an event.
func (a *Authenticator) WithToken(ctx context.Context, kind TokenKind, text string) (context.Context, error) {
	realm, session, _, err := a.openToken(ctx, kind, text, 0)
	if err != nil {
		return nil, err
	}
	return a.with(ctx, realm, session, func(*entry) bool { return true })
}

// openToken answers the session that a token is of, and n more fields that it carries. Its refusals are recorded.
func (a *Authenticator) openToken(ctx context.Context, kind TokenKind, text string, n int) (realm, session muster.ID, more []string, err error) {
	actor := muster.ActorFrom(ctx)
	realm = cmp.Or(actor.Realm, muster.MainRealm)
	fields, err := a.c.keys.OpenBearer(wireOf(actor.Origin.Wire).tokens, string(kind), boundTo(actor.Origin.Wire, realm), 2+n, text)
	if err != nil {
		return 0, 0, nil, a.refuse(ctx, muster.ErrUnauthenticated)
	}
	session, ok := muster.ParseID(fields[0])
	end, err := strconv.ParseInt(fields[1], 10, 64)
	switch {
	case !ok, err != nil:
		return 0, 0, nil, a.refuse(ctx, muster.ErrUnauthenticated)
	case a.c.now().Unix() >= end:
		return 0, 0, nil, a.refuse(ctx, muster.ErrTokenExpired)
	}
	return realm, session, fields[2:], nil
}

// boundTo is what a token is good for besides what it says.
func boundTo(wire string, realm muster.ID) []string { return []string{wire, realm.String()} }
