package storetest

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

func TestPostgresGivesAnEmptyDatabaseToEachTest(t *testing.T) {
	first, second := Postgres(t), Postgres(t)
	if first == second {
		t.Fatalf("two calls gave the same database: %s", first)
	}
	mustExec(t, open(t, first), "CREATE TABLE mine (id BIGINT)")
	if got := one(t, open(t, second), "SELECT count(*) FROM pg_tables WHERE tablename = 'mine'"); got != "0" {
		t.Error("a table of the first database is in the second")
	}
}

func TestPostgresIsAsMusterNeedsIt(t *testing.T) {
	for _, test := range []struct {
		options []Option
		fsync   string
	}{{nil, "off"}, {[]Option{Durable}, "on"}} {
		db := open(t, Postgres(t, test.options...))
		for query, want := range map[string]string{
			"SHOW fsync":              test.fsync,
			"SHOW synchronous_commit": "on",
			"SHOW server_encoding":    "UTF8",
			"SHOW max_connections":    "100",
			"SHOW listen_addresses":   "127.0.0.1",
			"SHOW is_superuser":       "off",
			"SELECT datcollate FROM pg_database WHERE datname = current_database()": "C",
		} {
			if got := one(t, db, query); got != want {
				t.Errorf("%v: %s gave %q, want %q", test.options, query, got, want)
			}
		}
	}
}

func TestPostgresDropsTheDatabase(t *testing.T) {
	admin := privateServer(t, nil).admin
	var name string
	t.Run("inner", func(t *testing.T) {
		db := open(t, Postgres(t))
		name = one(t, db, "SELECT current_database()")
		leaked, err := db.Conn(t.Context()) // the drop must not wait for it
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = leaked.Close() })
	})
	if got := one(t, admin, "SELECT count(*) FROM pg_database WHERE datname = '"+name+"'"); got != "0" {
		t.Errorf("the database %s is there after its test", name)
	}
}

func TestPostgresRefusesAWrongPassword(t *testing.T) {
	url := Postgres(t)
	at := strings.Index(url, "@")
	if err := open(t, url[:at]+"x"+url[at:]).Ping(); err == nil {
		t.Error("the server lets anybody in")
	}
}

func TestPostgresTemplateIsPreparedOnceAndCopied(t *testing.T) {
	var runs atomic.Int64
	name := rand.Text() // of this run: a template lasts as long as the binary, also with -count
	prepare := func(url string) error {
		runs.Add(1)
		db := open(t, url)
		mustExec(t, db, "CREATE EXTENSION pg_trgm")
		mustExec(t, db, "CREATE TABLE marked AS SELECT 7 AS mark")
		return db.Close()
	}
	t.Run("copies", func(t *testing.T) {
		for range 4 {
			t.Run("copy", func(t *testing.T) {
				t.Parallel()
				db := open(t, PostgresTemplate(t, name, prepare))
				if got := one(t, db, "SELECT mark FROM marked"); got != "7" {
					t.Errorf("the copy holds %s", got)
				}
				mustExec(t, db, "DELETE FROM marked")
			})
		}
	})
	if Postgres(t); runs.Load() != 1 {
		t.Errorf("prepare ran %d times", runs.Load())
	}
}

func TestTemplateKeepsItsError(t *testing.T) {
	s := privateServer(t, nil)
	name, unlucky := rand.Text(), errors.New("unlucky")
	for range 2 {
		if _, err := s.template(name, func(string) error { return unlucky }); !errors.Is(err, unlucky) {
			t.Errorf("the error is %v", err)
		}
	}
}

// BenchmarkStart measures what the first test of a binary pays: the server's files and its start.
func BenchmarkStart(b *testing.B) {
	found := requirePostgres(b)
	for b.Loop() {
		s, err := startServer(found, false)
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := s.stop(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// BenchmarkCopy measures what each test pays: a copy of a database and, later, its end.
func BenchmarkCopy(b *testing.B) {
	s := privateServer(b, nil)
	for b.Loop() {
		name, err := s.create("template1")
		if err != nil {
			b.Fatal(err)
		}
		mustExec(b, s.admin, "DROP DATABASE "+name+" WITH (FORCE)")
	}
}

func open(tb testing.TB, url string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

func mustExec(tb testing.TB, db *sql.DB, statement string) {
	tb.Helper()
	if _, err := db.Exec(statement); err != nil {
		tb.Fatal(err)
	}
}

// one answers the single value that a query gives.
func one(tb testing.TB, db *sql.DB, query string) string {
	tb.Helper()
	var value string
	if err := db.QueryRow(query).Scan(&value); err != nil {
		tb.Fatal(err)
	}
	return value
}
