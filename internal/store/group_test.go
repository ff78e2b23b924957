package store

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster"
)

func TestGroupIsKeptWhole(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		at := func(n int) time.Time { return microseconds(s.now()).Add(time.Duration(n) * time.Microsecond) }
		g := &muster.Group{
			ID: s.NewID(), Realm: muster.MainRealm, Name: "Stra\u00dfe", Handle: "Road", Description: "d", Organisation: 9,
			CreatedAt: at(1), UpdatedAt: at(2), ChangedAt: at(3), ArchivedAt: at(4), Version: 1,
		}
		write(t, s, func(tx *Tx) error { return tx.InsertGroup(g) })
		for name, got := range map[string]*muster.Group{
			"id":     must(read(t, s).Group(g.Realm, g.ID))(t),
			"name":   must(read(t, s).GroupByName(g.Realm, "STRASSE"))(t),
			"handle": must(read(t, s).GroupByHandle(g.Realm, "ROAD"))(t),
		} {
			if diff := cmp.Diff(g, got); diff != "" {
				t.Errorf("by %s: %s", name, diff)
			}
		}
		stale := *g
		*g = muster.Group{ID: g.ID, Realm: g.Realm, Name: "n", CreatedAt: g.CreatedAt, Version: g.Version}
		write(t, s, func(tx *Tx) error { return tx.UpdateGroup(g) })
		if diff := cmp.Diff(g, must(read(t, s).Group(g.Realm, g.ID))(t)); diff != "" || g.Version != 2 {
			t.Errorf("version %d: %s", g.Version, diff)
		}
		wantErr(t, s.Write(t.Context(), func(tx *Tx) error { return tx.UpdateGroup(&stale) }, nil), muster.ErrConflictingWrite)
		for _, none := range []*muster.Group{must(read(t, s).GroupByHandle(g.Realm, ""))(t), must(read(t, s).GroupByName(g.Realm, "Road"))(t)} {
			if none != nil {
				t.Errorf("found %v", none)
			}
		}
	})
}

func TestNamesOfGroups(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		g := insertGroup(t, s, "A\u030angstr\u00f6m")
		insertGroup(t, s, "without a handle")
		g.Handle, g.ArchivedAt = "unit", g.CreatedAt // an archived group keeps its names
		write(t, s, func(tx *Tx) error { return tx.UpdateGroup(g) })
		insert := func(name, handle string) error {
			return s.Write(t.Context(), func(tx *Tx) error {
				return tx.InsertGroup(&muster.Group{ID: tx.NewID(), Realm: muster.MainRealm, Name: name, Handle: handle, Version: 1})
			}, nil)
		}
		wantErr(t, insert("\u00e5NGSTR\u00d6M", ""), muster.Taken("name"))
		wantErr(t, insert("other", "UNIT"), muster.Taken("handle"))
		wantErr(t, insert("administrators", ""), muster.Taken("name"))
		wantErr(t, insert("unit", "angstrom"), nil) // names and handles are two spaces
		g.DeletedAt = g.CreatedAt
		write(t, s, func(tx *Tx) error { return tx.UpdateGroup(g) })
		if none := must(read(t, s).GroupByHandle(g.Realm, "unit"))(t); none != nil {
			t.Error("a deleted group was found by its handle")
		}
		wantErr(t, insert(g.Name, g.Handle), nil)
		g.DeletedAt = time.Time{}
		err := s.Write(t.Context(), func(tx *Tx) error { return tx.UpdateGroup(g) }, nil)
		if muster.KindOf(err) != muster.Conflict {
			t.Errorf("undeleting gave %v", err)
		}
	})
}

func TestGroupFilters(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		for _, name := range []string{"live", "100%", "archived", "deleted"} {
			g := insertGroup(t, s, name)
			switch name {
			case "archived":
				g.ArchivedAt = g.CreatedAt
			case "deleted":
				g.DeletedAt = g.CreatedAt
			}
			write(t, s, func(tx *Tx) error { return tx.UpdateGroup(g) })
		}
		byName := []muster.Order{{Column: "name"}}
		for name, c := range map[string]struct {
			f    muster.GroupFilter
			see  Visible
			want []string
		}{
			"live":           {muster.GroupFilter{Sort: byName}, All(), []string{"100%", "Administrators", "Everyone", "live"}},
			"all":            {muster.GroupFilter{Deleted: muster.With, Archived: muster.With, Sort: byName}, All(), []string{"100%", "Administrators", "archived", "deleted", "Everyone", "live"}},
			"archived":       {muster.GroupFilter{Archived: muster.Only}, All(), []string{"archived"}},
			"deleted":        {muster.GroupFilter{Deleted: muster.Only}, All(), []string{"deleted"}},
			"prefix":         {muster.GroupFilter{Prefix: "100%"}, All(), []string{"100%"}},
			"no wildcard":    {muster.GroupFilter{Prefix: "%"}, All(), nil},
			"handle":         {muster.GroupFilter{Prefix: "ADMINS"}, All(), []string{"Administrators"}},
			"not everything": {muster.GroupFilter{}, Visible{Except: []muster.ID{1}}, []string{"Everyone"}},
			"page":           {muster.GroupFilter{Sort: byName, Page: muster.Page{Limit: 1, Offset: 1}}, All(), []string{"Administrators"}},
		} {
			got := must(read(t, s).Groups(muster.MainRealm, c.f, c.see))(t)
			var names []string
			for _, g := range got.Items {
				names = append(names, g.Name)
			}
			if !slices.Equal(names, c.want) || name != "page" && got.Total != len(names) || name == "page" && got.Total != 4 {
				t.Errorf("%s: %q of %d, want %q", name, names, got.Total, c.want)
			}
		}
	})
}

func TestMembers(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		g, ann, bob := insertGroup(t, s, "G"), insertUser(t, s, "ann"), insertUser(t, s, "bob")
		write(t, s, func(tx *Tx) error {
			for _, u := range []*muster.User{bob, ann} {
				if err := stored(tx.AddMember(g.ID, u.ID, tx.Now())); err != nil {
					return err
				}
			}
			again, err := tx.AddMember(g.ID, ann.ID, tx.Now())
			if again {
				t.Error("a member came in twice")
			}
			nobody, err2 := tx.AddMember(g.ID, tx.NewID(), tx.Now())
			if nobody {
				t.Error("nobody came in")
			}
			return firstError(err, err2)
		})
		if got := must(read(t, s).Members(g.ID))(t); !slices.Equal(got, []muster.ID{ann.ID, bob.ID}) {
			t.Errorf("the members are %v", got)
		}
		bob.DeletedAt = bob.CreatedAt
		g.ArchivedAt = g.CreatedAt
		write(t, s, func(tx *Tx) error { return firstError(tx.UpdateUser(bob), tx.UpdateGroup(g)) })
		if got := must(read(t, s).Members(g.ID))(t); !slices.Equal(got, []muster.ID{ann.ID}) {
			t.Errorf("with a deleted one the members are %v", got)
		}
		if got := must(read(t, s).GroupsOf(ann.ID))(t); !slices.Equal(got, []muster.ID{g.ID}) {
			t.Errorf("the groups are %v", got)
		}
		if got := must(read(t, s).LiveGroupsOf(ann.ID))(t); len(got) != 0 {
			t.Errorf("the live groups are %v", got)
		}
		write(t, s, func(tx *Tx) error {
			if err := stored(tx.RemoveMember(g.ID, ann.ID)); err != nil {
				return err
			}
			again, err := tx.RemoveMember(g.ID, ann.ID)
			if again {
				t.Error("a member left twice")
			}
			return err
		})
		if must(read(t, s).IsMember(g.ID, ann.ID))(t) || !must(read(t, s).IsMember(g.ID, bob.ID))(t) {
			t.Error("the wrong one left")
		}
	})
}

func TestOtherAdministrator(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		ann, bob := insertUser(t, s, "ann"), insertUser(t, s, "bob")
		write(t, s, func(tx *Tx) error { return addAdministrators(tx, []*muster.User{ann, bob}) })
		ask := func(confirmed bool) bool { return must(read(t, s).OtherAdministrator(ann.ID, confirmed))(t) }
		if !ask(false) || !ask(true) {
			t.Error("bob does not count")
		}
		for name, change := range map[string]func(){
			"suspended": func() { bob.SuspendedAt = bob.CreatedAt },
			"deleted":   func() { bob.SuspendedAt, bob.DeletedAt = time.Time{}, bob.CreatedAt },
		} {
			change()
			write(t, s, func(tx *Tx) error { return tx.UpdateUser(bob) })
			if ask(false) {
				t.Errorf("bob counts while he is %s", name)
			}
		}
		bob.SuspendedAt, bob.DeletedAt, bob.Email = time.Time{}, time.Time{}, "b@example.org"
		write(t, s, func(tx *Tx) error { return tx.UpdateUser(bob) })
		if !ask(false) || ask(true) {
			t.Error("an unconfirmed administrator counts where only confirmed ones do, or not at all")
		}
	})
}

func TestRules(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		u, g, archived := insertUser(t, s, "ann"), insertGroup(t, s, "G"), insertGroup(t, s, "Archived")
		archived.ArchivedAt = archived.CreatedAt
		write(t, s, func(tx *Tx) error {
			return firstError(tx.UpdateGroup(archived), stored(tx.AddMember(g.ID, u.ID, tx.Now())), stored(tx.AddMember(archived.ID, u.ID, tx.Now())),
				tx.SetRule(muster.Rule{Group: g.ID, Resource: muster.UserResource(u.ID), Operation: muster.OpRead, Access: muster.Allow}),
				tx.SetRule(muster.Rule{Group: g.ID, Resource: muster.UserResource(u.ID), Operation: muster.OpRead, Access: muster.Deny}), // replaces it
				tx.SetRule(muster.Rule{Group: g.ID, Resource: muster.UserResource(77), Operation: muster.OpRead, Access: muster.Allow}),
				tx.SetRule(muster.Rule{Group: g.ID, Resource: muster.UserResource(0), Operation: muster.OpUpdate, Access: muster.Allow}),
				tx.SetRule(muster.Rule{Group: g.ID, Resource: muster.UserResource(0), Operation: muster.OpDelete, Access: muster.Allow}),
				tx.SetRule(muster.Rule{Group: g.ID, Resource: muster.UserResource(0), Operation: muster.OpDelete, Access: muster.Inherit}), // takes it away
				tx.SetRule(muster.Rule{Group: archived.ID, Resource: muster.UserResource(0), Operation: muster.OpRead, Access: muster.Allow}))
		})
		got := must(read(t, s).RulesFor(u.ID, muster.UserResource(u.ID), muster.OpRead))(t)
		slices.SortFunc(got, func(a, b muster.Rule) int { return int(a.Group - b.Group) })
		want := []muster.Rule{
			{Group: muster.Everyone, Resource: muster.UserResource(0), Operation: muster.OpRead, Access: muster.Allow},
			{Group: g.ID, Resource: muster.UserResource(u.ID), Operation: muster.OpRead, Access: muster.Deny},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if got := must(read(t, s).RulesOf(g.ID))(t); len(got) != 3 || got[1].Resource.ID != 77 {
			t.Errorf("the rules of the group are %v", got)
		}
	})
}
