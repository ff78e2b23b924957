package store

import (
	"time"

	"muster"
)

// A RefreshToken is what stands for a pair of an access and a refresh token. Of the refresh token it has the digest; the access
// token carries the id.
type RefreshToken struct {
	ID        muster.ID
	Realm     muster.ID
	Session   muster.ID
	Digest    string
	ExpiresAt time.Time
	ProvenAt  time.Time // when the access token was used first
	UsedAt    time.Time // when the refresh token was used
	Address   string    // who used it
	Agent     string
	Successor muster.ID // the pair that was given for it last
	Repeated  bool      // it was used twice, since an answer was lost
	VoidedAt  time.Time // when another pair was given in its place
}

// RefreshToken reads the token of that id; nil if the realm has none.
func (r *Reader) RefreshToken(realm, id muster.ID) (*RefreshToken, error) {
	t, ok, err := one(r, func(row scanner) (*RefreshToken, error) {
		var t RefreshToken
		var expires, proven, used, repeated, voided int64
		err := row.Scan(&t.ID, &t.Realm, &t.Session, &t.Digest, &expires, &proven, &used, &t.Address, &t.Agent, &t.Successor, &repeated, &voided)
		t.ExpiresAt, t.ProvenAt, t.UsedAt, t.VoidedAt = instant(expires), instant(proven), instant(used), instant(voided)
		t.Repeated = repeated == 1
		return &t, err
	}, `SELECT id, realm, session_id, digest, expires_at, proven_at, used_at, used_address, used_agent, successor, repeated, voided_at
		FROM refresh_token WHERE id = $1 AND realm = $2`, id, realm)
	if !ok {
		return nil, err
	}
	return t, err
}

// VoidTokens lists the pairs of the session that another pair was given in place of.
func (r *Reader) VoidTokens(session muster.ID) ([]muster.ID, error) {
	return all(r, column[muster.ID], `SELECT id FROM refresh_token WHERE session_id = $1 AND voided_at > 0 ORDER BY id`, session)
}

// InsertRefreshToken stores a new token.
func (tx *Tx) InsertRefreshToken(t *RefreshToken) error {
	return tx.run(`INSERT INTO refresh_token (id, realm, session_id, digest, expires_at, proven_at, used_at, used_address, used_agent, successor, repeated, voided_at)
		VALUES ($1, $2, $3, $4, $5, $6, 0, '', '', 0, 0, 0)`, t.ID, t.Realm, t.Session, t.Digest, stamp(t.ExpiresAt), stamp(t.ProvenAt))
}

// UseRefreshToken uses a token up and notes by whom and for which pair. It answers false if it was used up before: of many who
// try, one gets true.
func (tx *Tx) UseRefreshToken(id muster.ID, at time.Time, address, agent string, successor muster.ID) (bool, error) {
	n, err := tx.exec(`UPDATE refresh_token SET used_at = $1, used_address = $2, used_agent = $3, successor = $4
		WHERE id = $5 AND used_at = 0 AND voided_at = 0`, stamp(at), address, agent, successor, id)
	return n == 1, err
}

// RepeatRefreshToken notes that a used token was used a second time, and for which pair. It answers false for a third time.
func (tx *Tx) RepeatRefreshToken(id, successor muster.ID) (bool, error) {
	n, err := tx.exec(`UPDATE refresh_token SET successor = $1, repeated = 1 WHERE id = $2 AND used_at > 0 AND repeated = 0`, successor, id)
	return n == 1, err
}

// VoidRefreshToken ends a pair of which neither token has been used. It answers false if one has.
func (tx *Tx) VoidRefreshToken(id muster.ID, at time.Time) (bool, error) {
	n, err := tx.exec(`UPDATE refresh_token SET voided_at = $1 WHERE id = $2 AND used_at = 0 AND proven_at = 0 AND voided_at = 0`, stamp(at), id)
	return n == 1, err
}

// ProveRefreshToken notes that the access token of a pair has been used, and answers false if the pair is void, or if the realm
// has none of that id.
func (tx *Tx) ProveRefreshToken(realm, id muster.ID, at time.Time) (bool, error) {
	n, err := tx.exec(`UPDATE refresh_token SET proven_at = CASE proven_at WHEN 0 THEN $1 ELSE proven_at END
		WHERE id = $2 AND realm = $3 AND voided_at = 0`, stamp(at), id, realm)
	return n == 1, err
}

// SpentRefreshTokens lists tokens of all realms that had run out by then, most at the most.
func (r *Reader) SpentRefreshTokens(by time.Time, most int) ([]muster.ID, error) {
	return all(r, column[muster.ID], `SELECT id FROM refresh_token WHERE expires_at <= $1 ORDER BY expires_at, id LIMIT $2`, stamp(by), most)
}

// RemoveRefreshTokens removes the rows of tokens, and answers how many there were.
func (tx *Tx) RemoveRefreshTokens(ids []muster.ID) (removed int64, err error) {
	return tx.each(`DELETE FROM refresh_token WHERE id = $1`, ids)
}
