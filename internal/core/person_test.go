package core

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"muster"
)

func text(s string) *string { return &s }

func groupNames(u SeenUser) (names []string) {
	for _, g := range u.Groups {
		names = append(names, g.Name)
	}
	return names
}

// TestNamesInTwoParts: the parts make the name, and a name that is set elsewhere makes the parts (one-core, 1.3).
func TestNamesInTwoParts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		u, err := h.CreateUser(h.system(), Profile{Email: "a@example.org", Name: "Ann van Dyk", Handle: "ann"})
		h.must(err)
		parts := func(given, family, name string) {
			t.Helper()
			if got := h.user(u.ID); got.GivenName != given || got.FamilyName != family || got.Name != name {
				t.Errorf("got %q and %q of %q, want %q and %q of %q", got.GivenName, got.FamilyName, got.Name, given, family, name)
			}
		}
		change := func(p Profile) {
			t.Helper()
			p.Partial = true
			_, err := h.UpdateUser(h.system(), u.ID, p)
			h.must(err)
		}
		parts("Ann van", "Dyk", "Ann van Dyk")
		change(Profile{GivenName: text("Ann"), FamilyName: text("van Dyk")})
		parts("Ann", "van Dyk", "Ann van Dyk")
		change(Profile{Handle: "anna"})
		parts("Ann", "van Dyk", "Ann van Dyk")
		change(Profile{FamilyName: text("Lee")})
		parts("Ann", "Lee", "Ann Lee")
		change(Profile{GivenName: text("")})
		parts("", "Lee", "Lee")
		change(Profile{Name: "Ann"})
		parts("Ann", "", "Ann")
		_, err = h.UpdateUser(h.system(), u.ID, Profile{Email: "a@example.org", Name: "  Ann   Lee ", Handle: "ann"}) // as another wire does
		h.must(err)
		parts("Ann", "Lee", "  Ann   Lee ")
		change(Profile{GivenName: text(""), FamilyName: text("")})
		parts("", "", "")
		for _, bad := range []Profile{{GivenName: text("a\x00b")}, {FamilyName: text(strings.Repeat("x", 201))}, {GivenName: text(strings.Repeat("x", 101)), FamilyName: text(strings.Repeat("x", 100))}} {
			bad.Partial = true
			if _, err := h.UpdateUser(h.system(), u.ID, bad); muster.KindOf(err) != muster.Invalid {
				t.Errorf("got %v", err)
			}
		}
		parts("", "", "")
		if in := h.join("bob"); h.user(in.User.ID).GivenName != "" {
			t.Errorf("nobody's name has parts")
		}
	})
}

func TestConfigKeepsItsTypes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const sent = `{ "b":false, "n":1.50, "big":12345678901234567890, "o":{"x":null}, "gone":null }`
		u, err := h.CreateUser(h.system(), Profile{Email: "a@example.org", Config: json.RawMessage(sent)})
		h.must(err)
		if want := `{"b":false,"n":1.50,"big":12345678901234567890,"o":{"x":null},"gone":null}`; u.Config != want || h.user(u.ID).Config != want {
			t.Errorf("kept %s", u.Config)
		}
		for _, x := range []struct{ patch, want string }{
			{`{}`, `{"b":false,"big":12345678901234567890,"gone":null,"n":1.50,"o":{"x":null}}`},
			{`{"b":true,"n":null,"o":{"y":[1,"2"]},"gone":null}`, `{"b":true,"big":12345678901234567890,"o":{"y":[1,"2"]}}`},
			{`{"b":null,"big":null,"o":null}`, `{}`},
		} {
			u, err = h.UpdateUser(h.system(), u.ID, Profile{Partial: true, Config: json.RawMessage(x.patch)})
			h.must(err)
			if u.Config != x.want {
				t.Errorf("%s makes %s, want %s", x.patch, u.Config, x.want)
			}
		}
		full := fmt.Sprintf(`{"a":%q}`, strings.Repeat("x", maxConfig-8))
		_, err = h.UpdateUser(h.system(), u.ID, Profile{Partial: true, Config: json.RawMessage(full)})
		h.must(err)
		for _, bad := range []string{`[]`, `null`, `"x"`, `{`, `{"b":1}`, strings.Repeat(`{"a":`, 33) + `1` + strings.Repeat(`}`, 33)} {
			_, err := h.UpdateUser(h.system(), u.ID, Profile{Partial: true, Config: json.RawMessage(bad)})
			h.refused(err, muster.InvalidField("config", ""))
			if bad == `{"b":1}` {
				continue // too much only together with what is there
			}
			_, err = h.CreateUser(h.system(), Profile{Email: "b@example.org", Config: json.RawMessage(bad)})
			h.refused(err, muster.InvalidField("config", ""))
		}
		_, err = h.CreateUser(h.system(), Profile{Email: "b@example.org", Config: json.RawMessage(`{"x":1,` + full[1:])})
		h.refused(err, muster.InvalidField("config", ""))
	})
}

// TestRolesAndAdministrators: superUser is a membership, all other words are words (one-core, 5.3).
func TestRolesAndAdministrators(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.join("admin")
		ctx := h.as(admin)
		crew := h.group("Crew", nil)
		h.quiet()
		u, err := h.CreateUser(ctx, Profile{WithGroups: true, Email: "u@example.org", Role: muster.RoleSuperUser, Groups: []muster.ID{crew, crew}, DefaultGroup: true})
		h.must(err)
		if got := groupNames(u); !slices.Equal(got, []string{"Administrators", "Crew", "Members"}) || u.Role != "" || !h.administrator(u.ID) {
			t.Errorf("made %q with the word %q", got, u.Role)
		}
		if e := h.emitted("group.make-default", "user.create")[1]; e.Changes["new.role"] != muster.RoleSuperUser || e.Changes["new.groups"] == nil {
			t.Errorf("event %+v", e)
		}
		change := func(p Profile, word string, groups ...string) {
			t.Helper()
			p.Partial, p.WithGroups = true, true
			got, err := h.UpdateUser(ctx, u.ID, p)
			h.must(err)
			if got.Role != word || !slices.Equal(groupNames(got), groups) {
				t.Errorf("%+v makes the word %q and the groups %q", p, got.Role, groupNames(got))
			}
		}
		change(Profile{}, "", "Administrators", "Crew", "Members")
		change(Profile{Role: muster.RolePower}, muster.RolePower, "Crew", "Members")
		change(Profile{Role: muster.RoleSuperUser}, "", "Administrators", "Crew", "Members")
		change(Profile{Role: muster.RolePower, Groups: []muster.ID{crew, muster.Administrators}}, muster.RolePower, "Administrators", "Crew")
		change(Profile{Groups: []muster.ID{}}, muster.RolePower)
		change(Profile{Groups: []muster.ID{}, Role: muster.RoleSuperUser}, "", "Administrators")
		change(Profile{Role: muster.RoleViewer}, "")

		archived := h.group("Archived", nil)
		h.must(h.AddMember(ctx, archived, u.ID))
		h.must(h.ArchiveGroup(ctx, archived))
		change(Profile{Groups: []muster.ID{crew}}, "", "Crew")
		h.must(h.UnarchiveGroup(ctx, archived))
		change(Profile{}, "", "Archived", "Crew")

		h.must(h.ArchiveGroup(ctx, archived))
		for _, bad := range []Profile{
			{Groups: []muster.ID{crew, 12345}},
			{Groups: []muster.ID{muster.Everyone}},
			{Groups: []muster.ID{archived, 0}},
		} {
			bad.Partial, bad.Email = true, "new@example.org"
			_, err := h.UpdateUser(ctx, u.ID, bad)
			h.refused(err, muster.ErrGroupNotFound)
			_, err = h.CreateUser(ctx, bad)
			h.refused(err, muster.ErrGroupNotFound)
		}
		_, err = h.UpdateUser(ctx, u.ID, Profile{Partial: true, Role: "wizard"})
		h.refused(err, muster.InvalidField("role", ""))
		change(Profile{}, "", "Crew")
		if h.user(u.ID).Email != "u@example.org" {
			t.Error("a refused change has changed something")
		}

		for name, p := range map[string]Profile{
			"demoted":  {Role: muster.RoleViewer},
			"replaced": {Groups: []muster.ID{crew}},
		} {
			p.Partial, p.Name = true, "changed"
			_, err := h.UpdateUser(ctx, admin.User.ID, p)
			h.refused(err, muster.ErrLastAdmin)
			if !h.administrator(admin.User.ID) || h.user(admin.User.ID).Name == "changed" {
				t.Errorf("%s: something is left", name)
			}
		}
	})
}

// TestTheWordAdmin: it makes users and groups without rules, and nothing else.
func TestTheWordAdmin(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		root := h.join("root")
		ann, bob, eve := h.join("ann"), h.join("bob"), h.join("eve")
		_, err := h.UpdateUser(h.as(root), ann.User.ID, Profile{Partial: true, Role: muster.RoleAdmin})
		h.must(err)
		admins, err := h.CreateGroup(h.as(root), GroupForm{Name: "Wardens", Role: text(muster.RoleAdmin), Members: []muster.ID{bob.User.ID}})
		h.must(err)
		plain, seers := h.group("Plain", nil), h.group("Seers", may(muster.NounUser, muster.OpUnmaskEmail))
		for _, who := range []*SignedIn{ann, bob} {
			ctx := h.as(who)
			name := who.User.Username
			made, err := h.CreateUser(ctx, Profile{Email: name + "-1@example.org", Password: pass, Role: muster.RoleAdmin, Groups: []muster.ID{plain, admins.ID}})
			h.must(err)
			_, err = h.CreateGroup(ctx, GroupForm{Name: "Of " + name, Role: text(muster.RolePower), Members: []muster.ID{made.ID}})
			h.must(err)
			h.quiet()
			for _, p := range []Profile{
				{Role: muster.RoleSuperUser},
				{Groups: []muster.ID{muster.Administrators}},
				{Groups: []muster.ID{seers}},
			} {
				p.Email = name + "-2@example.org"
				if _, err := h.CreateUser(ctx, p); muster.KindOf(err) != muster.Denied {
					t.Errorf("%+v: %v", p, err)
				}
			}
			if _, err := h.CreateGroup(ctx, GroupForm{Name: "x", Role: text(muster.RoleAdmin)}); muster.KindOf(err) != muster.Denied {
				t.Errorf("a group of admins: %v", err)
			}
			for what, err := range map[string]error{
				"update": errOf(h.UpdateUser(ctx, made.ID, Profile{Partial: true, Name: "x"})), "delete": h.DeleteUser(ctx, made.ID),
				"suspend": h.SuspendUser(ctx, made.ID), "password": h.SetPassword(ctx, made.ID, pass),
				"group": errOf(h.UpdateGroup(ctx, plain, GroupForm{Name: "y"})), "delete group": h.DeleteGroup(ctx, plain),
				"member": h.AddMember(ctx, plain, made.ID), "rules": h.SetRules(ctx, plain, nil), "own word": errOf(h.UpdateUser(ctx, who.User.ID, Profile{Partial: true, Role: muster.RolePower})),
				"hand over": errOf(h.HandOver(ctx, made.ID, who.User.ID)), "walk": h.WalkUsers(ctx, func([]SeenUser) error { return nil }),
			} {
				if muster.KindOf(err) != muster.Denied {
					t.Errorf("%s may %s: %v", name, what, err)
				}
			}
		}
		_, err = h.CreateUser(h.as(eve), Profile{Email: "eve-1@example.org"})
		h.refused(err, muster.ErrDenied)

		// It goes at once, and a rule that denies is stronger.
		ctx := h.as(bob)
		h.must(h.RemoveMember(h.as(root), admins.ID, bob.User.ID))
		_, err = h.CreateUser(ctx, Profile{Email: "bob-3@example.org"})
		h.refused(err, muster.ErrDenied)
		_, err = h.Authenticator.Admit(ctx, muster.ActionCreateUser, "")
		h.refused(err, muster.ErrDenied)
		ctx = h.as(ann)
		_, err = h.Authenticator.Admit(ctx, muster.ActionCreateUser, "")
		h.must(err)
		denied := h.group("Denied", nil, ann)
		h.rule(denied, muster.Realm(), muster.OpUserCreate, muster.Deny)
		_, err = h.Authenticator.Admit(ctx, muster.ActionCreateUser, "")
		h.refused(err, muster.ErrDenied)
		_, err = h.CreateUser(ctx, Profile{Email: "ann-3@example.org"})
		h.refused(err, muster.ErrDenied)

		// Nobody gives the word who has not what it allows.
		h.group("Managers", []muster.Permission{{Noun: muster.NounGroup, Operation: muster.OpMembersManage}, {Noun: muster.NounUser, Operation: muster.OpUpdate}}, eve)
		h.refused(h.AddMember(h.as(eve), admins.ID, eve.User.ID), muster.ErrDenied)
		_, err = h.UpdateUser(h.as(eve), bob.User.ID, Profile{Partial: true, Role: muster.RoleAdmin})
		h.refused(err, muster.ErrDenied)
		_, err = h.UpdateUser(h.as(eve), bob.User.ID, Profile{Partial: true, Role: muster.RolePower, Groups: []muster.ID{plain}})
		h.must(err)
	})
}

func errOf[T any](_ T, err error) error { return err }

func TestGroupWords(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := h.as(h.join("root"))
		g, err := h.CreateGroup(ctx, GroupForm{Name: "Crew", Role: text(muster.RoleViewer)})
		h.must(err)
		if g.Role != muster.RoleViewer {
			t.Errorf("made %+v", g.Group)
		}
		_, err = h.UpdateGroup(ctx, g.ID, GroupForm{Partial: true, Name: "Crew 2"})
		h.must(err)
		g, err = h.UpdateGroup(ctx, g.ID, GroupForm{Partial: true, Role: text(muster.RoleAdmin)})
		h.must(err)
		if g.Role != muster.RoleAdmin || g.Name != "Crew 2" {
			t.Errorf("changed to %+v", g.Group)
		}
		g, err = h.UpdateGroup(ctx, g.ID, GroupForm{Partial: true, Role: text("")})
		h.must(err)
		if g.Role != "" {
			t.Errorf("changed to %+v", g.Group)
		}
		for _, bad := range []string{muster.RoleSuperUser, "wizard", "ADMIN"} {
			_, err = h.UpdateGroup(ctx, g.ID, GroupForm{Partial: true, Role: text(bad)})
			h.refused(err, muster.InvalidField("role", ""))
		}
		_, err = h.UpdateGroup(ctx, muster.Administrators, GroupForm{Partial: true, Role: text(muster.RolePower)})
		h.refused(err, muster.ErrBuiltIn)
	})
}

func TestWalkUsers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.join("admin")
		crew := h.group("Crew", nil)
		for i := range 2*walkPage + 1 {
			h.must(h.store.Write(h.context(), func(tx *storeTx) error {
				u := &muster.User{ID: tx.NewID(), Realm: muster.MainRealm, Username: fmt.Sprintf("%c%05d", "uU"[i%2], i), UsernameGiven: true, Version: 1}
				if _, err := tx.InsertUser(u); err != nil {
					return err
				}
				_, err := tx.AddMember(crew, u.ID, tx.Now())
				return err
			}, nil))
		}
		gone, locked := h.join("u00000-gone"), h.join("zed")
		h.must(h.DeleteUser(h.system(), gone.User.ID))
		h.must(h.SuspendUser(h.system(), locked.User.ID))
		var names []string
		h.must(h.WalkUsers(h.as(admin), func(page []SeenUser) error {
			if len(page) > walkPage {
				t.Errorf("%d at once", len(page))
			}
			for _, u := range page {
				names = append(names, muster.Fold(u.Username))
				if strings.HasPrefix(strings.ToLower(u.Username), "u") && (len(u.Groups) != 1 || u.Groups[0].ID != crew) {
					t.Errorf("%s is in %q", u.Username, groupNames(u))
				}
			}
			return nil
		}))
		if len(names) != 2*walkPage+3 || !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
			t.Errorf("%d users, sorted %v", len(names), slices.IsSorted(names))
		}
		h.quiet()
		h.refused(h.WalkUsers(h.as(h.join("ann")), func([]SeenUser) error { return nil }), muster.ErrDenied)

		// Who loses the right in the middle sees no more.
		other := h.join("other")
		h.must(h.AddMember(h.system(), muster.Administrators, other.User.ID))
		pages := 0
		err := h.WalkUsers(h.as(other), func([]SeenUser) error {
			pages++
			return h.RemoveMember(h.system(), muster.Administrators, other.User.ID)
		})
		if h.refused(err, muster.ErrDenied); pages != 1 {
			t.Errorf("%d pages", pages)
		}
	})
}
