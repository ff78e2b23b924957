package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"syscall"

	"muster/internal/httpx"
)

// listenOperations opens the listener of the operators, if there is to be one.
func (s *Server) listenOperations() (err error) {
	if s.cfg.OpsListen == "" {
		return nil
	}
	if s.opsListener, err = net.Listen("tcp", s.cfg.OpsListen); err != nil {
		return fmt.Errorf("listening for operators: %w (hint: is another server using the port? choose one with --ops-listen)", err)
	}
	// A collector comes every few seconds: that is nothing for the log.
	s.ops = httpx.NewServer(httpx.NewHandler(httpx.Options{Logger: s.log, AccessLevel: slog.LevelDebug}, httpx.Mount("", s.operations())), s.log)
	return nil
}

// serveOperations serves until the server is closed.
func (s *Server) serveOperations() {
	if s.ops == nil {
		return
	}
	s.log.Info("operations listener", "address", s.opsListener.Addr().String())
	go func() {
		if err := s.ops.Serve(s.opsListener); !errors.Is(err, http.ErrServerClosed) {
			s.log.Error("the operations listener ended", "error", err)
		}
	}()
}

// operations is what stands at the operations listener: metrics, and profiles by which a slow node is understood. The command
// line is no part of it: it may have a password in it.
func (s *Server) operations() http.Handler {
	metrics := s.metrics.Handler()
	return httpx.NewRouter(houseWire(), []httpx.Route{
		httpx.Public("GET", "/metrics", func(w http.ResponseWriter, r *http.Request) error {
			metrics.ServeHTTP(w, r)
			return nil
		}),
		httpx.Public("GET", "/debug/pprof/", patient(pprof.Index)),
		httpx.Public("GET", "/debug/pprof/profile", patient(pprof.Profile)),
		httpx.Public("GET", "/debug/pprof/trace", patient(pprof.Trace)),
		httpx.Public("GET", "/debug/pprof/symbol", patient(pprof.Symbol)),
		httpx.Public("GET", "/debug/pprof/{profile}", func(w http.ResponseWriter, r *http.Request) error {
			if r.PathValue("profile") == "cmdline" {
				http.NotFound(w, r)
				return nil
			}
			return patient(pprof.Index)(w, r)
		}),
	})
}

// patient is a handler that may take its time.
func patient(h http.HandlerFunc) httpx.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		httpx.LongLived(w, r)
		h(w, r)
		return nil
	}
}

// localMetrics serves the metrics on the main listener where there is no other: to programs on this machine that no proxy
// stands before. To all others it is as if nothing were there.
func (s *Server) localMetrics(w http.ResponseWriter, r *http.Request) error {
	if s.ops != nil || !httpx.Local(r) {
		http.NotFound(w, r)
		return nil
	}
	s.metrics.Handler().ServeHTTP(w, r)
	return nil
}

// mostConnections is 80 % of the files that the process may have open: the rest is for the database, mails and the log.
func mostConnections() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0 // no bound of ours
	}
	return int(min(limit.Cur, 1<<30) * 8 / 10)
}
