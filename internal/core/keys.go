package core

import (
	"context"
	"errors"

	"muster/internal/store"
)

// tieKeys makes sure that the database belongs to the keys: with other keys no token would verify and no sealed value would
// open, and a wrong mount would look like a house full of strangers.
func (c *Core) tieKeys(ctx context.Context) error {
	const fact = "key-fingerprint"
	mine := c.keys.Fingerprint()
	has, err := c.store.Reader(ctx).Fact(fact)
	if err != nil {
		return err
	}
	if has == "" {
		err = c.store.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.StateFact(fact, mine)
			return err
		}, nil)
		if err != nil {
			return err
		}
		if has, err = c.store.Reader(ctx).Fact(fact); err != nil {
			return err
		}
	}
	if has != mine {
		return errors.New("the key file is not the one that this database was made with (hint: put the right keys.json into the data folder, or point MUSTER_KEYS_FILE to it)")
	}
	return nil
}
