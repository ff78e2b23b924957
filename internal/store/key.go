package store

import (
	"time"

	"muster"
)

// KeyTat is the kind of key that opens the wire tat.
const KeyTat = "tat"

// A Key is a generated secret of a user that comes with each request, as it is stored.
type Key struct {
	ID        muster.ID // of this secret: the next one has another
	User      muster.ID
	Kind      string
	Digest    string
	CreatedAt time.Time
	UsedAt    time.Time // at least once in the minute before; zero: not yet
}

// Key reads the key of one kind of a user; nil if there is none.
func (r *Reader) Key(user muster.ID, kind string) (*Key, error) {
	k, ok, err := one(r, func(row scanner) (*Key, error) {
		var k Key
		var created, used int64
		err := row.Scan(&k.ID, &k.User, &k.Kind, &k.Digest, &created, &used)
		k.CreatedAt, k.UsedAt = instant(created), instant(used)
		return &k, err
	}, `SELECT id, user_id, kind, digest, created_at, used_at FROM access_key WHERE user_id = $1 AND kind = $2`, user, kind)
	if !ok {
		return nil, err
	}
	return k, err
}

// SetKey gives a user a key, in place of the earlier one of its kind.
func (tx *Tx) SetKey(k *Key) error {
	return tx.run(`INSERT INTO access_key (user_id, kind, id, digest, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (user_id, kind) DO UPDATE SET id = excluded.id, digest = excluded.digest, created_at = excluded.created_at, used_at = excluded.used_at`,
		k.User, k.Kind, k.ID, k.Digest, stamp(k.CreatedAt), stamp(k.UsedAt))
}

// KeyUsed notes when a key was used, if it is still the user's, and stores its digest anew if one is given.
func (tx *Tx) KeyUsed(user muster.ID, kind string, id muster.ID, at time.Time, digest string) error {
	return tx.run(`UPDATE access_key SET used_at = $1, digest = CASE WHEN $2 = '' THEN digest ELSE $2 END
		WHERE user_id = $3 AND kind = $4 AND id = $5 AND used_at < $1`, stamp(at), digest, user, kind, id)
}
