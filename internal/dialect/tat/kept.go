package tat

import (
	"context"
	"errors"
	"net/http"

	"muster"
)

// onTopic asks a verb about the topic of the path, which answers its name, and says what then is so.
func onTopic(r *http.Request, verb func(context.Context, string) (string, error), before, after, failed string) (any, error) {
	sent := r.PathValue("topic")
	name, ok := muster.TopicName(sent)
	if !ok {
		return nil, invalidTopic(sent)
	}
	done, err := verb(r.Context(), name)
	switch {
	case errors.Is(err, muster.ErrTopicNotFound):
		return nil, worded(err, "topic %s does not exist or you have no Read Access on it", name)
	case err != nil:
		return nil, worded(err, "%s to user:%s", failed, caller(r))
	}
	return info{before + done + after}, nil
}

func (f *facade) addFavourite(r *http.Request, _ none) (any, error) {
	return onTopic(r, f.core.KeepTopic, "Topic ", " added to favorites", "Error while add favorite topic")
}

func (f *facade) removeFavourite(r *http.Request, _ none) (any, error) {
	return onTopic(r, f.core.DropTopic, "Topic ", " removed from favorites", "Error while remove favorite topic")
}

// The wire spells notifications so.
func (f *facade) enableTopic(r *http.Request, _ none) (any, error) {
	return onTopic(r, f.core.UnmuteTopic, "Notications enabled on Topic ", "", "Error while enable notifications on topic")
}

func (f *facade) disableTopic(r *http.Request, _ none) (any, error) {
	return onTopic(r, f.core.MuteTopic, "Notications disabled on topic ", "", "Error while disable notifications on topic")
}

func (f *facade) enableTopics(r *http.Request, _ none) (any, error) {
	return info{"Notications enabled on all topics"}, f.core.UnmuteTopics(r.Context())
}

func (f *facade) disableTopics(r *http.Request, _ none) (any, error) {
	return info{"Notications disabled on all topics"}, f.core.MuteTopics(r.Context())
}

func (f *facade) addTag(r *http.Request, _ none) (any, error) {
	return nothing, worded(f.core.AddTag(r.Context(), r.PathValue("tag")), "Error while add favorite tag to user:%s", caller(r))
}

func (f *facade) removeTag(r *http.Request, _ none) (any, error) {
	return nothing, worded(f.core.RemoveTag(r.Context(), r.PathValue("tag")), "Error while remove favorite tag to user:%s", caller(r))
}
