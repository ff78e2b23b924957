package store

import "muster"

// Realm answers the id of the realm that is called so; 0 if there is none.
func (r *Reader) Realm(name string) (muster.ID, error) {
	id, _, err := one(r, column[muster.ID], `SELECT id FROM realm WHERE name = $1`, name)
	return id, err
}

// InsertRealm makes a realm. It answers false, and makes none, if one is called so already.
func (tx *Tx) InsertRealm(id muster.ID, name string) (bool, error) {
	n, err := tx.exec(`INSERT INTO realm (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, id, name, stamp(tx.Now()))
	return n == 1, err
}
