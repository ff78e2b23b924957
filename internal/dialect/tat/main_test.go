package tat_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"testing"

	"muster"
	"muster/internal/config"
	"muster/internal/core"
	"muster/internal/dialect/dialecttest"
	"muster/internal/mustertest"
	"muster/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// base is where the API is mounted.
const base = "/tat"

// A house is a running server as the tests of this wire see it.
type house struct {
	*mustertest.Server
	admin *client
	read  map[string]bool // files of mails
}

// each runs f on a fresh house of each engine, whose first person, ada, is administrator.
func each(t *testing.T, f func(t *testing.T, h *house), options ...mustertest.Option) {
	storetest.Each(t, func(t *testing.T, engine string) { f(t, newHouse(t, engine, options...)) })
}

// one runs f on a fresh house of the embedded engine, for what the engine has no part in.
func one(t *testing.T, f func(t *testing.T, h *house), options ...mustertest.Option) {
	f(t, newHouse(t, storetest.SQLite, options...))
}

func newHouse(t *testing.T, engine string, options ...mustertest.Option) *house {
	h := empty(t, engine, options...)
	h.admin = h.join(t, "ada")
	if h.Config.Admin.Email != "" { // who was made at the start comes first
		root := h.Administrator(t)
		id := root.GET(t, "/corteza/system/users/?username=ada").String(t, "response.set.0.userID")
		root.POST(t, "/corteza/system/roles/2/member/"+id, "")
	}
	return h
}

// empty is a house without anybody.
func empty(t *testing.T, engine string, options ...mustertest.Option) *house {
	options = append([]mustertest.Option{mustertest.NoAdministrator}, options...)
	return &house{Server: mustertest.Start(t, engine, options...), read: map[string]bool{}}
}

// A client asks the API as somebody, or as nobody.
type client struct {
	dialecttest.Client[answer]
	name, password string
}

// An answer is what came back. Its methods fail the test where the answer is not what they are for.
type answer struct{ mustertest.Answer }

func (h *house) nobody() *client { return h.showing("", "") }

// showing is a client that shows a name with a password, unless the name is "".
func (h *house) showing(name, password string) *client {
	c := &client{dialecttest.Client[answer]{URL: h.URL + base}, name, password}
	if name != "" {
		c.Header = http.Header{"Tat_username": {name}, "Tat_password": {password}}
	}
	return c
}

// register asks for an account.
func (h *house) register(t *testing.T, name string) answer {
	t.Helper()
	return h.nobody().POST(t, "/user", account(name))
}

func account(name string) string {
	return fmt.Sprintf(`{"username":%q,"fullname":%q,"email":%q}`, name, "Name of "+name, name+"@example.org")
}

// join makes an account, and follows the mail.
func (h *house) join(t *testing.T, name string) *client {
	t.Helper()
	h.register(t, name).is(t, 201, `{"info":"please check your mail to validate your account."}`)
	return h.verify(t, name, h.token(t, name))
}

func (h *house) verify(t *testing.T, name, token string) *client {
	t.Helper()
	a := h.nobody().GET(t, "/user/verify/"+name+"/"+token)
	if a.Status != 200 {
		t.Fatalf("verifying %s: %d %s", name, a.Status, a.Body)
	}
	return h.showing(name, a.String(t, "password"))
}

var tokenPattern = regexp.MustCompile(`[A-Za-z0-9]{32}[0-9]{10,}`)

// token is what the next mail to somebody carries.
func (h *house) token(t *testing.T, name string) string {
	t.Helper()
	token := tokenPattern.FindString(h.mail(t, name).HTML)
	if token == "" {
		t.Fatal("a mail without a token")
	}
	return token
}

// mail is the next mail to somebody.
func (h *house) mail(t *testing.T, name string) mustertest.Mail {
	t.Helper()
	m := h.Mail(t, func(m mustertest.Mail) bool { return m.To() == name+"@example.org" && !h.read[m.File] })
	h.read[m.File] = true
	return m
}

// unread counts the mails that nobody has read.
func (h *house) unread(t *testing.T) (n int) {
	t.Helper()
	for _, m := range h.Mails(t) {
		if !h.read[m.File] {
			n++
		}
	}
	return n
}

// is compares the whole answer.
func (a answer) is(t *testing.T, status int, body string) {
	t.Helper()
	if a.Status != status || string(a.Body) != body {
		t.Errorf("answered %d %s, want %d %s", a.Status, a.Body, status, body)
	}
}

// fails is for errors of exactly that text.
func (a answer) fails(t *testing.T, status int, text string) {
	t.Helper()
	b, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	a.is(t, status, `{"error":`+string(b)+`}`)
}

// refused is for errors of whatever text.
func (a answer) refused(t *testing.T, status int) {
	t.Helper()
	if a.Status != status || a.String(t, "error") == "" {
		t.Errorf("answered %d %s, want an error of %d", a.Status, a.Body, status)
	}
}

// key is the password of a secret answer, whose other members are checked.
func (a answer) key(t *testing.T, status int, message, name string) string {
	t.Helper()
	password := a.String(t, "password")
	want := fmt.Sprintf(`{"message":%q,"username":%q,"password":%q,"url":"http://muster.example:80/tat"}`, message, name, password)
	a.is(t, status, want)
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(password) {
		t.Errorf("a password of %d characters", len(password))
	}
	return password
}

// withAdministrator is a house whose administrator was made at its start; ada is one too.
func withAdministrator(c *config.Config) {
	c.Admin = config.Admin{Email: mustertest.AdminEmail, Username: "admin", Password: mustertest.AdminPassword}
}

// events are all that happened, oldest first.
func (h *house) events(t *testing.T) []core.SeenEvent {
	t.Helper()
	list, err := h.Core.ListEvents(muster.WithActor(t.Context(), muster.House()), muster.EventFilter{Page: muster.Page{Limit: 10_000}})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(list)
	return list
}
