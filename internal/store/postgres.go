package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// postgresEngine keeps everything in one PostgreSQL database that several nodes may share. Writes are SERIALIZABLE and on
// the disk before they are acknowledged; reads see what is committed.
type postgresEngine struct {
	url         string
	read, write *sql.DB
}

// writersLock is the advisory lock that group writers hold shared while a transaction is open, and the one who has lost too
// often holds alone. Any number does that no other program in the same database uses.
const writersLock = 0x4d757374 // "Must"

func (e *postgresEngine) open(ctx context.Context) (*sql.DB, *sql.DB, error) {
	cfg, err := parseURL(e.url)
	if err != nil {
		return nil, nil, err
	}
	cfg.RuntimeParams["synchronous_commit"] = "on"
	cfg.RuntimeParams["application_name"] = "muster"
	write := cfg.Copy()
	// A node that froze in the middle must not keep the others waiting for its locks for ever.
	write.RuntimeParams["idle_in_transaction_session_timeout"] = "30s"
	e.write = stdlib.OpenDB(*write)
	e.write.SetMaxOpenConns(3) // the writer's, the lease's and one for migrations
	e.read = stdlib.OpenDB(*cfg)
	readers := max(8, 4*runtime.GOMAXPROCS(0))
	e.read.SetMaxOpenConns(readers)
	e.read.SetMaxIdleConns(readers)
	if err := e.write.PingContext(ctx); err != nil {
		return nil, nil, fmt.Errorf("reaching PostgreSQL at %s:%d: %s (hint: is the server running, and do user, password and database of --database-url exist?)", cfg.Host, cfg.Port, pgReason(err))
	}
	return e.read, e.write, nil
}

func parseURL(url string) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		// The parser's error repeats the URL, password and all.
		return nil, errors.New("the database URL can't be read (hint: it looks like postgres://user:password@host:5432/database?sslmode=verify-full)")
	}
	return cfg, nil
}

// CheckURL says what is wrong with the URL of a PostgreSQL database, for the operator, without asking the database.
func CheckURL(url string) error {
	_, err := parseURL(url)
	return err
}

// pgReason is why a connection failed, without the connection string.
func pgReason(err error) string {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Message
	}
	var ce *pgconn.ConnectError
	if errors.As(err, &ce) && ce.Unwrap() != nil {
		return strings.Join(strings.Fields(ce.Unwrap().Error()), " ") // it has a line for each address
	}
	return "no answer"
}

func (e *postgresEngine) close() error {
	var errs []error
	for _, db := range []*sql.DB{e.read, e.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}

// texts are sent as one message each. RELEASE comes before COMMIT because COMMIT of a transaction that an error has ended
// is no error to PostgreSQL, and RELEASE is.
func (e *postgresEngine) texts() writerTexts {
	return writerTexts{
		begin:   []string{fmt.Sprintf("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT pg_advisory_xact_lock_shared(%d); SAVEPOINT closure", writersLock)},
		between: []string{"RELEASE SAVEPOINT closure; SAVEPOINT closure"},
		commit:  []string{"RELEASE SAVEPOINT closure; COMMIT"},
	}
}

// lockOut takes the lock before the transaction begins, so that its snapshot is younger than all that others have done.
func (e *postgresEngine) lockOut(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, fmt.Sprintf("SELECT pg_advisory_lock(%d)", writersLock))
	return err
}

func (e *postgresEngine) letIn(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, fmt.Sprintf("SELECT pg_advisory_unlock(%d)", writersLock))
	return err
}

func (e *postgresEngine) retry(err error) bool {
	switch pgCode(err) {
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return true
	}
	return false
}

// rolledBack: when the server says that COMMIT failed and lives on, nothing is changed. When the connection broke, nobody
// knows; nor when the server ends it (FATAL), which it may do after the commit and before it says so.
func (e *postgresEngine) rolledBack(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.SeverityUnlocalized == "ERROR"
}

func (e *postgresEngine) single() bool { return false }

func (e *postgresEngine) dialect() dialect {
	return dialect{goose: goose.DialectPostgres, folder: "migrations/postgres", lock: true}
}

func (e *postgresEngine) unique(err error) (string, bool) {
	var pe *pgconn.PgError
	if errors.As(err, &pe) && pe.Code == "23505" {
		return pe.ConstraintName, true
	}
	return "", false
}

func pgCode(err error) string {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		return pe.Code
	}
	return ""
}
