package store

import (
	"time"

	"muster"
)

const sessionColumns = `id, realm, user_id, behind, wire, agent, address, created_at, expires_at, ended_at`

func scanSession(row scanner) (*muster.Session, error) {
	var s muster.Session
	var created, expires, ended int64
	err := row.Scan(&s.ID, &s.Realm, &s.User, &s.Behind, &s.Wire, &s.Agent, &s.Address, &created, &expires, &ended)
	s.CreatedAt, s.ExpiresAt, s.EndedAt = instant(created), instant(expires), instant(ended)
	return &s, err
}

// Session reads one session, ended or not; nil if the realm has none of that id.
func (r *Reader) Session(realm, id muster.ID) (*muster.Session, error) {
	s, ok, err := one(r, scanSession, `SELECT `+sessionColumns+` FROM session WHERE id = $1 AND realm = $2`, id, realm)
	if !ok {
		return nil, err
	}
	return s, err
}

// InsertSession stores a new session.
func (tx *Tx) InsertSession(s *muster.Session) error {
	return tx.run(`INSERT INTO session (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		s.ID, s.Realm, s.User, s.Behind, s.Wire, s.Agent, s.Address, stamp(s.CreatedAt), stamp(s.ExpiresAt), stamp(s.EndedAt))
}

// EndSession ends one session; it answers false if it had ended before.
func (tx *Tx) EndSession(realm, id muster.ID, at time.Time) (bool, error) {
	n, err := tx.exec(`UPDATE session SET ended_at = $1 WHERE id = $2 AND realm = $3 AND ended_at = 0`, stamp(at), id, realm)
	return n == 1, err
}

// EndSessionsOf ends all sessions of the user but one (0: all), and answers how many there were.
func (tx *Tx) EndSessionsOf(user, but muster.ID, at time.Time) (int64, error) {
	return tx.exec(`UPDATE session SET ended_at = $1 WHERE user_id = $2 AND ended_at = 0 AND id <> $3`, stamp(at), user, but)
}

// EndOldSessionsOf ends the oldest sessions of the user, so that keep are left.
func (tx *Tx) EndOldSessionsOf(user muster.ID, keep int, at time.Time) error {
	oldest, ok, err := one(tx.Reader, column[muster.ID], `SELECT id FROM session WHERE user_id = $1 AND ended_at = 0 ORDER BY id DESC LIMIT 1 OFFSET $2`, user, keep)
	if err != nil || !ok {
		return err
	}
	return tx.run(`UPDATE session SET ended_at = $1 WHERE user_id = $2 AND ended_at = 0 AND id <= $3`, stamp(at), user, oldest)
}

// SpentSessions lists sessions of all realms that had ended or run out before then, in the order of their ids, behind one id and
// most at the most.
func (r *Reader) SpentSessions(before time.Time, after muster.ID, most int) ([]muster.ID, error) {
	return all(r, column[muster.ID], `SELECT id FROM session WHERE id > $1 AND (expires_at < $2 OR ended_at > 0 AND ended_at < $2) ORDER BY id LIMIT $3`,
		after, stamp(before), most)
}

// RemoveSessions removes the rows of sessions, and answers how many there were.
func (tx *Tx) RemoveSessions(ids []muster.ID) (removed int64, err error) {
	return tx.each(`DELETE FROM session WHERE id = $1`, ids)
}

// SignedInFrom reports whether the user has signed in from the address since then.
func (r *Reader) SignedInFrom(user muster.ID, address string, since time.Time) (bool, error) {
	return r.exists(`SELECT 1 FROM session WHERE user_id = $1 AND address = $2 AND created_at >= $3 AND behind = 0 LIMIT 1`, user, address, stamp(since))
}
