package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteEngine keeps everything in <folder>/muster.db, in WAL mode with synchronous=FULL: an acknowledged write is on the
// disk. One connection writes, many read.
type sqliteEngine struct {
	folder      string
	lock        *os.File
	read, write *sql.DB
}

func (e *sqliteEngine) open(ctx context.Context) (*sql.DB, *sql.DB, error) {
	if err := os.MkdirAll(e.folder, 0o700); err != nil {
		return nil, nil, fmt.Errorf("making the data folder: %w (hint: choose another one with --data)", err)
	}
	if err := e.takeFolder(); err != nil {
		return nil, nil, err
	}
	path := filepath.Join(e.folder, "muster.db")
	// Made here, so that it is nobody else's to read from the first byte on; SQLite gives its WAL the same mode.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("opening the database: %w", err)
	}
	f.Close()
	common := []string{"busy_timeout(5000)", "foreign_keys(1)", "journal_mode(WAL)", "synchronous(FULL)", "temp_store(MEMORY)"}
	if e.write, err = sql.Open("sqlite", sqliteURL(path, append(common, "cache_size(-32768)")...)); err != nil {
		return nil, nil, err
	}
	e.write.SetMaxOpenConns(1)
	if e.read, err = sql.Open("sqlite", sqliteURL(path, append(common, "query_only(1)", "cache_size(-8192)")...)); err != nil {
		return nil, nil, err
	}
	readers := max(4, 2*runtime.GOMAXPROCS(0))
	e.read.SetMaxOpenConns(readers)
	e.read.SetMaxIdleConns(readers)
	if err := e.write.PingContext(ctx); err != nil {
		return nil, nil, fmt.Errorf("opening %s: %w (hint: is the file a Muster database, and is there room on the disk?)", path, err)
	}
	return e.read, e.write, nil
}

func sqliteURL(path string, pragmas ...string) string {
	q := url.Values{"_pragma": pragmas}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// takeFolder makes sure that no other process uses the folder. The lock goes with the process, however it ends.
func (e *sqliteEngine) takeFolder() error {
	f, err := os.OpenFile(filepath.Join(e.folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("opening the lock of the data folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return fmt.Errorf("another muster is using the data folder %s (hint: stop it, choose another folder with --data, or use PostgreSQL with --database-url for several nodes)", e.folder)
	}
	e.lock = f
	return nil
}

func (e *sqliteEngine) close() error {
	var errs []error
	for _, db := range []*sql.DB{e.read, e.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if e.lock != nil {
		errs = append(errs, e.lock.Close())
	}
	return errors.Join(errs...)
}

func (e *sqliteEngine) texts() writerTexts {
	return writerTexts{
		begin:   []string{"BEGIN IMMEDIATE", "SAVEPOINT closure"},
		between: []string{"RELEASE SAVEPOINT closure", "SAVEPOINT closure"},
		commit:  []string{"COMMIT"},
	}
}

func (e *sqliteEngine) lockOut(context.Context, *sql.Conn) error { return nil }

func (e *sqliteEngine) letIn(context.Context, *sql.Conn) error { return nil }

func (e *sqliteEngine) retry(error) bool { return false }

// rolledBack: a COMMIT of SQLite that fails leaves the transaction open or rolls it back; it never takes effect.
func (e *sqliteEngine) rolledBack(error) bool { return true }

func (e *sqliteEngine) single() bool { return true }

func (e *sqliteEngine) dialect() dialect {
	return dialect{goose: goose.DialectSQLite3, folder: "migrations/sqlite"}
}

// sqliteColumns are the unique indexes as SQLite names them: by their columns.
var sqliteColumns = map[string]string{
	"realm.name":                                "realm_name",
	"user.realm, user.handle_key":               "user_handle",
	"group.realm, group.name_key":               "group_name",
	"group.realm, group.handle_key":             "group_handle",
	"topic.realm, topic.private_of, topic.path": "topic_path",
}

func (e *sqliteEngine) unique(err error) (string, bool) {
	var se *sqlite.Error
	if !errors.As(err, &se) || se.Code() != sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		return "", false
	}
	_, columns, ok := strings.Cut(se.Error(), "UNIQUE constraint failed: ")
	if !ok {
		return "", false
	}
	columns, _, _ = strings.Cut(columns, " (")
	index, ok := sqliteColumns[columns]
	return index, ok
}
