package core

import (
	"context"
	"errors"
	"strings"
	"time"

	"muster"
	"muster/internal/store"
	"muster/internal/token"
)

// The lives of a pair of tokens (one-core, 4).
const (
	accessLife  = time.Hour
	refreshLife = 30 * 24 * time.Hour
	lostAnswer  = 10 * time.Second // in which a refresh token can be used again by who did not get the answer
)

// RefreshToken is the kind of a token that gets a new pair, once, and opens nothing.
const RefreshToken TokenKind = "mus_r_"

// refreshDigest is the kind of secret whose digest a refresh token is stored as.
const refreshDigest = "refresh"

// A pair is what an access token and a refresh token have in common. Its secret is drawn before the transaction.
type pair struct {
	id     muster.ID
	secret string
}

// TokenPair is an access token, which comes with each request for an hour, and a refresh token, which gets the next pair.
type TokenPair struct{ Access, Refresh string }

// pairOf gives the session a pair of that id, which is not used yet; proven says that nobody will ask for another one in its
// place.
func (tx *Tx) pairOf(in *SignedIn, id muster.ID, secret string, proven bool) error {
	t := &store.RefreshToken{ID: id, Realm: in.Session.Realm, Session: in.Session.ID, ExpiresAt: tx.Now().Add(refreshLife)}
	if in.Session.ExpiresAt.Before(t.ExpiresAt) {
		t.ExpiresAt = in.Session.ExpiresAt
	}
	if proven {
		t.ProvenAt = tx.Now()
	}
	t.Digest = tx.core.keys.Digest(refreshDigest, int64(t.ID), secret)
	in.pair = &pair{t.ID, secret}
	return tx.InsertRefreshToken(t)
}

// SignPair makes the tokens of a session that was started, or refreshed, with a pair.
func (a *Authenticator) SignPair(in *SignedIn) (TokenPair, error) {
	if in.pair == nil {
		return TokenPair{}, errors.New("this session has no pair of tokens")
	}
	access, _, err := a.signToken(in.Session, AccessToken, accessLife, in.pair.id.String())
	return TokenPair{Access: access, Refresh: string(RefreshToken) + in.pair.id.String() + "." + in.pair.secret}, err
}

// Refresh uses a refresh token up and answers its session with a new pair ([Authenticator.SignPair]).
//
// A token works once. Shown again within ten seconds by the same client, which is the same address and agent, while neither
// token of the pair that it was changed for has been used, it counts as an answer that was lost: another pair is given, and the
// unused one is void. Whatever else is shown a second time ends the session, because somebody else may have it: a used token,
// or one of a pair that is void. All refusals are of the kind [muster.Unauthenticated].
func (c *Core) Refresh(ctx context.Context, text string) (*SignedIn, error) {
	a := muster.ActionRefreshSession
	id, secret := splitRefreshToken(text)
	fresh := token.Secret()
	in, err := do(ctx, c, a, func(tx *Tx) (*SignedIn, error) {
		tx.About(muster.Resource{Noun: muster.NounSession})
		t, in, err := tx.refreshable(id, secret)
		if err != nil {
			return nil, err
		}
		next := tx.NewID()
		ok, err := tx.changeToken(t, next)
		if err != nil {
			return nil, err
		}
		tx.ActsAs(in.User.ID)
		tx.RecordWith(sessionResource(in.Session.ID), in.User.ID)
		if ok {
			return in, tx.pairOf(in, next, fresh, false)
		}
		tx.recordAsRefusal(muster.ErrTokenReused)
		_, err = tx.EndSession(in.Session.Realm, in.Session.ID, tx.Now())
		return nil, err
	})
	if err == nil && in == nil {
		c.tellRefusal(ctx, a, muster.ErrTokenReused)
		err = muster.ErrTokenReused
	}
	return in, err
}

func splitRefreshToken(text string) (muster.ID, string) {
	rest, ours := strings.CutPrefix(text, string(RefreshToken))
	number, secret, _ := strings.Cut(rest, ".")
	id, ok := muster.ParseID(number)
	if !ours || !ok {
		return 0, ""
	}
	return id, secret
}

// refreshable reads a token and its session, if the secret is right and the session may go on in the caller's wire.
func (tx *Tx) refreshable(id muster.ID, secret string) (*store.RefreshToken, *SignedIn, error) {
	realm := muster.MainRealm
	if tx.Actor.Realm != 0 {
		realm = tx.Actor.Realm
	}
	t, err := tx.RefreshToken(realm, id)
	if err != nil {
		return nil, nil, err
	}
	if t == nil || !tx.core.keys.MatchDigest(t.Digest, refreshDigest, int64(id), secret) || !tx.Now().Before(t.ExpiresAt) {
		return nil, nil, muster.ErrUnauthenticated
	}
	s, err := tx.Session(realm, t.Session)
	if err != nil {
		return nil, nil, err
	}
	if s == nil || !s.Alive(tx.Now()) || s.Wire != tx.Actor.Origin.Wire {
		return nil, nil, muster.ErrUnauthenticated
	}
	u, err := tx.User(realm, s.User)
	if err != nil {
		return nil, nil, err
	}
	if u == nil || !u.Live() {
		return nil, nil, muster.ErrUnauthenticated
	}
	groups, err := tx.LiveGroupsOf(u.ID)
	return t, &SignedIn{User: u, Session: s, Groups: groups}, err
}

// changeToken uses a token up for the pair. It answers false if it was used before, and not because an answer was lost.
func (tx *Tx) changeToken(t *store.RefreshToken, next muster.ID) (bool, error) {
	now, from := tx.Now(), tx.Actor.Origin
	if ok, err := tx.UseRefreshToken(t.ID, now, from.Address, from.Agent, next); err != nil || ok {
		return ok, err
	}
	sameClient := t.Address == from.Address && t.Agent == from.Agent
	if t.UsedAt.IsZero() || t.Repeated || !sameClient || now.Sub(t.UsedAt) > lostAnswer {
		return false, nil
	}
	if ok, err := tx.VoidRefreshToken(t.Successor, now); err != nil || !ok {
		return false, err
	}
	return tx.RepeatRefreshToken(t.ID, next)
}
