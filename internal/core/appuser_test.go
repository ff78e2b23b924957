package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster"
)

func names(w Walk) (list []string) {
	for _, u := range w.Users {
		list = append(list, u.Username)
	}
	return list
}

// TestWalkUsers: a walk that others change beneath skips nobody and meets nobody twice.
func TestListAppUsers(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		users := h.enrol("chat", "e", "d", "c", "b", "a")
		h.enrol("other", "x", "y")
		app := h.asApp("chat")
		walk := func(place string, limit int) Walk {
			w, err := h.ListAppUsers(app, place, limit)
			h.must(err)
			return w
		}
		first := walk("", 2)
		h.must(h.DeleteUser(app, users[0].ID)) // behind us
		h.must(h.DeleteUser(app, users[1].ID)) // the place itself
		h.must(h.DeleteUser(app, users[3].ID)) // before us
		h.enrol("chat", "new", "d")
		second := walk(first.Next, 2)
		third := walk(second.Next, 2)
		got := append(names(first), append(names(second), names(third)...)...)
		if diff := cmp.Diff([]string{"e", "d", "c", "a", "new", "d"}, got); diff != "" || third.Next != "" {
			t.Errorf("%s, and then %q", diff, third.Next)
		}
		if w := walk("", 4); w.Next != "" || len(w.Users) != 4 {
			t.Errorf("a full last page has a next one: %+v", w)
		}
		for _, bad := range []string{"x", first.Next + "x", first.Next[1:], "1." + first.Next, strings.Replace(first.Next, ".", ".x", 1)} {
			_, err := h.ListAppUsers(app, bad, 2)
			h.refused(err, muster.ErrCursor)
		}
		_, err := h.ListAppUsers(h.asApp("other"), first.Next, 2)
		h.refused(err, muster.ErrCursor)
		if strings.ContainsAny(first.Next, "+/=%&? ") {
			t.Errorf("%q needs escaping", first.Next)
		}
		shut(h.Core)
		h.Core = h.open(smallParams())
		if app = h.asApp("chat"); len(walk(first.Next, 2).Users) != 2 {
			t.Error("a place is lost with a restart")
		}
		_, err = h.ListAppUsers(h.enterApp("chat", "a"), "", 2)
		h.refused(err, muster.ErrDenied)
	})
}

func TestDeleteOldest(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		users := h.enrol("chat", "e", "d", "c", "b", "a")
		h.enrol("other", "x")
		app, gone := h.asApp("chat"), h.enterApp("chat", "d")
		h.appEvents("chat")
		w, err := h.DeleteOldest(app, "", 2)
		h.must(err)
		if diff := cmp.Diff([]string{"e", "d"}, names(w)); diff != "" || w.Next == "" || w.Users[0].Deleted() {
			t.Errorf("%s %+v", diff, w)
		}
		events := h.appEvents("chat", "user.delete", "user.delete")
		if events[1].Resource.ID != users[1].ID {
			t.Errorf("the second event is %+v", events[1])
		}
		_, err = h.ReadAppUser(gone, "d")
		h.unauthenticated("deleted", err)
		w, err = h.DeleteOldest(app, w.Next, 3)
		h.must(err)
		if diff := cmp.Diff([]string{"c", "b", "a"}, names(w)); diff != "" || w.Next != "" {
			t.Errorf("%s %+v", diff, w)
		}
		h.appEvents("chat")
		w, err = h.DeleteOldest(app, "", 10)
		h.must(err)
		h.appEvents("chat", "user.delete-oldest")
		if len(w.Users) != 0 || w.Next != "" {
			t.Errorf("of nobody: %+v", w)
		}
		_, err = h.DeleteOldest(app, "nonsense", 10)
		h.refused(err, muster.ErrCursor)
		if w, err := h.ListAppUsers(h.asApp("other"), "", 10); err != nil || len(w.Users) != 1 {
			t.Errorf("another application has %d, %v", len(w.Users), err)
		}
		h.enrol("chat", "d") // the name is free
	})
}

// TestAppsStayApart: nothing that an application may reaches the users of another one.
func TestAppsStayApart(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		mina := h.enrol("chat", "mina")[0]
		person := h.join("paul")
		h.join("petra")
		for _, x := range []struct {
			app    string
			called string
			id     muster.ID
		}{{"other", "mina", mina.ID}, {"house", "mina", mina.ID}, {"chat", "paul", person.User.ID}} {
			app := h.asApp(x.app)
			for _, name := range []string{x.called, x.id.UUID()} {
				_, err := h.ReadAppUser(app, name)
				h.refused(err, muster.ErrUserNotFound)
			}
			for name, err := range map[string]error{
				"delete": h.DeleteUser(app, x.id), "suspend": h.SuspendUser(app, x.id), "unsuspend": h.UnsuspendUser(app, x.id), "password": h.SetPassword(app, x.id, "correct-horse-2"),
				"rename": second(h.SetName(app, x.id, "x")), "attributes": second(h.SetAttributes(app, x.id, map[string]string{"a": "b"})), "remove": h.RemoveAttributes(app, x.id),
			} {
				if !errors.Is(err, muster.ErrUserNotFound) {
					t.Errorf("%s: %v", name, err)
				}
			}
			if set, err := h.ReadAttributes(app, x.called); set != nil || err != nil {
				t.Errorf("read %v, %v", set, err)
			}
		}
		_, err := h.SignInThroughApp(h.through("other"), "mina", "mina", Life{})
		h.refused(err, muster.ErrUserNotFound)
	})
}

func second[T any](_ T, err error) error { return err }

// TestWhatUsersMay: of himself what the contract says; of others, and of the rest of the house, nothing.
func TestWhatUsersMay(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		users := h.enrol("chat", "mina", "otto")
		h.join("admin")
		mina, own, other := h.enterApp("chat", "mina"), users[0].ID, users[1].ID
		h.must(second(h.ReadAppUser(mina, "MINA")))
		h.must(second(h.SetName(mina, own, "Mina K")))
		h.must(second(h.SetAttributes(mina, own, map[string]string{"sign": "hello"})))
		h.must(second(h.ReadAttributes(mina, own.UUID())))
		h.must(h.RemoveAttributes(mina, own))
		h.appEvents("chat")
		for name, f := range map[string]func() error{
			"look up":     func() error { return second(h.ReadAppUser(mina, "otto")) },
			"nobody":      func() error { return second(h.ReadAppUser(mina, "nobody")) },
			"walk":        func() error { return second(h.ListAppUsers(mina, "", 1)) },
			"oldest":      func() error { return second(h.DeleteOldest(mina, "", 1)) },
			"rename":      func() error { return second(h.SetName(mina, other, "x")) },
			"attributes":  func() error { return second(h.SetAttributes(mina, other, map[string]string{"a": "b"})) },
			"read":        func() error { return second(h.ReadAttributes(mina, "otto")) },
			"remove":      func() error { return h.RemoveAttributes(mina, other) },
			"measure":     func() error { return second(h.MeasureAttributes(mina)) },
			"delete":      func() error { return h.DeleteUser(mina, other) },
			"himself":     func() error { return h.DeleteUser(mina, own) },
			"suspend":     func() error { return h.SuspendUser(mina, other) },
			"password":    func() error { return h.SetPassword(mina, other, "x") },
			"own":         func() error { return h.SetPassword(mina, own, "x") },
			"users":       func() error { return second(h.ListUsers(mina, muster.UserFilter{})) },
			"settings":    func() error { return second(h.ListSettings(mina, "")) },
			"events":      func() error { return second(h.ListEvents(mina, muster.EventFilter{})) },
			"user by id":  func() error { return second(h.ReadUser(mina, 7)) },
			"make groups": func() error { return second(h.CreateGroup(mina, GroupForm{Name: "x"})) },
		} {
			err := f()
			if name == "users" && err == nil {
				list, _ := h.ListUsers(mina, muster.UserFilter{})
				if slices.ContainsFunc(list.Items, func(u SeenUser) bool { return u.ID != own }) {
					t.Errorf("he sees %d people of the house", list.Total)
				}
				continue
			}
			if muster.KindOf(err) != muster.Denied && !errors.Is(err, muster.ErrUserNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		// The same before a request is read.
		for _, a := range muster.Actions() {
			err := h.Authenticator.AdmitThroughApp(mina, a, "otto")
			if a.Open && a != muster.ActionRegisterUsers {
				continue
			}
			if !errors.Is(err, muster.ErrDenied) {
				t.Errorf("%s of somebody else: %v", a.Name, err)
			}
			h.unauthenticated(a.Name, unless(a == muster.ActionRegisterUsers, h.Authenticator.AdmitThroughApp(h.through("chat"), a, "")))
		}
		if err := h.Authenticator.AdmitThroughApp(mina, muster.ActionSetName, own.UUID()); err != nil {
			t.Errorf("himself: %v", err)
		}
	})
}

// unless is err, or a stand-in for what is checked elsewhere.
func unless(skip bool, err error) error {
	if skip {
		return muster.ErrUnauthenticated
	}
	return err
}

// TestWhatAppsMay: nothing but with the users of its realm.
func TestWhatAppsMay(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		h.join("admin")
		h.enrol("chat", "mina")
		for _, name := range []string{"chat", "house"} {
			app := h.asApp(name)
			for what, err := range map[string]error{
				"settings": second(h.ListSettings(app, "")),
				"set":      h.SetSettings(app, []muster.Setting{{Name: muster.SettingSignUp, Value: []byte("false")}}),
				"rules":    h.SetRules(app, muster.Everyone, nil),
				"groups":   second(h.CreateGroup(app, GroupForm{Name: "x"})),
				"members":  h.AddMember(app, muster.Administrators, 1),
				"events":   second(h.ListEvents(app, muster.EventFilter{})),
				"apps":     second(h.CreateApplication(app, ApplicationForm{Name: "x"})),
				"act as":   second(h.Impersonate(app, 1, 0)),
				"deleted":  second(h.ListUsers(app, muster.UserFilter{Deleted: muster.With})),
				"number":   second(h.ReadStatistics(app)),
				"group":    second(h.ReadGroup(app, muster.Administrators)),
			} {
				if k := muster.KindOf(err); k != muster.Denied && k != muster.NotFound {
					t.Errorf("%s: %s: %v", name, what, err)
				}
			}
		}
	})
}

// TestAppOfTheHouse: an application that is bound to the main realm (DESIGN, 7; one-core, 8).
func TestAppOfTheHouse(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		admin, paul := h.join("Admin"), h.join("Paul")
		_, err := h.SignUp(h.nobody(), NewAccount{Email: "odd@example.org", Password: pass, Username: "odd@home"})
		h.must(err)
		h.join(strings.Repeat("x", 64))
		_, err = h.SignUp(h.nobody(), NewAccount{Email: "long@example.org", Password: pass, Username: strings.Repeat("y", 65)})
		h.must(err)
		app := h.asApp("house")
		w, err := h.ListAppUsers(app, "", 10)
		h.must(err)
		if diff := cmp.Diff([]string{"Admin", "Paul", strings.Repeat("x", 64)}, names(w)); diff != "" {
			t.Error(diff)
		}
		for i := 1; i <= 3; i++ {
			if part, err := h.ListAppUsers(app, "", i); err != nil || len(part.Users) != i || (part.Next == "") != (i == 3) {
				t.Errorf("%d of them: %d, %q, %v", i, len(part.Users), part.Next, err)
			}
		}
		h.must(second(h.ReadAppUser(app, "paul")))
		for _, hidden := range []string{"odd@home", "paul@example.org", strings.Repeat("y", 65)} {
			_, err := h.ReadAppUser(app, hidden)
			h.refused(err, muster.ErrUserNotFound)
		}
		_, err = h.DeleteOldest(app, "", 1)
		h.refused(err, muster.ErrBulk)

		// Nobody is touched who is an administrator.
		for what, err := range map[string]error{
			"delete": h.DeleteUser(app, admin.User.ID), "suspend": h.SuspendUser(app, admin.User.ID), "unsuspend": h.UnsuspendUser(app, admin.User.ID),
			"password": h.SetPassword(app, admin.User.ID, pass), "rename": second(h.SetName(app, admin.User.ID, "x")),
			"attributes": second(h.SetAttributes(app, admin.User.ID, map[string]string{"a": "b"})), "remove": h.RemoveAttributes(app, admin.User.ID),
			"password grant": second(h.SignInThroughApp(h.through("house"), "admin", pass, Life{})),
			"vouch":          second(h.Vouch(app, "admin", true, Life{})),
		} {
			if !errors.Is(err, muster.ErrAdminOnly) {
				t.Errorf("%s an administrator: %v", what, err)
			}
		}
		_, err = h.Authenticator.WithAppToken(h.through("house"), h.signed("house", "admin", 60))
		h.refused(err, muster.ErrDenied)
		// Who becomes one is let out.
		h.advance(2e9)
		g := h.granted(h.SignInThroughApp(h.through("house"), "PAUL", pass, Life{}))
		signed := h.signed("house", "paul", 60)
		before, own := h.showing("house", signed), h.showing("house", g.Token)
		h.must(h.AddMember(h.system(), muster.Administrators, paul.User.ID))
		for _, text := range []string{g.Token, signed} {
			_, err := h.Authenticator.WithAppToken(h.through("house"), text)
			h.refused(err, muster.ErrDenied)
		}
		for _, ctx := range []context.Context{before, own} {
			h.refused(second(h.SetName(ctx, paul.User.ID, "x")), muster.ErrDenied)
			h.refused(second(h.ReadAppUser(ctx, "paul")), muster.ErrDenied)
		}
		h.must(h.RemoveMember(h.system(), muster.Administrators, paul.User.ID))

		h.newcomersOfApp(app)
		// One person through all doors: suspended here is suspended there.
		h.must(h.SuspendUser(app, paul.User.ID))
		if h.alive(h.token(paul)) {
			t.Error("suspended by an application, signed in elsewhere")
		}
	})
}

// newcomersOfApp: whom an application of the house registers is a person of the house, by its rules.
func (h *house) newcomersOfApp(app context.Context) {
	h.t.Helper()
	for name, want := range map[string]*muster.Error{"short": muster.ErrWeakPassword, "_under": muster.InvalidField("username", "")} {
		password := pass
		if name == "short" {
			password = "1234567"
		}
		_, err := h.RegisterUsers(app, []Registration{{Username: name, Password: password}}, true)
		h.refused(err, want)
	}
	made, err := h.RegisterUsers(app, []Registration{{Username: "Newcomer", Password: pass}}, true)
	h.must(err)
	if u := made.Users[0]; u.Username != "newcomer" || u.Realm != muster.MainRealm || u.Unconfirmed() {
		h.t.Errorf("made %+v", u)
	}
	_, err = h.SignIn(h.by("crust"), Proof{Email: "newcomer", AnyName: true, Password: pass})
	h.must(err)
	_, err = h.RegisterUsers(app, []Registration{{Username: "PAUL", Password: pass}}, true)
	h.refused(err, muster.Taken("username"))
}

func TestAttributesOfUsers(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		users := h.enrol("chat", "mina", "otto")
		app, mina := h.asApp("chat"), users[0]
		h.appEvents("chat")
		h.must(second(h.SetAttributes(app, mina.ID, map[string]string{"sign": "hello", "mail": "m@example.org"})))
		events := h.appEvents("chat", "attributes.set")
		if got := h.changes(events[0]); !strings.Contains(got, "mail sign") || strings.Contains(got, "hello") || strings.Contains(got, "m@example") {
			t.Errorf("the event is %s", got)
		}
		set, err := h.SetAttributes(app, mina.ID, map[string]string{"sign": "", "x": "y"})
		h.must(err)
		want := map[string]string{"sign": "", "mail": "m@example.org", "x": "y"}
		if diff := cmp.Diff(want, set); diff != "" {
			t.Error(diff)
		}
		if u := h.found(h.ReadAppUser(app, "mina")); !u.ChangedAt.After(mina.ChangedAt) || !u.UpdatedAt.After(mina.ChangedAt) {
			t.Errorf("changed %v, was %v", u.ChangedAt, mina.ChangedAt)
		}
		all, err := h.CollectAttributes(h.enterApp("chat", "otto"), []string{"MINA", "otto", "nobody", mina.ID.UUID()})
		h.must(err)
		if diff := cmp.Diff(map[string]map[string]string{"MINA": want, mina.ID.UUID(): want}, all); diff != "" {
			t.Error(diff)
		}
		if n, err := h.MeasureAttributes(app); err != nil || n != int64(len("sign"+"mail"+"m@example.org"+"x"+"y")) {
			t.Errorf("%d bytes, %v", n, err)
		}
		for name, bad := range map[string]map[string]string{"large": {"a": strings.Repeat("x", 2048)}, "NUL": {"a": "\x00"}, "no UTF-8": {"\xff": "a"}} {
			if _, err := h.SetAttributes(app, mina.ID, bad); muster.KindOf(err) != muster.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		fits := strings.Repeat("x", 2048-len("sign"+"mail"+"m@example.org"+"x"+"y"+"a"))
		h.must(second(h.SetAttributes(app, mina.ID, map[string]string{"a": fits})))
		h.must(h.DeleteUser(app, mina.ID))
		if n, err := h.MeasureAttributes(app); err != nil || n != 0 {
			t.Errorf("she is gone, and %d bytes stay; %v", n, err)
		}
		errs := atOnce(16, func(i int) error {
			return second(h.SetAttributes(app, users[1].ID, map[string]string{fmt.Sprint("k", i): strings.Repeat("v", 300)}))
		})
		set, err = h.ReadAttributes(app, "otto")
		if h.must(err); len(set) != succeeded(errs) || len(set) != 6 {
			t.Errorf("%d were accepted, %d are there", succeeded(errs), len(set))
		}
	})
}

// TestPasswordsThroughApps: the application gives any; a user needs his old one, and no session of his survives.
func TestPasswordsThroughApps(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		mina := h.enrol("chat", "mina")[0]
		app, own := h.asApp("chat"), h.enterApp("chat", "mina")
		h.refused(h.ChangePassword(own, "wrong", "new"), muster.ErrOldPassword)
		h.must(h.ChangePassword(own, "mina", "n"))
		h.unauthenticated("her own session", second(h.ReadAppUser(own, "mina")))
		_, err := h.SignInThroughApp(h.through("chat"), "mina", "mina", Life{})
		h.refused(err, muster.ErrBadCredentials)
		h.must(second(h.SignInThroughApp(h.through("chat"), "mina", "n", Life{})))
		h.refused(h.SetPassword(app, mina.ID, ""), muster.ErrWeakPassword)
		h.must(h.SetPassword(app, mina.ID, "mina"))
		h.enterApp("chat", "mina")
	})
}
