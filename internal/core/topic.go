package core

import (
	"context"
	"slices"

	"muster"
)

// SeenTopic is a topic and what the caller may do in it.
type SeenTopic struct {
	*muster.Topic
	MayWrite, MayAdminister bool
}

// ListTopics lists the topics that f selects and the caller can read, by name. Administrators may ask for all but private
// ones; from others that wish is not heard.
func (c *Core) ListTopics(ctx context.Context, f muster.TopicFilter) (muster.List[*muster.Topic], error) {
	return view(ctx, c, muster.ActionListTopics, func(v *View) (muster.List[*muster.Topic], error) {
		if err := v.Require(muster.Resource{Noun: muster.NounTopic}); err != nil {
			return muster.List[*muster.Topic]{}, err
		}
		f.AllPublic = f.AllPublic && v.May(muster.Realm(), muster.OpAdminister)
		return v.Topics(muster.MainRealm, v.Actor.User, f)
	})
}

// ReadTopic answers one topic that the caller can read.
func (c *Core) ReadTopic(ctx context.Context, name string) (SeenTopic, error) {
	return view(ctx, c, muster.ActionReadTopic, func(v *View) (SeenTopic, error) {
		if err := v.Require(muster.Resource{Noun: muster.NounTopic}); err != nil {
			return SeenTopic{}, err
		}
		f, err := readableTopic(v.Reader, name, v.Actor)
		if err != nil {
			return SeenTopic{}, err
		}
		seen := SeenTopic{Topic: f.topic, MayAdminister: slices.Contains(f.levels, muster.TopicAdmin)}
		seen.MayWrite = seen.MayAdminister || slices.Contains(f.levels, muster.TopicWriter)
		return seen, v.TopicRights(f.topic)
	})
}

// TopicForm is what wires say of a topic when they make one.
type TopicForm struct {
	Name        string
	Description string
}

// The bounds of topics.
const (
	maxPrivateTopics = 1000 // below the private topic of one user
	maxTopicRights   = 1000 // on one topic
)

// CreateTopic makes a topic. It takes rights and settings from the topic above it; the caller may write in it besides. A topic
// that has none above it is made by administrators, others by who administers the one above, and by administrators; what is
// private by its owner, and by whom he made an administrator of the topic above (tat.md, 5.1).
func (c *Core) CreateTopic(ctx context.Context, form TopicForm) (*muster.Topic, error) {
	return do(ctx, c, muster.ActionCreateTopic, func(tx *Tx) (*muster.Topic, error) {
		name, ok := muster.TopicName(form.Name)
		tx.About(muster.Resource{Noun: muster.NounTopic}, "new.name", legalTopic(name))
		if err := tx.Require(muster.Resource{Noun: muster.NounTopic}); err != nil {
			return nil, err
		}
		if !ok {
			return nil, muster.InvalidField("topic", "4 to 100 characters, beginning with a slash")
		}
		if !muster.ValidText(form.Description, muster.MaxText) {
			return nil, muster.InvalidField("description", "at most 2000 characters, none of them control characters")
		}
		f, err := findTopic(tx.Reader, name, tx.Actor.User)
		if err != nil {
			return nil, err
		}
		parent, err := tx.mayCreateTopic(f)
		if err != nil {
			return nil, err
		}
		t := &muster.Topic{Name: name, PrivateOf: f.privateOf, Path: f.path, Description: form.Description}
		if err := tx.inherit(t, parent); err != nil {
			return nil, err
		}
		if err := tx.insertTopic(t, tx.Actor.User); err != nil {
			return nil, err
		}
		tx.Record(muster.TopicResource(t.ID), "new.id", t.ID)
		return t, tx.TopicRights(t)
	})
}

// inherit gives a new topic the settings and the rights of the one above it. The first ones of a tree have messages as long as
// the operator says.
func (tx *Tx) inherit(t, above *muster.Topic) error {
	t.Settings = muster.DefaultTopicSettings()
	if above != nil {
		if err := tx.TopicRights(above); err != nil {
			return err
		}
		t.Settings, t.Rights = above.Settings, above.Rights
	}
	if above == nil || above.ID == muster.PrivateTopics {
		t.Settings.MaxLength = tx.core.messages
	}
	return nil
}

// mayCreateTopic answers the topic that a new one is below of; nil if it is below of none.
func (tx *Tx) mayCreateTopic(f foundTopic) (*muster.Topic, error) {
	above := muster.ParentTopic(f.name)
	if above == "" {
		return nil, tx.requireAdministrator()
	}
	own := f.privateOf != 0 && f.privateOf == tx.Actor.User || tx.Actor.System
	parent, err := findTopic(tx.Reader, above, tx.Actor.User)
	switch {
	case err != nil:
		return nil, err
	case parent.topic == nil && (own || f.privateOf <= 0):
		return nil, muster.ErrParentNotFound
	case f.privateOf == nobodysArea:
		return nil, muster.ErrDenied
	case own:
		return parent.topic, tx.roomForPrivateTopic(f)
	case parent.topic != nil && slices.Contains(parent.levels, muster.TopicAdmin):
		return parent.topic, tx.roomForPrivateTopic(f)
	case f.privateOf != 0:
		return nil, muster.ErrDenied // whether or not there is one above
	}
	return parent.topic, tx.requireAdministrator()
}

// roomForPrivateTopic keeps a user from making topics without end.
func (tx *Tx) roomForPrivateTopic(f foundTopic) error {
	if f.privateOf == 0 {
		return nil
	}
	below, err := tx.TopicsBelow(&muster.Topic{Realm: muster.MainRealm, PrivateOf: f.privateOf}, maxPrivateTopics)
	if err == nil && len(below) >= maxPrivateTopics {
		err = muster.ErrListFull
	}
	return err
}

// requireAdministrator asks for more than a right.
func (tx *Tx) requireAdministrator() error {
	is, err := tx.administers()
	if err == nil && !is {
		err = muster.ErrDenied
	}
	return err
}

// insertTopic stores a new topic in which the writer may write; 0 is nobody.
func (tx *Tx) insertTopic(t *muster.Topic, writer muster.ID) error {
	t.ID, t.Realm = tx.NewID(), muster.MainRealm
	t.CreatedAt = t.ID.Time()
	if writer != 0 {
		t.Rights = append(t.Rights, muster.TopicRight{Level: muster.TopicWriter, User: writer})
	}
	err := tx.InsertTopic(t)
	t.Rights = nil
	return err
}
