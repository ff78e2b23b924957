// Package server puts Muster together: the only package that knows everybody.
//
// Configuration → keys → store → core → façades on their mounts → http.Server, with the outbox runner beside it. Stopping goes
// the other way: no new connections, what is in flight is finished, then the runner, the core, the store.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"muster/internal/config"
	"muster/internal/core"
	"muster/internal/dialect/agora"
	"muster/internal/dialect/corteza"
	"muster/internal/dialect/crust"
	"muster/internal/dialect/tat"
	"muster/internal/dialect/tellius"
	"muster/internal/httpx"
	"muster/internal/live"
	"muster/internal/mailer"
	"muster/internal/obs"
	"muster/internal/password"
	"muster/internal/store"
	"muster/internal/token"
	"muster/internal/work"
)

// stopTime is how long requests in flight have to finish when the server stops.
const stopTime = 10 * time.Second

// A Server is one node of Muster.
type Server struct {
	cfg      config.Config
	log      *slog.Logger
	store    *store.Store
	core     *core.Core
	http     *http.Server
	chain    *httpx.Chain
	listener *httpx.Listener
	runner   *work.Runner
	cleaner  *work.Cleaner
	bell     *work.Bell
	errander *work.Errander
	scripts  *scripts // nil without a folder
	watch    bool     // look at it now and then; else those look who ask
	uses     *work.Uses
	live     *live.Hub
	files    files
	metrics  *obs.Metrics
	stopping atomic.Bool

	ops         *http.Server // of the operators; nil without one
	opsListener net.Listener

	agora         *http.Server // of clients that drop the prefix; nil without one
	agoraChain    *httpx.Chain
	agoraListener *httpx.Listener
}

// Options are what a Server is made of besides its configuration; zero values are the real ones.
type Options struct {
	Now    func() time.Time
	After  func(time.Duration) <-chan time.Time // what the runner of the outbox waits with
	Later  func(time.Duration) <-chan time.Time // what the runner of scripts waits with; nobody else looks at them by himself then
	Hasher *password.Hasher

	Version string // of the binary, for clients that ask
}

// Open opens the database, makes the first administrator if one is asked for, and begins to listen; it serves nothing yet.
func Open(ctx context.Context, cfg config.Config, log *slog.Logger, o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Hasher == nil {
		o.Hasher = password.New(password.Options{})
	}
	s := &Server{watch: o.Later == nil, cfg: cfg, log: obs.WithRequests(log, httpx.RequestIDFrom), metrics: obs.NewMetrics()}
	if err := s.open(ctx, o); err != nil {
		s.close(ctx)
		return nil, err
	}
	return s, nil
}

func (s *Server) open(ctx context.Context, o Options) (err error) {
	sender, err := s.openSMTP() // before anything is made
	if err != nil {
		return err
	}
	if err := checkApps(s.cfg); err != nil {
		return err
	}
	s.store, err = store.Open(ctx, store.Config{Folder: s.cfg.Data, DatabaseURL: s.cfg.DatabaseURL, Now: o.Now, Log: s.log, Observe: s.committed})
	if err != nil {
		return err
	}
	// Early, because links begin with the address if nobody says with what; nobody is answered before Serve.
	if err := s.listen(); err != nil {
		return err
	}
	keys, made, err := token.OpenKeys(s.cfg.KeysPath(), o.Now())
	if err != nil {
		return err
	}
	if made {
		s.log.Info("keys made; without this file no token and no sealed value can be read: keep a copy apart from the database", "file", s.cfg.KeysPath())
	}
	if err := s.openFiles(ctx); err != nil {
		return err
	}
	if err := s.openScripts(o.Now); err != nil {
		return err
	}
	options := core.Options{
		Store: s.store, Keys: keys, Hasher: o.Hasher, Now: o.Now, Log: s.log, PublicURL: s.publicURL(), Unthrottled: s.cfg.Dev,
		DefaultGroup: s.cfg.DefaultGroup, MessageLength: s.cfg.Tat.MessageLength, MessagesStay: time.Duration(s.cfg.MessageDays) * 24 * time.Hour,
		Templates: work.Templates(), CheckTemplate: mailer.CheckTemplate, Blobs: s.files, Observe: s.verdict, Apps: apps(s.cfg),
	}
	if s.scripts != nil {
		options.Scripts = s.scripts // else it stays nil, which a nil *scripts is not
	}
	s.core, err = core.New(ctx, options)
	if err != nil {
		return err
	}
	if err := s.firstAdministrator(ctx); err != nil {
		return err
	}
	if err := s.core.EnsureDefaultGroup(ctx); err != nil {
		return defaultGroupError(err)
	}
	if sender == nil {
		if sender, err = s.openMailFolder(); err != nil {
			return err
		}
	}
	s.runner = work.New(work.Options{Outbox: s.core.Outbox, Sender: sender, Now: o.Now, After: o.After, Log: s.log})
	s.cleaner = &work.Cleaner{Core: s.core, Log: s.log}
	s.bell = &work.Bell{Core: s.core, Log: s.log}
	s.live = live.New(live.Options{Core: s.core, Log: s.log})
	s.errander = &work.Errander{Core: s.core, Now: o.Now, After: o.Later, Log: s.log}
	s.uses = &work.Uses{Core: s.core, Log: s.log}
	if err := s.listenOperations(); err != nil {
		return err
	}
	if err := s.listenAgora(); err != nil {
		return err
	}
	if s.chain, err = s.handler(o); err != nil {
		return err
	}
	s.metrics.Read(s.readings(o.Hasher)...)
	s.http = httpx.NewServer(s.chain, s.log)
	return nil
}

func (s *Server) listen() error {
	l, err := net.Listen("tcp", s.cfg.Listen)
	if err != nil {
		return fmt.Errorf("listening: %w (hint: is another server using the port? choose one with --listen)", err)
	}
	s.listener = s.limit(l)
	return nil
}

// limit bounds the connections of a listener. Two of them share what the process may have open.
func (s *Server) limit(l net.Listener) *httpx.Listener {
	most := mostConnections()
	if s.cfg.Agora.Listen != "" {
		most /= 2
	}
	return httpx.Limit(l, httpx.ConnLimits{Total: most, PerAddress: httpx.PeerLimit, Except: s.cfg.Proxies()})
}

func (s *Server) firstAdministrator(ctx context.Context) error {
	a := firstAdministrator(s.cfg)
	if a.Email == "" {
		return nil
	}
	made, err := s.core.EnsureFirstAdministrator(ctx, a)
	if err != nil {
		return administratorError(err)
	}
	if made {
		s.log.Info("first administrator made", "username", a.Username)
	}
	return nil
}

func (s *Server) handler(o Options) (*httpx.Chain, error) {
	origins, err := origins(s.cfg, s.publicURL())
	if err != nil {
		return nil, err
	}
	return httpx.NewHandler(s.httpOptions(),
		httpx.Mount("", s.house()),
		httpx.Mount("/corteza/system", corteza.New(s.core)),
		httpx.Mount("/tellius", tellius.New(s.core)),
		httpx.Mount(crustMount, crust.New(s.core, crust.Options{Mount: crustMount, Origins: origins})),
		httpx.Mount(tatMount, tat.New(s.core, s.tatOptions(o))),
		httpx.Mount("/user/verify", tat.NewVerify(s.core, s.tatOptions(o))), // for callbacks that know of no path
		httpx.Mount("/agora", agora.New(s.core, s.live, s.publicURL())),
	), nil
}

func (s *Server) httpOptions() httpx.Options {
	https := strings.HasPrefix(s.cfg.PublicURL, "https:")
	options := httpx.Options{Logger: s.log, HTTPS: https, Proxies: s.cfg.Proxies(), Observe: s.seen}
	if s.cfg.Dev {
		options.AccessLevel = slog.LevelDebug
	}
	return options
}

// crustMount is where Crust is, and the path of its cookie.
const crustMount = "/crust"

// Address is where the server listens.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Core is the user system that is served.
func (s *Server) Core() *core.Core { return s.core }

// Serve serves until ctx ends, then stops in good order.
func (s *Server) Serve(ctx context.Context) error {
	s.warnOpen()
	s.serveOperations()
	s.serveAgora()
	// The fixed form of this line is a promise: scripts read the address from it.
	s.log.Info("listening", "address", s.Address(), "node", s.store.Node())
	running, stopRunner := context.WithCancel(context.WithoutCancel(ctx))
	var ran sync.WaitGroup
	ran.Go(func() { s.runner.Run(running) })
	ran.Go(func() { s.cleaner.Run(running) })
	ran.Go(func() { s.bell.Run(running) })
	ran.Go(func() { s.live.Run(running) })
	if s.scripts != nil {
		ran.Go(func() { s.errander.Run(running) })
		if s.watch {
			ran.Go(func() { s.scripts.Watch(running) })
		}
	}
	ran.Go(func() { s.uses.Run(running) })
	failed := make(chan error, 1)
	go func() { failed <- s.http.Serve(s.listener) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	s.log.Info("stopping")
	err = errors.Join(err, s.drain(context.WithoutCancel(ctx)))
	stopRunner()
	ran.Wait()
	return errors.Join(err, s.close(context.WithoutCancel(ctx)))
}

// drain takes no more requests and finishes those in flight.
func (s *Server) drain(ctx context.Context) error {
	s.stopping.Store(true)
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	s.live.Stop(ctx)
	err := errors.Join(s.http.Shutdown(ctx), s.drainAgora(ctx))
	if errors.Is(err, context.DeadlineExceeded) {
		s.log.Warn("some requests took too long to finish and were cut")
		err = errors.Join(s.http.Close(), s.closeAgora())
	}
	return err
}

// close closes what is open, last opened first.
func (s *Server) close(ctx context.Context) error {
	var errs []error
	if s.http == nil && s.listener != nil {
		errs = append(errs, s.listener.Close())
	}
	_ = s.closeAgora() // or it was closed when it was drained
	if s.ops != nil {
		errs = append(errs, s.ops.Close())
		_ = s.opsListener.Close() // or it was closed just now
	}
	if s.core != nil {
		s.core.Close()
	}
	if s.files != nil {
		errs = append(errs, s.files.Close())
	}
	if s.scripts != nil {
		errs = append(errs, s.scripts.Close())
	}
	if s.store != nil {
		errs = append(errs, s.store.Close(ctx))
	}
	return errors.Join(errs...)
}

// warnOpen says loudly that passwords travel in the open.
func (s *Server) warnOpen() {
	for _, address := range []string{s.Address(), s.AgoraAddress()} {
		addr, err := netip.ParseAddrPort(address)
		if err == nil && !addr.Addr().IsLoopback() {
			s.log.Warn("this address can be reached from other machines and speaks plain HTTP: put a proxy with TLS in front of it", "address", address)
		}
	}
}

// publicURL is what links begin with. A request never says.
func (s *Server) publicURL() string {
	if s.cfg.PublicURL != "" {
		return s.cfg.PublicURL
	}
	at, err := netip.ParseAddrPort(s.Address())
	if err == nil && at.Addr().IsUnspecified() {
		return fmt.Sprintf("http://localhost:%d", at.Port()) // who listens everywhere has no address that could be followed
	}
	return "http://" + s.Address()
}

// openSMTP answers the server that takes the mails; nil if none is named.
func (s *Server) openSMTP() (work.Sender, error) {
	if s.cfg.Mail.SMTPURL == "" {
		return nil, nil
	}
	sender, err := mailer.NewSMTP(s.cfg.Mail.SMTPURL)
	if err != nil {
		return nil, fmt.Errorf("mail, MUSTER_SMTP_URL: %w", err)
	}
	s.log.Info("mails go to the SMTP server", "server", sender.String())
	return sender, nil
}

func (s *Server) openMailFolder() (work.Sender, error) {
	folder, err := mailer.NewFolder(s.cfg.MailFolder())
	if err != nil {
		return nil, fmt.Errorf("%w (hint: choose another folder with MUSTER_MAIL_DIR)", err)
	}
	return folder, nil
}
