package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/store/storetest"
)

// owned gives a user so many of each owned noun.
func giveOwned(tb testing.TB, s *Store, owner, other muster.ID, each int) {
	tb.Helper()
	const slice = 1000
	for begin := 0; begin < each; begin += slice {
		write(tb, s, func(tx *Tx) error {
			for i := begin; i < min(begin+slice, each); i++ {
				bot := newUser(s, muster.MainRealm, fmt.Sprintf("bot-%d-%d", owner, i))
				bot.Kind, bot.Owner = muster.KindBot, owner
				if _, err := tx.InsertUser(bot); err != nil {
					return err
				}
				at := tx.Now()
				app := &muster.Application{ID: tx.NewID(), Realm: muster.MainRealm, Name: "App", Owner: owner, CreatedAt: at, Version: 1}
				file := &muster.Attachment{ID: tx.NewID(), Realm: muster.MainRealm, Owner: owner, Kind: muster.AttachmentSetting, Name: "a", CreatedAt: at, Version: 1}
				mine := &muster.Reminder{ID: tx.NewID(), Realm: muster.MainRealm, Payload: []byte("{}"), AssignedTo: owner, AssignedBy: []muster.ID{other, owner}[i%2], RemindAt: at, CreatedAt: at, Version: 1}
				if err := firstError(tx.InsertApplication(app), tx.InsertAttachment(file), tx.InsertReminder(mine)); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func TestHandOver(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		home := insertRealm(t, s, "home")
		from, to, third := s.NewID(), s.NewID(), s.NewID()
		giveOwned(t, s, from, third, 4)
		giveOwned(t, s, third, from, 2) // of these he gave the first
		want := map[muster.Noun]int64{muster.NounUser: 4, muster.NounApplication: 4, muster.NounAttachment: 4, muster.NounReminder: 5}
		owned := func(realm, user muster.ID) map[muster.Noun]int64 {
			t.Helper()
			return must(read(t, s).CountOwned(realm, user))(t)
		}
		if got := owned(muster.MainRealm, from); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("owned %v, want %v", got, want)
		}
		var moved map[muster.Noun]int64
		move := func(realm muster.ID) {
			write(t, s, func(tx *Tx) (err error) {
				moved, err = tx.HandOver(realm, from, to, tx.Now())
				return err
			})
		}
		if move(home); len(moved) != 0 {
			t.Errorf("of another realm %v were moved", moved)
		}
		if move(muster.MainRealm); fmt.Sprint(moved) != fmt.Sprint(want) {
			t.Errorf("moved %v, want %v", moved, want)
		}
		if got := owned(muster.MainRealm, from); len(got) != 0 {
			t.Errorf("left %v", got)
		}
		if got := owned(muster.MainRealm, to); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("owned then %v, want %v", got, want)
		}
		list := must(read(t, s).Reminders(muster.MainRealm, muster.ReminderFilter{Involving: to}))(t)
		for _, m := range list.Items {
			if m.Version != 2 || m.UpdatedAt.IsZero() || m.AssignedTo == from || m.AssignedBy == from {
				t.Errorf("moved to %+v", m)
			}
		}
		if move(muster.MainRealm); len(moved) != 0 {
			t.Errorf("a second time %v were moved", moved)
		}
	})
}

// TestOwnersAreIndexed: handing over must not read whole tables.
func TestOwnersAreIndexed(t *testing.T) {
	s := open(t, requireEngine(t, storetest.SQLite))
	for _, o := range ownedTables() {
		for _, text := range []string{o.count(), o.update()} {
			if o.once != "" && strings.HasPrefix(text, "UPDATE") {
				continue
			}
			args := []any{5, 5, 5, 5}[:highest(text)]
			plan := must(all(read(t, s), func(row scanner) (detail string, err error) {
				var id, parent, unused int64
				err = row.Scan(&id, &parent, &unused, &detail)
				return detail, err
			}, "EXPLAIN QUERY PLAN "+text, args...))(t)
			if strings.Contains(strings.Join(plan, "\n"), "SCAN") {
				t.Errorf("%s reads all of it:\n%s", text, strings.Join(plan, "\n"))
			}
		}
	}
}

// highest is the largest number behind a $.
func highest(text string) (n int) {
	for i := 1; i <= 9; i++ {
		if strings.Contains(text, fmt.Sprintf("$%d", i)) {
			n = i
		}
	}
	return n
}

// BenchmarkHandOver moves 100,000 objects in one transaction, as often as it takes.
func BenchmarkHandOver(b *testing.B) {
	for _, engine := range storetest.Engines(b) {
		b.Run(engine, func(b *testing.B) {
			s := open(b, engine, storetest.Durable)
			a, z, third := s.NewID(), s.NewID(), s.NewID()
			giveOwned(b, s, a, third, 25_000)
			b.ResetTimer()
			for b.Loop() {
				err := s.WriteWithin(context.Background(), time.Minute, func(tx *Tx) error {
					_, err := tx.HandOver(muster.MainRealm, a, z, tx.Now())
					return err
				}, nil)
				if err != nil {
					b.Fatal(err)
				}
				a, z = z, a
			}
		})
	}
}

// TestHandOverOnce: who has a place already gets no second one.
func TestHandOverOnce(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		write(t, s, func(tx *Tx) error {
			if err := tx.run(`CREATE TABLE steward (garden BIGINT NOT NULL, owner BIGINT NOT NULL, PRIMARY KEY (garden, owner))`); err != nil {
				return err
			}
			if err := tx.run(`INSERT INTO steward (garden, owner) VALUES (1, 7), (2, 7), (2, 8), (3, 8), (4, 9)`); err != nil {
				return err
			}
			n, err := tx.handOverOnce(ownedTable{"garden", "steward", []string{"owner"}, "garden"}, 7, 8)
			if n != 2 {
				t.Errorf("%d were moved", n)
			}
			return err
		})
		got := must(all(read(t, s), column[int64], `SELECT garden * 10 + owner FROM steward ORDER BY garden, owner`))(t)
		if fmt.Sprint(got) != "[18 28 38 49]" {
			t.Errorf("got %v", got)
		}
	})
}
