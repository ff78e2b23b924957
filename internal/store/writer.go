package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
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
	commandTime  = 20 * time.Second      // that PostgreSQL may take for BEGIN or COMMIT, a wait for other nodes included
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
	return s.WriteWithin(ctx, 0, f, refused)
}

// WriteWithin is Write for a closure that may take longer than others; 0 is as long as they. All other changes of this node wait
// meanwhile, so a closure that needs it has to be rare, and bounded.
func (s *Store) WriteWithin(ctx context.Context, limit time.Duration, f func(*Tx) error, refused func(*Tx, error) error) error {
	if err := s.node.check(); err != nil {
		return err
	}
	j := &job{ctx: ctx, limit: limit, f: f, refused: refused, done: make(chan struct{})}
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
	limit   time.Duration // 0: the writer's
	f       func(*Tx) error
	refused func(*Tx, error) error

	state atomic.Int32
	given error // f was given up with this error and does not run again; only refused does
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
	texts writerTexts
	share time.Duration // groupTime, but for tests
	limit time.Duration // closureTime, but for tests

	retried, failed atomic.Int64
	away            bool // the last transaction could not be begun

	mu      sync.RWMutex // held shared while submitting, so that stop can close the queue
	stopped bool
	ended   chan struct{}
}

func startWriter(s *Store, db *sql.DB) *writer {
	w := &writer{s: s, db: db, queue: make(chan *job, queueLength), texts: s.engine.texts(), share: groupTime, limit: closureTime, ended: make(chan struct{})}
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

// What ends a group as a whole.
var (
	errGroupLost     = errors.New("the group's transaction is lost") // and with it what its closures did
	errNoTransaction = errors.New("no transaction could be begun")
)

// group runs the closure and those that arrive meanwhile, and answers them all.
func (w *writer) group(first *job) {
	jobs := []*job{first}
	err := w.transaction(&jobs, true)
	for try := 0; err != nil && w.s.engine.retry(err) && try < groupRetries; try++ {
		w.retried.Add(1)
		jitter(try)
		err = w.transaction(&jobs, false)
	}
	switch {
	case err == nil:
		w.answer(jobs)
	case w.undone(err):
		w.retried.Add(1)
		w.oneByOne(jobs)
	default:
		w.abandon(jobs, err)
	}
}

// undone reports whether it is sure that a transaction that failed with err has changed nothing, and worth another try.
func (w *writer) undone(err error) bool {
	return !errors.Is(err, errNoTransaction) && (errors.Is(err, errGroupLost) || w.s.engine.retry(err) || w.s.engine.rolledBack(err))
}

// oneByOne runs the closures of a group that failed as a whole, each in a transaction of its own, so that what one of them
// broke harms no other. Of the one who breaks his own too, only refused runs after that.
func (w *writer) oneByOne(jobs []*job) {
	for _, j := range jobs {
		err := w.alone(j)
		if err != nil && w.undone(err) && j.refused != nil && j.given == nil {
			j.given = cmp.Or(j.err, err)
			err = w.alone(j)
		}
		if err != nil {
			w.abandon([]*job{j}, err)
			continue
		}
		w.answer([]*job{j})
	}
}

// alone runs one closure while no other node writes. The connection that holds the lock may break, which ends the lock too.
func (w *writer) alone(j *job) error {
	if err := w.needConn(); err != nil {
		return errors.Join(errNoTransaction, err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	locked := w.conn
	if err := w.s.engine.lockOut(ctx, locked.conn); err != nil {
		w.dropConn()
		return errors.Join(errNoTransaction, err)
	}
	err := w.transaction(&[]*job{j}, false)
	if w.conn == locked && w.s.engine.letIn(ctx, locked.conn) != nil {
		w.dropConn()
	}
	return err
}

// abandon answers closures that were not done, or whose fate nobody knows. In the latter case their hooks run: they may
// have to drop what this node remembers of something that is changed now, and it costs little if it is not.
func (w *writer) abandon(jobs []*job, err error) {
	w.failed.Add(1)
	begun := !errors.Is(err, errNoTransaction)
	if !begun {
		w.away = true
		w.s.log.Error("the database takes no changes; callers are told to come back", "callers", len(jobs), "error", err, "hint", w.s.Hint(err))
		err = fmt.Errorf("%w: %w", muster.ErrUnavailable, err)
	}
	known := !begun || w.undone(err)
	for _, j := range jobs {
		if !begun {
			j.err = nil // of an earlier try
		}
		j.err = cmp.Or(j.given, j.err, err)
		if known {
			j.after = nil
		}
	}
	w.answer(jobs)
}

func (w *writer) answer(jobs []*job) {
	for _, j := range jobs {
		for _, f := range j.after {
			w.hook(f)
		}
		close(j.done)
	}
}

// hook calls what a closure left for after the commit. It is too late for an error, so a panic is only logged.
func (w *writer) hook(f func()) {
	defer func() {
		if p := recover(); p != nil {
			w.s.log.Error("a hook after a commit panicked", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	f()
}

// jitter waits a moment that grows with each try, so that two nodes stop meeting.
func jitter(try int) {
	var b [1]byte
	rand.Read(b[:])
	time.Sleep(time.Millisecond + time.Duration(b[0])*(4*time.Millisecond<<try)/256)
}
