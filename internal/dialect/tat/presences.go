package tat

import (
	"net/http"
	"strings"
	"time"

	"muster"
	"muster/internal/core"
)

// presence is the presence object (contract, 2). It has no id of its own.
type presence struct {
	ID       string `json:"_id"`
	Status   string `json:"status"`
	Topic    string `json:"topic"`
	Date     int64  `json:"datePresence"`
	DateTime string `json:"dateTimePresence"`
	User     person `json:"userPresence"`
}

func presenceOf(p core.SeenPresence) presence {
	return presence{
		Status: string(p.Status), Topic: p.Topic, Date: unix(p.At), DateTime: p.At.UTC().Truncate(time.Second).Format(time.RFC3339), User: personOf(p.Person),
	}
}

type presencesAnswer struct {
	Count     int        `json:"count"`
	Presences []presence `json:"presences"`
}

func presencesOf(list muster.List[core.SeenPresence]) presencesAnswer {
	return presencesAnswer{list.Total, all(list.Items, presenceOf)}
}

type setPresenceParams struct {
	Status string `json:"status"`
}

// setPresence says that the caller is there, and answers who else is.
func (f *facade) setPresence(r *http.Request, p setPresenceParams) (any, error) {
	list, err := f.core.SetPresence(r.Context(), r.PathValue("topic"), muster.Status(p.Status))
	if err != nil {
		return nil, wordPresence(err, r.PathValue("topic"), p.Status)
	}
	return presencesOf(list), nil
}

// presencesParams select presences. What is empty selects nothing and leaves nothing out.
type presencesParams struct{ filter muster.PresenceFilter }

func (p *presencesParams) read(r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	p.filter = muster.PresenceFilter{Topic: r.PathValue("topic"), Usernames: alternatives(q.Get("username")), Page: page(q, 10)}
	for _, status := range alternatives(q.Get("status")) {
		p.filter.Statuses = append(p.filter.Statuses, muster.Status(strings.ToLower(status)))
	}
	if p.filter.From, err = second(q.Get("dateMinPresence"), 0); err != nil {
		return err
	}
	p.filter.To, err = second(q.Get("dateMaxPresence"), 0)
	return err
}

func (f *facade) listPresences(r *http.Request, p presencesParams) (any, error) {
	list, err := f.core.ListPresences(r.Context(), p.filter)
	if err != nil {
		return nil, wordPresence(err, p.filter.Topic, "")
	}
	return presencesOf(list), nil
}

// removePresence takes a presence away. Whatever status is sent says nothing.
func (f *facade) removePresence(r *http.Request, p memberParams) (any, error) {
	err := f.core.RemovePresence(r.Context(), r.PathValue("topic"), p.Username)
	return nil, wordUser(wordPresence(err, r.PathValue("topic"), ""), p.Username)
}
