package core

import (
	"context"
	"errors"
	"slices"
	"time"

	"muster"
	"muster/internal/password"
	"muster/internal/store"
	"muster/internal/token"
)

// sessionsPerUser bounds the sessions of a user: more end the oldest.
const sessionsPerUser = 100

// SignedIn is somebody who has just signed in, or renewed his session.
type SignedIn struct {
	User    *muster.User
	Session *muster.Session // nil while the e-mail has to be confirmed first
	Groups  []muster.ID     // live ones, without everyone

	pair *pair // of tokens, where one was asked for
}

// Proof is a name and a password.
type Proof struct {
	Email       string
	Pair        bool // start the session with a pair of tokens, which [Core.Refresh] changes for another
	AnyName     bool // Email may be a username as well
	Password    string
	AcceptEmail func(string) bool // what the wire takes for an e-mail
}

// SignIn starts a session for who knows the password. Whatever is wrong with name, password or state, the answer is
// [muster.ErrBadCredentials], at the same cost; only who knows the password learns that the e-mail is unconfirmed
// ([muster.ErrUnconfirmed]), and gets another mail.
func (c *Core) SignIn(ctx context.Context, p Proof) (*SignedIn, error) {
	rules, err := c.signInRules(c.store.Reader(ctx))
	switch {
	case err != nil:
		return nil, c.explain(ctx, muster.ActionSignIn, err)
	case !rules.PasswordSignIn:
		return nil, c.refuseSignIn(ctx, nil, p, muster.ErrSignInDisabled)
	case p.AcceptEmail != nil && !p.AcceptEmail(p.Email):
		return nil, c.refuseSignIn(ctx, nil, p, muster.InvalidField("email", "not an e-mail"))
	}
	return c.signIn(ctx, p)
}

// A verified password is what was true before the transaction: it is compared again inside.
type verified struct {
	user   *muster.User // nil: nobody of that name
	phc    string       // the hash that was verified
	ok     bool
	rehash string // of the same password with present parameters; "" if the hash is up to date
}

// verify compares a password with the one stored, outside of any transaction. It costs the same whether or not the user
// exists or has a password.
func (c *Core) verify(ctx context.Context, u *muster.User, pass string) (v verified, err error) {
	v.user = u
	if u != nil {
		if v.phc, err = c.store.Reader(ctx).Credential(u.ID, store.CredentialPassword); err != nil {
			return v, err
		}
	}
	from := addressKey(ctx)
	var stale bool
	if v.ok, stale, err = c.hasher.Verify(ctx, from, v.phc, pass); err != nil || !v.ok || !stale {
		return v, busy(err)
	}
	v.rehash, err = c.hasher.Hash(ctx, from, pass)
	return v, busy(err)
}

// busy spells the hasher's error in the core's words.
func busy(err error) error {
	if errors.Is(err, password.ErrBusy) {
		return muster.ErrBusy
	}
	return err
}

func (c *Core) signIn(ctx context.Context, p Proof) (*SignedIn, error) {
	u, err := c.userMeant(ctx, p)
	if err != nil {
		return nil, c.explain(ctx, muster.ActionSignIn, err)
	}
	place, err := c.takePlace(ctx, u, p.Email)
	switch {
	case errors.Is(err, muster.ErrThrottled):
		return nil, c.refuseSignIn(ctx, u, p, muster.ErrThrottled)
	case err != nil:
		return nil, c.explain(ctx, muster.ActionSignIn, err)
	}
	v := verified{user: u}
	if p.Password != "" && len(p.Password) <= muster.MaxPassword {
		if v, err = c.verify(ctx, u, p.Password); err != nil {
			return nil, c.explain(ctx, muster.ActionSignIn, err)
		}
	}
	in, err := c.startSession(ctx, p, v)
	if v.ok {
		place.giveBack()
	}
	return in, err
}

// refuseSignIn records a sign-in for which no password was looked at.
func (c *Core) refuseSignIn(ctx context.Context, u *muster.User, p Proof, refusal error) error {
	about := muster.Event{Resource: muster.Resource{Noun: muster.NounSession}, Changes: signInChanges(p, u)}
	if u != nil {
		about.Actor = u.ID
	}
	c.recordRefusal(ctx, muster.ActorFrom(ctx), muster.ActionSignIn, about, refusal)
	c.tellRefusal(ctx, muster.ActionSignIn, refusal)
	return refusal
}

// signInChanges is what an event keeps of a sign-in. What was typed in place of a username may be a password in the wrong
// field, unless somebody is called so.
func signInChanges(p Proof, u *muster.User) map[string]any {
	username := ""
	if u != nil && muster.FoldSignIn(u.Username) == muster.FoldSignIn(p.Email) {
		username = p.Email
	}
	return addChanges(nil, []any{"email", legalEmail(p.Email), "username", username, "credentials.kind", store.CredentialPassword})
}

// userMeant finds who signs in; nil for nobody.
func (c *Core) userMeant(ctx context.Context, p Proof) (*muster.User, error) {
	if !p.AnyName || !muster.ValidUsername(p.Email) {
		return c.userByEmail(ctx, p.Email)
	}
	return c.store.Reader(ctx).UserBySignInName(muster.MainRealm, p.Email)
}

// userByEmail finds whom somebody means who typed an e-mail; nil for nobody. What cannot be an e-mail is not looked for.
func (c *Core) userByEmail(ctx context.Context, email string) (*muster.User, error) {
	if !muster.ValidEmail(email) {
		return nil, nil
	}
	return c.store.Reader(ctx).UserByEmail(muster.MainRealm, email)
}

// startSession starts a session for the user whose password was verified, or records that it could not be.
func (c *Core) startSession(ctx context.Context, p Proof, v verified) (*SignedIn, error) {
	in, err := withScripts(ctx, c, muster.ActionSignIn, v, tellVerified, func(ctx context.Context, v verified) (*SignedIn, error) {
		return c.openSession(ctx, p, v)
	})
	if errors.Is(err, muster.ErrUnconfirmed) && c.mayMail(ctx, v.user) {
		if err := c.sendConfirmation(ctx, v); err != nil {
			return nil, err
		}
	}
	return in, err
}

// tellVerified is about somebody who knows the password. Scripts hear of nobody else: what they say would tell who has an
// account.
func tellVerified(v *View, p *verified) ([]*Occasion, error) {
	if !p.ok {
		return nil, nil
	}
	u, err := v.User(p.user.Realm, p.user.ID)
	return v.tellSignIn(u), err
}

func (c *Core) openSession(ctx context.Context, p Proof, v verified) (*SignedIn, error) {
	secret := token.Secret()
	return do(ctx, c, muster.ActionSignIn, func(tx *Tx) (*SignedIn, error) {
		tx.about = muster.Event{Resource: muster.Resource{Noun: muster.NounSession}, Changes: signInChanges(p, v.user)}
		if v.user == nil {
			return nil, muster.ErrBadCredentials
		}
		tx.ActsAs(v.user.ID)
		u, err := tx.stillVerified(v)
		if err != nil {
			return nil, err
		}
		if u.Unconfirmed() {
			return nil, muster.ErrUnconfirmed
		}
		if v.rehash != "" {
			if err := tx.SetCredential(u.ID, store.CredentialPassword, v.rehash, tx.Now()); err != nil {
				return nil, err
			}
		}
		in, err := tx.signedIn(u)
		if err == nil && p.Pair {
			err = tx.pairOf(in, tx.NewID(), secret, true)
		}
		return in, err
	})
}

// legalEmail is what may be logged of a typed name: what is no e-mail may be a password in the wrong field.
func legalEmail(s string) string {
	if !muster.ValidEmail(s) {
		return ""
	}
	return s
}

// stillVerified reads the user again, and refuses if anything that was verified has changed.
func (tx *Tx) stillVerified(v verified) (*muster.User, error) {
	u, err := tx.User(v.user.Realm, v.user.ID)
	if err != nil {
		return nil, err
	}
	phc, err := tx.Credential(v.user.ID, store.CredentialPassword)
	if err != nil {
		return nil, err
	}
	if !v.ok || u == nil || !u.Live() || phc != v.phc {
		return nil, muster.ErrBadCredentials
	}
	return u, tx.asSeen(muster.UserResource(u.ID), u.Version)
}

// signedIn starts a session of the user in the wire that the caller came by.
func (tx *Tx) signedIn(u *muster.User) (*SignedIn, error) {
	return tx.signedInFor(u, wireOf(tx.Actor.Origin.Wire).sessionLife)
}

// signedInFor is signedIn for so long.
func (tx *Tx) signedInFor(u *muster.User, life time.Duration) (*SignedIn, error) {
	in, err := tx.startSession(u, 0, life)
	if err != nil {
		return nil, err
	}
	// However somebody came in, that he did is one kind of event.
	tx.RecordWith(sessionResource(in.Session.ID), u.ID)
	tx.records[len(tx.records)-1].Action = muster.ActionSignIn.Name
	return in, tx.happens(signInOccasion(doLogin, u))
}

func sessionResource(id muster.ID) muster.Resource {
	return muster.Resource{Noun: muster.NounSession, ID: id}
}

// startSession starts a session in which somebody else may stand behind the user.
func (tx *Tx) startSession(u *muster.User, behind muster.ID, life time.Duration) (*SignedIn, error) {
	now := tx.Now()
	s := &muster.Session{
		ID: tx.NewID(), Realm: u.Realm, User: u.ID, Behind: behind, Wire: tx.Actor.Origin.Wire, Agent: tx.Actor.Origin.Agent, Address: tx.Actor.Origin.Address,
		CreatedAt: now, ExpiresAt: now.Add(life),
	}
	if tx.Actor.App == 0 { // an application signs its users in as often as it likes (security.md, 7.1)
		if err := tx.EndOldSessionsOf(u.ID, sessionsPerUser-1, now); err != nil {
			return nil, err
		}
	}
	if err := tx.InsertSession(s); err != nil {
		return nil, err
	}
	groups, err := tx.LiveGroupsOf(u.ID)
	if err != nil {
		return nil, err
	}
	return &SignedIn{User: u, Session: s, Groups: groups}, nil
}

// RenewSession answers who is signed in, for a new token of the same session.
func (c *Core) RenewSession(ctx context.Context) (*SignedIn, error) {
	return view(ctx, c, muster.ActionRenewSession, func(v *View) (*SignedIn, error) {
		if err := v.Require(sessionResource(v.Actor.Session)); err != nil {
			return nil, err
		}
		if v.entry == nil || v.entry.session.ID == 0 {
			return nil, muster.ErrUnauthenticated // the house itself and its scripts have no session
		}
		session, user := v.entry.session, v.entry.user
		return &SignedIn{User: &user, Session: &session, Groups: slices.Clone(v.entry.groups)}, nil
	})
}

// SignOut ends the session by which the caller came, with all its tokens.
func (c *Core) SignOut(ctx context.Context) error {
	_, err := do(ctx, c, muster.ActionSignOut, func(tx *Tx) (struct{}, error) {
		res := sessionResource(tx.Actor.Session)
		if err := tx.Require(res); err != nil {
			return struct{}{}, err
		}
		tx.RecordWith(res, tx.Actor.User)
		_, err := tx.EndSession(tx.Actor.Realm, tx.Actor.Session, tx.Now())
		return struct{}{}, err
	})
	return err
}
