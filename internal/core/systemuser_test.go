package core

import (
	"errors"
	"testing"

	"muster"
)

// TestConvertUser: a system user has a key and nothing else that opens anything.
func TestConvertUser(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.withKey(h.key("admin"))
		k := h.key("tat.system.bot")
		id := k.User.ID
		h.must(h.SetPassword(h.system(), id, pass))
		in, err := h.signIn("tat.system.bot", pass)
		h.must(err)
		jwt, confirm := h.token(in), h.issued(h.user(id), MailConfirmation)
		_, err = h.ConvertUser(h.withKey(h.key("weak")), id, true)
		h.refused(err, muster.ErrDenied)
		h.quiet()
		fresh, err := h.ConvertUser(admin, id, true)
		h.must(err)
		h.emitted("user.convert")
		u := h.user(id)
		if u.Kind != muster.KindSystem || u.Email != "" || !u.ListsInFull || u.Unconfirmed() {
			t.Errorf("%+v", u)
		}
		if h.opens(k) || !h.opens(fresh) || h.alive(jwt) {
			t.Error("the old key opens, the new one does not, or a session lives")
		}
		_, err = h.signIn("tat.system.bot", pass)
		h.refused(err, muster.ErrBadCredentials)
		_, err = h.ConfirmEmail(h.nobody(), confirm)
		h.refused(err, muster.ErrTokenUnknown)
		_, err = h.ConvertUser(admin, id, false)
		h.refused(err, muster.ErrIsSystem)
		h.register("heir")
		_, err = h.SignUpForKey(h.tatNobody(), NewKeyAccount{Username: "else", Name: "Else", Email: "tat.system.bot@example.org"})
		h.must(err)

		h.must(h.SetSystemUser(admin, id, false))
		if h.user(id).ListsInFull {
			t.Error("the flag is not taken away")
		}
		again, err := h.ResetKey(admin, id)
		h.must(err)
		if h.opens(fresh) || !h.opens(again) {
			t.Error("the old key opens, or the new one does not")
		}
		for name, err := range map[string]error{"set": h.SetSystemUser(admin, h.key("bob").User.ID, true), "unknown": h.SetSystemUser(admin, 77<<20, true)} {
			if !errors.Is(err, muster.ErrNotSystemName) && !errors.Is(err, muster.ErrUserNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err = h.ResetKey(admin, h.key("tat.system.other").User.ID)
		h.refused(err, muster.ErrNotSystem)
	})
}

// TestUsernameThatIsAnAddress: a system user whose e-mail was his username keeps the name.
func TestUsernameThatIsAnAddress(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.withKey(h.key("admin"))
		u, err := h.SignUpForKey(h.tatNobody(), NewKeyAccount{Username: "tat.system@example.org", Name: "Bot", Email: "tat.system@example.org", Callback: "here: " + TokenPlace})
		h.must(err)
		k, err := h.ConvertUser(admin, u.ID, false)
		h.must(err)
		if !h.opens(k) {
			t.Error("the key does not open")
		}
		_, err = h.SignUpForKey(h.tatNobody(), NewKeyAccount{Username: "x", Name: "X", Email: "tat.system@example.org"})
		h.refused(err, muster.Taken("email"))
	})
}

func TestRenameUser(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.withKey(h.key("admin"))
		ann, bob := h.key("ann"), h.key("bob")
		id := ann.User.ID
		_, err := h.RenameUser(h.withKey(bob), id, NewNames{Username: "x"})
		h.refused(err, muster.ErrDenied)
		for _, to := range []NewNames{{Username: "BOB"}, {Username: "bob@example.org"}, {Email: "Bob@example.org"}, {Email: "bob@EXAMPLE.org"}, {Name: "NAME OF BOB"}} {
			_, err := h.RenameUser(admin, id, to)
			if !errors.Is(err, muster.ErrTaken) {
				t.Errorf("%+v: %v", to, err)
			}
		}
		for _, to := range []NewNames{{Username: "a b"}, {Name: "a\x07"}, {Email: "x"}} {
			if _, err := h.RenameUser(admin, id, to); muster.KindOf(err) != muster.Invalid {
				t.Errorf("%+v: %v", to, err)
			}
		}
		h.quiet()
		if _, err = h.RenameUser(admin, id, NewNames{Username: "ann@example.org"}); err != nil { // one's own e-mail
			t.Error(err)
		}
		if e := h.emitted("user.rename")[0]; e.Changes["update.username"] != "ann@example.org" || e.Changes["user.username"] != "ann" {
			t.Errorf("%+v", e)
		}
		_, err = h.RenameUser(admin, id, NewNames{Email: "anna@example.org", Name: "Anna"})
		h.must(err)
		_, err = h.RenameUser(admin, id, NewNames{Username: "anna"})
		h.must(err)
		h.register("ann") // name and address are free again
		u := h.user(id)
		if u.Username != "anna" || u.Email != "anna@example.org" || u.Name != "Anna" || u.Unconfirmed() || !u.UsernameGiven {
			t.Errorf("%+v", u)
		}
		for _, name := range []string{"anna", "anna@example.org"} {
			if found, err := h.store.Reader(h.context()).UserBySignInName(muster.MainRealm, name); err != nil || found == nil || found.ID != id {
				t.Errorf("%s is %+v, %v", name, found, err)
			}
		}
		h.must(h.DeleteUser(admin, id))
		_, err = h.RenameUser(admin, id, NewNames{Username: "x"})
		h.refused(err, muster.ErrUserNotFound)
	})
}

// TestRenameByTheRules: rules decide, as for any other change; administrators are touched by administrators alone.
func TestRenameByTheRules(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.key("admin")
		weak, ann := h.join("weak"), h.key("ann")
		h.group("Clerks", may(muster.NounUser, muster.OpUpdate), weak)
		_, err := h.RenameUser(h.as(weak), ann.User.ID, NewNames{Username: "anna"})
		h.must(err)
		_, err = h.RenameUser(h.as(weak), admin.User.ID, NewNames{Username: "mine"})
		h.refused(err, muster.ErrAdminOnly)
	})
}
