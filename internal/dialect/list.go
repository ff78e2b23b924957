package dialect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"muster"
)

// A List is the answer {"response": […]} of a list that may be long: its parts are sent as they come, so that nobody holds all
// of it in memory. One that is a single part is sent like any other answer.
type List struct {
	w     http.ResponseWriter
	begun bool
}

// NewList is a list that has not begun.
func NewList(w http.ResponseWriter) *List { return &List{w: w} }

// Add sends a part, a slice with something in it. Another one follows, even if it is empty.
func (l *List) Add(part any) error { return l.send(part, "") }

// End sends the last part, a slice.
func (l *List) End(part any) error {
	if !l.begun {
		return Respond(l.w, part)
	}
	return l.send(part, "]}")
}

// Cut is what a handler answers that can't go on: the error, as long as nothing is sent, and then one that breaks the connection,
// so that the client does not take a part for the whole.
func (l *List) Cut(err error) error {
	if _, foreign := muster.AsError(err); !l.begun || foreign {
		return err
	}
	return fmt.Errorf("a list was cut: %s", err.Error()) // no Error of ours any more, which would be spelled in the middle of the list
}

func (l *List) send(part any, end string) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(part); err != nil {
		return l.Cut(fmt.Errorf("encoding %T: %w", part, err))
	}
	inner := bytes.TrimSuffix(bytes.TrimPrefix(b.Bytes(), []byte("[")), []byte("]\n"))
	switch {
	case !l.begun:
		l.begun = true
		l.w.Header().Set("Content-Type", ContentType)
		l.w.WriteHeader(http.StatusOK)
		_, _ = l.w.Write([]byte(`{"response":[`)) // a client that has left can't be told
	case len(inner) > 0:
		_, _ = l.w.Write([]byte(","))
	}
	_, _ = l.w.Write(append(inner, end...))
	return nil
}
