package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster"
)

func TestRealms(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		if id := must(read(t, s).Realm("main"))(t); id != muster.MainRealm {
			t.Errorf("main is %d", id)
		}
		id := s.NewID()
		for i, want := range []bool{true, false} {
			write(t, s, func(tx *Tx) error {
				made, err := tx.InsertRealm(id+muster.ID(i), "agora:acme/chat")
				if made != want {
					t.Errorf("made %v", made)
				}
				return err
			})
		}
		if got := must(read(t, s).Realm("agora:acme/chat"))(t); got != id {
			t.Errorf("it is %d, want %d", got, id)
		}
		if got := must(read(t, s).Realm("agora:acme/none"))(t); got != 0 {
			t.Errorf("there is %d", got)
		}
	})
}

// Whoever walks meets everybody who was there all the time once, in the order in which they came.
func TestUsersFrom(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		var ids []muster.ID
		for _, name := range []string{"zoe", "ann", "mia", "bob"} {
			ids = append(ids, insertUser(t, s, name).ID)
		}
		walk := func(after muster.ID, most int) (got []muster.ID) {
			for _, u := range must(read(t, s).UsersFrom(muster.MainRealm, after, most))(t) {
				got = append(got, u.ID)
			}
			return got
		}
		if diff := cmp.Diff(ids, walk(0, 10)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(ids[2:3], walk(ids[1], 1)); diff != "" {
			t.Error(diff)
		}
		write(t, s, func(tx *Tx) error {
			u := must(tx.User(muster.MainRealm, ids[2]))(t)
			u.DeletedAt, u.SignedOutAt = tx.Now(), tx.Now()
			if err := tx.UpdateUser(u); err != nil {
				return err
			}
			again := must(tx.User(muster.MainRealm, ids[2]))(t)
			if !again.SignedOutAt.Equal(u.SignedOutAt) {
				t.Errorf("signed out at %v, stored %v", u.SignedOutAt, again.SignedOutAt)
			}
			return nil
		})
		if diff := cmp.Diff(ids[3:], walk(ids[1], 10)); diff != "" {
			t.Error(diff)
		}
		for most, want := range map[int]bool{2: true, 3: false} {
			if more := must(read(t, s).MoreUsersThan(muster.MainRealm, most))(t); more != want {
				t.Errorf("more than %d: %v", most, more)
			}
		}
	})
}

func TestAttributes(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		u := insertUser(t, s, "ann")
		for _, want := range []map[string]string{{"sign": "a"}, {"sign": "\n\"b\"", "": ""}} {
			write(t, s, func(tx *Tx) error { return tx.SetAttributes(u.Realm, u.ID, want, 7) })
			if diff := cmp.Diff(want, must(read(t, s).Attributes(u.Realm, u.ID))(t)); diff != "" {
				t.Error(diff)
			}
		}
		if n := must(read(t, s).AttributesSize(u.Realm))(t); n != 7 {
			t.Errorf("%d bytes", n)
		}
		write(t, s, func(tx *Tx) error { return tx.RemoveAttributes(u.Realm, u.ID) })
		if got := must(read(t, s).Attributes(u.Realm, u.ID))(t); got != nil {
			t.Errorf("left %v", got)
		}
	})
}
