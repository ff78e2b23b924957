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
	cfg, err := pgx.ParseConfig(e.url)
	if err != nil {
		// The parser's error repeats the URL, password and all.
		return nil, nil, errors.New("the database URL can't be read (hint: it looks like postgres://user:password@host:5432/database?sslmode=verify-full)")
	}
	cfg.RuntimeParams["synchronous_commit"] = "on"
	cfg.RuntimeParams["application_name"] = "muster"
	e.write = stdlib.OpenDB(*cfg)
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

func (e *postgresEngine) begin() string {
	return fmt.Sprintf("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT pg_advisory_xact_lock_shared(%d)", writersLock)
}

// alone takes the lock before the transaction begins, so that its snapshot is younger than all that others have done.
func (e *postgresEngine) alone(ctx context.Context, c *sql.Conn, f func() error) error {
	if _, err := c.ExecContext(ctx, fmt.Sprintf("SELECT pg_advisory_lock(%d)", writersLock)); err != nil {
		return err
	}
	err := f()
	_, unlockErr := c.ExecContext(ctx, fmt.Sprintf("SELECT pg_advisory_unlock(%d)", writersLock))
	return errors.Join(err, unlockErr)
}

func (e *postgresEngine) retry(err error) bool {
	switch pgCode(err) {
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return true
	}
	return false
}

// rolledBack: when the server itself says that COMMIT failed, nothing is changed; when the connection broke, nobody knows.
func (e *postgresEngine) rolledBack(err error) bool { return pgCode(err) != "" }

func (e *postgresEngine) snapshot() sql.IsolationLevel { return sql.LevelRepeatableRead }

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
