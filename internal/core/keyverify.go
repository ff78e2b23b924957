package core

import (
	"context"
	"errors"
	"time"

	"muster"
	"muster/internal/store"
)

// purposeKey is the purpose of tokens that make a key. The newest one of a user counts.
const purposeKey = "tat-key"

// keyTokenLife is how long such a token is good (security.md, 3.2).
const keyTokenLife = 30 * time.Minute

// mailKeyToken mails the user a token that makes a key. Earlier ones are void.
func (tx *Tx) mailKeyToken(u *muster.User, kind, callback, secret string) error {
	if err := tx.VoidMailTokens(u.ID, []string{purposeKey}, tx.Now()); err != nil {
		return err
	}
	t, err := tx.issueToken(u, purposeKey, secret, keyTokenLife)
	if err != nil {
		return err
	}
	return tx.sealInMail(mail{Kind: kind, User: u.ID, To: u.Email, Callback: callback}, t, secret)
}

// RequestKey mails a link that makes a new key to the user who has exactly that username and e-mail; the old key is good until
// then. Whether there is such a user, the answer does not tell. System users get keys from an administrator only.
func (c *Core) RequestKey(ctx context.Context, username, email, callback string) error {
	a := muster.ActionRequestKey
	u, err := userNamed(c.store.Reader(ctx), username)
	if err != nil {
		return c.explain(ctx, a, err)
	}
	may := u != nil && u.Email == email && c.mayMail(ctx, u)
	secret := newMailSecret()
	_, err = do(ctx, c, a, func(tx *Tx) (struct{}, error) {
		tx.About(muster.Resource{Noun: muster.NounUser}, "username", legalUsername(username), "email", legalEmail(email))
		if !may {
			return struct{}{}, muster.ErrUserNotFound // recorded, at the cost of a mail
		}
		now, err := tx.User(u.Realm, u.ID)
		if err != nil {
			return struct{}{}, err
		}
		if now == nil || !now.Live() || now.Kind == muster.KindSystem || now.Username != username || now.Email != email {
			return struct{}{}, muster.ErrUserNotFound
		}
		tx.Record(muster.UserResource(u.ID), userChanges("user", now)...)
		return struct{}{}, tx.mailKeyToken(now, MailNewKey, callback, secret)
	})
	if errors.Is(err, muster.ErrUserNotFound) {
		return nil
	}
	return err
}

// legalUsername is what may be logged of a typed name: what is no username may be a password in the wrong field.
func legalUsername(s string) string {
	if !muster.ValidUsername(s) {
		return ""
	}
	return s
}

// NewKey is a key that was just made. Nobody can read the secret again.
type NewKey struct {
	User   *muster.User
	Secret string
}

// VerifyKey uses a mailed token up and gives its owner a new key; the old one is void at once. The token has to be the newest of
// the user of exactly that username. His e-mail counts as confirmed. If it was not, whoever set a password may have been
// somebody else: it is removed, and sessions end (one-core, 3). Whatever is wrong gives [muster.ErrTokenUnknown]; who is wrong
// too often gets [muster.ErrThrottled].
func (c *Core) VerifyKey(ctx context.Context, username, text string) (*NewKey, error) {
	a := muster.ActionVerifyKey
	secret, id, legal := splitMailToken(text)
	name := muster.FoldSignIn(username)
	if !c.throttles.tokenName.Take(name, c.now()) {
		return nil, muster.ErrThrottled
	}
	fresh := newKeySecret()
	out, err := withTokenPlace(ctx, c, a, tellNothing, func(tx *Tx) (*NewKey, error) {
		tx.About(muster.Resource{Noun: muster.NounUser}, "username", legalUsername(username))
		if !legal {
			return nil, muster.ErrTokenUnknown
		}
		u, err := tx.useMailToken(purposeKey, secret, id)
		if err != nil {
			return nil, err
		}
		if u.Username != username {
			return nil, muster.ErrTokenUnknown
		}
		tx.ActsAs(u.ID)
		tx.Record(muster.UserResource(u.ID), userChanges("user", u)...)
		if err := tx.proven(u); err != nil {
			return nil, err
		}
		if err := tx.setKey(u, fresh); err != nil {
			return nil, err
		}
		return &NewKey{u, fresh}, tx.settleIn(u)
	})
	if !errors.Is(err, muster.ErrTokenUnknown) {
		c.throttles.tokenName.Give(name)
	}
	return out, err
}

// proven marks the e-mail of the user as confirmed, now that a mail to it has been answered.
func (tx *Tx) proven(u *muster.User) error {
	if u.Unconfirmed() {
		if err := tx.RemoveCredential(u.ID, store.CredentialPassword); err != nil {
			return err
		}
		if err := tx.signOut(u, 0); err != nil {
			return err
		}
		u.EmailConfirmedAt = tx.Now()
	}
	u.ChangedAt = tx.Now()
	return tx.UpdateUser(u)
}
