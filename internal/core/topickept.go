package core

import (
	"context"

	"muster"
)

// The bounds of what a user keeps for himself.
const (
	maxKept     = 1000   // favourite topics, muted topics, favourite tags, contacts: of each
	maxMutedAll = 10_000 // topics that are muted at once
)

// KeepTopic makes a topic that the caller can read one of his favourites. It answers the topic's name, like its like.
func (c *Core) KeepTopic(ctx context.Context, topic string) (string, error) {
	return c.keep(ctx, muster.ActionKeepTopic, muster.FavouriteTopics, topic)
}

// MuteTopic ends that the caller wants notifications of a topic that he can read.
func (c *Core) MuteTopic(ctx context.Context, topic string) (string, error) {
	return c.keep(ctx, muster.ActionMuteTopic, muster.MutedTopics, topic)
}

// keep puts a topic on a list of the caller. It fails with [muster.ErrTopicNotFound] where he cannot read it, with
// [muster.ErrAlreadyThere] and [muster.ErrListFull].
func (c *Core) keep(ctx context.Context, a muster.Action, list muster.TopicList, topic string) (string, error) {
	return do(ctx, c, a, func(tx *Tx) (string, error) {
		if err := tx.aboutTopic(topic); err != nil {
			return "", err
		}
		f, err := readableTopic(tx.Reader, topic, tx.Actor)
		if err != nil {
			return "", err
		}
		n, err := tx.CountKept(list, tx.Actor.User)
		if err != nil {
			return "", err
		}
		if n >= maxKept {
			return "", muster.ErrListFull
		}
		tx.Record(muster.TopicResource(f.topic.ID))
		if added, err := tx.KeepTopic(list, tx.Actor.User, f.topic.ID); err != nil || added {
			return f.name, err
		}
		return "", muster.ErrAlreadyThere
	})
}

// DropTopic ends that a topic is one of the caller's favourites. It needs no right to the topic, but that it is one.
func (c *Core) DropTopic(ctx context.Context, topic string) (string, error) {
	return do(ctx, c, muster.ActionDropTopic, func(tx *Tx) (string, error) {
		if err := tx.aboutTopic(topic); err != nil {
			return "", err
		}
		return tx.drop(muster.FavouriteTopics, topic)
	})
}

// UnmuteTopic ends that a topic is muted. The caller has to be able to read it.
func (c *Core) UnmuteTopic(ctx context.Context, topic string) (string, error) {
	return do(ctx, c, muster.ActionUnmuteTopic, func(tx *Tx) (string, error) {
		if err := tx.aboutTopic(topic); err != nil {
			return "", err
		}
		if _, err := readableTopic(tx.Reader, topic, tx.Actor); err != nil {
			return "", err
		}
		return tx.drop(muster.MutedTopics, topic)
	})
}

// aboutTopic begins a verb about what the caller keeps for himself.
func (tx *Tx) aboutTopic(name string) error {
	name, _ = muster.TopicName(name)
	tx.About(muster.Resource{Noun: muster.NounTopic}, "topic.name", legalTopic(name))
	return tx.Require(muster.Resource{Noun: muster.NounTopic})
}

// drop takes a topic off a list of the caller. It fails with [muster.ErrNotThere].
func (tx *Tx) drop(list muster.TopicList, topic string) (string, error) {
	name, ok := muster.TopicName(topic)
	if !ok {
		return "", muster.ErrNotThere
	}
	f, err := findTopic(tx.Reader, name, tx.Actor.User)
	if err != nil {
		return "", err
	}
	if f.topic == nil {
		return "", muster.ErrNotThere
	}
	tx.Record(muster.TopicResource(f.topic.ID))
	if removed, err := tx.DropTopic(list, tx.Actor.User, f.topic.ID); err != nil || removed {
		return name, err
	}
	return "", muster.ErrNotThere
}

// MuteTopics mutes all topics that the caller can read at this moment, but private ones, and no others.
func (c *Core) MuteTopics(ctx context.Context) error {
	return c.changeMuted(ctx, muster.ActionMuteTopics, func(tx *Tx) error {
		n, err := tx.KeepReadableTopics(muster.MutedTopics, muster.MainRealm, tx.Actor.User)
		if err == nil && n > maxMutedAll {
			err = muster.ErrTooManyTopics
		}
		return err
	})
}

// UnmuteTopics ends that any topic is muted.
func (c *Core) UnmuteTopics(ctx context.Context) error {
	return c.changeMuted(ctx, muster.ActionUnmuteTopics, func(*Tx) error { return nil })
}

// changeMuted empties the list of muted topics and has f fill it.
func (c *Core) changeMuted(ctx context.Context, a muster.Action, f func(*Tx) error) error {
	_, err := do(ctx, c, a, func(tx *Tx) (struct{}, error) {
		if err := tx.Require(muster.Resource{Noun: muster.NounTopic}); err != nil {
			return struct{}{}, err
		}
		tx.Record(muster.Resource{Noun: muster.NounTopic})
		if err := tx.DropTopics(muster.MutedTopics, tx.Actor.User); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, f(tx)
	})
	return err
}
