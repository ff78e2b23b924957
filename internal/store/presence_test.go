package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"muster"
)

func TestPresencesBetweenNodes(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		at := microseconds(s.now())
		var users []*muster.User
		for i := range 53 { // one batch, and three rows besides
			users = append(users, insertUser(t, s, fmt.Sprint("user", i)))
		}
		row := func(i int, status muster.Status, at time.Time) PresenceRow {
			return PresenceRow{Presence: muster.Presence{
				Realm: muster.MainRealm, User: users[i].ID, Place: muster.TopicResource(5), Status: status, At: at,
			}, Until: at.Add(time.Hour)}
		}
		var rows []PresenceRow
		for i := range users {
			rows = append(rows, row(i, muster.StatusOnline, at))
		}
		put := func(rows ...PresenceRow) {
			t.Helper()
			write(t, s, func(tx *Tx) error { return tx.PutPresences(rows) })
		}
		put(rows...)
		q := read(t, s)
		last := must(q.LastRevision(s.Node()))(t)
		got := must(q.PresencesOf(s.Node(), 0))(t)
		if len(got) != 53 || got[52].Revision != last || got[0].Presence != rows[0].Presence || !got[0].Until.Equal(rows[0].Until) {
			t.Fatalf("%d rows, the first %+v", len(got), got[0])
		}
		put(row(1, muster.StatusBusy, at.Add(-time.Second)), row(2, muster.StatusBusy, at.Add(time.Second)), row(3, "", at.Add(time.Second)))
		got = must(q.PresencesOf(s.Node(), last))(t)
		if len(got) != 2 || got[0].Status != muster.StatusBusy || got[0].User != users[2].ID || got[1].Status != "" {
			t.Errorf("since then: %+v", got) // the older one changed nothing
		}
		users[4].SuspendedAt, users[5].DeletedAt = at, at
		write(t, s, func(tx *Tx) error { return firstError(tx.UpdateUser(users[4]), tx.UpdateUser(users[5])) })
		live := must(q.LivePresences(at, 1000))(t)
		if len(live) != 50 || live[0].User != users[2].ID {
			t.Errorf("%d are live, the first %+v", len(live), live[0])
		}
		if slices.ContainsFunc(live, func(p PresenceRow) bool { return p.Status == "" }) {
			t.Error("what was taken away is live")
		}
		if live := must(q.LivePresences(at.Add(time.Hour), 1000))(t); len(live) != 1 {
			t.Errorf("an hour later %d are live", len(live))
		}
		write(t, s, func(tx *Tx) error {
			n, err := tx.DropOldPresences(at.Add(time.Hour), 40)
			if err == nil && n != 40 {
				err = fmt.Errorf("dropped %d of 40", n)
			}
			return err
		})
		if got := must(q.PresencesOf(s.Node(), 0))(t); len(got) != 13 {
			t.Errorf("%d are left", len(got))
		}
	})
}
