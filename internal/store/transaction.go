package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// transaction runs the jobs, and while more may join those that arrive, in one transaction. It answers nobody; after an
// error none of the jobs has had an effect, unless the error came from COMMIT and the engine cannot tell.
func (w *writer) transaction(jobs *[]*job, more bool) error {
	if err := w.begin(); err != nil {
		return err
	}
	begun := time.Now()
	for i := 0; i < len(*jobs); i++ {
		if err := w.closure((*jobs)[i], i > 0); err != nil {
			w.rollback()
			return err
		}
		if more && i == len(*jobs)-1 && i < groupSize-1 && time.Since(begun) < w.share {
			if j := w.next(); j != nil {
				*jobs = append(*jobs, j)
			}
		}
	}
	committing := time.Now()
	if err := w.commands(w.texts.commit); err != nil {
		w.rollback()
		return err
	}
	w.committed(len(*jobs), time.Since(committing))
	return nil
}

// begin opens the transaction and the savepoint of its first closure. A connection that broke while nobody used it shows
// only now, so there is a second try.
func (w *writer) begin() (err error) {
	for range 2 {
		if err = w.needConn(); err != nil {
			continue
		}
		if err = w.commands(w.texts.begin); err == nil {
			return nil
		}
		w.dropConn()
	}
	return errors.Join(errNoTransaction, err)
}

// next is a closure that waits, if there is one.
func (w *writer) next() *job {
	for {
		select {
		case j, ok := <-w.queue:
			if !ok {
				return nil
			}
			if j.state.CompareAndSwap(waiting, started) {
				return j
			}
		default:
			return nil
		}
	}
}

// closure runs one closure in a savepoint; again says that the one before it used the savepoint up. It returns an error
// only if the whole group has to be given up.
func (w *writer) closure(j *job, again bool) error {
	j.err, j.after = j.given, nil
	if err := w.s.node.check(); err != nil {
		j.err = err
		return nil
	}
	if again {
		if err := w.commands(w.texts.between); err != nil {
			return errors.Join(errGroupLost, err)
		}
	}
	if j.given == nil {
		err := w.attempt(j, j.f)
		if errors.Is(err, errGroupLost) && errors.Is(j.err, context.DeadlineExceeded) {
			j.given = j.err // it would take as long again, and everybody waits
		}
		if err != nil || j.err == nil {
			return err
		}
	}
	if j.refused == nil || isPanic(j.err) {
		return nil
	}
	refusal := j.err
	err := w.attempt(j, func(tx *Tx) error { return j.refused(tx, refusal) })
	if j.err != nil {
		refusal = errors.Join(refusal, j.err)
	}
	j.err = refusal
	return err
}

// attempt runs f, with its error in j.err, and takes back what it did if it failed. It returns an error only if the whole
// group has to be given up: the other nodes were in the way, or the transaction is gone.
func (w *writer) attempt(j *job, f func(*Tx) error) error {
	tx, err := w.call(j, f)
	j.err, j.after = err, tx.after
	if err == nil {
		return nil
	}
	j.after = nil
	if w.s.engine.retry(tx.dead) {
		return tx.dead
	}
	if lost := w.command(undo); lost != nil {
		return errors.Join(errGroupLost, lost)
	}
	return nil
}

// call runs f with a Tx of its own, which nobody can use afterwards. Whatever f
// says, being late is its error, and so is an error of the database.
func (w *writer) call(j *job, f func(*Tx) error) (tx *Tx, err error) {
	p := newPatience(j.ctx, cmp.Or(j.limit, w.limit))
	defer p.stop()
	tx = &Tx{Reader: &Reader{ctx: p, quick: w.quick(p), on: w.conn}, store: w.s, conn: w.conn}
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{value: p, stack: debug.Stack()}
		}
		tx.Reader, tx = &Reader{dead: errEnded}, &Tx{Reader: &Reader{dead: tx.dead}, after: tx.after}
	}()
	err = f(tx)
	return tx, cmp.Or(p.Err(), tx.dead, err)
}

// errEnded is what a Tx answers when its closure has returned.
var errEnded = errors.New("the transaction has ended: a Tx lives as long as its closure")

// quick is the context for the short statements of SQLite, which nothing may interrupt: see [Reader].
func (w *writer) quick(p *patience) context.Context {
	if w.s.engine.single() {
		return p.Context
	}
	return nil
}

// A panicError is a panic of a closure, caught before it could take the writer with it.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.value, e.stack) }

func isPanic(err error) bool {
	var p *panicError
	return errors.As(err, &p)
}

// undo takes back what a closure did. It fails exactly if the transaction is gone, which is how a full disk, an I/O error or
// a broken connection shows; then the group has to be given up. The savepoint stays.
const undo = "ROLLBACK TO SAVEPOINT closure"

// commands runs texts that control the transaction.
func (w *writer) commands(texts []string) error {
	for _, text := range texts {
		if err := w.command(text); err != nil {
			return err
		}
	}
	return nil
}

// command never gives up on SQLite, where nothing can hang; on PostgreSQL a silent network can.
func (w *writer) command(text string) error {
	if w.s.engine.single() {
		stmt, err := w.conn.prepare(context.Background(), text)
		if err == nil {
			_, err = stmt.ExecContext(context.Background())
		}
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	_, err := w.conn.conn.ExecContext(ctx, text)
	return err
}

// rollback ends the transaction if there still is one. A connection on which even that fails is not used again.
func (w *writer) rollback() {
	if err := w.command("ROLLBACK"); err != nil && !w.s.engine.single() {
		w.dropConn()
	}
}

func (w *writer) needConn() error {
	if w.conn != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closureTime)
	defer cancel()
	c, err := w.db.Conn(ctx)
	if err != nil {
		return err
	}
	w.conn = &connStatements{conn: c, m: map[string]*sql.Stmt{}}
	return nil
}

func (w *writer) dropConn() {
	if w.conn == nil {
		return
	}
	w.conn.conn.Raw(func(any) error { return driver.ErrBadConn }) // closes it for good
	w.conn.conn.Close()
	w.conn = nil
}
