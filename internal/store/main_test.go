package store

import (
	"context"
	"log/slog"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"muster"
	"muster/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// each runs f on a fresh store of each engine.
func each(t *testing.T, f func(t *testing.T, s *Store)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, engine string) { f(t, open(t, engine)) })
}

// open opens a fresh store that is closed when the test ends.
func open(tb testing.TB, engine string, options ...storetest.Option) *Store {
	tb.Helper()
	return openConfig(tb, fresh(tb, engine, options...))
}

// fresh is the configuration of a store that nobody has opened yet.
func fresh(tb testing.TB, engine string, options ...storetest.Option) Config {
	tb.Helper()
	cfg := Config{Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	if engine == storetest.SQLite {
		cfg.Folder = tb.TempDir()
		return cfg
	}
	cfg.DatabaseURL = storetest.PostgresTemplate(tb, "migrated", func(url string) error {
		prepared := cfg
		prepared.DatabaseURL = url
		s, err := Open(context.Background(), prepared)
		if err != nil {
			return err
		}
		return s.Close(context.Background())
	}, options...)
	return cfg
}

func openConfig(tb testing.TB, cfg Config) *Store {
	tb.Helper()
	s, err := Open(context.Background(), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { closeStore(tb, s) })
	return s
}

func closeStore(tb testing.TB, s *Store) {
	tb.Helper()
	if err := s.Close(context.Background()); err != nil {
		tb.Error(err)
	}
}

// write runs f on the group writer; f must not end the test, since it does not run in the test's goroutine.
func write(tb testing.TB, s *Store, f func(*Tx) error) {
	tb.Helper()
	if err := s.Write(context.Background(), f, nil); err != nil {
		tb.Fatal(err)
	}
}

// read is a Reader that lasts as long as the test.
func read(tb testing.TB, s *Store) *Reader {
	tb.Helper()
	return s.Reader(tb.Context())
}

// must ends the test with err, or answers v.
func must[T any](v T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// insertRealm makes a second realm: nothing else of one realm may be seen from the other.
func insertRealm(tb testing.TB, s *Store, name string) muster.ID {
	tb.Helper()
	id := s.NewID()
	write(tb, s, func(tx *Tx) error {
		return tx.run(`INSERT INTO realm (id, name, created_at) VALUES ($1, $2, 1)`, id, name)
	})
	return id
}

// insertUser makes a user of the main realm who may sign in with that name.
func insertUser(tb testing.TB, s *Store, username string) *muster.User {
	tb.Helper()
	return insertUserIn(tb, s, muster.MainRealm, username)
}

func insertUserIn(tb testing.TB, s *Store, realm muster.ID, username string) *muster.User {
	tb.Helper()
	u := newUser(s, realm, username)
	write(tb, s, func(tx *Tx) error {
		if _, err := tx.TakeSignInName(realm, u.ID, username); err != nil {
			return err
		}
		_, err := tx.InsertUser(u)
		return err
	})
	return u
}

func newUser(s *Store, realm muster.ID, username string) *muster.User {
	now := microseconds(s.now())
	return &muster.User{ID: s.NewID(), Realm: realm, Username: username, UsernameGiven: true, CreatedAt: now, ChangedAt: now, Version: 1}
}

func insertGroup(tb testing.TB, s *Store, name string) *muster.Group {
	tb.Helper()
	return insertGroupIn(tb, s, muster.MainRealm, name)
}

func insertGroupIn(tb testing.TB, s *Store, realm muster.ID, name string) *muster.Group {
	tb.Helper()
	now := microseconds(s.now())
	g := &muster.Group{ID: s.NewID(), Realm: realm, Name: name, CreatedAt: now, ChangedAt: now, Version: 1}
	write(tb, s, func(tx *Tx) error { return tx.InsertGroup(g) })
	return g
}

// microseconds is an instant as the store keeps it.
func microseconds(t time.Time) time.Time { return instant(stamp(t)) }

// A clock is set by the test.
type clock struct{ microseconds atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.microseconds.Store(time.Date(2026, 3, 4, 5, 6, 7, 890000, time.UTC).UnixMicro())
	return c
}

func (c *clock) now() time.Time          { return time.UnixMicro(c.microseconds.Load()) }
func (c *clock) advance(d time.Duration) { c.microseconds.Add(d.Microseconds()) }
