package agora

import (
	"encoding/json"
	"net/http"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
)

// A message is what the application sends.
type message struct {
	From  json.RawMessage `json:"from"`
	To    json.RawMessage `json:"to"`
	Type  text            `json:"type"`
	Body  json.RawMessage `json:"body"`
	Ext   json.RawMessage `json:"ext"`
	Route text            `json:"routetype"`
}

// usualSender is who sends what nobody says he sent.
const usualSender = "admin"

var errNoSender = argument("from can't be empty")

func (f *facade) sendMessage(r *http.Request) (any, error) {
	var m message
	if err := decodeObject(r, &m); err != nil {
		return nil, err
	}
	to, ids, err := f.send(r, m)
	if err != nil {
		return nil, err
	}
	data := map[string]string{}
	for i, name := range to {
		data[name] = ids[i].String()
	}
	return answer{path: "/messages/users", address: true, data: data}, nil
}

func (f *facade) send(r *http.Request, m message) (to []string, ids []muster.ID, err error) {
	form := core.MessageForm{Type: string(m.Type), Body: m.Body, Ext: m.Ext, OnlineOnly: m.Route == "ROUTE_ONLINE"}
	if form.From, err = sender(m.From); err != nil {
		return nil, nil, err
	}
	if form.To, err = recipients(m.To); err != nil {
		return nil, nil, err
	}
	ids, err = f.core.SendMessage(r.Context(), form)
	return form.To, ids, err
}

// sender is who sends: a text, or nobody.
func sender(from json.RawMessage) (string, error) {
	if from == nil {
		return usualSender, nil
	}
	var name string
	switch {
	case json.Unmarshal(from, &name) != nil:
		return "", errShape
	case name == "":
		return "", errNoSender
	}
	return name, nil
}

// recipients is a list of texts.
func recipients(list json.RawMessage) ([]string, error) {
	var to []string
	if list == nil || json.Unmarshal(list, &to) != nil {
		return nil, errShape
	}
	return to, nil
}

// An oldMessage is a message in the form of older clients. All of msg but its type is the body.
type oldMessage struct {
	TargetType text                       `json:"target_type"`
	Target     json.RawMessage            `json:"target"`
	Msg        map[string]json.RawMessage `json:"msg"`
	From       json.RawMessage            `json:"from"`
	Ext        json.RawMessage            `json:"ext"`
}

var errTargetType = argument("target_type is users")

func (f *facade) sendOldMessage(r *http.Request) (any, error) {
	var old oldMessage
	if err := decodeObject(r, &old); err != nil {
		return nil, err
	}
	if old.TargetType != "users" {
		return nil, errTargetType // there are no groups and no rooms here
	}
	m := message{From: old.From, To: old.Target, Ext: old.Ext}
	_ = json.Unmarshal(old.Msg["type"], &m.Type) // what is no text is not there
	delete(old.Msg, "type")
	m.Body, _ = json.Marshal(old.Msg) // decoded a moment ago
	to, ids, err := f.send(r, m)
	if err != nil {
		return nil, err
	}
	data := map[string]string{}
	for i, name := range to {
		if data[name] = "success"; r.URL.Query().Get("useMsgId") == "true" {
			data[name] = ids[i].String()
		}
	}
	return answer{path: "/messages", address: true, data: data}, nil
}

func (f *facade) countMessages(r *http.Request) (any, error) {
	return about(f, r, func(user muster.ID) (int, error) { return f.core.CountMessages(r.Context(), user) })
}

// messageState is whether a message waits. An id that cannot be one does not.
func (f *facade) messageState(r *http.Request) (any, error) {
	u, err := f.user(r)
	if err != nil {
		return nil, err
	}
	id, _ := muster.ParseID(r.PathValue("msg_id"))
	waits, err := f.core.MessageWaits(r.Context(), u.ID, id)
	if err != nil {
		return nil, err
	}
	state := "delivered"
	if waits {
		state = "undelivered"
	}
	return answer{address: true, entities: []entity{}, count: counted(0), data: map[string]string{r.PathValue("msg_id"): state}}, nil
}

// link is the live link. Once it has begun it is no answer of the usual form.
func (f *facade) link(w http.ResponseWriter, r *http.Request) error {
	return f.live.Serve(w, r, r.URL.Query().Get("resource"))
}

type acknowledgement struct {
	IDs json.RawMessage `json:"ids"`
}

// acknowledge takes messages out of one's own inbox. What cannot be an id counts as one that is not there.
func (f *facade) acknowledge(r *http.Request) (any, error) {
	var a acknowledgement
	if err := decodeObject(r, &a); err != nil {
		return nil, err
	}
	written, err := recipients(a.IDs)
	if err != nil {
		return nil, err
	}
	ids := dialect.All(written, func(s string) muster.ID { id, _ := muster.ParseID(s); return id })
	n, err := f.core.AcknowledgeMessages(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	return answer{action: "ack", data: map[string]int{"acked": n}}, nil
}
