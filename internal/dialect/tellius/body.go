package tellius

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"

	"muster"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// read reads the body, which has to be a JSON object. Members that are not known are ignored.
func read(r *http.Request, into any) error {
	mediaType, err := httpx.MediaType(r)
	if err != nil || mediaType != "" && mediaType != "application/json" {
		return httpx.ErrUnsupported
	}
	body, err := httpx.ReadBody(r)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) {
		return malformed("the body has to be a JSON object")
	}
	return httpx.DecodeJSON(body, into)
}

func malformed(message string) error {
	return muster.Errorf(muster.Invalid, httpx.ErrMalformed.Code, "%s", message)
}

// A word is text that may be missing. null is no text.
type word struct {
	given bool
	text  string
}

func (w *word) UnmarshalJSON(text []byte) error {
	if w.given = true; text[0] != '"' {
		return malformed("a member that has to be a text is none")
	}
	return json.Unmarshal(text, &w.text)
}

// needed refuses a member that is missing or blank.
func (w word) needed(field string) error {
	if strings.TrimSpace(w.text) == "" {
		return muster.InvalidField(field, "is needed")
	}
	return nil
}

// notBlank refuses a member that is there and blank.
func (w word) notBlank(field string) error {
	if !w.given {
		return nil
	}
	return w.needed(field)
}

// pointer is the text, nil if it is missing.
func (w word) pointer() *string {
	if !w.given {
		return nil
	}
	return &w.text
}

// role reads a role word in any letter case; "" if it is missing.
func (w word) role() (string, error) {
	switch {
	case !w.given:
		return "", nil
	case strings.EqualFold(w.text, "view"), strings.EqualFold(w.text, "viewOnly"):
		return muster.RoleViewer, nil
	}
	if role, ok := muster.ParseRole(w.text); ok {
		return role, nil
	}
	return "", muster.InvalidField("role", "there is no such role")
}

// A truth is true or false, or missing, which is false.
type truth bool

func (b *truth) UnmarshalJSON(text []byte) error {
	*b = truth(string(text) == "true")
	if s := string(text); s != "true" && s != "false" {
		return malformed("a member that has to be true or false is neither")
	}
	return nil
}

// idOf reads an id. What is no id is one that nothing has.
func idOf(s string) muster.ID {
	if id, ok := muster.ParseHexID(s); ok {
		return id
	}
	return dialect.UnknownID
}

// An idList is a list of ids, each a text, or an object as answers show it, of which only the id counts.
type idList struct {
	given bool
	ids   []muster.ID // never nil where the list is given
}

func (l *idList) UnmarshalJSON(text []byte) error {
	var elements []json.RawMessage
	if text[0] != '[' || json.Unmarshal(text, &elements) != nil {
		return malformed("groups have to be a list")
	}
	*l = idList{given: true, ids: make([]muster.ID, 0, len(elements))}
	for _, e := range elements {
		var id word
		object := struct {
			ID *word `json:"id"`
		}{&id}
		into := any(&id)
		if e[0] == '{' {
			into = &object
		}
		if json.Unmarshal(e, into) != nil || !id.given {
			return malformed("a group is the text of its id, or an object that has one")
		}
		l.ids = append(l.ids, idOf(id.text))
	}
	return nil
}

// first is the first list that is given.
func first(lists ...idList) []muster.ID {
	for _, l := range lists {
		if l.given {
			return l.ids
		}
	}
	return nil
}
