package core

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"muster"
)

func TestTheFirstAccountIsAdministrator(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first, second := h.join("ann"), h.join("bob")
		if !h.administrator(first.User.ID) || h.administrator(second.User.ID) {
			t.Error("want the first account and no other to be administrator")
		}
		if !h.user(first.User.ID).UpdatedAt.IsZero() {
			t.Error("membership moved updatedAt")
		}
		// Once and for ever: also when nobody is left.
		for _, u := range []*SignedIn{second, first} {
			h.must(h.store.Write(h.context(), func(tx *storeTx) error {
				row, err := tx.User(muster.MainRealm, u.User.ID)
				if err != nil {
					return err
				}
				row.DeletedAt = tx.Now()
				return tx.UpdateUser(row)
			}, nil))
		}
		if late := h.join("carl"); h.administrator(late.User.ID) {
			t.Error("a newcomer to a house that was emptied is administrator")
		}
		made, err := h.EnsureFirstAdministrator(h.context(), FirstAdministrator{Email: "root@example.org", Username: "root", Password: pass})
		if made || err != nil {
			t.Errorf("the operator's administrator was made in a house that had accounts: %v", err)
		}
	})
}

func TestOperatorsAdministrator(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.confirmation(true)
		h.quiet()
		for i, err := range atOnce(4, func(int) error {
			_, err := h.EnsureFirstAdministrator(h.context(), FirstAdministrator{Email: "root@example.org", Username: "root", Password: pass})
			return err
		}) {
			if err != nil {
				t.Errorf("call %d: %v", i, err)
			}
		}
		in, err := h.signIn("root", pass)
		h.must(err)
		u := in.User
		if !h.administrator(u.ID) || u.Username != "root" || u.Name != "root" || u.Handle != "root" || u.Unconfirmed() {
			t.Errorf("got %+v", u)
		}
		var made int
		for _, e := range h.eventsSince() {
			if e.Action == muster.ActionFirstAdmin.Name && !e.Refused() {
				made++
			}
		}
		if made != 1 {
			t.Errorf("made %d times", made)
		}
		if other := h.join("ann"); h.administrator(other.User.ID) {
			t.Error("a second administrator")
		}
	})
}

func TestTwentyFirstSignUps(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ids := make([]muster.ID, 20)
		nodes := []*Core{h.Core, h.Core}
		if !h.store.Single() {
			nodes[1] = h.open(smallParams())
		}
		for i, err := range atOnce(len(ids), func(i int) error {
			in, err := nodes[i%2].SignUp(h.nobody(), NewAccount{Email: fmt.Sprintf("u%d@example.org", i), Password: pass})
			if err == nil {
				ids[i] = in.User.ID
			}
			return err
		}) {
			if err != nil {
				t.Errorf("sign-up %d: %v", i, err)
			}
		}
		administrators := 0
		for _, id := range ids {
			if h.administrator(id) {
				administrators++
			}
		}
		if administrators != 1 {
			t.Errorf("%d administrators", administrators)
		}
	})
}

func TestEightEqualSignUps(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		errs := atOnce(8, func(int) error {
			_, err := h.SignUp(h.nobody(), NewAccount{Email: "Ann@Example.org", Password: pass})
			return err
		})
		if n := succeeded(errs); n != 8 {
			t.Errorf("%d of 8 presses let somebody in: %v", n, errs)
		}
		list, err := h.ListUsers(h.system(), muster.UserFilter{Email: "ann@example.org"})
		h.must(err)
		if list.Total != 1 {
			t.Errorf("%d accounts", list.Total)
		}
	})
}

func TestSignUpForAnAccountThatIsThere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann")
		h.quiet()
		again, err := h.SignUp(h.nobody(), NewAccount{Email: "ANN@example.org", Password: pass})
		h.must(err)
		if again.User.ID != ann.User.ID || again.Session == nil {
			t.Error("the right password did not sign in")
		}
		h.emitted("session.open")
		_, err = h.SignUp(h.nobody(), NewAccount{Email: "ann@example.org", Password: "wrong-horse"})
		h.refused(err, muster.ErrBadCredentials)
		h.emitted("session.open:bad-credentials")

		// Somebody's username in the shape of an address is nobody's e-mail, and yet taken.
		_, err = h.SignUp(h.nobody(), NewAccount{Email: "x@example.org", Username: "y@example.org", Password: pass})
		h.must(err)
		_, err = h.SignUp(h.nobody(), NewAccount{Email: "Y@example.org", Password: pass})
		h.refused(err, muster.Taken("email"))
	})
}

func TestSignUpRefuses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("ann")
		h.quiet()
		ok := NewAccount{Email: "bob@example.org", Password: pass, Username: "bob", Handle: "bob", Name: "Bob"}
		for _, x := range []struct {
			change func(*NewAccount)
			want   *muster.Error
		}{
			{func(a *NewAccount) { a.Email = "bob" }, muster.InvalidField("email", "")},
			{func(a *NewAccount) { a.Email = "bob@example.org\r\nBcc: x@y" }, muster.InvalidField("email", "")},
			{func(a *NewAccount) { a.AcceptEmail = func(string) bool { return false } }, muster.InvalidField("email", "")},
			{func(a *NewAccount) { a.Password = "1234567" }, muster.ErrWeakPassword},
			{func(a *NewAccount) { a.Password = strings.Repeat("x", 1025) }, muster.ErrWeakPassword},
			{func(a *NewAccount) { a.Handle = "b" }, muster.InvalidField("handle", "")},
			{func(a *NewAccount) { a.Username = "b b" }, muster.InvalidField("username", "")},
			{func(a *NewAccount) { a.Name = "B\x00b" }, muster.InvalidField("name", "")},
			{func(a *NewAccount) { a.Username = "ANN" }, muster.Taken("username")},
			{func(a *NewAccount) { a.Username = "Ann@example.org" }, muster.Taken("username")},
		} {
			in := ok
			x.change(&in)
			_, err := h.SignUp(h.nobody(), in)
			h.refused(err, x.want)
		}
		h.emitted() // nobody was signed in: nothing is kept
		h.must(h.SetSettings(h.system(), []muster.Setting{{Name: muster.SettingSignUp, Value: []byte("false")}}))
		_, err := h.SignUp(h.nobody(), ok)
		h.refused(err, muster.ErrSignUpDisabled)
	})
}

func TestSignUpWithConfirmation(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.confirmation(true)
		h.quiet()
		ann := h.join("ann")
		if ann.Session != nil || !ann.User.Unconfirmed() || !h.administrator(ann.User.ID) {
			t.Errorf("got %+v", ann)
		}
		h.emitted("user.sign-up")
		first := h.letters()
		if len(first) != 1 || first[0].Kind != MailConfirmation || first[0].To != "ann@example.org" {
			t.Fatalf("mails: %+v", first)
		}
		_, err := h.signIn("ann", "wrong-horse")
		h.refused(err, muster.ErrBadCredentials)
		h.emitted("session.open:bad-credentials")
		if len(h.letters()) != 0 {
			t.Error("a wrong password had a mail sent")
		}
		_, err = h.signIn("ann", pass)
		h.refused(err, muster.ErrUnconfirmed)
		h.emitted("session.open:unconfirmed", "user.send-confirmation")
		second := h.letters()
		if len(second) != 1 || second[0].Token == first[0].Token {
			t.Fatalf("mails: %+v", second)
		}

		// Both links work until they are used.
		in, err := h.ConfirmEmail(h.nobody(), first[0].Token)
		h.must(err)
		events := h.emitted("user.confirm-email", "session.open")
		if events[0].Resource != muster.UserResource(ann.User.ID) || events[1].Resource.Noun != muster.NounSession || events[1].Related != ann.User.ID {
			t.Errorf("the events are about %v and %v", events[0].Resource, events[1].Resource)
		}
		u := h.user(ann.User.ID)
		if u.Unconfirmed() || !u.UpdatedAt.IsZero() || !u.ChangedAt.After(u.CreatedAt) {
			t.Errorf("got %+v", u)
		}
		if !h.alive(h.token(in)) {
			t.Error("the confirmed user is not signed in")
		}
	})
}

func TestConfirmationTokens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.confirmation(true)
		mailTo := func(name string) (*SignedIn, string) {
			in := h.join(name)
			return in, h.letters()[0].Token
		}
		_, used := mailTo("used")
		errs := atOnce(32, func(int) error { _, err := h.ConfirmEmail(h.nobody(), used); return err })
		if n := succeeded(errs); n != 1 {
			t.Errorf("%d of 32 uses at once succeeded", n)
		}
		_, err := h.ConfirmEmail(h.nobody(), used)
		h.refused(err, muster.ErrTokenUnknown)

		changed, token := mailTo("changed")
		_, err = h.UpdateUser(h.system(), changed.User.ID, Profile{Email: "other@example.org"})
		h.must(err)
		_, err = h.ConfirmEmail(h.nobody(), token)
		h.refused(err, muster.ErrTokenUnknown)

		suspended, token := mailTo("suspended")
		h.must(h.SuspendUser(h.system(), suspended.User.ID))
		_, err = h.ConfirmEmail(h.nobody(), token)
		h.refused(err, muster.ErrTokenUnknown)

		_, token = mailTo("tampered")
		for i := range mailTokenSecret {
			bad := []byte(token)
			bad[i] = map[bool]byte{true: 'b', false: 'a'}[bad[i] == 'a']
			_, err = h.ConfirmEmail(h.nobody(), string(bad))
			h.refused(err, muster.ErrTokenUnknown)
		}
		for _, bad := range []string{"", token[:32], token + " ", "é" + token[1:], token[:31] + "-" + token[32:]} {
			_, err = h.ConfirmEmail(h.nobody(), bad)
			h.refused(err, muster.ErrInvalidToken)
		}
		// Of a legal form, but the digits are nobody's id.
		_, err = h.ConfirmEmail(h.nobody(), token[:32]+"0"+token[32:])
		h.refused(err, muster.ErrTokenUnknown)
		_, token = mailTo("late")
		h.advance(time.Hour)
		_, err = h.ConfirmEmail(h.nobody(), token)
		h.refused(err, muster.ErrTokenUnknown)
	})
}
