package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"muster"
)

// The bounds of the group writer.
const (
	groupSize    = 32                    // closures that share one transaction, at most
	groupTime    = 20 * time.Millisecond // after which a group takes no more closures
	closureTime  = 2 * time.Second       // that one closure may take
	groupRetries = 3                     // of a group that failed because of other nodes, before it runs alone
	queueLength  = 4096                  // closures that wait; more callers are told to come back
)

// Write runs f in a transaction and returns once what it wrote is on the disk.
//
// Closures that arrive while a commit is being synced share the next transaction, each in a savepoint of its own: one that
// fails takes nothing of the others with it. If f fails and refused is not nil, refused runs in f's place after f's work
// was rolled back, and what it writes stays; Write returns f's error.
//
// f and refused may run more than once, on nothing but the Tx they are given. They do not see that the caller has left:
// who leaves before his closure has started is taken out of the queue, who leaves later has it done. A closure has two
// seconds.
func (s *Store) Write(ctx context.Context, f func(*Tx) error, refused func(*Tx, error) error) error {
	if err := s.node.check(s.now()); err != nil {
		return err
	}
	j := &job{ctx: ctx, f: f, refused: refused, done: make(chan struct{})}
	if err := s.writer.submit(j); err != nil {
		return err
	}
	select {
	case <-j.done:
		return j.err
	case <-ctx.Done():
		if j.state.CompareAndSwap(waiting, left) {
			return ctx.Err()
		}
		<-j.done
		return j.err
	}
}

// The states of a job: the writer and the caller race for it.
const (
	waiting = iota
	started
	left
)

type job struct {
	ctx     context.Context
	f       func(*Tx) error
	refused func(*Tx, error) error

	state atomic.Int32
	err   error
	after []func()
	done  chan struct{}
}

// A writer is the one goroutine of this node that changes the database.
type writer struct {
	s     *Store
	db    *sql.DB
	conn  *connStatements // nil when there is none at the moment
	queue chan *job

	mu      sync.RWMutex // held shared while submitting, so that stop can close the queue
	stopped bool
	ended   chan struct{}
}

func startWriter(s *Store, db *sql.DB) *writer {
	w := &writer{s: s, db: db, queue: make(chan *job, queueLength), ended: make(chan struct{})}
	go w.loop()
	return w
}

func (w *writer) submit(j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.stopped {
		return muster.ErrUnavailable
	}
	select {
	case w.queue <- j:
		return nil
	default:
		return muster.ErrBusy
	}
}

// stop takes no more closures, finishes those that wait, and returns.
func (w *writer) stop() {
	w.mu.Lock()
	if !w.stopped {
		w.stopped = true
		close(w.queue)
	}
	w.mu.Unlock()
	<-w.ended
}

func (w *writer) loop() {
	defer close(w.ended)
	for j := range w.queue {
		if j.state.CompareAndSwap(waiting, started) {
			w.group(j)
		}
	}
	w.dropConn()
}

// errGroupLost says that the group's transaction is gone, and with it what its closures did.
var errGroupLost = errors.New("the group's transaction is lost")

// group runs the closure and those that arrive meanwhile, and answers them all.
func (w *writer) group(first *job) {
	jobs := []*job{first}
	err := w.transaction(&jobs, true)
	for try := 0; err != nil && w.s.engine.retry(err) && try < groupRetries; try++ {
		jitter(try)
		err = w.transaction(&jobs, false)
	}
	if err == nil {
		answer(jobs)
		return
	}
	if !errors.Is(err, errGroupLost) && !w.s.engine.rolledBack(err) && !w.s.engine.retry(err) {
		w.abandon(jobs, err)
		return
	}
	w.oneByOne(jobs)
}

// oneByOne runs the closures of a group that failed as a whole, each in a transaction of its own, so that what one of them
// broke harms no other.
func (w *writer) oneByOne(jobs []*job) {
	for _, j := range jobs {
		single := []*job{j}
		err := w.alone(&single)
		if err != nil && j.err == nil {
			j.err = err
		}
		if err != nil {
			j.after = nil
		}
		answer(single)
	}
}

func (w *writer) alone(jobs *[]*job) error {
	if err := w.needConn(); err != nil {
		return err
	}
	return w.s.engine.alone(context.Background(), w.conn.conn, func() error { return w.transaction(jobs, false) })
}

// abandon answers closures whose fate nobody knows.
func (w *writer) abandon(jobs []*job, err error) {
	for _, j := range jobs {
		j.err, j.after = err, nil
	}
	answer(jobs)
}

func answer(jobs []*job) {
	for _, j := range jobs {
		for _, f := range j.after {
			f()
		}
		close(j.done)
	}
}

// jitter waits a moment that grows with each try, so that two nodes stop meeting.
func jitter(try int) {
	var b [1]byte
	rand.Read(b[:])
	time.Sleep(time.Millisecond + time.Duration(b[0])*(4*time.Millisecond<<try)/256)
}

// transaction runs the jobs, and while more may join those that arrive, in one transaction. It answers nobody; after an
// error none of the jobs has had an effect, unless the error came from COMMIT and the engine cannot tell.
func (w *writer) transaction(jobs *[]*job, more bool) error {
	if err := w.needConn(); err != nil {
		return errors.Join(errGroupLost, err)
	}
	begun := time.Now()
	if err := w.command(w.s.engine.begin()); err != nil {
		w.dropConn()
		return errors.Join(errGroupLost, err)
	}
	for i := 0; i < len(*jobs); i++ {
		if err := w.closure((*jobs)[i]); err != nil {
			w.rollback()
			return err
		}
		if more && i == len(*jobs)-1 && i < groupSize-1 && time.Since(begun) < groupTime {
			if j := w.next(); j != nil {
				*jobs = append(*jobs, j)
			}
		}
	}
	if err := w.command("COMMIT"); err != nil {
		w.rollback()
		return err
	}
	return nil
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

// closure runs one closure in a savepoint. It returns an error only if the whole group has to be given up.
func (w *writer) closure(j *job) error {
	j.err, j.after = nil, nil
	if err := w.command("SAVEPOINT closure"); err != nil {
		return errors.Join(errGroupLost, err)
	}
	tx, err := w.call(j, j.f)
	if err == nil {
		j.after = tx.after
		return nil
	}
	j.err = err
	if err := w.undo(tx); err != nil || j.refused == nil || isPanic(j.err) {
		return err
	}
	tx, err = w.call(j, func(tx *Tx) error { return j.refused(tx, j.err) })
	if err == nil {
		j.after = tx.after
		return nil
	}
	j.err = errors.Join(j.err, err)
	return w.undo(tx)
}

// call runs f with a Tx of its own. Whatever f says, an error of the database is f's error.
func (w *writer) call(j *job, f func(*Tx) error) (tx *Tx, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.ctx), closureTime)
	defer cancel()
	tx = &Tx{Reader: &Reader{ctx: ctx, on: w.conn}, store: w.s, conn: w.conn}
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{value: p, stack: debug.Stack()}
		}
	}()
	err = f(tx)
	if tx.dead != nil {
		err = tx.dead
	}
	return tx, err
}

// undo rolls back to the savepoint. That fails exactly if the transaction is gone, which is how a full disk, an I/O error
// or an interrupt shows; then the group has to be given up.
func (w *writer) undo(tx *Tx) error {
	if tx.dead != nil && w.s.engine.retry(tx.dead) {
		return tx.dead
	}
	if err := w.command("ROLLBACK TO SAVEPOINT closure"); err != nil {
		return errors.Join(errGroupLost, err)
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

func (w *writer) command(text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*closureTime)
	defer cancel()
	stmt, err := w.commandStmt(ctx, text)
	if err != nil {
		return err
	}
	if stmt == nil {
		_, err = w.conn.conn.ExecContext(ctx, text)
	} else {
		_, err = stmt.ExecContext(ctx)
	}
	return err
}

// commandStmt prepares what can be prepared: not a text of two statements.
func (w *writer) commandStmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if text == w.s.engine.begin() || !w.s.engine.single() {
		return nil, nil
	}
	return w.conn.prepare(ctx, text)
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
