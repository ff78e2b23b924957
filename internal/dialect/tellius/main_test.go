package tellius_test

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"muster"
	"muster/internal/dialect/dialecttest"
	"muster/internal/mustertest"
	"muster/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// base is where the API is mounted.
const base = "/tellius"

const goodPassword = "teLLius@123"

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

func newHouse(t testing.TB, engine string, options ...mustertest.Option) *house {
	h := &house{Server: mustertest.Start(t, engine, options...)}
	h.admin = h.signIn(t, "admin", mustertest.AdminPassword)
	return h
}

// A client asks the API, as somebody or as nobody.
type client struct {
	dialecttest.Client[answer]
	id, refresh string
}

// An answer is what came back.
type answer struct{ mustertest.Answer }

func (h *house) nobody() *client { return h.showing("") }

// showing is a client that shows the token as Bearer.
func (h *house) showing(token string) *client {
	return &client{Client: dialecttest.Client[answer]{URL: h.URL + base, Token: token}}
}

func (h *house) signIn(t testing.TB, name, password string) *client {
	t.Helper()
	a := h.nobody().login(t, name, password)
	if a.Status != http.StatusOK {
		t.Fatalf("%s can't sign in: %s", name, a.Body)
	}
	c := h.showing(a.String(t, "token"))
	c.id, c.refresh = a.String(t, "id"), a.String(t, "refreshToken")
	return c
}

func (c *client) login(t testing.TB, name, password string) answer {
	t.Helper()
	return c.POST(t, "/api/login", map[string]string{"username": name, "password": password})
}

// is wants a status, and of an error its form.
func (a answer) is(t testing.TB, status int) answer {
	t.Helper()
	if a.Status != status {
		t.Errorf("answered %d %s, want %d", a.Status, a.Body, status)
		return a
	}
	if status == http.StatusOK {
		return a
	}
	var e struct {
		Error, Message string
		Status         int
	}
	if err := json.Unmarshal(a.Body, &e); err != nil || e.Message == "" || e.Error != http.StatusText(status) || e.Status != status || a.Header.Get("Content-Type") != "application/json" {
		t.Errorf("the error is %s, %s", a.Header.Get("Content-Type"), a.Body)
	}
	if got := a.Header.Get("WWW-Authenticate"); (got == "Bearer") != (status == http.StatusUnauthorized) {
		t.Errorf("%d comes with WWW-Authenticate %q", status, got)
	}
	return a
}

// empty wants success without a body.
func (a answer) empty(t testing.TB) {
	t.Helper()
	if a.Status != http.StatusOK || len(a.Body) != 0 || a.Header.Get("Content-Type") != "" {
		t.Errorf("answered %d %q of type %q, want 200 and nothing", a.Status, a.Body, a.Header.Get("Content-Type"))
	}
}

// person makes a user who can sign in, and signs him in.
func (h *house) person(t testing.TB, name, role string) *client {
	t.Helper()
	body := map[string]any{"username": name, "email": name + "@example.org", "password": goodPassword}
	if role != "" {
		body["role"] = role
	}
	h.admin.POST(t, "/users", body).is(t, http.StatusOK)
	return h.signIn(t, name, goodPassword)
}

func (h *house) group(t testing.TB, name string) string {
	t.Helper()
	return h.admin.POST(t, "/groups", map[string]string{"name": name}).is(t, http.StatusOK).String(t, "id")
}

// users are all users, by username.
func (h *house) users(t testing.TB) map[string]map[string]any {
	t.Helper()
	var list struct{ Users []map[string]any }
	a := h.admin.GET(t, "/users").is(t, http.StatusOK)
	if err := json.Unmarshal(a.Body, &list); err != nil {
		t.Fatalf("%v in %s", err, a.Body)
	}
	users := map[string]map[string]any{}
	for _, u := range list.Users {
		users[u["username"].(string)] = u
	}
	return users
}

func idOf(t testing.TB, hex string) muster.ID {
	t.Helper()
	id, ok := muster.ParseHexID(hex)
	if !ok {
		t.Fatalf("%q is no id", hex)
	}
	return id
}

// TestRecorded replays exchanges.
func TestRecorded(t *testing.T) {
	for _, name := range []string{"login", "users", "groups", "objects"} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				p := &dialecttest.Player{
					URL:     h.URL + base,
					Values:  map[string]string{"admin": h.admin.Token, "adminID": h.admin.id, "adminPassword": mustertest.AdminPassword},
					Classes: map[string]string{"access": `mus_s_[0-9]+\.[0-9]+\.[0-9]+\.[A-Za-z0-9_-]{43}`, "refresh": `mus_r_[0-9]+\.[A-Za-z0-9_-]{43}`},
				}
				p.Play(t, "testdata/"+name+".txt")
			})
		})
	}
}
