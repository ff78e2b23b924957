package store

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Hint is what an operator who is woken by err can do about it; "" if nobody knows. It holds nothing of the data.
func (s *Store) Hint(err error) string {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.As(err, &lite):
		return sqliteHint(lite.Code() & 0xff) // the rest says which call found it
	case errors.As(err, &pg):
		return postgresHint(pg.Code)
	case errors.As(err, &connect), !s.engine.single() && (errors.As(err, &network) || broken(err)):
		return "PostgreSQL can't be reached: is it running, and is the network between? This node goes on by itself when it is back"
	}
	return ""
}

// broken reports whether a connection to PostgreSQL ended in the middle.
func broken(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, driver.ErrBadConn)
}

func sqliteHint(code int) string {
	switch code {
	case sqlite3.SQLITE_FULL:
		return "the disk of the data folder is full: make room. What was acknowledged is safe, and changes go on by themselves when there is room"
	case sqlite3.SQLITE_IOERR:
		return "the disk of the data folder fails or is full: look at df and at the kernel's log. What was acknowledged is safe as far as the disk is"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM:
		return "the data folder can't be written: look at its owner and mode, and whether the disk was mounted read-only after a fault"
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return "the database file is damaged: stop the server, keep a copy of the whole data folder, and go back to a copy from before"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "another program holds the database file: end it (a backup or a shell, most likely)"
	case sqlite3.SQLITE_NOMEM:
		return "there is no memory left"
	}
	return ""
}

func postgresHint(code string) string {
	switch code {
	case "53100":
		return "the disk of PostgreSQL is full: make room there. Changes go on by themselves then"
	case "53300":
		return "PostgreSQL has no connection left: raise its max_connections, or see who holds them in pg_stat_activity"
	case "53200":
		return "PostgreSQL has no memory left"
	case "57P01", "57P02", "57P03":
		return "PostgreSQL is stopping or starting. This node goes on by itself when it is back"
	case "25006":
		return "PostgreSQL is read-only: a standby, most likely, or it was switched. --database-url has to lead to the primary"
	case "28P01", "28000":
		return "PostgreSQL refuses the user or the password of --database-url"
	case "3D000":
		return "the database of --database-url doesn't exist any more"
	case "42501":
		return "the user of --database-url lacks a right on a table: it has to own what Muster made"
	case "42P01", "42703":
		return "a table or column is missing: was the database restored from an older copy? Restarting brings it up to date"
	}
	return ""
}
