package server

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"strings"
	"time"

	"muster"
	"muster/internal/httpx"
)

//go:embed index.html
var index string

// house is what stands at the root: a page for people who come by browser, and three questions of machines that look after
// this one.
func (s *Server) house() http.Handler {
	return httpx.NewRouter(houseWire(), []httpx.Route{
		httpx.Public("GET", "/", s.page(template.Must(template.New("index").Parse(index)))),
		httpx.Public("GET", "/healthz", s.healthz),
		httpx.Public("GET", "/readyz", s.readyz),
		httpx.Public("GET", "/metrics", s.localMetrics),
	})
}

// houseWire is how the house speaks where it speaks for itself.
func houseWire() httpx.Wire {
	return httpx.Wire{
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
}

// page is for people. It shows the address by which they came, so that what it tells them to type works where they are.
func (s *Server) page(index *template.Template) httpx.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var text bytes.Buffer
		if err := index.Execute(&text, s.shownURL(r)); err != nil {
			return err
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		// The page has one style sheet, inside itself, and nothing else.
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		_, err := text.WriteTo(w)
		return err
	}
}

// hostPattern is what may stand in a command that people copy: a client can send anything as Host.
var hostPattern = regexp.MustCompile(`^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)

// shownURL is how people reach this server: by its public address if it was told one, else by the one they came by.
func (s *Server) shownURL(r *http.Request) string {
	switch {
	case s.cfg.PublicURL != "":
		return strings.TrimRight(s.cfg.PublicURL, "/")
	case len(r.Host) <= 255 && hostPattern.MatchString(r.Host):
		return "http://" + r.Host
	}
	return "http://" + s.Address()
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
		s.log.WarnContext(r.Context(), "this node says that it is not ready: the database does not answer, or another node has its number", "error", err, "hint", s.store.Hint(err))
		return muster.Errorf(muster.Busy, "not-ready", "the database does not answer")
	}
	return plain(w, "ok")
}

func plain(w http.ResponseWriter, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := fmt.Fprintln(w, text)
	return err
}
