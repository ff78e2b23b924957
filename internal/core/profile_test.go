package core

import (
	"context"
	"slices"
	"strings"
	"testing"

	"muster"
)

// on is a request with the token of a session of a wire that has opaque tokens.
func (h *house) on(wire string, in *SignedIn) context.Context {
	h.t.Helper()
	ctx, err := h.Authenticator.WithToken(h.by(wire), AccessToken, h.bearer(in, wireOf(wire).sessionLife))
	h.must(err)
	return ctx
}

// come is a request of somebody of join who has signed in by Crust.
func (h *house) come(name string) context.Context {
	h.t.Helper()
	in, err := h.SignIn(h.by("crust"), Proof{Email: name, Password: pass, AnyName: true})
	h.must(err)
	return h.on("crust", in)
}

func TestPartialChange(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann").User.ID
		red, err := h.CreateOrganisation(h.system(), "Red")
		h.must(err)
		ctx := h.come("admin")
		whole := Profile{
			Partial: true, Email: "ann@example.org", Name: "Ann", Handle: "annie", Username: "ann", Kind: muster.KindBot,
			ExternalID: "saml:ann", Meta: `{"a":1}`, Organisation: &red.ID,
		}
		_, err = h.UpdateUser(ctx, ann, whole)
		h.must(err)
		want := *h.user(ann)
		if want.Name != "Ann" || want.Handle != "annie" || want.Kind != "bot" || want.ExternalID != "saml:ann" || want.Meta != `{"a":1}` || want.Organisation != red.ID {
			t.Fatalf("stored %+v", want)
		}
		// The same again, and nothing at all: no change, and updatedAt stays.
		for _, p := range []Profile{whole, {Partial: true}, {Partial: true, Email: " ", Name: " "}} {
			h.quiet()
			_, err := h.UpdateUser(ctx, ann, p)
			h.must(err)
			h.emitted("user.update")
			got := *h.user(ann)
			got.Version, got.ChangedAt = want.Version, want.ChangedAt
			if got != want {
				t.Errorf("%+v made\n%+v of\n%+v", p, got, want)
			}
		}
		_, err = h.UpdateUser(ctx, ann, Profile{Partial: true, Name: "Ann B.", Meta: "null", Organisation: new(muster.ID)})
		h.must(err)
		got := h.user(ann)
		if got.Name != "Ann B." || got.Meta != "null" || got.Organisation != 0 || got.Email != want.Email || !got.UpdatedAt.After(want.UpdatedAt) {
			t.Errorf("stored %+v", got)
		}
		// Who replaces the whole profile leaves what only few wires say.
		_, err = h.UpdateUser(h.system(), ann, Profile{Email: "ann@example.org"})
		h.must(err)
		if got = h.user(ann); got.Name != "" || got.Username != "ann" || got.ExternalID != "saml:ann" || got.Meta != "null" {
			t.Errorf("stored %+v", got)
		}
	})
}

func TestPartialChangeRefuses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann").User.ID
		h.join("bob")
		gone, err := h.CreateOrganisation(h.system(), "Gone")
		h.must(err)
		h.must(h.ArchiveOrganisation(h.system(), gone.ID))
		suspended := h.join("suspended").User.ID
		ctx := h.come("admin")
		h.must(h.SuspendUser(ctx, suspended))
		before := *h.user(ann)
		unknown := muster.ID(12345)
		for _, x := range []struct {
			user muster.ID
			p    Profile
			want *muster.Error
		}{
			{ann, Profile{Username: "bob@example.org"}, muster.Taken("username")},
			{ann, Profile{Username: "BOB"}, muster.Taken("username")},
			{ann, Profile{Email: "bob@example.org"}, muster.Taken("email")},
			{ann, Profile{Username: "a b"}, muster.InvalidField("username", "")},
			{ann, Profile{Email: "x"}, muster.InvalidField("email", "")},
			{ann, Profile{Handle: "-"}, muster.InvalidField("handle", "")},
			{ann, Profile{Kind: "two words"}, muster.InvalidField("kind", "")},
			{ann, Profile{ExternalID: "a\x00"}, muster.InvalidField("externalID", "")},
			{ann, Profile{Meta: "{"}, muster.InvalidField("meta", "")},
			{ann, Profile{Meta: `"` + strings.Repeat("x", 16<<10) + `"`}, muster.InvalidField("meta", "")},
			{ann, Profile{Meta: strings.Repeat("[", 33) + strings.Repeat("]", 33)}, muster.InvalidField("meta", "")},
			{ann, Profile{Organisation: &gone.ID}, muster.ErrOrganisationNotFound},
			{ann, Profile{Organisation: &unknown}, muster.ErrOrganisationNotFound},
			{ann, Profile{Name: "New", Password: "short"}, muster.ErrWeakPassword},
			{suspended, Profile{Name: "New"}, muster.ErrUserNotFound},
			{unknown, Profile{Name: "New", Email: "x"}, muster.ErrUserNotFound},
		} {
			x.p.Partial = true
			h.quiet()
			_, err := h.UpdateUser(ctx, x.user, x.p)
			h.refused(err, x.want)
			h.emitted("user.update:" + x.want.Code)
		}
		if got := *h.user(ann); got != before {
			t.Errorf("was %+v, is %+v", before, got)
		}
	})
}

// TestNewUsername: the old one is free, unless it is the e-mail; a made one becomes a given one.
func TestNewUsername(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ctx := h.come("admin")
		made, err := h.CreateUser(h.system(), Profile{Email: "ann@example.org"})
		h.must(err)
		id := made.ID
		_, err = h.UpdateUser(ctx, id, Profile{Partial: true, Username: made.Username})
		h.must(err)
		if h.user(id).UsernameGiven {
			t.Error("a made username that is sent back counts as given")
		}
		for i, to := range []Profile{
			{Username: "anna"},
			{Username: "ANNA"},
			{Username: "ann@example.org"},
			{Username: "annie", Email: "annie@example.org"},
			{Username: "annie@example.org", Email: "annie"}, // swapped: no e-mail
			{Email: "new@example.org"},
		} {
			to.Partial = true
			_, err := h.UpdateUser(ctx, id, to)
			if i == 4 {
				h.refused(err, muster.InvalidField("email", ""))
				continue
			}
			h.must(err)
			u := h.user(id)
			if !u.UsernameGiven {
				t.Errorf("%+v: not given", u)
			}
			r := h.store.Reader(h.context())
			for _, name := range []string{"ann", "anna", "ann@example.org", "annie", "annie@example.org", "new@example.org"} {
				holder, err := r.UserBySignInName(muster.MainRealm, name)
				h.must(err)
				his := strings.EqualFold(name, u.Username) || name == u.Email
				if (holder != nil) != his {
					t.Errorf("after %+v: %q is taken: %v", to, name, holder != nil)
				}
			}
		}
	})
}

func TestOwnChangesAreLimited(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann := h.join("ann")
		red, err := h.CreateOrganisation(h.system(), "Red")
		h.must(err)
		ctx, other := h.come("ann"), h.token(ann)
		unknown := muster.ID(12345)
		for _, organisation := range []*muster.ID{&red.ID, &unknown} {
			u, err := h.UpdateUser(ctx, ann.User.ID, Profile{Partial: true, Name: "Ann", Kind: "bot", ExternalID: "x", Organisation: organisation, Meta: "{}"})
			h.must(err)
			if u.Name != "Ann" || u.Meta != "{}" || u.Kind != "" || u.ExternalID != "" || u.Organisation != 0 {
				t.Errorf("she made herself %+v", u)
			}
		}
		_, err = h.UpdateUser(ctx, 12345, Profile{Partial: true, Name: "x"})
		h.refused(err, muster.ErrUserNotFound)
		bob := h.join("bob").User.ID
		_, err = h.UpdateUser(ctx, bob, Profile{Partial: true, Name: "x", Password: "battery-staple"})
		h.refused(err, muster.ErrDenied)
		_, err = h.signIn("bob", pass)
		h.must(err)

		// Her own password: her other sessions end, and she is told.
		h.letters()
		h.quiet()
		_, err = h.UpdateUser(ctx, ann.User.ID, Profile{Partial: true, Password: "battery-staple"})
		h.must(err)
		if e := h.emitted("user.update")[0]; e.Changes["credentials.kind"] != "password" || strings.Contains(h.changes(e), "battery") {
			t.Errorf("event %+v", e)
		}
		if h.alive(other) {
			t.Error("another session lives")
		}
		_, err = h.ReadMember(ctx, ann.User.ID)
		h.must(err)
		if letters := h.letters(); len(letters) != 1 || letters[0].Kind != MailPasswordChanged || letters[0].To != "ann@example.org" {
			t.Errorf("mails %+v", letters)
		}
		_, err = h.signIn("ann", "battery-staple")
		h.must(err)
	})
}

func TestCreateWhole(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		h.join("weak")
		ctx := h.come("admin")
		red, err := h.CreateOrganisation(h.system(), "Red")
		h.must(err)
		whole := Profile{
			Email: "ann@example.org", Name: "Ann", Handle: "ann", Username: "Ann.B", Password: pass, Kind: "bot", ExternalID: "x", Meta: "[]",
			Organisation: &red.ID, Needs: []string{"email", "username", "handle", "name", "password"},
		}
		u, err := h.CreateUser(ctx, whole)
		h.must(err)
		if got := h.user(u.ID); got.Username != "Ann.B" || !got.UsernameGiven || got.Kind != "bot" || got.ExternalID != "x" || got.Meta != "[]" || got.Organisation != red.ID {
			t.Errorf("stored %+v", got)
		}
		_, err = h.signIn("ann", pass)
		h.must(err)
		unknown := muster.ID(12345)
		for want, change := range map[*muster.Error]func(*Profile){
			muster.InvalidField("email", ""):    func(p *Profile) { p.Email = "" },
			muster.InvalidField("username", ""): func(p *Profile) { p.Username = " " },
			muster.InvalidField("handle", ""):   func(p *Profile) { p.Handle = "" },
			muster.InvalidField("name", ""):     func(p *Profile) { p.Name = "\t" },
			muster.InvalidField("password", ""): func(p *Profile) { p.Password = "" },
			muster.ErrWeakPassword:              func(p *Profile) { p.Password = "1234567" },
			muster.ErrOrganisationNotFound:      func(p *Profile) { p.Organisation = &unknown },
			muster.Taken("email"):               func(p *Profile) { p.Email = "weak@example.org" },
			muster.Taken("username"):            func(p *Profile) { p.Username = "WEAK" },
			muster.Taken("handle"):              func(p *Profile) { p.Handle = "ANN" },
		} {
			p := whole
			p.Email, p.Username, p.Handle = "bob@example.org", "bob", "bob"
			change(&p)
			h.quiet()
			_, err := h.CreateUser(ctx, p)
			h.refused(err, want)
			h.emitted("user.create:" + want.Code)
		}
		p := whole
		p.Email, p.Username, p.Handle = "bob@example.org", "bob", "bob"
		_, err = h.CreateUser(h.come("weak"), p)
		h.refused(err, muster.ErrDenied)
		if list, err := h.ListUsers(h.system(), muster.UserFilter{Email: "bob@example.org"}); err != nil || list.Total != 0 {
			t.Errorf("%v, %v", list, err)
		}
	})
}

// TestChangeShowsNoHiddenEmail: who may change people but not see their e-mails does not get them by changing something else.
func TestChangeShowsNoHiddenEmail(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join("admin")
		ann, helper := h.join("ann").User.ID, h.join("helper")
		h.group("Helpers", may(muster.NounUser, muster.OpUpdate), helper)
		ctx := h.come("helper")
		u, err := h.UpdateUser(ctx, ann, Profile{Partial: true, Name: "Ann"})
		h.must(err)
		if u.Email != "" || h.user(ann).Email != "ann@example.org" {
			t.Errorf("shown %q, stored %q", u.Email, h.user(ann).Email)
		}
		u, err = h.UpdateUser(ctx, ann, Profile{Partial: true, Email: "ann@example.com"})
		h.must(err)
		if u.Email != "ann@example.com" {
			t.Errorf("shown %q, which he has just written", u.Email)
		}
		h.rule(muster.Everyone, muster.Resource{Noun: muster.NounUser}, muster.OpUnmaskEmail, muster.Allow)
		if u, err = h.UpdateUser(ctx, ann, Profile{Partial: true, Name: "Ann B"}); err != nil || u.Email == "" {
			t.Errorf("%+v, %v", u, err)
		}
	})
}

func TestMembersWithGroups(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann, bob := h.join("admin"), h.join("ann"), h.join("bob")
		made, err := h.CreateUser(h.system(), Profile{Email: "Anton@example.org", Name: "Zed", Handle: "ancient"})
		h.must(err)
		h.group("reds", nil, ann, bob)
		h.group("Blues", nil, ann)
		archived := h.group("Old", nil, ann)
		h.must(h.ArchiveGroup(h.system(), archived))
		ctx := h.come("ann")
		list := func(f muster.UserFilter) string {
			t.Helper()
			f.AnyUsername, f.WithGroups, f.Sort = true, true, []muster.Order{{Column: "anyUsername"}}
			l, err := h.ListUsers(ctx, f)
			h.must(err)
			var b strings.Builder
			for _, u := range l.Items {
				b.WriteString(u.Username + "(" + u.Email + "," + u.Name)
				for _, g := range u.Groups {
					b.WriteString("," + g.Name)
				}
				b.WriteString(") ")
			}
			return strings.TrimSpace(b.String())
		}
		for f, want := range map[*muster.UserFilter]string{
			{}:                         "admin(,,Administrators) ann(ann@example.org,,Blues,reds) ancient(,Zed) bob(,,reds)",
			{Prefix: "AN"}:             "ann(ann@example.org,,Blues,reds) ancient(,Zed)",
			{Prefix: "bob@"}:           "", // an e-mail that she may not see
			{Prefix: "ze"}:             "ancient(,Zed)",
			{Prefix: "ann@ex"}:         "ann(ann@example.org,,Blues,reds)",
			{Username: "ANCIENT"}:      "ancient(,Zed)",
			{Username: "an"}:           "",
			{Email: "bob@example.org"}: "",
			{Email: "Ann@example.org"}: "ann(ann@example.org,,Blues,reds)",
		} {
			if got := list(*f); strings.Join(sorted(got), " ") != strings.Join(sorted(want), " ") {
				t.Errorf("%+v: %s\nwant %s", *f, got, want)
			}
		}
		if got := list(muster.UserFilter{}); !strings.HasPrefix(got, "admin(,,Administrators) ancient(,Zed) ann(") {
			t.Errorf("order: %s", got)
		}
		u, err := h.ReadMember(ctx, ann.User.ID)
		h.must(err)
		if len(u.Groups) != 2 || u.Groups[0].Name != "Blues" || u.Email == "" {
			t.Errorf("read %+v", u)
		}
		u, err = h.ReadMember(ctx, admin.User.ID)
		h.must(err)
		if !u.EmailHidden || u.Email != "" || len(u.Groups) != 1 {
			t.Errorf("read %+v", u)
		}
		// Groups that she may not read are left out; so are users that she may not read.
		h.rule(muster.Everyone, muster.GroupResource(muster.Administrators), muster.OpRead, muster.Deny)
		h.rule(muster.Everyone, muster.UserResource(made.ID), muster.OpRead, muster.Deny)
		if got := list(muster.UserFilter{}); !strings.HasPrefix(got, "admin(,) ann(") {
			t.Errorf("with rules: %s", got)
		}
		_, err = h.ReadMember(ctx, made.ID)
		h.refused(err, muster.ErrDenied)
		h.must(h.SuspendUser(h.system(), bob.User.ID))
		for _, id := range []muster.ID{bob.User.ID, 12345, 0} {
			_, err = h.ReadMember(ctx, id)
			h.refused(err, muster.ErrUserNotFound)
		}
	})
}

func sorted(text string) []string { return slices.Sorted(strings.FieldsSeq(text)) }
