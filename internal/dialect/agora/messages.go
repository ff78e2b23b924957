package agora

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"

	"muster"
	"muster/internal/core"
)

// maxMessage is how long body and ext of a message may be together, in bytes.
const maxMessage = 5 << 10

var (
	errNoSender    = argument("from can't be empty")
	errRecipients  = argument("param to exceed limit")
	errLongMessage = argument("message is too large")
)

type messageRequest struct {
	From      *text           `json:"from"`
	To        []text          `json:"to"`
	Type      text            `json:"type"`
	Body      json.RawMessage `json:"body"`
	Ext       json.RawMessage `json:"ext"`
	RouteType text            `json:"routetype"`
}

// sendMessages answers an id for each recipient, as text: a number would lose digits in clients.
func (f *facade) sendMessages(r *http.Request) (any, error) {
	var m messageRequest
	if err := decodeObject(r, &m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	s := core.Sending{Sender: "admin", Kind: string(m.Type), Body: compact(m.Body), Ext: compact(m.Ext), Fleeting: m.RouteType == "ROUTE_ONLINE"}
	if m.From != nil {
		s.Sender = string(*m.From)
	}
	for _, name := range m.To {
		s.To = append(s.To, string(name))
	}
	ids, err := f.core.SendMessages(r.Context(), s)
	if err != nil {
		return nil, err
	}
	data := map[string]string{}
	for name, id := range ids {
		data[name] = id.String()
	}
	return answer{path: "/messages/users", address: true, data: data}, nil
}

// check is what the contract says of each member (7).
func (m *messageRequest) check() error {
	kinds := []text{"txt", "img", "audio", "video", "file", "loc", "cmd", "custom"}
	var body struct {
		Text *text `json:"msg"`
	}
	switch {
	case m.From != nil && *m.From == "":
		return errNoSender
	case m.From != nil && !muster.ValidText(string(*m.From), muster.MaxName):
		return argument("from is not legal")
	case len(m.To) == 0 || len(m.To) > core.MostRecipients:
		return errRecipients
	case slices.ContainsFunc(m.To, func(to text) bool { return len(to) > muster.MaxName }):
		return errRecipients
	case !slices.Contains(kinds, m.Type):
		return argument("type is not legal")
	case !isObject(m.Body) || json.Unmarshal(m.Body, &body) != nil || m.Type == "txt" && body.Text == nil:
		return argument("body is not legal")
	case len(m.Ext) > 0 && !isObject(m.Ext):
		return argument("ext is not legal")
	case len(compact(m.Body))+len(compact(m.Ext)) > maxMessage:
		return errLongMessage
	}
	return nil
}

func isObject(v json.RawMessage) bool { return len(v) > 0 && v[0] == '{' }

func compact(v json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	_ = json.Compact(&b, v) // it was read as JSON before
	return b.Bytes()
}

// messageCount tells how many messages wait, by the name as the client wrote it.
func (f *facade) messageCount(r *http.Request) (any, error) {
	name := r.PathValue("username")
	n, err := f.core.CountMessages(r.Context(), name)
	if err != nil {
		return nil, err
	}
	return answer{address: true, entities: []entity{}, data: map[string]int{name: n}, count: counted(0)}, nil
}

// messageState tells whether a message waits. One that nobody has ever sent was delivered: there are two answers only.
func (f *facade) messageState(r *http.Request) (any, error) {
	written := r.PathValue("msg_id")
	id, _ := muster.ParseID(written)
	waits, err := f.core.MessageWaits(r.Context(), r.PathValue("username"), id)
	if err != nil {
		return nil, err
	}
	state := "delivered"
	if waits {
		state = "undelivered"
	}
	return answer{address: true, entities: []entity{}, data: map[string]string{written: state}, count: counted(0)}, nil
}

type acknowledgement struct {
	IDs []text `json:"ids"`
}

// acknowledge takes messages out of a user's own queue. Part of the live link, which is no call of the vendor.
func (f *facade) acknowledge(r *http.Request) (any, error) {
	const most = 500
	var p acknowledgement
	if err := decodeObject(r, &p); err != nil {
		return nil, err
	}
	if len(p.IDs) == 0 || len(p.IDs) > most {
		return nil, errShape
	}
	var ids []muster.ID
	for _, written := range p.IDs {
		if id, ok := muster.ParseID(string(written)); ok {
			ids = append(ids, id)
		}
	}
	n, err := f.core.AckMessages(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	return answer{action: "ack", data: map[string]int{"acked": n}}, nil
}
