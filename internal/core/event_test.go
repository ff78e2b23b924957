package core

import (
	"slices"
	"strings"
	"testing"

	"muster"
)

// TestEventsHidePeople: the audit trail shows of people no more than the list of users does.
func TestEventsHidePeople(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		crew := h.group("Auditors", []muster.Permission{{Noun: muster.NounRealm, Operation: muster.OpAccess}}, ann)
		h.must(h.AddMember(h.system(), crew, bob.User.ID))
		_, err := h.signIn("stranger", pass)
		h.refused(err, muster.ErrBadCredentials)
		see := func() (hidden []string, all string) {
			t.Helper()
			list, err := h.ListEvents(h.as(ann), muster.EventFilter{})
			h.must(err)
			for _, e := range list {
				hidden = append(hidden, e.Hidden...)
				all += h.changes(e.Event)
				if e.By != nil && e.Event.Actor != ann.User.ID && (!e.By.NameHidden || e.By.EmailHidden != (e.By.Email == "")) {
					t.Errorf("shown as %+v", e.By)
				}
			}
			return hidden, all
		}
		hidden, all := see()
		for _, key := range []string{"new.email", "member.email", "email"} {
			if !slices.Contains(hidden, key) {
				t.Errorf("%s is not hidden", key)
			}
		}
		if strings.Contains(all, "bob@") || strings.Contains(all, "stranger@") || !strings.Contains(all, "ann@") || !strings.Contains(all, "Auditors") {
			t.Errorf("shown: %s", all)
		}
		h.rule(crew, muster.UserResource(bob.User.ID), muster.OpUnmaskEmail, muster.Allow)
		if _, all = see(); !strings.Contains(all, "bob@") || strings.Contains(all, "stranger@") {
			t.Errorf("with the right to one: %s", all)
		}
	})
}

// TestEarlySignInRefusals: a sign-in that is refused before anybody looks at a password is an event all the same.
func TestEarlySignInRefusals(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		h.quiet()
		try := func(email string) error {
			_, err := h.SignIn(h.nobody(), Proof{Email: email, Password: pass, AcceptEmail: func(s string) bool { return !strings.HasPrefix(s, "-") }})
			return err
		}
		h.refused(try("-admin@example.org"), muster.InvalidField("email", ""))
		h.refused(try("-"+pass), muster.InvalidField("email", ""))
		events := h.emitted("session.open:invalid", "session.open:invalid")
		if events[0].Changes["email"] != "-admin@example.org" || events[1].Changes["email"] != nil || events[0].Actor != 0 {
			t.Errorf("events %+v, %+v", events[0], events[1])
		}
		h.must(h.SetSettings(h.system(), []muster.Setting{{Name: muster.SettingPasswordSignIn, Value: []byte("false")}}))
		h.quiet()
		h.refused(try("admin@example.org"), muster.ErrSignInDisabled)
		h.emitted("session.open:sign-in-disabled")
		_, err := h.ListUsers(h.system(), muster.UserFilter{Sort: []muster.Order{{}}})
		h.refused(err, muster.InvalidField("sort", ""))
		h.emitted("user.list:invalid")
	})
}
