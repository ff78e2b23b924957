package crust_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"muster/internal/dialect/dialecttest"
	"muster/internal/mustertest"
	"muster/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// base is where the API is mounted.
const base = "/crust"

const goodPassword = "correct-horse"

// A house is a running server as the tests of this wire see it.
type house struct {
	*mustertest.Server
	admin *client
}

// each runs f on a fresh house of each engine.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	storetest.Each(t, func(t *testing.T, engine string) { f(t, newHouse(t, engine)) })
}

// one runs f on a fresh house of the embedded engine, for what the engine has no part in.
func one(t *testing.T, f func(t *testing.T, h *house), options ...mustertest.Option) {
	f(t, newHouse(t, storetest.SQLite, options...))
}

func newHouse(t *testing.T, engine string, options ...mustertest.Option) *house {
	h := &house{Server: mustertest.Start(t, engine, options...)}
	h.admin = h.signIn(t, mustertest.AdminEmail, mustertest.AdminPassword)
	return h
}

// A client asks the API, as somebody or as nobody.
type client struct{ dialecttest.Client[answer] }

// An answer is what came back.
type answer struct{ mustertest.Answer }

func (h *house) nobody() *client { return h.showing("") }

// showing is a client that shows the token as Bearer.
func (h *house) showing(token string) *client {
	return &client{dialecttest.Client[answer]{URL: h.URL + base, Token: token}}
}

func (h *house) signIn(t *testing.T, name, password string) *client {
	t.Helper()
	a := h.nobody().login(t, name, password)
	if a.cookie() == nil {
		t.Fatalf("%s can't sign in: %s", name, a.Body)
	}
	return h.showing(a.cookie().Value)
}

func (c *client) login(t testing.TB, name, password string) answer {
	t.Helper()
	return c.POST(t, "/auth/login", map[string]string{"username": name, "password": password})
}

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

func (c *client) form(t *testing.T, method, path, body string) answer {
	t.Helper()
	return c.With(t, method, path, body, "Content-Type", formType)
}

// cookie is the cookie that the answer sets; nil if it sets none.
func (a answer) cookie() *http.Cookie {
	for _, c := range (&http.Response{Header: a.Header}).Cookies() {
		if c.Name == "jwt" {
			return c
		}
	}
	return nil
}

// ok is for actions without a value.
func (a answer) ok(t *testing.T) {
	t.Helper()
	a.is(t, `{"response":false}`)
}

// is compares the whole answer.
func (a answer) is(t *testing.T, body string) {
	t.Helper()
	if a.Status != http.StatusOK || string(a.Body) != body || a.Header.Get("Content-Type") != jsonType {
		t.Errorf("answered %d %s, want %s", a.Status, a.Body, body)
	}
}

// fails is for errors of exactly that text, and nothing else in the answer.
func (a answer) fails(t *testing.T, message string) {
	t.Helper()
	text, err := json.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	a.is(t, `{"error":{"message":`+string(text)+`}}`)
}

// failed is for errors of any text.
func (a answer) failed(t *testing.T) {
	t.Helper()
	if message := a.Error(t); message == "" {
		t.Errorf("answered %d %s, want an error", a.Status, a.Body)
	} else {
		a.fails(t, message)
	}
}

// list are the texts of one member in all rows of a list.
func (a answer) list(t *testing.T, path, member string) string {
	t.Helper()
	rows, ok := a.Get(t, path).([]any)
	if !ok {
		t.Fatalf("no list at %s of %s", path, a.Body)
	}
	var texts []string
	for _, row := range rows {
		text, _ := row.(map[string]any)[member].(string)
		texts = append(texts, text)
	}
	return strings.Join(texts, " ")
}

const (
	unauthorized         = "Unauthorized"
	invalidToken         = "failed to authorize request: invalid token"
	expiredToken         = "failed to authorize request: token is expired"
	badLogin             = "invalid username or password"
	userNotFound         = "crust.auth.repository.UserNotFound"
	teamNotFound         = "crust.auth.repository.TeamNotFound"
	organisationNotFound = "crust.auth.repository.OrganisationNotFound"
)

// A person is somebody whom an administrator has made, and who has signed in.
type person struct {
	*client
	id, name string
}

// person makes a user with a password, called so in all ways.
func (h *house) person(t *testing.T, name string) person {
	t.Helper()
	id := h.admin.POST(t, "/users/", whole(name)).Text(t, "response.userID")
	return person{h.signIn(t, name, goodPassword), id, name}
}

// whole is all that a new user needs.
func whole(name string) map[string]any {
	return map[string]any{
		"username": name, "email": name + "@example.org", "name": "Name of " + name, "handle": name + "1", "password": goodPassword,
	}
}

func (h *house) team(t *testing.T, name string, members ...string) string {
	t.Helper()
	return h.admin.POST(t, "/teams/", map[string]any{"name": name, "members": members}).Text(t, "response.teamID")
}

func (h *house) organisation(t *testing.T, name string) string {
	t.Helper()
	return h.admin.POST(t, "/organisations/", map[string]string{"name": name}).Text(t, "response.organisationID")
}

// teams are the names of the teams of a user.
func (h *house) teams(t *testing.T, user string) string {
	t.Helper()
	a := h.admin.GET(t, "/users/"+user)
	if a.Get(t, "response.teams") == nil {
		a.Text(t, "response.userID")
		return ""
	}
	return a.list(t, "response.teams", "name")
}

// TestRecorded replays exchanges.
func TestRecorded(t *testing.T) {
	for _, name := range []string{"auth", "organisations", "teams", "users"} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				p := &dialecttest.Player{
					URL:     h.URL + base,
					Values:  map[string]string{"admin": h.admin.Token, "adminEmail": mustertest.AdminEmail, "adminPassword": mustertest.AdminPassword},
					Classes: map[string]string{"token": `mus_s_[0-9]+\.[0-9]+\.[A-Za-z0-9_-]{43}`, "date": `[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 20\d\d \d\d:\d\d:\d\d GMT`},
				}
				p.Play(t, "testdata/"+name+".txt")
			})
		})
	}
}
