package server_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"muster/internal/config"
	"muster/internal/mustertest"
	"muster/internal/server"
	"muster/internal/store/storetest"
)

func TestHouse(t *testing.T) {
	s := mustertest.Start(t, storetest.SQLite)
	for path, want := range map[string]struct {
		status int
		body   string
	}{
		"/":                          {http.StatusOK, "Muster is running"},
		"/healthz":                   {http.StatusOK, "ok\n"},
		"/readyz":                    {http.StatusOK, "ok\n"},
		"/index.html":                {http.StatusNotFound, "404 page not found\n"},
		"/healthz/":                  {http.StatusNotFound, "404 page not found\n"},
		"//":                         {http.StatusNotFound, "404 page not found\n"},
		"/corteza":                   {http.StatusNotFound, "404 page not found\n"},
		"/corteza/system":            {http.StatusNotFound, "404 page not found\n"},
		"/corteza/system/nothing":    {http.StatusNotFound, "404 page not found\n"},
		"/corteza/system/auth/":      {http.StatusOK, `"internalEnabled":true`},
		"/corteza/system/auth/check": {http.StatusOK, `"not authenticated"`},
	} {
		a := s.Nobody().GET(t, path)
		if a.Status != want.status || !bytes.Contains(a.Body, []byte(want.body)) {
			t.Errorf("%s answers %d, %s; want %d, %s", path, a.Status, a.Body, want.status, want.body)
		}
		if a.Header.Get("X-Request-Id") == "" || a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s answers without its headers: %v", path, a.Header)
		}
	}
	if a := s.Nobody().POST(t, "/", ""); a.Status != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "GET" {
		t.Errorf("POST / answers %d, Allow %q", a.Status, a.Header.Get("Allow"))
	}
}

func TestPage(t *testing.T) {
	s := mustertest.Start(t, storetest.SQLite, func(c *config.Config) { c.PublicURL = "" })
	a := s.Nobody().GET(t, "/")
	if got := a.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("the page is %s", got)
	}
	csp := a.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the page's policy %q lacks %s", csp, want)
		}
	}
	if bytes.Contains(a.Body, []byte("<script")) || bytes.Contains(a.Body, []byte(" style=")) {
		t.Error("the page has what its policy forbids")
	}
	if want := "curl -s " + s.URL + "/corteza/system/auth/<"; !bytes.Contains(a.Body, []byte(want)) {
		t.Errorf("the page doesn't say %q", want)
	}
}

// TestDefaultGroup: the group that is configured is there from the start, and a name that no group can have stops it.
func TestDefaultGroup(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		s := mustertest.Start(t, engine, func(c *config.Config) { c.DefaultGroup = "Newcomers" })
		a := s.Administrator(t).GET(t, "/corteza/system/roles/?query=newcomers")
		if !bytes.Contains(a.Body, []byte(`"name":"Newcomers"`)) {
			t.Errorf("got %s", a.Body)
		}
	})
	cfg := config.Default()
	cfg.Data, cfg.DefaultGroup = t.TempDir(), "SuperUsers"
	if err := server.Check(cfg); err == nil || !strings.Contains(err.Error(), "(hint: ") {
		t.Errorf("got %v", err)
	}
}
