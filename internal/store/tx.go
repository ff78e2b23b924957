package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"muster"
)

// A Reader answers questions. Each statement sees what is committed when it runs; a Reader that is part of a [Tx] sees one
// state throughout.
type Reader struct {
	ctx   context.Context
	quick context.Context // if there is one: for prepared texts, which are looked at for lateness only before they start
	on    statements
	dead  error
}

// A Tx is a Reader that can write. It lives as long as the closure that got it. AfterCommit and ids are the only things of
// the outside that a closure may touch: it may run twice.
type Tx struct {
	*Reader
	store *Store
	conn  *connStatements
	after []func()
}

// statements runs texts, prepared or not. The read pool and the writer's connection do it differently.
type statements interface {
	prepare(ctx context.Context, text string) (*sql.Stmt, error)
	query(ctx context.Context, text string, args ...any) (*sql.Rows, error)
}

// Reader returns a Reader on the pool that gives up when ctx ends.
func (s *Store) Reader(ctx context.Context) *Reader { return &Reader{ctx: ctx, on: s.stmts} }

// NewID makes an id that has never been before.
func (tx *Tx) NewID() muster.ID { return tx.store.ids.New() }

// Now is the present instant, by the store's clock, to the microsecond.
func (tx *Tx) Now() time.Time { return tx.store.now().Truncate(time.Microsecond).UTC() }

// Context is the closure's own: it outlives the caller and ends after two seconds.
func (tx *Tx) Context() context.Context { return tx.ctx }

// AfterCommit has f called once the transaction is on the disk and before the caller is answered. f must be quick, since the
// group writer waits for it, and must not call [Store.Write], which waits for the group writer. Where the connection broke
// in the middle of COMMIT nobody knows whether there was one, and f is called too: let it only drop and wake.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// statement is the context for a prepared text, if it may still start: the driver of PostgreSQL takes a statement that
// starts late for a broken connection.
//
// On SQLite's writer the context is one that never ends: the driver would start a goroutine for each statement to watch it,
// and interrupting a change rolls back the whole transaction, neighbours included. Prepared texts are short.
func (r *Reader) statement() (context.Context, error) {
	if r.dead != nil {
		return nil, r.dead
	}
	if err := r.ctx.Err(); err != nil {
		return nil, r.failed(err)
	}
	if r.quick != nil {
		return r.quick, nil
	}
	return r.ctx, nil
}

// failed makes the reader useless after an error of the database; see the package comment.
func (r *Reader) failed(err error) error {
	if err != nil && r.dead == nil {
		r.dead = err
	}
	return err
}

// each does the same to each of some rows, and answers how many it changed.
func (tx *Tx) each(text string, ids []muster.ID) (changed int64, err error) {
	for _, id := range ids {
		n, err := tx.exec(text, id)
		if err != nil {
			return changed, err
		}
		changed += n
	}
	return changed, nil
}

// exec changes something and answers how many rows it changed.
func (tx *Tx) exec(text string, args ...any) (int64, error) {
	ctx, err := tx.statement()
	if err != nil {
		return 0, err
	}
	stmt, err := tx.on.prepare(ctx, text)
	if err != nil {
		return 0, tx.failed(err)
	}
	res, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, tx.failed(tx.store.meaning(err))
	}
	n, err := res.RowsAffected()
	return n, tx.failed(err)
}

// run is exec for those who do not count.
func (tx *Tx) run(text string, args ...any) error {
	_, err := tx.exec(text, args...)
	return err
}

// A scanner is a row.
type scanner interface{ Scan(dest ...any) error }

// one answers the first row of a constant text; ok is false if there is none.
func one[T any](r *Reader, scan func(scanner) (T, error), text string, args ...any) (v T, ok bool, err error) {
	ctx, err := r.statement()
	if err != nil {
		return v, false, err
	}
	stmt, err := r.on.prepare(ctx, text)
	if err != nil {
		return v, false, r.failed(err)
	}
	v, err = scan(stmt.QueryRowContext(ctx, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	return v, err == nil, r.failed(err)
}

// all answers the rows of a constant text.
func all[T any](r *Reader, scan func(scanner) (T, error), text string, args ...any) ([]T, error) {
	ctx, err := r.statement()
	if err != nil {
		return nil, err
	}
	stmt, err := r.on.prepare(ctx, text)
	if err != nil {
		return nil, r.failed(err)
	}
	rows, err := stmt.QueryContext(ctx, args...)
	return collect(r, scan, rows, err)
}

// allOf is all for a text that was put together for this call: it is not prepared, so that the cache stays small.
func allOf[T any](r *Reader, scan func(scanner) (T, error), text string, args ...any) ([]T, error) {
	if _, err := r.statement(); err != nil {
		return nil, err
	}
	rows, err := r.on.query(r.ctx, text, args...)
	return collect(r, scan, rows, err)
}

func collect[T any](r *Reader, scan func(scanner) (T, error), rows *sql.Rows, err error) ([]T, error) {
	if err != nil {
		return nil, r.failed(err)
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, r.failed(err)
		}
		list = append(list, v)
	}
	return list, r.failed(rows.Err())
}

// column scans rows of one column.
func column[T any](row scanner) (v T, err error) {
	err = row.Scan(&v)
	return v, err
}

// exists reports whether the text has a row.
func (r *Reader) exists(text string, args ...any) (bool, error) {
	_, ok, err := one(r, column[int64], text, args...)
	return ok, err
}

// stmtCache prepares constant texts once for the read pool.
type stmtCache struct {
	db *sql.DB
	m  sync.Map // text → *sql.Stmt
}

func newStmtCache(db *sql.DB) *stmtCache { return &stmtCache{db: db} }

func (c *stmtCache) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt, ok := c.m.Load(text); ok {
		return stmt.(*sql.Stmt), nil
	}
	stmt, err := c.db.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	if was, loaded := c.m.LoadOrStore(text, stmt); loaded {
		stmt.Close()
		return was.(*sql.Stmt), nil
	}
	return stmt, nil
}

func (c *stmtCache) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return c.db.QueryContext(ctx, text, args...)
}

// connStatements prepares texts once for the writer's connection.
type connStatements struct {
	conn *sql.Conn
	m    map[string]*sql.Stmt
}

func (c *connStatements) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if stmt, ok := c.m[text]; ok {
		return stmt, nil
	}
	stmt, err := c.conn.PrepareContext(ctx, text)
	if err == nil {
		c.m[text] = stmt
	}
	return stmt, err
}

func (c *connStatements) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return c.conn.QueryContext(ctx, text, args...)
}

// stamp is an instant as it is stored.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant is the reverse of stamp.
func instant(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
