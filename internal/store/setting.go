package store

import (
	"time"

	"muster"
)

func scanSetting(row scanner) (s muster.Setting, err error) {
	var value string
	var updated int64
	err = row.Scan(&s.Name, &s.Owner, &value, &updated)
	s.Value, s.UpdatedAt = []byte(value), instant(updated)
	return s, err
}

// Settings lists the values that were set for the whole realm, by name.
func (r *Reader) Settings(realm muster.ID) ([]muster.Setting, error) {
	return all(r, scanSetting, `SELECT name, user_id, value, updated_at FROM setting WHERE realm = $1 AND user_id = 0 ORDER BY name`, realm)
}

// Setting reads one value that was set; nil if it was not.
func (r *Reader) Setting(realm, owner muster.ID, name string) (*muster.Setting, error) {
	s, ok, err := one(r, scanSetting, `SELECT name, user_id, value, updated_at FROM setting WHERE realm = $1 AND user_id = $2 AND name = $3`, realm, owner, name)
	if !ok {
		return nil, err
	}
	return &s, err
}

// SetSetting stores a value in place of an earlier one. An equal value changes nothing, not even the time.
func (tx *Tx) SetSetting(realm muster.ID, s muster.Setting) error {
	return tx.run(`INSERT INTO setting (realm, user_id, name, value, updated_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (realm, user_id, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at WHERE setting.value <> excluded.value`,
		realm, s.Owner, s.Name, string(s.Value), stamp(s.UpdatedAt))
}

// RemoveSetting takes a value away. What has a default has it again.
func (tx *Tx) RemoveSetting(realm, owner muster.ID, name string) error {
	return tx.run(`DELETE FROM setting WHERE realm = $1 AND user_id = $2 AND name = $3`, realm, owner, name)
}

// RealmCreatedAt is when the realm was made.
func (r *Reader) RealmCreatedAt(realm muster.ID) (time.Time, error) {
	at, _, err := one(r, column[int64], `SELECT created_at FROM realm WHERE id = $1`, realm)
	return instant(at), err
}

// Fact reads one fact about the database as a whole; "" if it is not known.
func (r *Reader) Fact(name string) (string, error) {
	v, _, err := one(r, column[string], `SELECT value FROM fact WHERE name = $1`, name)
	return v, err
}

// StateFact records a fact that nobody has stated before. It answers false, and changes nothing, if somebody has.
func (tx *Tx) StateFact(name, value string) (bool, error) {
	n, err := tx.exec(`INSERT INTO fact (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, value)
	return n == 1, err
}

// ChangeFact replaces a fact. It answers false, and changes nothing, if it is not what it was: of many who saw the same, one
// succeeds.
func (tx *Tx) ChangeFact(name, was, is string) (bool, error) {
	n, err := tx.exec(`UPDATE fact SET value = $1 WHERE name = $2 AND value = $3`, is, name, was)
	return n == 1, err
}
