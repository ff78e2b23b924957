package core

import (
	"context"
	"strings"
	"testing"

	"muster"
)

// TestScriptsKnowTheMainRealm: an application that is bound to it asks them like any other wire; of the users of others they hear
// nothing.
func TestScriptsKnowTheMainRealm(t *testing.T) {
	eachApp(t, func(t *testing.T, h *house) {
		h.join("admin")
		s := &fakeFolder{runs: map[string]func(context.Context, *Core, ScriptRun) error{}}
		h.scripts.folder = s
		for _, when := range []string{
			"system:auth beforeSignup", "system:auth afterSignup", "system:auth beforeLogin", "system:auth afterLogin",
			"system:user beforeUpdate", "system:user afterUpdate", "system:user beforeDelete", "system:user afterDelete",
		} {
			s.on(when, when, func(_ context.Context, _ *Core, r ScriptRun) error {
				if r.User != nil && r.User.Username == "mallory-m" {
					return says("not her")(nil, nil, r)
				}
				return nil
			})
		}
		heard := func(want ...string) {
			t.Helper()
			for _, err := range h.run() {
				t.Error(err)
			}
			var got []string
			for _, line := range s.since() {
				got = append(got, line[:strings.LastIndexByte(line, ' ')])
			}
			if strings.Join(got, ", ") != strings.Join(want, ", ") {
				t.Errorf("heard %q, want %q", got, want)
			}
		}
		through := func(app string) *muster.User {
			u := h.enrol(app, "benjamin")[0]
			h.enterApp(app, "benjamin")
			_, err := h.Vouch(h.asApp(app), "charlotte", true, Life{})
			h.must(err)
			_, err = h.Vouch(h.asApp(app), "benjamin", false, Life{})
			h.must(err)
			_, err = h.ExchangeSigned(h.showing(app, h.signed(app, "benjamin", 600)))
			h.must(err)
			_, err = h.SetName(h.asApp(app), u.ID, "Ben")
			h.must(err)
			return u
		}
		h.must(h.DeleteUser(h.asApp("chat"), through("chat").ID))
		heard()
		ben := through("house")
		login, signUp := "system:auth beforeLogin", "system:auth beforeSignup"
		heard(signUp, login, signUp, login, login, login, "system:user beforeUpdate",
			"system:auth afterSignup", "system:auth afterLogin", "system:auth afterSignup", "system:auth afterLogin", "system:auth afterLogin", "system:auth afterLogin",
			"system:user afterUpdate")
		h.must(h.DeleteUser(h.asApp("house"), ben.ID))
		heard("system:user beforeDelete", "system:user afterDelete")

		_, err := h.RegisterUsers(h.asApp("house"), []Registration{{Username: "Mallory-M", Password: "mallory-m"}}, true)
		h.refused(err, muster.ErrAborted)
		_, err = h.Vouch(h.asApp("house"), "mallory-m", true, Life{})
		h.refused(err, muster.ErrAborted)
		if u, err := h.store.Reader(t.Context()).UserBySignInName(muster.MainRealm, "mallory-m"); u != nil || err != nil {
			t.Errorf("a refused registration left %+v %v", u, err)
		}
	})
}
