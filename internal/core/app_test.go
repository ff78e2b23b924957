package core

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster"
)

func TestAppsAreRealms(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		chat, other, people := h.Authenticator.App("ACME", "Chat"), h.Authenticator.App("acme", "OTHER"), h.Authenticator.App("acme", "house")
		if chat.Realm != chat.ID || other.Realm != other.ID || chat.ID == other.ID || people.Realm != muster.MainRealm || people.ID == muster.MainRealm {
			t.Errorf("realms: %d %d %d %d", chat.Realm, other.Realm, people.Realm, people.ID)
		}
		if h.Authenticator.App("acme", "none") != nil || h.Authenticator.App("", "") != nil {
			t.Error("an application out of nothing")
		}
		if got := len(h.Authenticator.Apps()); got != 3 {
			t.Errorf("%d applications", got)
		}
		for _, text := range []string{fmt.Sprint(chat), fmt.Sprintf("%+v", chat), fmt.Sprintf("%#v", h.apps[0]), fmt.Sprintf("%v", h.apps)} {
			if strings.Contains(text, "secret") || strings.Contains(text, strings.Repeat("1", 20)) {
				t.Errorf("printed %s", text)
			}
		}
		// The next start finds the same ones, whatever they are bound to.
		shut(h.Core)
		h.apps[2].Main = false
		h.Core = h.open(smallParams())
		if again := h.Authenticator.App("acme", "chat"); again.ID != chat.ID {
			t.Errorf("was %d, is %d", chat.ID, again.ID)
		}
		if again := h.Authenticator.App("acme", "house"); again.ID != people.ID || again.Realm != people.ID {
			t.Errorf("was %d, is %d with users in %d", people.ID, again.ID, again.Realm)
		}
	})
}

func TestCheckApps(t *testing.T) {
	good := testApps()
	if err := CheckApps(good); err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		change func([]AppConfig)
		want   string
	}{
		"no org":              {func(a []AppConfig) { a[0].Org = "" }, "org and name"},
		"a slash":             {func(a []AppConfig) { a[0].Name = "a/b" }, "org and name"},
		"a long name":         {func(a []AppConfig) { a[0].Name = strings.Repeat("x", 65) }, "org and name"},
		"half an identity":    {func(a []AppConfig) { a[0].Certificate = "" }, "app_id and app_certificate"},
		"no hex":              {func(a []AppConfig) { a[0].AppID = strings.Repeat("g", 32) }, "app_id and app_certificate"},
		"a short certificate": {func(a []AppConfig) { a[0].Certificate = "c1" }, "app_id and app_certificate"},
		"half a client":       {func(a []AppConfig) { a[0].ClientID = "" }, "client_id and client_secret"},
		"nothing to prove":    {func(a []AppConfig) { a[0].AppID, a[0].Certificate, a[0].ClientID, a[0].ClientSecret = "", "", "", "" }, "nobody could ever"},
		"a secret to guess":   {func(a []AppConfig) { a[0].ClientSecret = "hunter2" }, "shorter than 16"},
		"half seconds":        {func(a []AppConfig) { a[0].TokenLife = time.Millisecond }, "token_ttl"},
		"a negative number":   {func(a []AppConfig) { a[0].MostUsers = -1 }, "max_users"},
		"no calls at all":     {func(a []AppConfig) { a[0].Calls = map[string]int{"*": 0} }, `the limit of "*"`},
		"two of one name":     {func(a []AppConfig) { a[1].Org, a[1].Name = "aCME", "CHAT" }, "it has name, as Acme/chat has"},
		"two of one client":   {func(a []AppConfig) { a[1].ClientID = a[0].ClientID }, "it has client_id, as Acme/chat has"},
		"two of one app id":   {func(a []AppConfig) { a[1].AppID = a[0].AppID }, "it has app_id, as Acme/chat has"},
	} {
		apps := testApps()
		x.change(apps)
		err := CheckApps(apps)
		if err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "secret-secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSignInApp(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		h.appEvents("chat")
		for secret, want := range map[string]*muster.Error{"secret-secret-other": muster.ErrBadAppSecret, "": muster.ErrBadAppSecret} {
			_, err := h.SignInApp(h.through("chat"), "id-chat", secret, Life{})
			h.refused(err, want)
			h.appEvents("chat", "application.sign-in:"+want.Code)
		}
		_, err := h.SignInApp(h.through("chat"), "id-other", "secret-secret-other", Life{})
		h.refused(err, muster.ErrBadAppID)
		h.appEvents("chat", "application.sign-in:bad-application")
		g, err := h.SignInApp(h.through("chat"), "id-chat", "secret-secret-chat", Life{})
		h.must(err)
		if events := h.appEvents("chat", "application.sign-in"); events[0].App != h.Authenticator.App("acme", "chat").ID || events[0].Actor != 0 {
			t.Errorf("the event is %+v", events[0])
		}
		if g.User != nil || g.Life != usualTokenLife {
			t.Errorf("granted %+v", g)
		}
		actor := muster.ActorFrom(h.showing("chat", g.Token))
		if !actor.AsApp || actor.User != 0 || !actor.SignedIn() || !actor.Until.Equal(g.End) {
			t.Errorf("the actor is %+v", actor)
		}
		for _, other := range []string{"other", "house"} {
			_, err := h.Authenticator.WithAppToken(h.through(other), g.Token)
			h.refused(err, muster.ErrTokenForeign)
		}
		// A new secret ends it, and so does a new certificate.
		shut(h.Core)
		was := h.apps[0]
		for _, change := range []func(*AppConfig){
			func(a *AppConfig) { a.ClientSecret += "2" }, func(a *AppConfig) { a.Certificate = strings.Repeat("9", 32) },
		} {
			h.apps[0] = was
			change(&h.apps[0])
			c := h.open(smallParams())
			_, err := c.Authenticator.WithAppToken(c.Authenticator.WithApp(h.by(wireOfApps), c.Authenticator.App("acme", "chat")), g.Token)
			h.refused(err, muster.ErrTokenForeign)
			shut(c)
		}
		h.apps[0] = was
		h.Core = h.open(smallParams())
		_ = h.showing("chat", g.Token)
		h.advance(usualTokenLife)
		_, err = h.Authenticator.WithAppToken(h.through("chat"), g.Token)
		h.refused(err, muster.ErrTokenExpired)
	})
}

// TestLives: what nobody says is the application's, and no life is longer than clients can hold.
func TestLives(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		for want, x := range map[time.Duration]struct {
			app  string
			life Life
		}{
			usualTokenLife: {"chat", Life{}}, time.Hour: {"other", Life{}}, time.Minute: {"other", Life{true, time.Minute}},
			endlessLife: {"chat", Life{Said: true}},
		} {
			g, err := h.SignInApp(h.through(x.app), "id-"+x.app, "secret-secret-"+x.app, x.life)
			h.must(err)
			if g.Life != want || g.End.Sub(h.clock.Now().Add(want)).Abs() > 2*time.Second {
				t.Errorf("%s: %v until %v, want %v", x.app, g.Life, g.End, want)
			}
		}
	})
}

func TestRegister(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		app := h.asApp("chat")
		h.appEvents("chat")
		made, err := h.RegisterUsers(app, []Registration{{Username: "Mina", Password: "1", Name: "Mina K"}, {Username: "_otto.", Password: "2"}}, false)
		h.must(err)
		events := h.appEvents("chat", "user.register", "user.register")
		if got := h.changes(events[1]); !strings.Contains(got, "_otto.") || strings.Contains(got, "Mina") {
			t.Errorf("the second event is %s", got)
		}
		if u := made.Users[0]; u.Username != "mina" || u.Name != "Mina K" || u.Realm != h.Authenticator.App("acme", "chat").ID || len(made.Taken) != 0 {
			t.Errorf("made %+v", u)
		}
		if h.administrator(made.Users[0].ID) {
			t.Error("an application's first user is an administrator")
		}
		made, err = h.RegisterUsers(app, []Registration{{Username: "MINA", Password: "other"}, {Username: "zoe", Password: "3"}}, false)
		h.must(err)
		if diff := cmp.Diff([]string{"MINA"}, made.Taken); diff != "" || len(made.Users) != 1 {
			t.Errorf("%s %+v", diff, made)
		}
		h.appEvents("chat", "user.register")
		_, err = h.RegisterUsers(app, []Registration{{Username: "mina", Password: "x"}}, true)
		h.refused(err, muster.Taken("username"))
		h.appEvents("chat", "user.register:taken")
		made, err = h.RegisterUsers(app, []Registration{{Username: "mina", Password: "x"}}, false)
		h.must(err)
		h.appEvents("chat", "user.register")
		if len(made.Users) != 0 || len(made.Taken) != 1 {
			t.Errorf("%+v", made)
		}
		// One that is illegal, and nobody is made.
		for _, bad := range []Registration{{Username: "a b", Password: "x"}, {Username: "\u212aen", Password: "x"}, {Username: "fine"}, {Username: "fine", Password: "x", Name: "a\nb"}} {
			if _, err := h.RegisterUsers(app, []Registration{{Username: "new", Password: "x"}, bad}, false); muster.KindOf(err) != muster.Invalid {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		if _, err := h.RegisterUsers(app, make([]Registration, MostRegistrations+1), false); muster.KindOf(err) != muster.Invalid {
			t.Errorf("61: %v", err)
		}
		_, err = h.ReadAppUser(app, "new")
		h.refused(err, muster.ErrUserNotFound)
		// The same name elsewhere is somebody else.
		if there := h.enrol("other", "mina"); there[0].ID == h.found(h.ReadAppUser(app, "mina")).ID {
			t.Error("one user in two applications")
		}
	})
}

// TestBusyHasher: a list that waits too long for its hashes is refused, and so is not done behind the back of who gave up.
func TestBusyHasher(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		app, rules := h.Authenticator.App("acme", "chat"), muster.SignInRules{MinPassword: 1}
		list := []Registration{{Username: "mina", Password: "x"}, {Username: "otto", Password: "x"}}
		h.refused(h.prepareAll(h.asApp("chat"), app, list, rules, 0), muster.ErrBusy)
		h.must(h.prepareAll(h.asApp("chat"), app, list, rules, time.Minute))
		gone, cancel := context.WithCancel(h.asApp("chat"))
		cancel()
		if err := h.prepareAll(gone, app, list, rules, time.Minute); !errors.Is(err, context.Canceled) {
			t.Errorf("who has left is told %v", err)
		}
	})
}

func TestWhoMayRegister(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		h.enrol("chat", "mina")
		zoe := []Registration{{Username: "zoe", Password: "zoe"}}
		_, err := h.RegisterUsers(h.through("chat"), zoe, true)
		h.refused(err, muster.ErrRegistrationClosed)
		h.refused(h.Authenticator.AdmitThroughApp(h.through("chat"), muster.ActionRegisterUsers, ""), muster.ErrRegistrationClosed)
		_, err = h.RegisterUsers(h.enterApp("chat", "mina"), zoe, true)
		h.refused(err, muster.ErrDenied)
		h.must(h.Authenticator.AdmitThroughApp(h.through("other"), muster.ActionRegisterUsers, ""))
		_, err = h.RegisterUsers(h.through("other"), zoe, false) // many need a token, however many they are
		h.refused(err, muster.ErrRegistrationClosed)
		_, err = h.RegisterUsers(h.through("other"), zoe, true)
		h.must(err)
		// That one takes two users.
		h.enrol("other", "two")
		_, err = h.RegisterUsers(h.asApp("other"), []Registration{{Username: "three", Password: "x"}}, true)
		h.refused(err, muster.ErrUsersFull)
		_, err = h.Vouch(h.asApp("other"), "three", true, Life{})
		h.refused(err, muster.ErrUsersFull)
		h.must(h.DeleteUser(h.asApp("other"), h.found(h.ReadAppUser(h.asApp("other"), "two")).ID))
		h.enrol("other", "three")
	})
}

// TestOneOfMany: of many who register one name, one gets it; of many who delete one user, one does.
func TestOneOfMany(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		app := h.asApp("chat")
		errs := atOnce(32, func(i int) error {
			_, err := h.RegisterUsers(app, []Registration{{Username: []string{"mina", "MINA"}[i%2], Password: "x"}}, true)
			return err
		})
		if n := succeeded(errs); n != 1 {
			t.Errorf("%d made one user", n)
		}
		u := h.found(h.ReadAppUser(app, "mina"))
		errs = atOnce(32, func(int) error { return h.DeleteUser(app, u.ID) })
		if n := succeeded(errs); n != 1 {
			t.Errorf("%d deleted one user", n)
		}
		errs = atOnce(32, func(int) error {
			_, err := h.Vouch(app, "otto", true, Life{})
			return err
		})
		if n := succeeded(errs); n != 32 {
			t.Errorf("%d of 32 were let in: %v", n, errors.Join(errs...))
		}
		if w, err := h.ListAppUsers(app, "", 10); err != nil || len(w.Users) != 1 {
			t.Errorf("there are %d, %v", len(w.Users), err)
		}
	})
}
