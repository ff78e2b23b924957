package core

import (
	"context"

	"muster"
)

// The mails by which somebody gets a key.
const (
	MailWelcome = "tat-welcome"
	MailNewKey  = "tat-reset"
)

// TokenPlace is where the token goes in a callback: each of them.
const TokenPlace = ":token"

// NewKeyAccount is what somebody says of himself who signs up for a key.
type NewKeyAccount struct {
	Username, Name, Email string
	Callback              string // what the mail says; see TokenPlace
}

// SignUpForKey makes an account that has no password, and mails a link by which its owner gets a key. No user may have the name,
// in whatever letter case. The first account of the house becomes an administrator.
func (c *Core) SignUpForKey(ctx context.Context, in NewKeyAccount) (*muster.User, error) {
	a := muster.ActionSignUpForKey
	rules, err := c.signInRules(c.store.Reader(ctx))
	switch {
	case err != nil:
		return nil, c.explain(ctx, a, err)
	case !rules.SignUp:
		return nil, muster.ErrSignUpDisabled
	}
	account := NewAccount{Username: in.Username, Name: in.Name, Email: in.Email}
	if err := account.checkNames(); err != nil {
		return nil, err
	}
	if !c.maySignUp(ctx) {
		return nil, muster.ErrThrottled
	}
	return withScripts(ctx, c, a, account, tellSignUpForKey, func(ctx context.Context, account NewAccount) (*muster.User, error) {
		return c.signUpForKey(ctx, account, in.Callback)
	})
}

// signUpForKey makes an account as scripts have left it.
func (c *Core) signUpForKey(ctx context.Context, in NewAccount, callback string) (*muster.User, error) {
	if err := in.checkNames(); err != nil {
		return nil, err
	}
	secret := newMailSecret()
	return do(ctx, c, muster.ActionSignUpForKey, func(tx *Tx) (*muster.User, error) {
		u := in.user()
		if err := tx.onlyName(u); err != nil {
			return nil, err
		}
		if err := tx.insertUser(u, false); err != nil {
			return nil, err
		}
		if err := tx.firstAccount(u); err != nil {
			return nil, err
		}
		tx.ActsAs(u.ID)
		tx.Record(muster.UserResource(u.ID), userChanges("new", u)...)
		if err := tx.happens(signInOccasion(doSignUp, u)); err != nil {
			return nil, err
		}
		return u, tx.mailKeyToken(u, MailWelcome, callback, secret)
	})
}

// onlyName refuses a name that somebody else has: a rule of one wire, so no index knows of it. The transaction is serial.
func (tx *Tx) onlyName(u *muster.User) error {
	taken, err := tx.NameTaken(u.Realm, u.ID, u.Name)
	if err == nil && taken {
		err = muster.Taken("name")
	}
	return err
}
