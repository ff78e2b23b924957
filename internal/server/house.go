package server

import (
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"time"

	"muster"
	"muster/internal/httpx"
)

//go:embed index.html
var index string

// house is what stands at the root: a page for people who come by browser, and two questions for machines that look after
// this one.
func (s *Server) house() http.Handler {
	wire := httpx.Wire{
		Name: "house",
		Error: func(w http.ResponseWriter, _ *http.Request, err error) {
			e, _ := muster.AsError(err)
			http.Error(w, e.Message, http.StatusServiceUnavailable)
		},
		NotFound: http.NotFound,
		MethodNotAllowed: func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "405 method not allowed", http.StatusMethodNotAllowed)
		},
	}
	return httpx.NewRouter(wire, []httpx.Route{
		httpx.Public("GET", "/", page),
		httpx.Public("GET", "/healthz", s.healthz),
		httpx.Public("GET", "/readyz", s.readyz),
	})
}

func page(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	// The page has one style sheet, inside itself, and nothing else.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	_, err := fmt.Fprint(w, index)
	return err
}

// healthz says that the process lives.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) error {
	return plain(w, "ok")
}

// readyz says whether this node should get requests: the database answers, this node may write, and it is not stopping.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if s.stopping.Load() {
		return muster.Errorf(muster.Busy, "stopping", "stopping")
	}
	if err := s.store.Ping(ctx); err != nil {
		s.log.Warn("not ready", "error", err)
		return muster.Errorf(muster.Busy, "not-ready", "the database does not answer")
	}
	return plain(w, "ok")
}

func plain(w http.ResponseWriter, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := fmt.Fprintln(w, text)
	return err
}
