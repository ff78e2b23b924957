package core

import (
	"context"

	"muster"
)

// RemovePresence takes away what the user of that name, or without one the caller, said of himself at a topic. Nobody but
// administrators does it to others. Doing it again changes nothing.
func (c *Core) RemovePresence(ctx context.Context, topic, username string) error {
	_, err := do(ctx, c, muster.ActionRemovePresence, func(tx *Tx) (struct{}, error) {
		tx.About(presenceResource(0), "topic.name", legalTopic(topic))
		if err := tx.Require(presenceResource(0)); err != nil {
			return struct{}{}, err
		}
		f, err := tx.topicOfPresence(topic)
		if err != nil {
			return struct{}{}, err
		}
		user, err := tx.whosePresence(username)
		if err != nil {
			return struct{}{}, err
		}
		tx.RecordWith(presenceResource(user), f.topic.ID)
		gone := muster.Presence{Realm: muster.MainRealm, User: user, Place: muster.TopicResource(f.topic.ID), At: tx.Now()}
		tx.AfterCommit(func() { tx.core.presences.board.Put(sighting(gone, gone.At.Add(farewellLife))) })
		return struct{}{}, nil
	})
	return err
}

// topicOfPresence reads a topic that the caller can read; for administrators any but the private ones of others.
func (tx *Tx) topicOfPresence(topic string) (foundTopic, error) {
	f, err := readableTopic(tx.Reader, topic, tx.Actor)
	if err == nil || f.topic == nil || f.privateOf != 0 {
		return f, err
	}
	if is, err := tx.administers(); err != nil || is {
		return f, err
	}
	return f, muster.ErrTopicNotFound
}

func (tx *Tx) whosePresence(username string) (muster.ID, error) {
	if username == "" {
		return tx.Actor.User, nil
	}
	u, err := userNamed(tx.Reader, username)
	switch {
	case err != nil:
		return 0, err
	case u != nil && u.ID == tx.Actor.User:
		return u.ID, nil
	}
	if err := tx.requireAdministrator(); err != nil {
		return 0, err
	}
	if u == nil {
		return 0, muster.ErrUserNotFound
	}
	return u.ID, nil
}
