package bench

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func get(b []byte, _ int) []byte { return request(b, "GET", "/x", "", "") }

// The bare handler and the connections that drive it understand each other.
func TestDriveBare(t *testing.T) {
	const answer = `{"response":true}`
	srv := httptest.NewServer(bare([]byte(answer)))
	defer srv.Close()
	address := srv.Listener.Addr().String()
	body, err := ask(t.Context(), address, request(nil, "POST", "/x", "token", `{"a":1}`))
	if err != nil || string(body) != answer {
		t.Fatalf("the answer is %q, %v", body, err)
	}
	h, took, err := drive(t.Context(), address, 2, 20*time.Millisecond, get)
	if err != nil || h.count == 0 || took < 20*time.Millisecond {
		t.Errorf("%d answers in %v, %v", h.count, took, err)
	}
}

// What is no success is never counted as if it were one.
func TestDriveStopsAtFailures(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"a refusal with status 200": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"error":{"message":"no"}}`)) },
		"a status":                  func(w http.ResponseWriter, _ *http.Request) { http.Error(w, `{"response":1}`, http.StatusTeapot) },
		"no length":                 func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() },
		"no answer":                 func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(handler)
			defer srv.Close()
			h, _, err := drive(t.Context(), srv.Listener.Addr().String(), 2, time.Minute, get)
			if err == nil || h.count != 0 {
				t.Errorf("%d answers, %v", h.count, err)
			}
		})
	}
}

// Who is interrupted does not wait for an answer that may never come.
func TestDriveInterrupted(t *testing.T) {
	asked := make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	defer srv.Close()
	go func() { <-asked; cancel() }()
	if _, _, err := drive(ctx, srv.Listener.Addr().String(), 1, time.Minute, get); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestListeningAddress(t *testing.T) {
	log := "not JSON\n" + `{"msg":"keys made","address":"no"}` + "\n" + `{"msg":"listening","address":"127.0.0.1:1234","node":1}` + "\n"
	if got := listeningAddress([]byte(log)); got != "127.0.0.1:1234" {
		t.Errorf("got %q", got)
	}
	if got := listeningAddress([]byte(log[:strings.LastIndex(log, `,"node`)])); got != "" {
		t.Errorf("half a line gave %q", got)
	}
}
