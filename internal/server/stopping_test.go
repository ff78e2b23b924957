package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"muster/internal/config"
	"muster/internal/obs"
)

// A node that stops says so to load balancers that still have a connection to it, and goes on living.
func TestReadyWhileStopping(t *testing.T) {
	s := open(t, config.Config{Data: t.TempDir(), Listen: "127.0.0.1:0"})
	defer serveNothing(t, s)
	ask := func(path string) (int, string) {
		w := httptest.NewRecorder()
		s.http.Handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w.Code, w.Body.String()
	}
	if status, body := ask("/readyz"); status != http.StatusOK {
		t.Fatalf("before: %d, %s", status, body)
	}
	s.stopping.Store(true)
	if status, body := ask("/readyz"); status != http.StatusServiceUnavailable || body != "stopping\n" {
		t.Errorf("while it stops: %d, %s", status, body)
	}
	if status, _ := ask("/healthz"); status != http.StatusOK {
		t.Errorf("while it stops it isn't healthy: %d", status)
	}
}

func TestPortTaken(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	cfg := config.Config{Data: t.TempDir(), Listen: other.Addr().String()}
	_, err = Open(t.Context(), cfg, obs.NewLogger(io.Discard, false), Options{})
	if err == nil || !strings.Contains(err.Error(), "(hint: ") {
		t.Fatalf("opening at a port that is taken: %v", err)
	}
	cfg.Listen = "127.0.0.1:0" // the folder was given back
	serveNothing(t, open(t, cfg))
}

// Opening that is cut short leaves nothing behind that a second try would stumble over.
func TestOpenCutShort(t *testing.T) {
	cfg := config.Config{Data: t.TempDir(), Listen: "127.0.0.1:0"}
	if _, err := Open(ended(), cfg, obs.NewLogger(io.Discard, false), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("opening without time: %v", err)
	}
	serveNothing(t, open(t, cfg))
}

func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

// open answers a server that serves nothing yet.
func open(t *testing.T, cfg config.Config) *Server {
	t.Helper()
	s, err := Open(t.Context(), cfg, obs.NewLogger(io.Discard, false), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serveNothing has the server end in good order.
func serveNothing(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Serve(ended()); err != nil {
		t.Errorf("serving for no time: %v", err)
	}
}

// What a client claims to have come by is shown only if it can be nothing but an address.
func TestShownURL(t *testing.T) {
	s := open(t, config.Config{Data: t.TempDir(), Listen: "127.0.0.1:0"})
	defer serveNothing(t, s)
	own := "http://" + s.Address()
	for host, want := range map[string]string{
		"users.example.org":       "http://users.example.org",
		"localhost:8080":          "http://localhost:8080",
		"[::1]:8080":              "http://[::1]:8080",
		"":                        own,
		"x;reboot":                own,
		"$(reboot)":               own,
		"x y":                     own,
		"x\nreboot":               own,
		"x\n":                     own,
		"<b>":                     own,
		"a&b":                     own,
		"'a'":                     own,
		"-o":                      "http://-o", // behind http:// it is no flag
		"user:secret@example.org": own,
		"example.org:80:80":       own,
		"example.org/x":           own,
		"ex\u00e4mple.org":        own,
		strings.Repeat("a", 300):  own,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = host
		if got := s.shownURL(r); got != want {
			t.Errorf("to %q the page shows %s, want %s", host, got, want)
		}
	}
	s.cfg.PublicURL = "https://users.example.org/"
	if got := s.shownURL(httptest.NewRequest("GET", "/", nil)); got != "https://users.example.org" {
		t.Errorf("the page shows %s, not its public address", got)
	}
}
