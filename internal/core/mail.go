package core

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"muster"
	"muster/internal/store"
	"muster/internal/token"
)

// The kinds of mail.
const (
	MailConfirmation    = "email-confirmation"
	MailEmailChanged    = "email-changed"
	MailPasswordChanged = "password-changed"
	MailReminder        = "reminder"
)

// mailTokenLife is how long a mailed token is good (security.md, 3.2).
const mailTokenLife = time.Hour

// A mail is what a delivery of kind mail holds. It is rendered when it is sent; its token is sealed until then.
type mail struct {
	Kind    string    `json:"kind"`
	User    muster.ID `json:"user"`
	To      string    `json:"to"`
	Token   string    `json:"token,omitempty"`
	Expires time.Time `json:"expires,omitzero"` // of the token

	Callback string    `json:"callback,omitempty"` // the text around the token, where who asked for the mail has written it
	Reminder muster.ID `json:"reminder,omitempty"`
}

const deliveryMail = "mail"

func sealContext(m mail) string { return "mail:" + m.Kind + ":" + m.User.String() }

// post stores the mails of the change beside its events.
func (tx *Tx) post() error {
	for _, m := range tx.mails {
		payload, err := json.Marshal(m)
		if err != nil {
			return err
		}
		d := &store.Delivery{ID: tx.NewID(), Event: tx.records[0].ID, Kind: deliveryMail, Payload: string(payload), DueAt: tx.Now()}
		if err := tx.InsertDelivery(d); err != nil {
			return err
		}
	}
	if len(tx.mails) > 0 {
		tx.AfterCommit(tx.core.Outbox.poke)
	}
	return nil
}

// newMailSecret draws the secret part of a mailed token. Do it before the transaction.
func newMailSecret() string { return token.Alnum(mailTokenSecret) }

// mailConfirmation mails the user a link that confirms the e-mail. Earlier links stay good.
func (tx *Tx) mailConfirmation(u *muster.User, secret string) error {
	return tx.mailToken(u, MailConfirmation, secret)
}

// mailToken mails the user a link with a token for the purpose that the kind of mail is.
func (tx *Tx) mailToken(u *muster.User, kind, secret string) error {
	t, err := tx.issueToken(u, kind, secret, mailTokenLife)
	if err != nil {
		return err
	}
	return tx.sealInMail(mail{Kind: kind, User: u.ID, To: u.Email}, t, secret)
}

// sealInMail puts a token into a mail, and the mail among those of the change.
func (tx *Tx) sealInMail(m mail, t *store.MailToken, secret string) (err error) {
	m.Expires = t.ExpiresAt
	if m.Token, err = tx.core.keys.Seal(sealContext(m), []byte(secret+t.ID.String())); err != nil {
		return err
	}
	tx.mails = append(tx.mails, m)
	return nil
}

// mailEmailChanged tells the old address that it is no longer the user's.
func (tx *Tx) mailEmailChanged(u *muster.User, old string) {
	if old != "" {
		tx.mails = append(tx.mails, mail{Kind: MailEmailChanged, User: u.ID, To: old})
	}
}

// mailReminder mails a reminder to whom it is for, if his address is known to be his.
func (tx *Tx) mailReminder(m *muster.Reminder) error {
	u, err := tx.User(m.Realm, m.AssignedTo)
	if err != nil || u == nil || !u.Live() || u.EmailConfirmedAt.IsZero() || u.Email == "" {
		return err
	}
	tx.mails = append(tx.mails, mail{Kind: MailReminder, User: u.ID, To: u.Email, Reminder: m.ID})
	return nil
}

// sendConfirmation mails another confirmation to somebody who has just shown that he knows the password.
func (c *Core) sendConfirmation(ctx context.Context, v verified) error {
	secret := newMailSecret()
	_, err := do(ctx, c, muster.ActionSendConfirmation, func(tx *Tx) (struct{}, error) {
		tx.ActsAs(v.user.ID)
		u, err := tx.stillVerified(v)
		if err != nil {
			return struct{}{}, err
		}
		tx.Record(muster.UserResource(u.ID), "email", u.Email)
		return struct{}{}, tx.mailConfirmation(u, secret)
	})
	return err
}

// ConfirmEmail uses up a mailed token, marks the e-mail that it was sent to as confirmed, and signs its owner in. A text that
// cannot be a token gives [muster.ErrInvalidToken]; one that is unknown, used, too old, or was mailed to an address that is no
// longer the user's, gives [muster.ErrTokenUnknown].
func (c *Core) ConfirmEmail(ctx context.Context, text string) (*SignedIn, error) {
	secret, id, ok := splitMailToken(text)
	if !ok {
		return nil, muster.ErrInvalidToken
	}
	return withTokenPlace(ctx, c, muster.ActionConfirmEmail, c.tellToken(MailConfirmation, secret, id), func(tx *Tx) (*SignedIn, error) {
		u, err := tx.useMailToken(MailConfirmation, secret, id)
		if err != nil {
			return nil, err
		}
		tx.ActsAs(u.ID)
		u.EmailConfirmedAt, u.ChangedAt = tx.Now(), tx.Now()
		if err := tx.UpdateUser(u); err != nil {
			return nil, err
		}
		tx.Record(muster.UserResource(u.ID), userChanges("user", u)...)
		return tx.signedIn(u)
	})
}

// mailTokenSecret is the length of the secret part of a mailed token; the decimal id of its row follows. Clients send nothing
// that does not look like this (corteza.md, 2.5).
const mailTokenSecret = 32

func splitMailToken(text string) (secret string, id muster.ID, ok bool) {
	if len(text) <= mailTokenSecret || strings.Trim(text[:mailTokenSecret], alnum) != "" {
		return "", 0, false
	}
	id, _ = muster.ParseID(text[mailTokenSecret:]) // digits that are no id are the id of no token
	return text[:mailTokenSecret], id, strings.Trim(text[mailTokenSecret:], digits) == ""
}

const (
	digits = "0123456789"
	alnum  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + digits
)

// matches reports whether the secret is that of the token, for that purpose and at that time.
func (c *Core) matches(t *store.MailToken, purpose, secret string, now time.Time) bool {
	return t != nil && t.Purpose == purpose && c.keys.MatchDigest(t.Digest, purpose, int64(t.ID), secret) && now.Before(t.ExpiresAt)
}

// knowsMailToken reports whether a token would be taken, as far as is known before the transaction: nobody without one has us
// spend a hash.
func (c *Core) knowsMailToken(ctx context.Context, purpose, secret string, id muster.ID) (bool, error) {
	t, err := c.store.Reader(ctx).MailToken(muster.MainRealm, id)
	return err == nil && c.matches(t, purpose, secret, c.now()) && t.UsedAt.IsZero(), err
}

// useMailToken uses a token up and answers whose it is. Of many who try at once, one succeeds.
func (tx *Tx) useMailToken(purpose, secret string, id muster.ID) (*muster.User, error) {
	t, err := tx.MailToken(muster.MainRealm, id)
	if err != nil {
		return nil, err
	}
	if !tx.core.matches(t, purpose, secret, tx.Now()) {
		return nil, muster.ErrTokenUnknown
	}
	u, err := tx.User(t.Realm, t.User)
	if err != nil {
		return nil, err
	}
	if u == nil || !u.Live() || muster.FoldEmail(u.Email) != t.EmailKey {
		return nil, muster.ErrTokenUnknown
	}
	if err := tx.asSeen(muster.UserResource(u.ID), u.Version); err != nil {
		return nil, err
	}
	used, err := tx.UseMailToken(id, tx.Now())
	if err == nil && !used {
		err = muster.ErrTokenUnknown
	}
	return u, err
}
