package httpx_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"muster"
	"muster/internal/httpx"
)

// testWire answers in words that nobody else has, so that a test sees who answered.
func testWire() httpx.Wire {
	return httpx.Wire{
		Name: "test",
		Error: func(w http.ResponseWriter, _ *http.Request, err error) {
			e, _ := muster.AsError(err)
			http.Error(w, "wire error "+e.Code, http.StatusTeapot)
		},
		NotFound: func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "wire 404", http.StatusNotFound)
		},
		MethodNotAllowed: func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "wire 405", http.StatusMethodNotAllowed)
		},
	}
}

// say answers with a word and the path value id.
func say(word string) httpx.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		fmt.Fprintf(w, "%s id=%q pattern=%s", word, r.PathValue("id"), httpx.RoutePattern(r))
		return nil
	}
}

// get asks h and returns what it answered.
func get(h http.Handler, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}

// body is the answer without the line break of http.Error.
func body(w *httptest.ResponseRecorder) string { return strings.TrimSpace(w.Body.String()) }

func logger() (*slog.Logger, *bytes.Buffer) {
	var b bytes.Buffer
	return slog.New(slog.NewTextHandler(&b, nil)), &b
}

func mustPanic(t *testing.T, why string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", why)
		}
	}()
	f()
}
