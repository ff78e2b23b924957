package core

import (
	"context"
	"slices"

	"muster"
)

// A TopicGrant names a right on a topic: of a user or of a group.
type TopicGrant struct {
	Topic     string
	Level     muster.TopicLevel
	Username  string // empty: the group's
	Group     string // name
	Recursive bool   // on all topics below, too
}

// DeleteTopic deletes a topic for good; topics below it stay. It answers the topic's name as it was.
func (c *Core) DeleteTopic(ctx context.Context, name string) (string, error) {
	return do(ctx, c, muster.ActionDeleteTopic, func(tx *Tx) (string, error) {
		t, err := tx.administeredTopic(name)
		if err != nil {
			return "", err
		}
		tx.Record(muster.TopicResource(t.ID), "topic.name", t.Name)
		_, err = tx.DeleteTopic(muster.MainRealm, t.ID)
		return t.Name, err
	})
}

// AddTopicRight gives a right on a topic. Doing it again changes nothing.
func (c *Core) AddTopicRight(ctx context.Context, g TopicGrant) error {
	return c.changeTopicRight(ctx, muster.ActionAddTopicRight, g, func(tx *Tx, topic muster.ID, r muster.TopicRight) error {
		return tx.AddTopicRight(topic, r)
	})
}

// RemoveTopicRight takes a right on a topic away. Doing it again changes nothing.
func (c *Core) RemoveTopicRight(ctx context.Context, g TopicGrant) error {
	return c.changeTopicRight(ctx, muster.ActionRemoveTopicRight, g, func(tx *Tx, topic muster.ID, r muster.TopicRight) error {
		return tx.RemoveTopicRight(topic, r)
	})
}

func (c *Core) changeTopicRight(ctx context.Context, a muster.Action, g TopicGrant, f func(*Tx, muster.ID, muster.TopicRight) error) error {
	_, err := do(ctx, c, a, func(tx *Tx) (struct{}, error) {
		t, err := tx.administeredTopic(g.Topic)
		if err != nil {
			return struct{}{}, err
		}
		r, err := tx.topicRight(g)
		if err != nil {
			return struct{}{}, err
		}
		if err := tx.TopicRights(t); err != nil {
			return struct{}{}, err
		}
		if a == muster.ActionAddTopicRight && len(t.Rights) >= maxTopicRights {
			return struct{}{}, muster.ErrListFull
		}
		ids := []muster.ID{t.ID}
		if g.Recursive {
			below, err := tx.administeredBelow(t)
			if err != nil {
				return struct{}{}, err
			}
			ids = append(ids, below...)
		}
		tx.RecordWith(muster.TopicResource(t.ID), r.User, "topic.name", t.Name, "right.level", string(r.Level), "right.name", r.Name,
			"right.group", r.Group, "topics", len(ids))
		for _, id := range ids {
			if err := f(tx, id, r); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	})
	return err
}

// topicRight reads whom a right is about. It fails with [muster.ErrUserNotFound] or [muster.ErrGroupNotFound].
func (tx *Tx) topicRight(g TopicGrant) (r muster.TopicRight, err error) {
	if !g.Level.Valid() {
		return r, muster.InvalidField("level", "ro, rw or admin")
	}
	if g.Username != "" || g.Group == "" {
		u, err := userNamed(tx.Reader, g.Username)
		if err == nil && u == nil {
			err = muster.ErrUserNotFound
		}
		if err != nil {
			return r, err
		}
		return muster.TopicRight{Level: g.Level, User: u.ID, Name: u.Username}, nil
	}
	group, err := groupNamed(tx.Reader, g.Group)
	if err != nil {
		return r, err
	}
	return muster.TopicRight{Level: g.Level, Group: group.ID, Name: group.Name}, nil
}

// administeredTopic reads a topic of which the caller may say who reads and writes in it: who administers it, the owner of a
// private one, and administrators as long as it is not somebody's private one. In the private area of somebody else nobody
// learns what there is.
func (tx *Tx) administeredTopic(name string) (*muster.Topic, error) {
	name, ok := muster.TopicName(name)
	tx.About(muster.Resource{Noun: muster.NounTopic}, "topic.name", legalTopic(name))
	if err := tx.Require(muster.Resource{Noun: muster.NounTopic}); err != nil {
		return nil, err
	}
	if !ok {
		return nil, muster.ErrTopicNotFound
	}
	f, err := findTopic(tx.Reader, name, tx.Actor.User)
	if err != nil {
		return nil, err
	}
	own := f.privateOf == tx.Actor.User || tx.Actor.System
	switch {
	case f.topic != nil && f.topic.ID == muster.PrivateTopics:
		return nil, muster.ErrDenied
	case f.privateOf > 0 && !own && !slices.Contains(f.levels, muster.TopicAdmin):
		return nil, muster.ErrDenied
	case f.topic == nil:
		return nil, muster.ErrTopicNotFound
	case f.privateOf == 0 && !slices.Contains(f.levels, muster.TopicAdmin):
		return f.topic, tx.requireAdministrator()
	}
	return f.topic, nil
}

// mostTopicsBelow bounds what one request changes.
const mostTopicsBelow = 500

// administeredBelow lists the topics below one, if the caller may say of all of them who reads and writes there.
func (tx *Tx) administeredBelow(t *muster.Topic) ([]muster.ID, error) {
	ids, err := tx.TopicsBelow(t, mostTopicsBelow+1)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	if len(ids) > mostTopicsBelow {
		return nil, muster.ErrTooManyTopics
	}
	if tx.Actor.System || t.PrivateOf == tx.Actor.User {
		return ids, nil
	}
	if all, err := tx.AdministersBelow(t, tx.Actor.User); err != nil || all {
		return ids, err
	}
	if t.PrivateOf != 0 {
		return nil, muster.ErrDenied
	}
	return ids, tx.requireAdministrator()
}
