package core

import (
	"context"
	"errors"
	"time"

	"muster"
	"muster/internal/store"
)

// MailReset is the mail by which a password is reset.
const MailReset = "password-reset"

// The purposes of tokens that are not mailed.
const (
	purposeReset    = "reset"    // what a mailed reset token is exchanged for
	purposeExternal = "external" // what an external sign-in hands to the front end
)

// RequestPasswordReset mails the owner of the e-mail a link by which the password is reset. Whether there is an owner, the
// answer does not tell.
func (c *Core) RequestPasswordReset(ctx context.Context, email string) error {
	a := muster.ActionRequestReset
	if err := c.mayReset(ctx, a); err != nil {
		return err
	}
	u, err := c.userByEmail(ctx, email)
	if err != nil {
		return c.explain(ctx, a, err)
	}
	mayMail := u != nil && c.mayMail(ctx, u)
	secret := newMailSecret()
	_, err = do(ctx, c, a, func(tx *Tx) (struct{}, error) {
		tx.About(muster.Resource{Noun: muster.NounUser}, "email", legalEmail(email))
		if u == nil || !u.Live() || !mayMail {
			return struct{}{}, muster.ErrUserNotFound // recorded, at the cost of a mail
		}
		tx.Record(muster.UserResource(u.ID), userChanges("user", u)...)
		return struct{}{}, tx.mailToken(u, MailReset, secret)
	})
	if errors.Is(err, muster.ErrUserNotFound) {
		return nil
	}
	return err
}

func (c *Core) mayReset(ctx context.Context, a muster.Action) error {
	rules, err := c.signInRules(c.store.Reader(ctx))
	if err != nil {
		return c.explain(ctx, a, err)
	}
	if !rules.PasswordReset {
		return muster.ErrResetDisabled
	}
	return nil
}

// Exchanged is what a mailed reset token was exchanged for.
type Exchanged struct {
	Token string
	User  *muster.User
}

// ExchangeResetToken uses a mailed token up and answers one that sets a password. The first can lie in a log of visited links
// then, without harm.
func (c *Core) ExchangeResetToken(ctx context.Context, text string) (*Exchanged, error) {
	a := muster.ActionExchangeReset
	if err := c.mayReset(ctx, a); err != nil {
		return nil, err
	}
	secret, id, ok := splitMailToken(text)
	if !ok {
		return nil, muster.ErrInvalidToken
	}
	next := newMailSecret()
	return withTokenPlace(ctx, c, a, tellNothing, func(tx *Tx) (*Exchanged, error) {
		u, err := tx.useMailToken(MailReset, secret, id)
		if err != nil {
			return nil, err
		}
		t, err := tx.issueToken(u, purposeReset, next, mailTokenLife)
		if err != nil {
			return nil, err
		}
		tx.ActsAs(u.ID)
		tx.Record(muster.UserResource(u.ID), userChanges("user", u)...)
		return &Exchanged{Token: next + t.ID.String(), User: u}, nil
	})
}

// ResetPassword uses an exchanged token up, sets the password, marks the e-mail as confirmed, ends all sessions and starts a
// new one. The token is used up even if the password is too weak.
func (c *Core) ResetPassword(ctx context.Context, text, fresh string) (*SignedIn, error) {
	a := muster.ActionResetPassword
	rules, err := c.signInRules(c.store.Reader(ctx))
	switch {
	case err != nil:
		return nil, c.explain(ctx, a, err)
	case !rules.PasswordSignIn:
		return nil, muster.ErrSignUpDisabled // the original says so
	}
	secret, id, ok := splitMailToken(text)
	if !ok {
		return nil, muster.ErrInvalidToken
	}
	var phc string
	known, err := c.knowsMailToken(ctx, purposeReset, secret, id)
	if err == nil && known && goodPassword(fresh, rules) {
		phc, err = c.hash(ctx, fresh)
	}
	if err != nil {
		return nil, c.explain(ctx, a, err)
	}
	in, err := withTokenPlace(ctx, c, a, c.tellToken(purposeReset, secret, id), func(tx *Tx) (*SignedIn, error) {
		u, err := tx.useMailToken(purposeReset, secret, id)
		if err != nil {
			return nil, err
		}
		tx.ActsAs(u.ID)
		tx.Record(muster.UserResource(u.ID), userChanges("user", u)...)
		if phc == "" {
			tx.recordAsRefusal(muster.ErrWeakPassword)
			return nil, nil
		}
		u.EmailConfirmedAt = tx.Now()
		if err := tx.UpdateUser(u); err != nil {
			return nil, err
		}
		if err := tx.setPassword(u, phc); err != nil {
			return nil, err
		}
		return tx.signedIn(u)
	})
	if err == nil && in == nil {
		err = muster.ErrWeakPassword
	}
	return in, err
}

// recordAsRefusal makes the last record tell of a refusal, though what it did stays done.
func (tx *Tx) recordAsRefusal(err *muster.Error) {
	e := tx.records[len(tx.records)-1]
	e.Kind, e.Code, e.Field = err.Kind, err.Code, err.Field
}

// ExchangeToken turns the token of an external sign-in into a session.
func (c *Core) ExchangeToken(ctx context.Context, text string) (*SignedIn, error) {
	secret, id, ok := splitMailToken(text)
	if !ok {
		return nil, muster.ErrInvalidToken
	}
	return withTokenPlace(ctx, c, muster.ActionExchangeToken, c.tellToken(purposeExternal, secret, id), func(tx *Tx) (*SignedIn, error) {
		u, err := tx.useMailToken(purposeExternal, secret, id)
		if err != nil {
			return nil, err
		}
		tx.ActsAs(u.ID)
		return tx.signedIn(u)
	})
}

// issueToken stores the digest of a token of one purpose. Its id belongs behind the secret.
func (tx *Tx) issueToken(u *muster.User, purpose, secret string, life time.Duration) (*store.MailToken, error) {
	t := &store.MailToken{
		ID: tx.NewID(), Realm: u.Realm, User: u.ID, Purpose: purpose, EmailKey: muster.FoldEmail(u.Email),
		ExpiresAt: tx.Now().Add(life),
	}
	t.Digest = tx.core.keys.Digest(purpose, int64(t.ID), secret)
	return t, tx.InsertMailToken(t)
}
