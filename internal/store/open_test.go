package store

import (
	"context"
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/internal/store/storetest"
)

// ours lists the goroutines of this package and of database/sql.
func ours() []string {
	b := make([]byte, 1<<20)
	var list []string
	for _, g := range strings.Split(string(b[:runtime.Stack(b, true)]), "\n\n") {
		if strings.Contains(g, "store.(*writer)") || strings.Contains(g, "store.(*lease)") || strings.Contains(g, "database/sql.") {
			list = append(list, g)
		}
	}
	return list
}

// wait lets others run until it is so.
func wait(t *testing.T, so func() bool, otherwise func() string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !so(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal(otherwise())
		}
	}
}

// wantHint opens a store that can't be opened and looks for words in the error.
func wantHint(t *testing.T, cfg Config, words ...string) {
	t.Helper()
	s, err := Open(context.Background(), cfg)
	if err == nil {
		closeStore(t, s)
		t.Fatal("it opened")
	}
	for _, w := range append(words, "(hint: ") {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not say %q: %v", w, err)
		}
	}
}

func TestFolderIsInUse(t *testing.T) {
	cfg := fresh(t, requireEngine(t, storetest.SQLite))
	s := openConfig(t, cfg)
	wantHint(t, cfg, "another muster", cfg.Folder)
	write(t, s, state("unharmed"))
	closeStore(t, s)
	wantFacts(t, openConfig(t, cfg), "unharmed")
}

func TestFolderCanNotBeMade(t *testing.T) {
	wantHint(t, Config{Folder: "/dev/null/muster", Now: time.Now}, "folder")
}

func TestFilesAreNobodyElses(t *testing.T) {
	cfg := fresh(t, requireEngine(t, storetest.SQLite))
	cfg.Folder = filepath.Join(cfg.Folder, "in a", "folder 100%?#&")
	s := openConfig(t, cfg)
	write(t, s, state("something"))
	var names []string
	err := filepath.WalkDir(cfg.Folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = fs.ModeDir | 0o700
		} else {
			names = append(names, d.Name())
		}
		if info.Mode() != want {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return nil
	})
	if err != nil || strings.Join(names, " ") != "lock muster.db muster.db-shm muster.db-wal" {
		t.Errorf("the files are %q, %v", names, err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		cfg := fresh(t, engine)
		s := openConfig(t, cfg)
		write(t, s, func(tx *Tx) error {
			on := int64(1)
			if engine == storetest.PostgreSQL {
				return tx.run(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)`)
			}
			return tx.run(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, $1)`, on)
		})
		closeStore(t, s)
		wantHint(t, cfg, "schema version 99", "newer")
	})
}

func TestNodesMayStartTogether(t *testing.T) {
	requireEngine(t, storetest.PostgreSQL)
	cfg := fresh(t, storetest.PostgreSQL)
	cfg.DatabaseURL = storetest.Postgres(t) // empty
	numbers := make(chan int, 2)
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			s, err := Open(context.Background(), cfg)
			if err != nil {
				t.Error(err)
				return
			}
			numbers <- s.Node()
			t.Cleanup(func() { closeStore(t, s) })
		})
	}
	wait.Wait()
	close(numbers)
	if a, b := <-numbers, <-numbers; a == b {
		t.Errorf("both nodes have the number %d", a)
	}
}

func TestDatabaseURLIsWrong(t *testing.T) {
	const secret = "correct-horse"
	for _, url := range []string{
		"postgres://muster:" + secret + "@127.0.0.1:1/x?sslmode=disable",
		"postgres://muster:" + secret + "@127.0.0.1:port/x",
		"://" + secret,
	} {
		cfg := Config{DatabaseURL: url, Now: time.Now}
		wantHint(t, cfg)
		if _, err := Open(context.Background(), cfg); strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

// TestWritesAreDurable makes sure of what an acknowledged write rests on.
func TestWritesAreDurable(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		question, want := `PRAGMA synchronous`, "2" // FULL
		if !s.Single() {
			question, want = `SHOW synchronous_commit`, "on"
		}
		write(t, s, func(tx *Tx) error {
			got, _, err := one(tx.Reader, column[string], question)
			if got != want {
				t.Errorf("%s: %s", question, got)
			}
			return err
		})
	})
}

func TestReadersCanNotWrite(t *testing.T) {
	s := open(t, requireEngine(t, storetest.SQLite))
	if _, err := s.read.ExecContext(t.Context(), `INSERT INTO fact (name, value) VALUES ('a', 'b')`); err == nil {
		t.Error("the read pool changed something")
	}
}
