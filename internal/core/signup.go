package core

import (
	"context"
	"errors"

	"muster"
	"muster/internal/store"
)

// NewAccount is what somebody says of himself when he signs up.
type NewAccount struct {
	Email, Password, Username, Handle, Name string
	AcceptEmail                             func(string) bool // what the wire takes for an e-mail
}

// SignUp makes an account and, unless its e-mail has to be confirmed first, a session. If a live account has the e-mail, the
// right password signs in to it. The first account of the house becomes an administrator.
func (c *Core) SignUp(ctx context.Context, in NewAccount) (*SignedIn, error) {
	a := muster.ActionSignUp
	rules, err := c.signInRules(c.store.Reader(ctx))
	if err != nil {
		return nil, c.explain(ctx, a, err)
	}
	if err := in.check(rules); err != nil {
		return nil, err
	}
	proof := Proof{Email: in.Email, Password: in.Password}
	if u, err := c.userByEmail(ctx, in.Email); err != nil {
		return nil, c.explain(ctx, a, err)
	} else if u != nil {
		return c.signIn(ctx, proof)
	}
	if !c.maySignUp(ctx) {
		return nil, muster.ErrThrottled
	}
	out, err := withScripts(ctx, c, a, in, tellSignUp(rules), func(ctx context.Context, in NewAccount) (*SignedIn, error) {
		return c.signUp(ctx, in, rules)
	})
	if errors.Is(err, muster.Taken("email")) {
		// Somebody was faster with the same e-mail, most likely the same person pressing twice. Or it is somebody's username.
		if u, _ := c.userByEmail(ctx, in.Email); u != nil {
			return c.signIn(ctx, proof)
		}
	}
	return out, err
}

// signUp makes an account as scripts have left it.
func (c *Core) signUp(ctx context.Context, in NewAccount, rules muster.SignInRules) (*SignedIn, error) {
	a := muster.ActionSignUp
	if err := in.check(rules); err != nil {
		return nil, err
	}
	phc, err := c.hash(ctx, in.Password)
	if err != nil {
		return nil, c.explain(ctx, a, err)
	}
	secret := newMailSecret()
	return do(ctx, c, a, func(tx *Tx) (*SignedIn, error) { return tx.signUp(in, phc, secret, rules) })
}

// user is the account as it will be stored.
func (in *NewAccount) user() *muster.User {
	return &muster.User{Realm: muster.MainRealm, Email: in.Email, Username: in.Username, Handle: in.Handle, Name: in.Name, UsernameGiven: in.Username != ""}
}

// hash hashes a password for the caller.
func (c *Core) hash(ctx context.Context, pass string) (string, error) {
	phc, err := c.hasher.Hash(ctx, addressKey(ctx), pass)
	return phc, busy(err)
}

func (in *NewAccount) check(rules muster.SignInRules) error {
	switch {
	case !rules.PasswordSignIn || !rules.SignUp:
		return muster.ErrSignUpDisabled
	case !muster.ValidEmail(in.Email) || in.AcceptEmail != nil && !in.AcceptEmail(in.Email):
		return muster.InvalidField("email", "not an e-mail")
	case !goodPassword(in.Password, rules):
		return muster.ErrWeakPassword
	}
	return in.checkNames()
}

func (in *NewAccount) checkNames() error {
	switch {
	case !muster.ValidEmail(in.Email):
		return muster.InvalidField("email", "not an e-mail")
	case in.Handle != "" && !muster.ValidHandle(in.Handle):
		return muster.InvalidField("handle", "begins with a letter, ends with a letter or digit, 2 to 64 of A–Z a–z 0–9 _ - .")
	case in.Username != "" && !muster.ValidUsername(in.Username):
		return muster.InvalidField("username", "begins with a letter or digit, 1 to 80 of A–Z a–z 0–9 . _ @ + -")
	case !muster.ValidText(in.Name, muster.MaxName):
		return muster.InvalidField("name", "at most 200 characters, none of them control characters")
	}
	return nil
}

func goodPassword(pass string, rules muster.SignInRules) bool {
	return len(pass) >= rules.MinPassword && len(pass) <= muster.MaxPassword
}

func (tx *Tx) signUp(in NewAccount, phc, secret string, rules muster.SignInRules) (*SignedIn, error) {
	u := in.user()
	if !rules.ConfirmationRequired {
		u.EmailConfirmedAt = tx.Now()
	}
	if err := tx.insertUser(u, false); err != nil {
		return nil, err
	}
	if err := tx.SetCredential(u.ID, store.CredentialPassword, phc, tx.Now()); err != nil {
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
	if rules.ConfirmationRequired {
		return &SignedIn{User: u}, tx.mailConfirmation(u, secret)
	}
	return tx.signedIn(u)
}

// firstAccount makes the first account that the house ever has an administrator. That there was one is never forgotten,
// whatever becomes of it.
func (tx *Tx) firstAccount(u *muster.User) error {
	if u.Realm != muster.MainRealm {
		return nil
	}
	first, err := tx.StateFact("first-account", u.ID.String())
	if err != nil || !first {
		return err
	}
	_, err = tx.AddMember(muster.Administrators, u.ID, tx.Now())
	return err
}

// FirstAdministrator is the administrator that the operator wants to begin with.
type FirstAdministrator struct {
	Email, Username, Password string
}

func (in FirstAdministrator) account() NewAccount {
	account := NewAccount{Email: in.Email, Username: in.Username, Password: in.Password, Name: in.Username}
	if muster.ValidHandle(in.Username) {
		account.Handle = in.Username
	}
	return account
}

// Check says what is wrong with the administrator, whatever the house has already.
func (in FirstAdministrator) Check() error {
	account := in.account()
	return account.check(muster.SignInRules{PasswordSignIn: true, SignUp: true, MinPassword: defaultMinPassword})
}

// EnsureFirstAdministrator makes the administrator if the house has no account yet, with the e-mail confirmed. It reports
// whether it did. Two nodes that start at once make one.
func (c *Core) EnsureFirstAdministrator(ctx context.Context, in FirstAdministrator) (bool, error) {
	ctx = muster.WithActor(ctx, muster.House())
	if any, err := c.store.Reader(ctx).AnyUser(muster.MainRealm); err != nil || any {
		return false, err
	}
	if err := in.Check(); err != nil {
		return false, err
	}
	account := in.account()
	phc, err := c.hash(ctx, in.Password)
	if err != nil {
		return false, err
	}
	_, err = do(ctx, c, muster.ActionFirstAdmin, func(tx *Tx) (struct{}, error) { return struct{}{}, tx.firstAdministrator(account, phc) })
	if errors.Is(err, errNotFirst) {
		return false, nil
	}
	return err == nil, err
}

var errNotFirst = muster.Errorf(muster.Conflict, "not-first", "the house has an account already")

func (tx *Tx) firstAdministrator(in NewAccount, phc string) error {
	if any, err := tx.AnyUser(muster.MainRealm); err != nil {
		return err
	} else if any {
		return errNotFirst
	}
	u := &muster.User{Realm: muster.MainRealm, Email: in.Email, Username: in.Username, Handle: in.Handle, Name: in.Name, EmailConfirmedAt: tx.Now()}
	if err := tx.insertUser(u, false); err != nil {
		return err
	}
	if err := tx.SetCredential(u.ID, store.CredentialPassword, phc, tx.Now()); err != nil {
		return err
	}
	tx.Record(muster.UserResource(u.ID), userChanges("new", u)...)
	return tx.firstAccount(u)
}
