package tat

import (
	"context"
	"net/http"
	"strings"

	"muster"
	"muster/internal/core"
	"muster/internal/httpx"
)

// rightParams say who, and on which topic.
type rightParams struct {
	Topic     string `json:"topic"`
	Username  string `json:"username"`
	Groupname string `json:"groupname"`
	Recursive flag   `json:"recursive"`
}

// Whose right a route is about.
const (
	userRight  = false
	groupRight = true
)

// rightRoute is one of the twelve routes that give a right on a topic or take it away.
func (f *facade) rightRoute(pattern string, level muster.TopicLevel, group bool) httpx.Route {
	action, status, verb := muster.ActionAddTopicRight, http.StatusCreated, f.core.AddTopicRight
	if strings.HasPrefix(pattern, "/topic/remove/") {
		action, status, verb = muster.ActionRemoveTopicRight, http.StatusOK, f.core.RemoveTopicRight
	}
	return httpx.For(action, "PUT", pattern, handleJSON(status, func(r *http.Request, p rightParams) (any, error) {
		g := core.TopicGrant{Topic: p.Topic, Level: level, Recursive: bool(p.Recursive)}
		if group {
			return nothing, p.onGroup(r.Context(), verb, g)
		}
		g.Username = p.Username
		return nothing, wordUser(wordTopic(verb(r.Context(), g), p.Topic), p.Username)
	}))
}

func (p rightParams) onGroup(ctx context.Context, verb func(context.Context, core.TopicGrant) error, g core.TopicGrant) error {
	g.Group = p.Groupname
	return wordGroup(http.StatusNotFound, wordTopic(verb(ctx, g), p.Topic), p.Groupname)
}
