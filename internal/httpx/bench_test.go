package httpx_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"muster/internal/httpx"
)

// A sink is a ResponseWriter that costs nothing.
type sink struct{ h http.Header }

func (s *sink) Header() http.Header         { return s.h }
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(int)             {}

// What the router costs beside a bare ServeMux, and what the whole chain costs. Without the race detector.
func BenchmarkRouting(b *testing.B) {
	quiet := func(http.ResponseWriter, *http.Request) error { return nil }
	var routes []httpx.Route
	mux := http.NewServeMux()
	for _, noun := range []string{"users", "roles", "applications", "reminders", "settings"} {
		for _, route := range []string{"GET /%/", "POST /%/", "GET /%/{id}", "PUT /%/{id}", "DELETE /%/{id}", "POST /%/{id}/suspend"} {
			method, pattern := split(route, noun)
			routes = append(routes, httpx.Public(method, pattern, quiet))
			if pattern[len(pattern)-1] == '/' {
				pattern += "{$}"
			}
			mux.HandleFunc(method+" "+pattern, func(http.ResponseWriter, *http.Request) {})
		}
	}
	router := httpx.NewRouter(testWire(), routes)
	chain := func(o httpx.Options) http.Handler { return httpx.NewHandler(o, httpx.Mount("/corteza/system", router)) }
	logged := slog.New(slog.NewJSONHandler(discard{}, nil))
	for _, c := range []struct {
		name, target string
		handler      http.Handler
	}{
		{"mux", "/users/123456789", mux},
		{"router", "/users/123456789", router},
		{"router404", "/nothing/here", router},
		{"chain", "/corteza/system/users/123456789", chain(httpx.Options{})},
		{"chain+log", "/corteza/system/users/123456789", chain(httpx.Options{Logger: logged})},
	} {
		b.Run(c.name, func(b *testing.B) {
			w := &sink{http.Header{}}
			r := httptest.NewRequest("GET", c.target, nil)
			b.ReportAllocs()
			for b.Loop() {
				c.handler.ServeHTTP(w, r)
			}
		})
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

func split(route, noun string) (method, pattern string) {
	for i := range route {
		if route[i] == ' ' {
			method, pattern = route[:i], route[i+1:]
		}
	}
	return method, "/" + noun + pattern[2:]
}
