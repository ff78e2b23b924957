package tat

import (
	"math"
	"net/http"

	"muster"
	"muster/internal/core"
)

// topic is the topic object (contract, 5.1). Muster keeps no messages, so what is about them is empty.
type topic struct {
	ID          string   `json:"_id"`
	Collection  string   `json:"collection"`
	Topic       string   `json:"topic"`
	Description string   `json:"description"`
	ROGroups    []string `json:"roGroups,omitempty"`
	RWGroups    []string `json:"rwGroups,omitempty"`
	ROUsers     []string `json:"roUsers,omitempty"`
	RWUsers     []string `json:"rwUsers,omitempty"`
	AdminUsers  []string `json:"adminUsers,omitempty"`
	AdminGroups []string `json:"adminGroups,omitempty"`
	History     []string `json:"history"`
	topicSettings
	DateCreation int64    `json:"dateCreation,omitempty"`
	Filters      []string `json:"filters"`
}

type topicSettings struct {
	MaxLength            int  `json:"maxlength"`
	MaxReplies           int  `json:"maxreplies"`
	CanForceDate         bool `json:"canForceDate"`
	CanUpdateMsg         bool `json:"canUpdateMsg"`
	CanDeleteMsg         bool `json:"canDeleteMsg"`
	CanUpdateAllMsg      bool `json:"canUpdateAllMsg"`
	CanDeleteAllMsg      bool `json:"canDeleteAllMsg"`
	AdminCanUpdateAllMsg bool `json:"adminCanUpdateAllMsg"`
	AdminCanDeleteAllMsg bool `json:"adminCanDeleteAllMsg"`
	IsAutoComputeTags    bool `json:"isAutoComputeTags"`
	IsAutoComputeLabels  bool `json:"isAutoComputeLabels"`
}

func topicOf(t *muster.Topic) topic {
	w := topic{
		ID: hex(t.ID), Topic: t.Name, Description: t.Description, DateCreation: unix(t.CreatedAt),
		topicSettings: topicSettings{
			t.Settings.MaxLength, t.Settings.MaxReplies, t.Settings.ForceDate, t.Settings.UpdateOwn, t.Settings.DeleteOwn, t.Settings.UpdateAll,
			t.Settings.DeleteAll, t.Settings.AdminUpdateAll, t.Settings.AdminDeleteAll, t.Settings.ComputeTags, t.Settings.ComputeLabels,
		},
	}
	lists := map[muster.TopicLevel][2]*[]string{
		muster.TopicReader: {&w.ROUsers, &w.ROGroups}, muster.TopicWriter: {&w.RWUsers, &w.RWGroups}, muster.TopicAdmin: {&w.AdminUsers, &w.AdminGroups},
	}
	for _, r := range t.Rights {
		list := lists[r.Level][0]
		if r.Group != 0 {
			list = lists[r.Level][1]
		}
		*list = append(*list, r.Name)
	}
	return w
}

// topicsParams select topics. What is empty selects nothing and leaves nothing out.
type topicsParams struct{ filter muster.TopicFilter }

func (p *topicsParams) read(r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	p.filter = muster.TopicFilter{
		Names: alternatives(q.Get("topic")), Below: q.Get("topicPath"), Descriptions: alternatives(q.Get("description")),
		IDs: hexIDs(q.Get("idTopic")), Favourites: q.Get("onlyFavorites") == "true", AllPublic: q.Get("getForTatAdmin") == "true", Page: page(q, 500),
	}
	if p.filter.Below != "" {
		p.filter.Below = said(p.filter.Below)
	}
	return nil
}

// hexIDs reads the ids of a filter, which commas separate. Where none of them is one, nothing is found.
func hexIDs(text string) []muster.ID {
	var ids []muster.ID
	for _, word := range alternatives(text) {
		if id, ok := muster.ParseHexID(word); ok {
			ids = append(ids, id)
		}
	}
	if text != "" && ids == nil {
		ids = []muster.ID{math.MaxInt64} // nobody's
	}
	return ids
}

type topicsAnswer struct {
	Count       int            `json:"count"`
	Topics      []topic        `json:"topics"`
	CountUnread int            `json:"countTopicsMsgUnread"`
	Unread      map[string]int `json:"topicsMsgUnread"` // there are no messages
}

func (f *facade) listTopics(r *http.Request, p topicsParams) (any, error) {
	list, err := f.core.ListTopics(r.Context(), p.filter)
	return topicsAnswer{Count: list.Total, Topics: all(list.Items, topicOf)}, err
}

func (f *facade) readTopic(r *http.Request, _ none) (any, error) {
	t, err := f.core.ReadTopic(r.Context(), r.PathValue("topic"))
	if err != nil {
		return nil, wordTopic(err, r.PathValue("topic"))
	}
	return struct {
		Topic        topic `json:"topic"`
		IsTopicRw    bool  `json:"isTopicRw"`
		IsTopicAdmin bool  `json:"isTopicAdmin"`
	}{topicOf(t.Topic), t.MayWrite, t.MayAdminister}, nil
}

type createTopicParams struct {
	Topic       string `json:"topic"`
	Description string `json:"description"`
}

func (f *facade) createTopic(r *http.Request, p createTopicParams) (any, error) {
	t, err := f.core.CreateTopic(r.Context(), core.TopicForm{Name: p.Topic, Description: p.Description})
	if err != nil {
		return nil, wordCreateTopic(err, p.Topic)
	}
	return topicOf(t), nil
}

func (f *facade) deleteTopic(r *http.Request, _ none) (any, error) {
	name, err := f.core.DeleteTopic(r.Context(), r.PathValue("topic"))
	if err != nil {
		return nil, wordTopic(err, r.PathValue("topic"))
	}
	return info{"Topic " + name + " is deleted"}, nil
}
