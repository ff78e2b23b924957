package store

import (
	"encoding/json"
	"fmt"

	"muster"
)

// Attributes are what applications keep with a user; nil if they keep nothing, or the realm has no such user.
func (r *Reader) Attributes(realm, user muster.ID) (map[string]string, error) {
	text, ok, err := one(r, column[string], `SELECT attributes FROM attribute_set WHERE user_id = $1 AND realm = $2`, user, realm)
	if err != nil || !ok {
		return nil, err
	}
	var set map[string]string
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return nil, fmt.Errorf("reading the attributes of %d: %w", user, err)
	}
	return set, nil
}

// SetAttributes stores all attributes of a user, in place of earlier ones. The size is that of names and texts, in bytes.
func (tx *Tx) SetAttributes(realm, user muster.ID, set map[string]string, size int) error {
	text, err := json.Marshal(set)
	if err != nil {
		return fmt.Errorf("encoding the attributes of %d: %w", user, err)
	}
	return tx.run(`INSERT INTO attribute_set (user_id, realm, attributes, bytes) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id) DO UPDATE SET attributes = excluded.attributes, bytes = excluded.bytes WHERE attribute_set.realm = excluded.realm`,
		user, realm, string(text), size)
}

// RemoveAttributes removes all attributes of a user.
func (tx *Tx) RemoveAttributes(realm, user muster.ID) error {
	return tx.run(`DELETE FROM attribute_set WHERE user_id = $1 AND realm = $2`, user, realm)
}

// AttributesSize is how many bytes the attributes of all users of a realm have.
func (r *Reader) AttributesSize(realm muster.ID) (int64, error) {
	n, _, err := one(r, column[int64], `SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM attribute_set WHERE realm = $1`, realm)
	return n, err
}
