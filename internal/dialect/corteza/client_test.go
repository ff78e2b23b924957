package corteza_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"muster/internal/dialect/dialecttest"
	"muster/internal/mustertest"
)

// A client asks the system API, as somebody or as nobody.
type client struct{ dialecttest.Client[answer] }

// An answer is what came back. Its methods fail the test where the answer is not what they are for.
type answer struct{ mustertest.Answer }

func (h *house) nobody() *client { return h.showing("") }

// showing is a client that shows the token.
func (h *house) showing(token string) *client {
	return &client{dialecttest.Client[answer]{URL: h.URL + base, Token: token}}
}

func (h *house) signIn(t *testing.T, email, password string) *client {
	t.Helper()
	return h.showing(h.nobody().login(t, email, password).Text(t, "response.jwt"))
}

func (c *client) login(t *testing.T, email, password string) answer {
	t.Helper()
	return c.POST(t, "/auth/internal/login", map[string]string{"email": email, "password": password})
}

// send sends a body of any type, with more headers as name and value.
func (c *client) send(t *testing.T, method, path, contentType, body string, headers ...string) answer {
	t.Helper()
	if contentType != "" {
		headers = append([]string{"Content-Type", contentType}, headers...)
	}
	return c.With(t, method, path, body, headers...)
}

// ok is for actions without a value.
func (a answer) ok(t *testing.T) {
	t.Helper()
	a.is(t, `{"success":{"message":"OK"}}`)
}

// is compares the whole answer.
func (a answer) is(t *testing.T, body string) {
	t.Helper()
	if a.Status != http.StatusOK || string(a.Body) != body {
		t.Errorf("answered %d %s, want %s", a.Status, a.Body, body)
	}
}

// fails is for errors of exactly that text.
func (a answer) fails(t *testing.T, message string) {
	t.Helper()
	if a.Error(t) != message || len(a.members(t, "")) != 1 {
		t.Errorf("answered %d %s, want the error %q", a.Status, a.Body, message)
	}
}

// failsWith is for errors whose text begins so. Nothing else may be in the answer.
func (a answer) failsWith(t *testing.T, prefix string) {
	t.Helper()
	if a.fails(t, a.Error(t)); !strings.HasPrefix(a.Error(t), prefix) {
		t.Errorf("failed with %q, want an error that begins %q", a.Error(t), prefix)
	}
}

// list are the texts of one member in all rows of a list, or of a plain list.
func (a answer) list(t *testing.T, path, member string) []string {
	t.Helper()
	rows, ok := a.Get(t, path).([]any)
	if !ok && a.Get(t, path) != nil || a.Error(t) != "" {
		t.Fatalf("no list at %s of %s", path, a.Body)
	}
	texts := []string{}
	for _, row := range rows {
		if object, is := row.(map[string]any); is {
			row = object[member]
		}
		text, _ := row.(string)
		texts = append(texts, text)
	}
	return texts
}

// members are the names of the members of the object at a path, sorted; "" is the whole answer.
func (a answer) members(t *testing.T, path string) []string {
	t.Helper()
	var v any
	if path != "" {
		v = a.Get(t, path)
	} else if err := json.Unmarshal(a.Body, &v); err != nil {
		t.Fatalf("no JSON: %s", a.Body)
	}
	object, _ := v.(map[string]any)
	return slices.Sorted(maps.Keys(object))
}
