package httpx_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/httpx"
)

// TestNumbers holds the constants against part 3.4 of the security yardstick.
func TestNumbers(t *testing.T) {
	for row, ok := range map[string]bool{
		"ReadHeaderTimeout 5 s":         httpx.HeaderTime == 5*time.Second,
		"IdleTimeout 60 s":              httpx.IdleTime == 60*time.Second,
		"MaxHeaderBytes 32 KiB":         httpx.HeaderLimit == 32<<10,
		"body 15 s":                     httpx.BodyTime == 15*time.Second,
		"answer 30 s":                   httpx.AnswerTime == 30*time.Second,
		"URL 8 KiB":                     httpx.URLLimit == 8<<10,
		"256 query or form values":      httpx.QueryLimit == 256,
		"body 1 MiB":                    httpx.BodyLimit == 1<<20,
		"JSON depth 64":                 httpx.JSONDepthLimit == 64,
		"50,000 values":                 httpx.JSONValuesLimit == 50_000,
		"Accept-Language 256 bytes":     httpx.LanguageLimit == 256,
		"1,024 connections per address": httpx.PeerLimit == 1024,
		"2,048 requests at once":        httpx.RequestLimit == 2048,
		"HTTP/2 100 streams":            httpx.StreamLimit == 100,
		"Retry-After of the 503 is given (in seconds)": httpx.RetryAfter == "1",
	} {
		if !ok {
			t.Errorf("security.md, 3.4, says: %s", row)
		}
	}
}

// TestInputLimits sends what is just within each limit of 3.4 and what is just beyond. Those of time are in TestSlowClients,
// TestDeadlines and TestServerLimits, of headers and framing in TestFraming, of connections in TestConnections…, of requests
// at once in TestTooManyAtOnce.
func TestInputLimits(t *testing.T) {
	type input struct {
		A string          `json:"a"`
		R json.RawMessage `json:"r"`
	}
	take := func(w http.ResponseWriter, r *http.Request) error {
		var in input
		if err := httpx.DecodeParams(r, &in); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, "ok %d", len(r.Header.Get("Accept-Language")))
		return err
	}
	h := httpx.NewHandler(httpx.Options{}, httpx.Mount("", httpx.NewRouter(testWire(), []httpx.Route{
		httpx.Public("POST", "/", take),
		httpx.Public("POST", "/upload", func(w http.ResponseWriter, r *http.Request) error {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				var e *http.MaxBytesError
				if errors.As(err, &e) {
					return httpx.ErrTooLarge
				}
				return err
			}
			_, err := io.WriteString(w, "ok 0")
			return err
		}).WithBody(32 << 20),
	})))
	const formType, jsonType = "application/x-www-form-urlencoded", "application/json"
	text := func(n int) string { return strings.Repeat("x", n) }
	nested := func(n int) string { return `{"r":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}` }
	list := func(n int) string { return `{"r":[1` + strings.Repeat(",1", n-1) + `]}` }
	for _, c := range []struct {
		row, target, kind, body, language string
		want                              string
	}{
		{"URL 8 KiB", "/?" + text(8<<10-2), "", "", "", "200 ok 0"},
		{"URL 8 KiB and a byte", "/?" + text(8<<10-1), "", "", "", "414 the address is too long"},
		{"256 query values", "/?" + strings.Repeat("b&", 255) + "b", "", "", "", "200 ok 0"},
		{"257 query values", "/?" + strings.Repeat("b&", 256) + "b", "", "", "", "400 the query has too many values"},
		{"256 form values", "/", formType, strings.Repeat("b&", 255) + "b", "", "200 ok 0"},
		{"257 form values", "/", formType, strings.Repeat("b&", 256) + "b", "", "418 wire error malformed"},
		{"body 1 MiB", "/", formType, text(1 << 20), "", "200 ok 0"},
		{"body 1 MiB and a byte", "/", formType, text(1<<20 + 1), "", "418 wire error too-large"},
		{"upload 32 MiB", "/upload", "", text(32 << 20), "", "200 ok 0"},
		{"upload 32 MiB and a byte", "/upload", "", text(32<<20 + 1), "", "418 wire error too-large"},
		{"JSON depth 64", "/", jsonType, nested(63), "", "200 ok 0"},
		{"JSON depth 65", "/", jsonType, nested(64), "", "418 wire error malformed"},
		{"50,000 values", "/", jsonType, list(49_998), "", "200 ok 0"},
		{"50,001 values", "/", jsonType, list(49_999), "", "418 wire error malformed"},
		{"Accept-Language 256 bytes", "/", "", "", text(256), "200 ok 256"},
		{"Accept-Language 257 bytes", "/", "", "", text(257), "200 ok 0"},
	} {
		r := httptest.NewRequest("POST", c.target, strings.NewReader(c.body))
		if c.kind != "" {
			r.Header.Set("Content-Type", c.kind)
		}
		if c.language != "" {
			r.Header.Set("Accept-Language", c.language)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := fmt.Sprint(w.Code, " ", body(w)); got != c.want {
			t.Errorf("%s: %.80s, want %s", c.row, got, c.want)
		}
	}
}

// What the limits refuse is the fault of the input, never ours.
func TestLimitsAreFaultsOfTheInput(t *testing.T) {
	for _, err := range []error{httpx.ErrTooLarge, httpx.ErrTooSlow, httpx.ErrMalformed, httpx.ErrUnsupported} {
		if muster.KindOf(err) != muster.Invalid {
			t.Errorf("%v is %s", err, muster.KindOf(err))
		}
	}
}
