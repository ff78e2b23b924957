package core

import (
	"muster"
	"muster/internal/store"
)

// A found topic is what a name stands for at this moment.
type foundTopic struct {
	name      string
	privateOf muster.ID // whose private area the name is in; 0: nobody's
	path      string
	topic     *muster.Topic // nil: there is none
	levels    []muster.TopicLevel
}

// nobodysArea is the owner of a private area that is called after nobody.
const nobodysArea muster.ID = -1

// findTopic finds out what a legal name stands for, and what the user may do there. Names are compared letter for letter.
func findTopic(r *store.Reader, name string, user muster.ID) (f foundTopic, err error) {
	f = foundTopic{name: name, path: name}
	if username, path, ok := muster.SplitPrivate(name); ok {
		owner, err := userNamed(r, username)
		if err != nil {
			return f, err
		}
		f.privateOf, f.path = nobodysArea, path
		if owner == nil {
			return f, nil
		}
		f.privateOf = owner.ID
	}
	if f.topic, err = r.Topic(muster.MainRealm, f.privateOf, f.path); err != nil || f.topic == nil || user == 0 {
		return f, err
	}
	f.levels, err = r.TopicLevels(f.topic.ID, user)
	return f, err
}

// userNamed reads the user who is called so letter for letter, if he is neither suspended nor deleted; nil if there is none.
func userNamed(r *store.Reader, username string) (*muster.User, error) {
	if !muster.ValidUsername(username) {
		return nil, nil
	}
	u, err := r.UserBySignInName(muster.MainRealm, username)
	if err != nil || u == nil || u.Username != username || !u.Live() {
		return nil, err
	}
	return u, nil
}

// readable reads a topic that the user can read, by its name in whatever spelling of slashes; else it fails with
// [muster.ErrTopicNotFound], also where there is one: nobody learns of what he cannot read.
func readableTopic(r *store.Reader, name string, actor muster.Actor) (foundTopic, error) {
	name, ok := muster.TopicName(name)
	if !ok {
		return foundTopic{}, muster.ErrTopicNotFound
	}
	f, err := findTopic(r, name, actor.User)
	if err == nil && (f.topic == nil || len(f.levels) == 0 && !actor.System) {
		err = muster.ErrTopicNotFound
	}
	return f, err
}

// legalTopic keeps what cannot be a topic out of the audit trail.
func legalTopic(name string) string {
	if !muster.ValidText(name, muster.MaxName) {
		return ""
	}
	return name
}
