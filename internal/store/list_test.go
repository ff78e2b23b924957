package store

import (
	"fmt"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"muster"
	"muster/internal/store/storetest"
)

// people of the list: the username says who it is.
func insertPeople(t *testing.T, s *Store) map[string]*muster.User {
	t.Helper()
	at := microseconds(s.now())
	people := map[string]*muster.User{}
	write(t, s, func(tx *Tx) error {
		for _, p := range []muster.User{
			{Username: "a", Name: "100% sure", Handle: "h_a", Email: "zoe@example.org", Kind: "bot"},
			{Username: "b", Name: "100 per cent", Handle: "hxb", Email: "Yann@example.org", SuspendedAt: at},
			{Username: "c", Name: `back\slash`, Handle: "h.c", DeletedAt: at},
			{Username: "d", Name: "O'Neill", Handle: "hd", Email: "x@B\u00fccher.example"},
			{Username: "e", Name: "\u00d6zil"},
			{Username: "f", Name: "zebra\U0010ffff"},
			{Username: "g", Name: "zebra\U0010ffff\U0010ffffz"},
			{Username: "h", Name: "\U0001f600 smile"},
			{Username: "i", Name: "\uffee halfwidth"},
			{Username: "made", Name: "zz"},
		} {
			p.ID, p.Realm, p.CreatedAt, p.ChangedAt, p.Version = tx.NewID(), muster.MainRealm, at, at, 1
			p.UsernameGiven = p.Username != "made"
			people[p.Username] = &p
			if err := stored(tx.InsertUser(&p)); err != nil {
				return err
			}
		}
		return nil
	})
	return people
}

func usernames(list muster.List[*muster.User]) (s string) {
	for _, u := range list.Items {
		s += u.Username + " "
	}
	return s
}

func TestUserFilters(t *testing.T) {
	byName := []muster.Order{{Column: "name"}}
	none, all := Visible{}, All()
	each(t, func(t *testing.T, s *Store) {
		p := insertPeople(t, s)
		id := func(name string) muster.ID { return p[name].ID }
		g, other := insertGroup(t, s, "One"), insertGroup(t, s, "Other")
		write(t, s, func(tx *Tx) error {
			return firstError(stored(tx.AddMember(g.ID, id("a"), tx.Now())), stored(tx.AddMember(other.ID, id("a"), tx.Now())),
				stored(tx.AddMember(other.ID, id("e"), tx.Now())))
		})
		for name, c := range map[string]struct {
			f                muster.UserFilter
			see, email, name Visible
			want             string
		}{
			"no filter":            {muster.UserFilter{}, all, all, all, "a b d e f g h i made "},
			"by name":              {muster.UserFilter{Sort: byName}, all, all, all, "b a d f g made e i h "}, // bytes of the folded name
			"by name, down":        {muster.UserFilter{Sort: []muster.Order{{Column: "name", Descending: true}}}, all, all, all, "h i e made g f d a b "},
			"by kind, then id":     {muster.UserFilter{Sort: []muster.Order{{Column: "kind", Descending: true}}}, all, all, all, "a b d e f g h i made "},
			"by username":          {muster.UserFilter{Sort: []muster.Order{{Column: "username"}}}, all, all, all, "made a b d e f g h i "},
			"with deleted":         {muster.UserFilter{Deleted: muster.With}, all, all, all, "a b c d e f g h i made "},
			"only deleted":         {muster.UserFilter{Deleted: muster.Only}, all, all, all, "c "},
			"only suspended":       {muster.UserFilter{Suspended: muster.Only}, all, all, all, "b "},
			"with suspended":       {muster.UserFilter{Suspended: muster.With, IDs: []muster.ID{id("a"), id("b")}}, all, all, all, "a b "},
			"per cent is a sign":   {muster.UserFilter{Prefix: "100%"}, all, all, all, "a "},
			"underscore is one":    {muster.UserFilter{Prefix: "H_"}, all, all, all, "a "},
			"backslash is one":     {muster.UserFilter{Prefix: `Back\`, Deleted: muster.With}, all, all, all, "c "},
			"quotes":               {muster.UserFilter{Prefix: "o'n"}, all, all, all, "d "},
			"injection":            {muster.UserFilter{Prefix: `x' OR '1'='1`, Kind: `" OR 1=1 --`}, all, all, all, ""},
			"prefix of an e-mail":  {muster.UserFilter{Prefix: "YANN@", Suspended: muster.With}, all, all, all, "b "},
			"e-mail, IDNA":         {muster.UserFilter{Prefix: "X@b\u00dccher.example"}, all, all, all, "d "},
			"the last character":   {muster.UserFilter{Prefix: "zebra", Sort: byName}, all, all, all, "f g "},
			"after the last":       {muster.UserFilter{Prefix: "zebra\U0010ffff", Sort: byName}, all, all, all, "f g "},
			"nothing but the last": {muster.UserFilter{Prefix: "\U0010ffff"}, all, all, all, ""},
			"composed letters":     {muster.UserFilter{Prefix: "O\u0308z"}, all, all, all, "e "},
			"made usernames":       {muster.UserFilter{Prefix: "made"}, all, all, all, ""},
			"exact made username":  {muster.UserFilter{Username: "made"}, all, all, all, ""},
			"exact username":       {muster.UserFilter{Username: "A"}, all, all, all, "a "},
			"exact handle":         {muster.UserFilter{Handle: "H_A"}, all, all, all, "a "},
			"exact kind":           {muster.UserFilter{Kind: "bot"}, all, all, all, "a "},
			"exact e-mail":         {muster.UserFilter{Email: "ZOE@EXAMPLE.ORG"}, all, all, all, "a "},
			"masked e-mail":        {muster.UserFilter{Email: "zoe@example.org"}, all, none, all, ""},
			"masked in prefix":     {muster.UserFilter{Prefix: "zoe"}, all, none, all, ""},
			"own e-mail":           {muster.UserFilter{Email: "zoe@example.org"}, all, none.With(id("a")), all, "a "},
			"masked name":          {muster.UserFilter{Prefix: "zebra"}, all, all, all.without(id("f")), "g "},
			"two groups":           {muster.UserFilter{Groups: []muster.ID{g.ID, other.ID}}, all, all, all, "a e "},
			"empty group":          {muster.UserFilter{Groups: []muster.ID{s.NewID()}}, all, all, all, ""},
			"sees nobody":          {muster.UserFilter{}, none, all, all, ""},
			"sees one":             {muster.UserFilter{}, none.With(id("d")), all, all, "d "},
			"sees all but one":     {muster.UserFilter{Kind: ""}, all.without(id("a")), all, all, "b d e f g h i made "},
		} {
			if name != "with suspended" && c.f.Suspended == muster.Without {
				c.f.Suspended = muster.With
			}
			got := must(read(t, s).Users(muster.MainRealm, c.f, c.see, c.email, c.name))(t)
			if usernames(got) != c.want || got.Total != len(got.Items) {
				t.Errorf("%s: got %q of %d, want %q", name, usernames(got), got.Total, c.want)
			}
		}
	})
}

// without is v with one more object that is not seen.
func (v Visible) without(id muster.ID) Visible {
	return Visible{v.Default, slices.Sorted(slices.Values(append(slices.Clone(v.Except), id)))}
}

func TestSortIsFromTheMap(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		for _, column := range []string{"password", "name_key", "name; DROP TABLE fact", "", "ID"} {
			sort := []muster.Order{{Column: column}}
			_, err := read(t, s).Users(muster.MainRealm, muster.UserFilter{Sort: sort}, All(), All(), All())
			if muster.KindOf(err) != muster.Invalid {
				t.Errorf("users by %q: %v", column, err)
			}
			if _, err := read(t, s).Groups(muster.MainRealm, muster.GroupFilter{Sort: sort}, All()); muster.KindOf(err) != muster.Invalid {
				t.Errorf("groups by %q: %v", column, err)
			}
		}
		for column := range userSort {
			must(read(t, s).Users(muster.MainRealm, muster.UserFilter{Sort: []muster.Order{{Column: column}}}, All(), All(), All()))(t)
		}
		for column := range groupSort {
			must(read(t, s).Groups(muster.MainRealm, muster.GroupFilter{Sort: []muster.Order{{Column: column}}}, All()))(t)
		}
	})
}

func TestPagesAndTotals(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		for i := range 5 {
			insertUser(t, s, fmt.Sprint(i))
		}
		for page, want := range map[muster.Page]string{
			{}:                    "0 1 2 3 4 ",
			{Limit: 2}:            "0 1 ",
			{Limit: 2, Offset: 2}: "2 3 ",
			{Limit: 2, Offset: 4}: "4 ",
			{Limit: 5}:            "0 1 2 3 4 ",
			{Limit: 6}:            "0 1 2 3 4 ",
			{Offset: 3}:           "3 4 ",
			{Limit: 2, Offset: 9}: "",
		} {
			got := must(read(t, s).Users(muster.MainRealm, muster.UserFilter{Page: page}, All(), All(), All()))(t)
			if usernames(got) != want || got.Total != 5 {
				t.Errorf("%v: %q of %d", page, usernames(got), got.Total)
			}
		}
	})
}

// TestEnginesSortAlike compares the order that the engines give to any text.
func TestEnginesSortAlike(t *testing.T) {
	requireEngine(t, storetest.PostgreSQL)
	lite, post := open(t, requireEngine(t, storetest.SQLite)), open(t, storetest.PostgreSQL)
	var names []string
	letters := rapid.StringOfN(rapid.SampledFrom([]rune("aAzZ ÄäÖößıİéё\u0301-_.'%\uffee\U0001f600\U0010ffff")), 1, 6, -1)
	for i := range 120 {
		names = append(names, letters.Example(i))
	}
	var got [2]string
	for i, s := range []*Store{lite, post} {
		write(t, s, func(tx *Tx) error {
			for n, name := range names {
				u := newUser(s, muster.MainRealm, fmt.Sprint(n))
				u.Name = name
				if err := stored(tx.InsertUser(u)); err != nil {
					return err
				}
			}
			return nil
		})
		f := muster.UserFilter{Sort: []muster.Order{{Column: "name"}, {Column: "username"}}}
		got[i] = usernames(must(read(t, s).Users(muster.MainRealm, f, All(), All(), All()))(t))
	}
	if got[0] != got[1] {
		t.Errorf("SQLite:     %s\nPostgreSQL: %s", got[0], got[1])
	}
}

func TestAfterPrefix(t *testing.T) {
	for prefix, want := range map[string]string{
		"a": "b", "ab": "ac", "a\U0010ffff": "b", "\U0010ffff": "", "\u007f": "\u0080", "\ud7ff": "\ue000", "": "",
	} {
		if got := after(prefix); got != want {
			t.Errorf("after %q comes %q, want %q", prefix, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		prefix, rest := rapid.String().Draw(t, "prefix"), rapid.String().Draw(t, "rest")
		end := after(prefix)
		if end != "" && (prefix+rest >= end || !utf8.ValidString(end)) {
			t.Fatalf("%q lies after %q", prefix+rest, end)
		}
	})
}

func TestEventsAreListed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		cfg := fresh(t, engine)
		now := newClock() // …:07.89
		cfg.Now = now.now
		s := openConfig(t, cfg)
		start := now.now()
		actions := []string{"user.create", "user.update", "user.create", "group.create"}
		for i, a := range actions {
			write(t, s, func(tx *Tx) error {
				return tx.AppendEvent(&muster.Event{Realm: muster.MainRealm, Action: a, Actor: muster.ID(10 + i%2), Count: i})
			})
			now.advance(time.Second)
		}
		for name, c := range map[string]struct {
			f    muster.EventFilter
			want []int
		}{
			"all, newest first": {muster.EventFilter{}, []int{3, 2, 1, 0}},
			"from, the second":  {muster.EventFilter{From: start.Add(time.Second + 100*time.Millisecond)}, []int{3, 2, 1}},
			"to, the second":    {muster.EventFilter{To: start.Add(time.Second - 800*time.Millisecond)}, []int{0}},
			"one second":        {muster.EventFilter{From: start.Add(2 * time.Second), To: start.Add(2 * time.Second)}, []int{2}},
			"before time":       {muster.EventFilter{To: time.Unix(-5, 0)}, nil},
			"after time":        {muster.EventFilter{From: time.Unix(1<<60, 0)}, nil},
			"actions":           {muster.EventFilter{Actions: []string{"user.create", "group.create"}}, []int{3, 2, 0}},
			"no action":         {muster.EventFilter{Actions: []string{}}, nil},
			"actors":            {muster.EventFilter{Actors: []muster.ID{11}}, []int{3, 1}},
			"page":              {muster.EventFilter{Page: muster.Page{Limit: 2, Offset: 1}}, []int{2, 1}},
			"rest":              {muster.EventFilter{Page: muster.Page{Offset: 3}}, []int{0}},
		} {
			var got []int
			for _, e := range must(read(t, s).Events(muster.MainRealm, c.f))(t) {
				got = append(got, e.Count)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: got %v, want %v", name, got, c.want)
			}
		}
	})
}
