package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster"
)

// fullUser has something in every field.
func fullUser(s *Store) *muster.User {
	at := func(n int) time.Time { return microseconds(s.now()).Add(time.Duration(n) * time.Microsecond) }
	return &muster.User{
		ID: s.NewID(), Realm: muster.MainRealm, Username: "Ann", UsernameGiven: true, Email: "Ann@Example.org", Name: "Ann Ö. O'Nym",
		Handle: "Annie", Kind: muster.KindBot, Organisation: s.NewID(), Owner: s.NewID(), Avatar: `{"a":1}`,
		EmailConfirmedAt: at(1), CreatedAt: at(2), UpdatedAt: at(3), ChangedAt: at(4), SuspendedAt: at(5), DeletedAt: at(6), Version: 1,
	}
}

func TestUserIsKeptWhole(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		u := fullUser(s)
		write(t, s, func(tx *Tx) error { return stored(tx.InsertUser(u)) })
		if diff := cmp.Diff(u, must(read(t, s).User(u.Realm, u.ID))(t)); diff != "" {
			t.Error(diff)
		}
		*u = muster.User{ID: u.ID, Realm: u.Realm, Username: "b", CreatedAt: u.CreatedAt, Version: u.Version}
		write(t, s, func(tx *Tx) error { return tx.UpdateUser(u) })
		if diff := cmp.Diff(u, must(read(t, s).User(u.Realm, u.ID))(t)); diff != "" || u.Version != 2 {
			t.Errorf("version %d: %s", u.Version, diff)
		}
		if none := must(read(t, s).User(u.Realm, u.ID+1))(t); none != nil {
			t.Errorf("found %v", none)
		}
	})
}

// stored makes an error of an insert that stored nothing.
func stored(ok bool, err error) error {
	if err == nil && !ok {
		return muster.ErrTaken
	}
	return err
}

func TestUserChangedMeanwhile(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		u := insertUser(t, s, "ann")
		stale := *u
		write(t, s, func(tx *Tx) error { return tx.UpdateUser(u) })
		wantErr(t, s.Write(t.Context(), func(tx *Tx) error { return tx.UpdateUser(&stale) }, nil), muster.ErrConflictingWrite)
		if stale.Version != 1 {
			t.Errorf("an update that failed made the version %d", stale.Version)
		}
	})
}

func TestSignInNames(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		ann, bob := insertUser(t, s, "ann"), insertUser(t, s, "bob")
		for _, c := range []struct {
			name      string
			spellings []string
			others    []string
		}{
			{"Straße", []string{"strasse", "STRASSE", "stra\u1e9ee"}, []string{"strase"}},
			{"\u00c5ke", []string{"\u00e5ke", "A\u030ake", "\u212bke"}, []string{"ake"}}, // NFC, NFD, the Ångström sign
			{"Irma", []string{"irma", "IRMA"}, []string{"\u0131rma", "\u0130rma"}},       // dotless and dotted i are letters of their own
			{"a@B\u00fccher.example", []string{"A@b\u00dccher.EXAMPLE", "a@xn--bcher-kva.example", "a@bu\u0308cher.example"}, []string{"a@bucher.example"}},
			{"\u03a3\u03c3\u03c2", []string{"\u03c3\u03c3\u03c3"}, []string{"\u03c3\u03c3"}},
		} {
			take := func(u *muster.User, name string) (ok bool) {
				write(t, s, func(tx *Tx) (err error) { ok, err = tx.TakeSignInName(muster.MainRealm, u.ID, name); return err })
				return ok
			}
			for _, time := range []string{"once", "twice"} {
				if !take(ann, c.name) {
					t.Errorf("%q can't be taken %s by one user", c.name, time)
				}
			}
			for _, name := range c.spellings {
				if take(bob, name) {
					t.Errorf("%q was taken beside %q", name, c.name)
				}
				if u := must(read(t, s).UserBySignInName(muster.MainRealm, name))(t); u == nil || u.ID != ann.ID {
					t.Errorf("%q does not find who has %q", name, c.name)
				}
			}
			for _, name := range c.others {
				if !take(bob, name) {
					t.Errorf("%q is taken by %q", name, c.name)
				}
			}
		}
	})
}

func TestUsernameAndEmailAreOneSpace(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		ann, bob := insertUser(t, s, "ann"), insertUser(t, s, "Bob@Example.org")
		ann.Email = "bob@example.ORG"
		write(t, s, func(tx *Tx) error { return tx.UpdateUser(ann) }) // a row is no sign-in name
		wantErr(t, s.Write(t.Context(), func(tx *Tx) error {
			return stored(tx.TakeSignInName(ann.Realm, ann.ID, ann.Email))
		}, nil), muster.ErrTaken)
		if u := must(read(t, s).UserByEmail(ann.Realm, "bob@example.org"))(t); u != nil {
			t.Errorf("a username was found as the e-mail of %s", u.Username)
		}
		write(t, s, func(tx *Tx) error { return tx.FreeSignInName(ann.Realm, ann.ID, bob.Username) }) // not hers
		if u := must(read(t, s).UserBySignInName(ann.Realm, bob.Username))(t); u == nil || u.ID != bob.ID {
			t.Error("somebody else freed a name")
		}
		write(t, s, func(tx *Tx) error {
			if err := tx.FreeSignInNames(bob.ID); err != nil {
				return err
			}
			return stored(tx.TakeSignInName(ann.Realm, ann.ID, ann.Email))
		})
		if u := must(read(t, s).UserByEmail(ann.Realm, "BOB@example.org"))(t); u == nil || u.ID != ann.ID {
			t.Error("a freed name can't be used")
		}
	})
}

func TestOfManyWhoTakeANameOneGetsIt(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		var users []*muster.User
		for i := range 8 {
			users = append(users, insertUser(t, s, fmt.Sprint("user", i)))
		}
		got := parallel(t, 8, func(i int) (bool, error) {
			var ok bool
			err := s.Write(t.Context(), func(tx *Tx) (err error) {
				ok, err = tx.TakeSignInName(muster.MainRealm, users[i].ID, "wanted")
				return err
			}, nil)
			return ok, err
		})
		if got != 1 {
			t.Errorf("%d have the name", got)
		}
	})
}

func TestHandleOfUser(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		gone, none := insertUser(t, s, "gone"), insertUser(t, s, "none") // neither has one
		gone.Handle, gone.DeletedAt = "Handy", gone.CreatedAt
		write(t, s, func(tx *Tx) error { return tx.UpdateUser(gone) })
		first := newUser(s, muster.MainRealm, "first")
		first.Handle = "handy" // free, since its owner is deleted
		write(t, s, func(tx *Tx) error { return stored(tx.InsertUser(first)) })

		second := newUser(s, muster.MainRealm, "second")
		second.Handle = "HANDY"
		write(t, s, func(tx *Tx) error {
			if ok, err := tx.InsertUser(second); ok || err != nil {
				return fmt.Errorf("inserting a taken handle: %v, %w", ok, err)
			}
			_, err := tx.InsertUser(newUser(s, muster.MainRealm, "third")) // "taken" is an answer: the Tx lives
			return err
		})
		none.Handle = "hAndy"
		wantErr(t, s.Write(t.Context(), func(tx *Tx) error { return tx.UpdateUser(none) }, nil), muster.Taken("handle"))
		gone.DeletedAt = time.Time{}
		wantErr(t, s.Write(t.Context(), func(tx *Tx) error { return tx.UpdateUser(gone) }, nil), muster.Taken("handle"))
	})
}

func TestAnyUserAndUsersByID(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		if must(read(t, s).AnyUser(muster.MainRealm))(t) {
			t.Error("an empty house has a user")
		}
		ids := map[muster.ID]string{s.NewID(): "unknown"}
		for i := range 3 {
			ids[insertUser(t, s, fmt.Sprint("user", i)).ID] = ""
		}
		if !must(read(t, s).AnyUser(muster.MainRealm))(t) {
			t.Error("the users are not seen")
		}
		for range 1100 { // more than one piece
			ids[s.NewID()] = ""
		}
		if got := must(read(t, s).UsersByID(muster.MainRealm, ids))(t); len(got) != 3 {
			t.Errorf("%d users by id", len(got))
		}
	})
}
