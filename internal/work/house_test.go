package work

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"muster"
	"muster/internal/blob"
	"muster/internal/core"
	"muster/internal/mailer"
	"muster/internal/password"
	"muster/internal/store"
	"muster/internal/token"
)

// A house is a core on a database of its own, with a clock that stands still and a runner that waits for the test.
type house struct {
	t      *testing.T
	folder string
	clock  *clock
	core   *core.Core
	runner *Runner
	files  *blob.Folder
	sender *trap
	log    *buffer
	idle   chan struct{}  // the runner has nothing to do
	tick   chan time.Time // ends its wait
}

func newHouse(t *testing.T, options ...func(*core.Options)) *house {
	t.Helper()
	h := &house{
		t: t, folder: t.TempDir(), clock: &clock{at: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)},
		sender: &trap{}, log: &buffer{}, idle: make(chan struct{}), tick: make(chan time.Time),
	}
	log := slog.New(slog.NewJSONHandler(h.log, nil))
	ctx := context.Background()
	s, err := store.Open(ctx, store.Config{Folder: h.folder, Now: h.clock.now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(ctx) })
	keys, _, err := token.OpenKeys(filepath.Join(t.TempDir(), "keys.json"), h.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	hasher := password.New(password.Options{Params: password.Params{MemoryKiB: 8, Time: 1, Threads: 1}})
	if h.files, err = blob.OpenFolder(filepath.Join(h.folder, "files")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.files.Close() })
	o := core.Options{
		Blobs: h.files,
		Store: s, Keys: keys, Hasher: hasher, Now: h.clock.now, Log: log, PublicURL: "https://people.example/", Templates: Templates(),
	}
	for _, change := range options {
		change(&o)
	}
	if h.core, err = core.New(ctx, o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.core.Close)
	h.runner = New(Options{Outbox: h.core.Outbox, Sender: h.sender, Now: h.clock.now, After: h.after, Log: log})
	return h
}

func (h *house) after(time.Duration) <-chan time.Time {
	select {
	case h.idle <- struct{}{}:
	case <-h.t.Context().Done():
	}
	return h.tick
}

// start runs the runner until the test ends or stop is called, which waits for it.
func (h *house) start() (stop func()) {
	ctx, cancel := context.WithCancel(h.t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); h.runner.Run(ctx) }()
	stop = func() {
		cancel()
		for {
			select {
			case <-h.idle:
			case <-ended:
				return
			}
		}
	}
	h.t.Cleanup(stop)
	return stop
}

// rest waits until the runner has nothing to do for the first time, or again after it was woken. What was put into the outbox
// before the start wakes it once more for nothing; use pass then.
func (h *house) rest() { <-h.idle }

// pass lets the time pass and waits until the runner has looked again and has nothing to do.
func (h *house) pass(d time.Duration) {
	h.clock.pass(d)
	for {
		select {
		case h.tick <- h.clock.now():
			h.rest()
			return
		case <-h.idle: // it was woken as well
		}
	}
}

// system is a context in which everything is allowed.
func (h *house) system() context.Context {
	return muster.WithActor(h.t.Context(), muster.House())
}

// signUp makes an account, which puts a confirmation into the outbox.
func (h *house) signUp(email string) *muster.User {
	h.t.Helper()
	ctx := muster.WithActor(h.t.Context(), muster.Actor{Realm: muster.MainRealm})
	in, err := h.core.SignUp(ctx, core.NewAccount{Email: email, Password: "a good password"})
	if err != nil {
		h.t.Fatal(err)
	}
	return in.User
}

// changeEmail changes the e-mail of a user on behalf of whom the context says.
func (h *house) changeEmail(ctx context.Context, u *muster.User, email string) {
	h.t.Helper()
	if _, err := h.core.UpdateUser(ctx, u.ID, core.Profile{Email: email, Handle: u.Handle}); err != nil {
		h.t.Fatal(err)
	}
}

// set sets a setting of the house, which checks no templates.
func (h *house) set(name, value string) {
	h.t.Helper()
	text, err := json.Marshal(value)
	if err == nil {
		err = h.core.SetSettings(h.system(), []muster.Setting{{Name: name, Value: text}})
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// A row is what the outbox holds about a letter.
type row struct {
	done, blank bool
	failure     string
	due         time.Duration // from now; 0 once done or overdue
}

func (h *house) database() *sql.DB {
	h.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(h.folder, "muster.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		h.t.Fatal(err)
	}
	return db
}

// sql changes the database past the core.
func (h *house) sql(statement string) {
	h.t.Helper()
	db := h.database()
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		h.t.Fatal(err)
	}
}

// rows reads the outbox past the core.
func (h *house) rows() (all []row) {
	h.t.Helper()
	db := h.database()
	defer db.Close()
	found, err := db.Query(`SELECT done_at <> 0, payload = '', failure, due_at FROM delivery ORDER BY id`)
	if err != nil {
		h.t.Fatal(err)
	}
	defer found.Close()
	for found.Next() {
		var r row
		var due int64
		if err := found.Scan(&r.done, &r.blank, &r.failure, &due); err != nil {
			h.t.Fatal(err)
		}
		if !r.done {
			r.due = max(0, time.UnixMicro(due).Sub(h.clock.now()))
		}
		all = append(all, r)
	}
	return all
}

func (h *house) wantRows(want ...row) {
	h.t.Helper()
	if got := h.rows(); !slices.Equal(got, want) {
		h.t.Errorf("the outbox holds %+v, want %+v", got, want)
	}
}

func sent() row                 { return row{done: true, blank: true} }
func failed(class string) row   { return row{done: true, blank: true, failure: class} }
func later(c string, d int) row { return row{failure: c, due: time.Duration(d) * time.Second} }

// A clock stands still until it is told to pass.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// A trap is a Sender that keeps what it gets, and does what it is told about it.
type trap struct {
	mu    sync.Mutex
	do    func(ctx context.Context, m mailer.Mail) error // nil: takes everything
	ids   []int64
	mails []mailer.Mail
}

func (s *trap) Send(ctx context.Context, id int64, m mailer.Mail) error {
	s.mu.Lock()
	do := s.do
	s.ids, s.mails = append(s.ids, id), append(s.mails, m)
	s.mu.Unlock()
	if do == nil {
		return ctx.Err()
	}
	return do(ctx, m)
}

func (s *trap) tell(do func(ctx context.Context, m mailer.Mail) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.do = do
}

// tos are the recipients, in order.
func (s *trap) tos() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.mails {
		all = append(all, m.To)
	}
	return all
}

func (s *trap) wantTos(t *testing.T, want ...string) {
	t.Helper()
	if got := s.tos(); !slices.Equal(got, want) {
		t.Errorf("mails went to %q, want %q", got, want)
	}
}

// A buffer is a log that many may write.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
