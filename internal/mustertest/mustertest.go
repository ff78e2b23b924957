// Package mustertest runs a whole Muster inside a test: the real server on a real database, behind a loopback port of its
// own, with a clock that the test turns and passwords that are hashed cheaply.
//
//	func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }
//
//	func TestX(t *testing.T) {
//		storetest.Each(t, func(t *testing.T, engine string) {
//			s := mustertest.Start(t, engine)
//			admin := s.Administrator(t)
//			admin.POST(t, "/corteza/system/users/", `{"email":"ann@example.org"}`)
//			s.Clock.Advance(time.Hour)
//			mails := s.Mails(t)
//		})
//	}
package mustertest

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/internal/config"
	"muster/internal/core"
	"muster/internal/obs"
	"muster/internal/password"
	"muster/internal/server"
	"muster/internal/store"
	"muster/internal/store/storetest"
)

// The first administrator of every test server.
const (
	AdminEmail    = "admin@example.org"
	AdminPassword = "correct-horse"
)

// A Server is a running Muster.
type Server struct {
	URL        string // http://127.0.0.1:…
	AgoraURL   string // of the second address, if there is one
	Core       *core.Core
	Clock      *Clock
	Log        *Log
	MailFolder string
	Config     config.Config

	stop    func()
	metrics func() []obs.Metric
	tick    chan time.Time // ends a wait of the runner of the outbox
	later   chan time.Time // ends a wait of the runner of scripts
}

// Metrics lists what the server counts.
func (s *Server) Metrics() []obs.Metric { return s.metrics() }

// An Option changes the configuration of a server before it starts.
type Option func(*config.Config)

// NoAdministrator starts with an empty house.
func NoAdministrator(c *config.Config) { c.Admin.Email, c.Admin.Password = "", "" }

// Start starts a server on the engine, which ends with the test.
func Start(t testing.TB, engine string, options ...Option) *Server {
	t.Helper()
	return Run(t, configure(t, engine, options), NewClock())
}

func configure(t testing.TB, engine string, options []Option) config.Config {
	t.Helper()
	folder := t.TempDir()
	cfg := config.Config{
		Data: folder, Listen: "127.0.0.1:0", PublicURL: "http://muster.example",
		Dev:   true, // no throttles; a test of those switches it off
		Admin: config.Admin{Email: AdminEmail, Username: "admin", Password: AdminPassword},
	}
	if engine == storetest.PostgreSQL {
		cfg.DatabaseURL = storetest.PostgresTemplate(t, "muster", prepare)
	}
	for _, o := range options {
		o(&cfg)
	}
	return cfg
}

// Run starts a server as it is configured, for tests that start one twice or two at once.
func Run(t testing.TB, cfg config.Config, clock *Clock) *Server {
	t.Helper()
	log := &Log{}
	hasher := password.New(password.Options{Params: password.Params{MemoryKiB: 64, Time: 1, Threads: 1}})
	tick, later := make(chan time.Time), make(chan time.Time)
	srv, err := server.Open(context.Background(), cfg, obs.NewLogger(log, true), server.Options{
		Now: clock.Now, After: func(time.Duration) <-chan time.Time { return tick },
		Later: func(time.Duration) <-chan time.Time { return later }, Hasher: hasher,
	})
	if err != nil {
		t.Fatalf("starting a server: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	t.Cleanup(stop)
	agoraURL := ""
	if address := srv.AgoraAddress(); address != "" {
		agoraURL = "http://" + address
	}
	return &Server{
		URL: "http://" + srv.Address(), AgoraURL: agoraURL, Core: srv.Core(), Clock: clock, Log: log,
		MailFolder: filepath.Join(cfg.Data, "mail"), Config: cfg, stop: stop, tick: tick, later: later, metrics: srv.Metrics,
	}
}

// prepare makes the database that the others are copied from.
func prepare(url string) error {
	s, err := store.Open(context.Background(), store.Config{DatabaseURL: url, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return s.Close(context.Background())
}

// Stop ends the server in good order before the test ends.
func (s *Server) Stop() { s.stop() }

// A Clock stands still until it is told to move. It begins at the present.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock.
func NewClock() *Clock { return &Clock{now: time.Now().UTC().Truncate(time.Second)} }

// Now is what the clock shows. Each look moves it by a microsecond, so that what happens later has a later time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Microsecond)
	return c.now
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A Log keeps what the server logged, as far as there is room: benchmarks log without end.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.b.Len() > maxLog {
		l.b.Reset()
	}
	return l.b.Write(p)
}

const maxLog = 16 << 20

// Text is all that was logged.
func (l *Log) Text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Contains reports whether the log has the text.
func (l *Log) Contains(text string) bool { return strings.Contains(l.Text(), text) }
