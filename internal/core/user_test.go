package core

import (
	"strings"
	"testing"

	"muster"
)

func TestMadeUsernames(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		long := strings.Repeat("x", 80)
		for _, x := range []struct {
			in   Profile
			want string
		}{
			{Profile{Email: "ann@example.org", Handle: "Annie"}, "Annie"},
			{Profile{Email: "annie@example.org"}, "annie-2"}, // letter case does not make another name
			{Profile{Email: "annie@example.com"}, "annie-3"},
			{Profile{Email: "bob+x@example.org"}, "bob+x"},
			{Profile{Email: "ünal@example.org"}, "nal"},
			{Profile{Email: "_.dot@example.org"}, "dot"},
			{Profile{Email: "李@example.org", Name: "Li Xiao"}, "LiXiao"},
			{Profile{Email: "龙@example.org"}, "user"},
			{Profile{Email: "tat.system.bot@example.org", Name: "Bot"}, "Bot"},
			{Profile{Email: long + "@example.org"}, long[:70]},
			{Profile{Email: long + "@example.com"}, long[:70] + "-2"},
		} {
			u, err := h.CreateUser(h.system(), x.in)
			h.must(err)
			if u.Username != x.want || u.UsernameGiven || !muster.ValidUsername(u.Username) {
				t.Errorf("%+v became %q, given %v", x.in, u.Username, u.UsernameGiven)
			}
		}
	})
}

func TestMadeUsernamesDoNotRunOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var last *muster.User
		for i := range 12 {
			u, err := h.CreateUser(h.system(), Profile{Email: "ann@" + strings.Repeat("x", i+1) + ".example"})
			h.must(err)
			last = u.User
		}
		if len(last.Username) != len("ann-")+6 || !muster.ValidUsername(last.Username) {
			t.Errorf("got %q", last.Username)
		}
	})
}

// TestOneSpaceOfSignInNames: no username is another one's e-mail, and no e-mail another one's username.
func TestOneSpaceOfSignInNames(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		sign := func(email, username string) (*SignedIn, error) {
			return h.SignUp(h.nobody(), NewAccount{Email: email, Username: username, Password: pass})
		}
		own, err := sign("ann@example.org", "ANN@example.org") // one's own is fine
		h.must(err)
		_, err = sign("bob@example.org", "Ann@Example.org")
		h.refused(err, muster.Taken("username"))
		bob, err := sign("bob@example.org", "carl@example.org")
		h.must(err)
		_, err = sign("Carl@example.org", "carl")
		h.refused(err, muster.Taken("email"))
		_, err = h.UpdateUser(h.as(bob), bob.User.ID, Profile{Email: "ann@EXAMPLE.org"})
		h.refused(err, muster.Taken("email"))

		// Giving up the e-mail does not give up the username that is the same.
		_, err = h.UpdateUser(h.as(own), own.User.ID, Profile{Email: "ann@example.com"})
		h.must(err)
		_, err = sign("ann@example.org", "x")
		h.refused(err, muster.Taken("email"))
		_, err = sign("free@example.org", "free")
		h.must(err)
	})
}

func TestCreateUser(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		h.quiet()
		_, err := h.CreateUser(h.as(ann), Profile{Email: "x@example.org"})
		h.refused(err, muster.ErrDenied)
		_, err = h.CreateUser(h.nobody(), Profile{Email: "x@example.org"})
		h.refused(err, muster.ErrUnauthenticated)
		for _, bad := range []Profile{{Email: ""}, {Email: "x"}, {Email: "x@y", Handle: "-"}, {Email: "x@y", Name: "\x00"}, {Email: "x@y", Kind: "a b"}} {
			if _, err := h.CreateUser(h.as(admin), bad); muster.KindOf(err) != muster.Invalid {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		h.emitted("user.create:denied", "user.create:invalid", "user.create:invalid", "user.create:invalid", "user.create:invalid", "user.create:invalid")
		u, err := h.CreateUser(h.as(admin), Profile{Email: "li@example.org", Name: "li xiao", MakeHandle: true, Kind: "system"})
		h.must(err)
		e := h.emitted("user.create")[0]
		if e.Actor != admin.User.ID || e.Resource != muster.UserResource(u.ID) || e.Changes["new.email"] != "li@example.org" {
			t.Errorf("event %+v", e)
		}
		if u.Handle != "LiXiao" || u.Kind != "" || u.Unconfirmed() || !u.UpdatedAt.IsZero() {
			t.Errorf("got %+v", u)
		}
		_, err = h.CreateUser(h.as(admin), Profile{Email: "LI@example.org"})
		h.refused(err, muster.Taken("email"))
		_, err = h.CreateUser(h.as(admin), Profile{Email: "li@example.com", Handle: "lixiao"})
		h.refused(err, muster.Taken("handle"))
		if names, err := h.store.Reader(h.context()).UserByEmail(muster.MainRealm, "li@example.com"); names != nil || err != nil {
			t.Error("a refused user left a name")
		}
	})
}

func TestUpdateUser(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob := h.join("admin"), h.join("ann"), h.join("bob")
		_, err := h.UpdateUser(h.as(bob), bob.User.ID, Profile{Email: "bob@example.org", Handle: "bob"})
		h.must(err)
		h.quiet()
		_, err = h.UpdateUser(h.as(bob), ann.User.ID, Profile{Email: "ann@example.org"})
		h.refused(err, muster.ErrDenied)
		_, err = h.UpdateUser(h.as(admin), ann.User.ID, Profile{Email: "BOB@example.org"})
		h.refused(err, muster.Taken("email"))
		_, err = h.UpdateUser(h.as(admin), ann.User.ID, Profile{Email: "ann@example.org", Handle: "BOB"})
		h.refused(err, muster.Taken("handle"))
		_, err = h.UpdateUser(h.as(admin), 12345, Profile{Email: "x@example.org"})
		h.refused(err, muster.ErrUserNotFound)
		if u := h.user(ann.User.ID); u.Version != ann.User.Version || !u.UpdatedAt.IsZero() {
			t.Errorf("a refusal changed %+v", u)
		}
		h.emitted("user.update:denied", "user.update:taken", "user.update:taken", "user.update:not-found")
		u, err := h.UpdateUser(h.as(admin), ann.User.ID, Profile{Email: "Ann@example.org", Name: "Ann", Handle: "ann", Kind: muster.KindBot})
		h.must(err)
		h.emitted("user.update")
		if u.Username != "ann" || !u.UsernameGiven || u.Email != "Ann@example.org" || u.UpdatedAt.IsZero() || u.Kind != muster.KindBot {
			t.Errorf("got %+v", u)
		}
		// What is left out becomes empty; the username stays.
		u, err = h.UpdateUser(h.as(ann), ann.User.ID, Profile{Email: "Ann@example.org"})
		h.must(err)
		if u.Name != "" || u.Handle != "" || u.Kind != "" || u.Username != "ann" {
			t.Errorf("got %+v", u)
		}
	})
}

// TestStoredValuesAreTaken: wires send whole records, also those that hold what no wire would take as new.
func TestStoredValuesAreTaken(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.join("ann")
		h.must(h.store.Write(h.context(), func(tx *storeTx) error {
			u, err := tx.User(muster.MainRealm, ann.User.ID)
			if err != nil {
				return err
			}
			u.Email, u.Handle, u.Name, u.Kind = "", "-", strings.Repeat("x", 300), muster.KindSystem
			return tx.UpdateUser(u)
		}, nil))
		strict := func(string) bool { return false }
		u, err := h.UpdateUser(h.as(ann), ann.User.ID, Profile{Handle: "-", Name: strings.Repeat("x", 300), Kind: muster.KindSystem, AcceptEmail: strict})
		h.must(err)
		if u.Kind != muster.KindSystem || u.Handle != "-" {
			t.Errorf("got %+v", u)
		}
		u, err = h.UpdateUser(h.system(), ann.User.ID, Profile{Email: "back@example.org", Kind: muster.KindBot})
		h.must(err)
		if u.Kind != muster.KindSystem {
			t.Errorf("kind system became %q", u.Kind)
		}
	})
}

func TestEmailChanges(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		jwt := h.token(ann)
		h.confirmation(true)
		u, err := h.UpdateUser(h.as(ann), ann.User.ID, Profile{Email: "ANN@example.org"}) // the same address
		h.must(err)
		if u.Unconfirmed() || len(h.letters()) != 0 {
			t.Error("letter case made another address")
		}
		h.quiet()
		u, err = h.UpdateUser(h.as(ann), ann.User.ID, Profile{Email: "new@example.org"})
		h.must(err)
		h.emitted("user.update")
		letters := h.letters()
		if len(letters) != 2 || letters[0].Kind != MailEmailChanged || letters[0].To != "ANN@example.org" || letters[0].Token != "" ||
			letters[1].Kind != MailConfirmation || letters[1].To != "new@example.org" {
			t.Errorf("mails: %+v", letters)
		}
		if !u.Unconfirmed() || !h.alive(jwt) {
			t.Error("want the user unconfirmed and his session alive")
		}
		_, err = h.signIn("new", pass)
		h.refused(err, muster.ErrUnconfirmed)
		h.letters()
		if _, err := h.signIn("ann", pass); muster.KindOf(err) != muster.Unauthenticated {
			t.Errorf("the old address still signs in: %v", err)
		}
		_, err = h.ConfirmEmail(h.nobody(), letters[1].Token)
		h.must(err)

		u, err = h.UpdateUser(h.as(admin), ann.User.ID, Profile{Email: "other@example.org"})
		h.must(err)
		if u.Unconfirmed() || len(h.letters()) != 0 {
			t.Error("an administrator's change is confirmed and mails nobody")
		}
		if free := h.join("new"); free.Session != nil {
			t.Error("want the freed address to be anybody's, unconfirmed")
		}
	})
}

func TestStatesMoveTheirInstants(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		ctx, id := h.as(admin), ann.User.ID
		last := h.user(id)
		step := func(name string, err error, moves bool, check func(*muster.User) bool) {
			t.Helper()
			h.must(err)
			u := h.user(id)
			if !check(u) || !u.UpdatedAt.IsZero() || u.ChangedAt.After(last.ChangedAt) != moves {
				t.Errorf("%s: %+v", name, u)
			}
			last = u
		}
		h.quiet()
		step("suspend", h.SuspendUser(ctx, id), true, (*muster.User).Suspended)
		since := last.SuspendedAt
		step("suspend again", h.SuspendUser(ctx, id), false, func(u *muster.User) bool { return u.SuspendedAt.Equal(since) })
		step("delete", h.DeleteUser(ctx, id), true, func(u *muster.User) bool { return u.Deleted() && u.Suspended() })
		step("delete again", h.DeleteUser(ctx, id), false, (*muster.User).Deleted)
		step("undelete", h.UndeleteUser(ctx, id), true, func(u *muster.User) bool { return !u.Deleted() && u.Suspended() })
		step("unsuspend", h.UnsuspendUser(ctx, id), true, (*muster.User).Live)
		step("unsuspend again", h.UnsuspendUser(ctx, id), false, (*muster.User).Live)
		step("undelete what lives", h.UndeleteUser(ctx, id), false, (*muster.User).Live)
		h.emitted("user.suspend", "user.suspend", "user.delete", "user.delete", "user.undelete", "user.unsuspend", "user.unsuspend", "user.undelete")
		step("membership", h.AddMember(ctx, h.group("Crew", nil), id), false, (*muster.User).Live)
		if _, err := h.signIn("ann", pass); err != nil {
			t.Errorf("the password did not survive: %v", err)
		}
		for name, err := range map[string]error{
			"suspend": h.SuspendUser(ctx, 12345), "unsuspend": h.UnsuspendUser(ctx, 12345), "delete": h.DeleteUser(ctx, 12345), "undelete": h.UndeleteUser(ctx, 12345),
		} {
			t.Run(name, func(*testing.T) { h.refused(err, muster.ErrUserNotFound) })
		}
	})
}

func TestUndelete(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, err := h.CreateUser(h.system(), Profile{Email: "ann@example.org", Handle: "ann"})
		h.must(err)
		crew := h.group("Crew", nil)
		h.must(h.AddMember(h.system(), crew, ann.ID))
		h.must(h.DeleteUser(h.system(), ann.ID))
		if m, err := h.ListMembers(h.system(), crew); len(m) != 0 || err != nil {
			t.Errorf("members %v, %v", m, err)
		}
		for _, x := range []struct {
			who   Profile
			field string
		}{
			{Profile{Email: "ann@example.org"}, "email"},
			{Profile{Email: "x@example.org", Handle: "ANN"}, "handle"},
		} {
			thief, err := h.CreateUser(h.system(), x.who) // freed names are anybody's
			h.must(err)
			if groups, err := h.ListGroupsOf(h.system(), thief.ID); len(groups) != 0 || err != nil {
				t.Errorf("a newcomer inherited %v, %v", groups, err)
			}
			h.quiet()
			h.refused(h.UndeleteUser(h.system(), ann.ID), muster.Taken(x.field))
			h.emitted("user.undelete:taken")
			h.must(h.DeleteUser(h.system(), thief.ID))
		}
		taker := h.join("ann") // has the username that was made for the other; given, so it stays
		_, err = h.UpdateUser(h.system(), taker.User.ID, Profile{Email: "taker@example.org"})
		h.must(err)
		h.must(h.UndeleteUser(h.system(), ann.ID))
		back := h.user(ann.ID)
		if back.Username != "ann-2" || back.UsernameGiven || back.Email != "ann@example.org" || back.Handle != "ann" {
			t.Errorf("came back as %+v", back)
		}
		if m, err := h.ListMembers(h.system(), crew); len(m) != 1 || err != nil {
			t.Errorf("members %v, %v", m, err)
		}
		// A username that was given is a conflict.
		h.must(h.DeleteUser(h.system(), taker.User.ID))
		_, err = h.SignUp(h.nobody(), NewAccount{Email: "z@example.org", Username: "Ann", Password: pass})
		h.must(err)
		h.refused(h.UndeleteUser(h.system(), taker.User.ID), muster.Taken("username"))
	})
}

func TestDeletedUsersAreNotChanged(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann")
		h.must(h.DeleteUser(h.system(), ann.User.ID))
		_, err := h.UpdateUser(h.system(), ann.User.ID, Profile{Email: "ann@example.org"})
		h.refused(err, muster.ErrUserNotFound)
		h.refused(h.SetPassword(h.system(), ann.User.ID, "battery-staple"), muster.ErrUserNotFound)
	})
}

func TestHiddenFields(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, bob := h.join("ann"), h.join("bob")
		_, err := h.UpdateUser(h.as(bob), bob.User.ID, Profile{Email: "bob@example.org", Name: "Secret"})
		h.must(err)
		ctx := h.as(ann)
		seen, err := h.ReadUser(ctx, bob.User.ID)
		h.must(err)
		if seen.Email != "" || seen.Name != "" || !seen.EmailHidden || !seen.NameHidden {
			t.Errorf("read %+v", seen.User)
		}
		own, err := h.ReadUser(ctx, ann.User.ID)
		h.must(err)
		if own.Email == "" || own.EmailHidden {
			t.Error("who can't see himself?")
		}
		for _, f := range []muster.UserFilter{{Email: "bob@example.org"}, {Prefix: "secr"}, {Prefix: "bob@"}} {
			if list, err := h.ListUsers(ctx, f); list.Total != 0 || err != nil {
				t.Errorf("%+v found %d, %v", f, list.Total, err)
			}
		}
		list, err := h.ListUsers(ctx, muster.UserFilter{Sort: []muster.Order{{Column: "email", Descending: true}}})
		h.must(err)
		if list.Total != 3 || list.Items[0].Username != "admin" {
			t.Error("the order tells what is hidden")
		}
		_, err = h.ListUsers(ctx, muster.UserFilter{Deleted: muster.With})
		h.refused(err, muster.ErrDenied)
		_, err = h.ListUsers(h.nobody(), muster.UserFilter{})
		h.refused(err, muster.ErrUnauthenticated)
	})
}
