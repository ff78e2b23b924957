package store

import (
	"time"

	"muster"
)

// CredentialPassword is the kind of credential that a person's password is.
const CredentialPassword = "password"

// Credential reads the secret of one kind of a user as it is stored; "" if there is none.
func (r *Reader) Credential(user muster.ID, kind string) (string, error) {
	secret, _, err := one(r, column[string], `SELECT secret FROM credential WHERE user_id = $1 AND kind = $2`, user, kind)
	return secret, err
}

// SetCredential gives a user the secret of one kind, in place of an earlier one.
func (tx *Tx) SetCredential(user muster.ID, kind, secret string, at time.Time) error {
	return tx.run(`INSERT INTO credential (user_id, kind, secret, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id, kind) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at`, user, kind, secret, stamp(at))
}

// RemoveCredential takes the secret of one kind away from a user, if he has one.
func (tx *Tx) RemoveCredential(user muster.ID, kind string) error {
	return tx.run(`DELETE FROM credential WHERE user_id = $1 AND kind = $2`, user, kind)
}

// A MailToken is what a mailed link carries, as it is stored.
type MailToken struct {
	ID        muster.ID
	Realm     muster.ID
	User      muster.ID
	Purpose   string
	EmailKey  string
	Digest    string
	ExpiresAt time.Time
	UsedAt    time.Time
}

// MailToken reads the token of that id; nil if the realm has none.
func (r *Reader) MailToken(realm, id muster.ID) (*MailToken, error) {
	t, ok, err := one(r, func(row scanner) (*MailToken, error) {
		var t MailToken
		var expires, used int64
		err := row.Scan(&t.ID, &t.Realm, &t.User, &t.Purpose, &t.EmailKey, &t.Digest, &expires, &used)
		t.ExpiresAt, t.UsedAt = instant(expires), instant(used)
		return &t, err
	}, `SELECT id, realm, user_id, purpose, email_key, digest, expires_at, used_at FROM mail_token WHERE id = $1 AND realm = $2`, id, realm)
	if !ok {
		return nil, err
	}
	return t, err
}

// InsertMailToken stores a new token.
func (tx *Tx) InsertMailToken(t *MailToken) error {
	return tx.run(`INSERT INTO mail_token (id, realm, user_id, purpose, email_key, digest, expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
		t.ID, t.Realm, t.User, t.Purpose, t.EmailKey, t.Digest, stamp(t.ExpiresAt))
}

// UseMailToken uses a token up. It answers false if it was used up before: of many who try, one gets true.
func (tx *Tx) UseMailToken(id muster.ID, at time.Time) (bool, error) {
	n, err := tx.exec(`UPDATE mail_token SET used_at = $1 WHERE id = $2 AND used_at = 0`, stamp(at), id)
	return n == 1, err
}

// VoidMailTokens uses up all tokens of a user that have one of the purposes.
func (tx *Tx) VoidMailTokens(user muster.ID, purposes []string, at time.Time) error {
	for _, p := range purposes {
		if err := tx.run(`UPDATE mail_token SET used_at = $1 WHERE user_id = $2 AND purpose = $3 AND used_at = 0`, stamp(at), user, p); err != nil {
			return err
		}
	}
	return nil
}
