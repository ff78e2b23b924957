package core

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/AgoraIO-Community/go-tokenbuilder/accesstoken"

	"muster"
)

// testApps are the applications of the tests: two with users of their own, one for the people of the house.
func testApps() []AppConfig {
	app := func(name, digit string) AppConfig {
		return AppConfig{
			Org: "Acme", Name: name, AppID: strings.Repeat(digit, 32), Certificate: strings.Repeat(digit, 31) + "c", ClientID: "id-" + name, ClientSecret: "secret-secret-" + name,
		}
	}
	chat, other, house := app("chat", "1"), app("other", "2"), app("house", "3")
	other.Open, other.MostUsers, other.TokenLife = true, 2, time.Hour
	house.Main = true
	return []AppConfig{chat, other, house}
}

// eachApp is each for a house that has applications.
func eachApp(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	each(t, func(t *testing.T, h *house) {
		shut(h.Core)
		h.apps = testApps()
		h.Core = h.open(smallParams())
		f(t, h)
	})
}

// through is a request that came by an application, without a token.
func (h *house) through(name string) context.Context {
	h.t.Helper()
	app := h.Authenticator.App("acme", name)
	if app == nil {
		h.t.Fatalf("no application %s", name)
	}
	return h.Authenticator.WithApp(h.by(wireOfApps), app)
}

// showing is the same with a token.
func (h *house) showing(name, text string) context.Context {
	h.t.Helper()
	ctx, err := h.Authenticator.WithAppToken(h.through(name), text)
	h.must(err)
	return ctx
}

// asApp is the application itself.
func (h *house) asApp(name string) context.Context {
	h.t.Helper()
	g, err := h.SignInApp(h.through(name), "id-"+name, "secret-secret-"+name, Life{})
	h.must(err)
	return h.showing(name, g.Token)
}

// enrol makes users of an application whose passwords are their names.
func (h *house) enrol(app string, names ...string) []*muster.User {
	h.t.Helper()
	var list []Registration
	for _, n := range names {
		list = append(list, Registration{Username: n, Password: n})
	}
	made, err := h.RegisterUsers(h.asApp(app), list, false)
	h.must(err)
	return made.Users
}

// enterApp signs somebody in whose password is his name.
func (h *house) enterApp(app, name string) context.Context {
	h.t.Helper()
	g, err := h.SignInThroughApp(h.through(app), name, name, Life{})
	h.must(err)
	return h.showing(app, g.Token)
}

// signed is a token that an application signs at this moment; user is "" for its own.
func (h *house) signed(app, user string, life uint32) string {
	h.t.Helper()
	return h.signedAt(h.clock.Now(), app, user, life)
}

func (h *house) signedAt(at time.Time, app, user string, life uint32) string {
	h.t.Helper()
	i := slices.IndexFunc(h.apps, func(a AppConfig) bool { return a.Name == app })
	b := accesstoken.NewAccessToken(h.apps[i].AppID, h.apps[i].Certificate, life)
	b.IssueTs = uint32(at.Unix())
	chat := accesstoken.NewServiceChat(user)
	privilege := uint16(accesstoken.PrivilegeChatUser)
	if user == "" {
		privilege = accesstoken.PrivilegeChatApp
	}
	chat.AddPrivilege(privilege, life)
	b.AddService(chat)
	text, err := b.Build()
	h.must(err)
	return text
}

// appEvents are the events of an application's realm since the last look, oldest first.
func (h *house) appEvents(app string, want ...string) []*muster.Event {
	h.t.Helper()
	list, err := h.store.Reader(h.context()).Events(h.Authenticator.App("acme", app).Realm, muster.EventFilter{})
	h.must(err)
	var got []string
	var events []*muster.Event
	for _, e := range slices.Backward(list) {
		if e.ID <= h.seen {
			continue
		}
		name := e.Action
		if e.Refused() {
			name += ":" + e.Code
		}
		got, events, h.seen = append(got, name), append(events, e), e.ID
	}
	if want != nil && !slices.Equal(got, want) {
		h.t.Errorf("events: got %s; want %s", strings.Join(got, ", "), strings.Join(want, ", "))
	}
	return events
}

func (h *house) found(u *muster.User, err error) *muster.User {
	h.t.Helper()
	h.must(err)
	return u
}
