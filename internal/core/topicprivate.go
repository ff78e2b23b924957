package core

import (
	"muster"
	"muster/internal/store"
)

// hasPrivateTopic reports whether the user has his private topic (tat.md, 4.1).
func hasPrivateTopic(r *store.Reader, user muster.ID) (bool, error) {
	t, err := r.Topic(muster.MainRealm, user, "")
	return t != nil, err
}

// makePrivateTopic makes the private topic of a user, if he has none; it answers whether it did. It belongs to the verb that
// calls it and leaves its event to that.
func (tx *Tx) makePrivateTopic(u *muster.User) (bool, error) {
	has, err := hasPrivateTopic(tx.Reader, u.ID)
	if err != nil || has {
		return false, err
	}
	above, err := tx.Topic(muster.MainRealm, 0, muster.PrivateRoot)
	if err != nil {
		return false, err
	}
	t := &muster.Topic{PrivateOf: u.ID, Description: "Private Topic - " + u.Username}
	if err := tx.inherit(t, above); err != nil {
		return false, err
	}
	return true, tx.insertTopic(t, u.ID)
}
