package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster"
)

func TestMessages(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		app := insertRealm(t, s, "app:acme/chat")
		ann, bob := insertUser(t, s, "ann"), insertUser(t, s, "bob")
		var sent []*muster.Message
		for i := range 6 {
			m := &muster.Message{ID: s.NewID(), Realm: app, User: ann.ID, Sender: "mina", Kind: "txt", Body: []byte(`{"msg":"hello"}`), Ext: []byte{}}
			if i == 5 {
				m.Ext = []byte(`{"k":1}`)
			}
			sent = append(sent, m)
			other := *m
			other.ID, other.User = s.NewID(), bob.ID
			write(t, s, func(tx *Tx) error { return firstError(second(tx.InsertMessage(m)), second(tx.InsertMessage(&other))) })
		}
		write(t, s, func(tx *Tx) error {
			gone := newUser(s, muster.MainRealm, "gone")
			gone.DeletedAt = tx.Now()
			if _, err := tx.InsertUser(gone); err != nil {
				return err
			}
			if put := must(tx.InsertMessage(&muster.Message{ID: tx.NewID(), Realm: app, User: gone.ID}))(t); put {
				t.Error("somebody who is deleted has an inbox")
			}
			return nil
		})
		inbox := func(after muster.ID, most int) []*muster.Message {
			return must(read(t, s).Messages(app, ann.ID, time.Time{}, after, most))(t)
		}
		if diff := cmp.Diff(sent, inbox(0, 10)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(sent[2:4], inbox(sent[1].ID, 2)); diff != "" {
			t.Error(diff)
		}
		for want, since := range map[int]time.Time{6: sent[0].At().Add(-time.Second), 0: sent[5].At().Add(2 * time.Second)} {
			if n := must(read(t, s).CountMessages(app, ann.ID, since))(t); n != want || len(must(read(t, s).Messages(app, ann.ID, since, 0, 10))(t)) != want {
				t.Errorf("since %v: %d", since, n)
			}
			if waits := must(read(t, s).MessageWaits(app, ann.ID, sent[0].ID, since))(t); waits != (want == 6) {
				t.Errorf("since %v: waits %v", since, waits)
			}
		}
		write(t, s, func(tx *Tx) error {
			for i, want := range []bool{true, false} {
				if did := must(tx.RemoveMessage(app, ann.ID, sent[3].ID))(t); did != want {
					t.Errorf("removed the %d. time: %v", i+1, did)
				}
			}
			return tx.TrimMessages(app, ann.ID, 3)
		})
		if diff := cmp.Diff([]*muster.Message{sent[2], sent[4], sent[5]}, inbox(0, 10)); diff != "" {
			t.Error(diff)
		}
		write(t, s, func(tx *Tx) error {
			if n := must(tx.RemoveOldMessages(app, sent[5].At().Add(2*time.Second), 2))(t); n != 2 {
				t.Errorf("%d old ones of two", n)
			}
			return tx.RemoveMessagesOf(bob.ID)
		})
		if n := must(read(t, s).CountMessages(app, bob.ID, time.Time{}))(t); n != 0 {
			t.Errorf("%d are left of bob", n)
		}
	})
}
