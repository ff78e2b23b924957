package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"muster"
	"muster/internal/store/storetest"
)

// addressee makes a user who can be found by his name.
func addressee(t testing.TB, s *Store, name string) *muster.User {
	t.Helper()
	u := newUser(s, muster.MainRealm, name)
	write(t, s, func(tx *Tx) error {
		if _, err := tx.TakeSignInName(u.Realm, u.ID, name); err != nil {
			return err
		}
		_, err := tx.InsertUser(u)
		return err
	})
	return u
}

func messagesFor(s *Store, n int, users ...muster.ID) (list []muster.Message) {
	for i := range n {
		list = append(list, muster.Message{ID: s.NewID(), User: users[i%len(users)], From: "bob", Type: "txt", Body: fmt.Appendf(nil, `{"msg":"%d"}`, i)})
	}
	return list
}

func sendAll(t testing.TB, s *Store, list []muster.Message) {
	t.Helper()
	write(t, s, func(tx *Tx) error { return tx.InsertMessages(muster.MainRealm, list) })
}

func idsOf(list []*muster.Message) (ids []muster.ID) {
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	return ids
}

func TestInbox(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		ann, bob := addressee(t, s, "ann"), addressee(t, s, "bob")
		sent := messagesFor(s, 2*insertAtOnce+7, ann.ID, bob.ID)
		sent[0].Ext = []byte(`{"k":1}`)
		sendAll(t, s, sent)
		var anns []muster.ID
		for _, m := range sent {
			if m.User == ann.ID {
				anns = append(anns, m.ID)
			}
		}
		got := must(read(t, s).Inbox(muster.MainRealm, ann.ID, time.Time{}, 0, 1000))(t)
		if !slices.Equal(idsOf(got), anns) {
			t.Errorf("the inbox has %v, want %v", idsOf(got), anns)
		}
		if m := got[0]; m.From != "bob" || m.Type != "txt" || string(m.Body) != `{"msg":"0"}` || string(m.Ext) != `{"k":1}` || got[1].Ext != nil {
			t.Errorf("the first is %+v", m)
		}
		if part := must(read(t, s).Inbox(muster.MainRealm, ann.ID, time.Time{}, anns[1], 3))(t); !slices.Equal(idsOf(part), anns[2:5]) {
			t.Errorf("behind the second are %v", idsOf(part))
		}
		// What is too old is as if it were not there.
		since := anns[2].Time()
		if n := must(read(t, s).InboxSize(muster.MainRealm, ann.ID, since))(t); n != len(anns)-2 {
			t.Errorf("%d of %d are young enough", n, len(anns))
		}
		if must(read(t, s).MessageWaits(muster.MainRealm, ann.ID, anns[1], since))(t) || !must(read(t, s).MessageWaits(muster.MainRealm, ann.ID, anns[2], since))(t) {
			t.Error("the wrong ones wait")
		}
		write(t, s, func(tx *Tx) error {
			n, err := tx.RemoveMessages(muster.MainRealm, ann.ID, []muster.ID{anns[0], anns[0], sent[1].ID, 12345})
			if n != 1 {
				t.Errorf("%d removed", n)
			}
			return err
		})
		write(t, s, func(tx *Tx) error { return tx.RemoveMessagesUpTo(muster.MainRealm, ann.ID, anns[3]) })
		if got := must(read(t, s).Inbox(muster.MainRealm, ann.ID, time.Time{}, 0, 1000))(t); !slices.Equal(idsOf(got), anns[4:]) {
			t.Errorf("left are %v", idsOf(got))
		}
		write(t, s, func(tx *Tx) error {
			n, err := tx.RemoveMessagesBefore(sent[9].ID.Time(), 3)
			if n != 3 {
				t.Errorf("%d were too old", n)
			}
			return err
		})
		if n := must(read(t, s).MessagesWaiting())(t); n != len(sent)-4-3 {
			t.Errorf("%d wait", n)
		}
		write(t, s, func(tx *Tx) error { return tx.RemoveInbox(muster.MainRealm, ann.ID) })
		if n := must(read(t, s).InboxSize(muster.MainRealm, ann.ID, time.Time{}))(t); n != 0 {
			t.Errorf("%d are left", n)
		}
	})
}

func TestRecipients(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		ann, bob := addressee(t, s, "Ann"), addressee(t, s, "bob")
		ann.Email, ann.UsernameGiven = "ann@example.org", false
		write(t, s, func(tx *Tx) error {
			_, err := tx.TakeSignInName(ann.Realm, ann.ID, ann.Email)
			return firstError(err, tx.UpdateUser(ann))
		})
		full := messagesFor(s, muster.MaxInbox, bob.ID)
		sendAll(t, s, full)
		got := must(read(t, s).Recipients(muster.MainRealm, []string{"ann", "bob", "ann@example.org", "nobody"}))(t)
		if len(got) != 2 || got["ann"] != (Recipient{"Ann", ann.ID, 0}) || got["bob"] != (Recipient{"bob", bob.ID, full[0].ID}) {
			t.Errorf("found %+v", got)
		}
		names := []string{"ann", "bob", "ann@example.org", "nobody"}
		for i := range 150 {
			names = append(names, fmt.Sprint("u", i))
		}
		last := addressee(t, s, "u149")
		called := must(read(t, s).Called(muster.MainRealm, names))(t)
		if want := map[string]muster.ID{"ann": ann.ID, "bob": bob.ID, "u149": last.ID}; !maps.Equal(called, want) {
			t.Errorf("called so are %v, want %v", called, want)
		}
		if called = must(read(t, s).Called(muster.MainRealm, nil))(t); len(called) != 0 {
			t.Errorf("without names: %v", called)
		}
	})
}

func TestMessagesOfSending(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		ann, bob := addressee(t, s, "ann"), addressee(t, s, "bob")
		sent := messagesFor(s, 6, ann.ID, bob.ID)
		sent[2].ID ^= 1 // another node made it, at the same time
		sendAll(t, s, sent)
		isAnn := func(u muster.ID) bool { return u == ann.ID }
		got := must(read(t, s).MessagesOfSending(sent[0].ID, sent[5].ID, isAnn))(t)
		if !slices.Equal(idsOf(got), []muster.ID{sent[0].ID, sent[4].ID}) {
			t.Errorf("found %v", idsOf(got))
		}
		if got := must(read(t, s).MessagesOfSending(sent[4].ID, sent[4].ID, isAnn))(t); len(got) != 1 || got[0].ID != sent[4].ID {
			t.Errorf("found %v", idsOf(got))
		}
		if got := must(read(t, s).MessagesOfSending(sent[1].ID, sent[1].ID, isAnn))(t); got != nil {
			t.Errorf("found %v", idsOf(got))
		}
	})
}

// BenchmarkInsertMessages puts a message of 100 bytes into the inbox of each of so many users.
func BenchmarkInsertMessages(b *testing.B) {
	for _, engine := range storetest.Engines(b) {
		s := open(b, engine, storetest.Durable)
		var users []muster.ID
		for i := range 600 {
			users = append(users, addressee(b, s, fmt.Sprint("u", i)).ID)
		}
		for _, n := range []int{1, 600} {
			b.Run(fmt.Sprintf("%s/%d", engine, n), func(b *testing.B) {
				for b.Loop() {
					list := messagesFor(s, n, users...)
					if err := s.Write(context.Background(), func(tx *Tx) error { return tx.InsertMessages(muster.MainRealm, list) }, nil); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
