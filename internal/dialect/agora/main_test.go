package agora_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/AgoraIO-Community/go-tokenbuilder/accesstoken"

	"muster/internal/config"
	"muster/internal/dialect/dialecttest"
	"muster/internal/mustertest"
	"muster/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// The applications of every house. Certificates and secrets are made up.
const (
	base = "/agora/acme/chat"  // users of its own
	open = "/agora/acme/open"  // anybody may register there
	main = "/agora/Acme/House" // the people of the house are its users

	appID       = "970CA35de60c44645bbae8a215061b33"
	certificate = "5CFd2fd1755d40ecb72977518be15d3b"
	secret      = "marker-secret-of-chat"
)

func applications(c *config.Config) {
	app := func(name string, n string) config.AgoraApp {
		return config.AgoraApp{
			Org: "acme", Name: name, AppID: n + appID[1:], Certificate: n + certificate[1:], ClientID: "client-" + name, ClientSecret: "marker-secret-of-" + name,
		}
	}
	c.Agora.Apps = []config.AgoraApp{app("chat", "9"), app("open", "1"), app("house", "2"), app("small", "3")}
	c.Agora.Apps[0].Certificate = certificate
	c.Agora.Apps[1].OpenRegistration = true
	c.Agora.Apps[2].Realm = "main"
	c.Agora.Apps[3].MaxUsers, c.Agora.Apps[3].TokenTTL = 3, 3600
}

// A house is a running server as the tests of this wire see it.
type house struct {
	*mustertest.Server
	app *client // the application chat itself
}

func each(t *testing.T, f func(t *testing.T, h *house), options ...mustertest.Option) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, engine string) { f(t, newHouse(t, engine, options...)) })
}

// one runs f on a fresh house of the embedded engine, for what the engine has no part in.
func one(t *testing.T, f func(t *testing.T, h *house), options ...mustertest.Option) {
	t.Helper()
	f(t, newHouse(t, storetest.SQLite, options...))
}

func newHouse(t *testing.T, engine string, options ...mustertest.Option) *house {
	t.Helper()
	h := &house{Server: mustertest.Start(t, engine, append([]mustertest.Option{applications}, options...)...)}
	h.app = h.as(t, base)
	return h
}

// A client asks one application.
type client struct{ dialecttest.Client[answer] }

// nobody is a client of an application without a token.
func (h *house) nobody(base string) *client { return h.showing("", base) }

// as is an application itself.
func (h *house) as(t *testing.T, base string) *client {
	t.Helper()
	name := strings.ToLower(base[strings.LastIndexByte(base, '/')+1:])
	a := h.nobody(base).POST(t, "/token", map[string]any{"grant_type": "client_credentials", "client_id": "client-" + name, "client_secret": "marker-secret-of-" + name})
	return h.showing(a.ok(t).String(t, "access_token"), base)
}

func (h *house) showing(token, base string) *client {
	return &client{dialecttest.Client[answer]{URL: h.URL + base, Token: token}}
}

// user registers somebody, with the password "pw-" and his name, and signs him in.
func (h *house) user(t *testing.T, name string) *client {
	t.Helper()
	h.app.register(t, name)
	return h.signIn(t, base, name, "pw-"+name)
}

func (h *house) signIn(t *testing.T, base, name, password string) *client {
	t.Helper()
	return h.showing(h.password(t, base, name, password).ok(t).String(t, "access_token"), base)
}

func (h *house) password(t *testing.T, base, name, password string) answer {
	t.Helper()
	return h.nobody(base).POST(t, "/token", map[string]any{"grant_type": "password", "username": name, "password": password})
}

// register registers somebody and answers his UUID.
func (c *client) register(t *testing.T, name string) string {
	t.Helper()
	return c.POST(t, "/users", map[string]any{"username": name, "password": "pw-" + name}).ok(t).String(t, "entities.0.uuid")
}

// An answer is what came back.
type answer struct{ mustertest.Answer }

// form sends attributes as clients do.
func (c *client) form(t *testing.T, path, body string) answer {
	t.Helper()
	return c.With(t, "PUT", path, body, "Content-Type", "application/x-www-form-urlencoded")
}

// ok wants a success.
func (a answer) ok(t *testing.T) answer {
	t.Helper()
	if a.Status != http.StatusOK || a.Header.Get("Content-Type") != "application/json;charset=UTF-8" {
		t.Fatalf("got %d %s", a.Status, a.Body)
	}
	return a
}

// fails wants an error in the words of the wire.
func (a answer) fails(t *testing.T, status int, code, description string) {
	t.Helper()
	if a.Status != status || a.String(t, "error") != code || a.String(t, "error_description") != description {
		t.Errorf("got %d %s, want %d %s: %s", a.Status, a.Body, status, code, description)
	}
	for _, member := range []string{"exception", "timestamp", "duration"} {
		if v := a.Get(t, member); v == nil || v == "" {
			t.Errorf("an error without %s: %s", member, a.Body)
		}
	}
	if a.Header.Get("Content-Type") != "application/json;charset=UTF-8" {
		t.Errorf("an error as %s", a.Header.Get("Content-Type"))
	}
}

// names are the usernames of the entities.
func (a answer) names(t *testing.T) (names []string) {
	t.Helper()
	list, ok := a.ok(t).Get(t, "entities").([]any)
	if !ok {
		t.Fatalf("no entities: %s", a.Body)
	}
	for i := range list {
		names = append(names, list[i].(map[string]any)["username"].(string))
	}
	return names
}

// The words of refusals that many tests want.
const (
	unauthorized = "unauthorized"
	oauth        = "Unable to authenticate (OAuth)"
	expired      = "Unable to authenticate due to expired access token"
	corrupt      = "Unable to authenticate due to corrupt access token"
	foreign      = "Unable to authenticate"
	badToken     = "auth_bad_access_token"
	illegal      = "illegal_argument"
	noResource   = "service_resource_not_found"
	shape        = "This is an invalid request."
)

// signed is a token that the application chat has signed at that instant; user is "" for its own. It is made by the public
// builder for Go.
func signed(t *testing.T, at time.Time, user string, life uint32) string {
	t.Helper()
	return signedBy(t, appID, certificate, at, user, life)
}

func signedBy(t *testing.T, id, cert string, at time.Time, user string, life uint32) string {
	t.Helper()
	b := accesstoken.NewAccessToken(id, cert, life)
	b.IssueTs = uint32(at.Unix())
	chat := accesstoken.NewServiceChat(user)
	if user == "" {
		chat.AddPrivilege(accesstoken.PrivilegeChatApp, life)
	} else {
		chat.AddPrivilege(accesstoken.PrivilegeChatUser, life)
	}
	b.AddService(chat)
	text, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// player replays exchanges against an application.
func (h *house) player(t *testing.T, base string) *dialecttest.Player {
	t.Helper()
	return &dialecttest.Player{
		URL: h.URL + base,
		Values: map[string]string{
			"host": strings.TrimPrefix(h.URL, "http://"), "signedApp": signed(t, h.Clock.Now(), "", 600), "clientSecret": secret,
		},
		Classes: map[string]string{"token": `mus_[as]_[A-Za-z0-9._-]{43,}`, "#duration": `[0-9]{1,5}`},
	}
}
