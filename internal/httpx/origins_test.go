package httpx

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

func originRequest(method, origin, site string) *http.Request {
	r := httptest.NewRequest(method, "http://house.example/x", nil)
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	if site != "" {
		r.Header.Set("Sec-Fetch-Site", site)
	}
	return r
}

func TestOriginsCheck(t *testing.T) {
	o, err := NewOrigins("https://app.example", "http://localhost:3000")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		origin, site string
		good         bool
	}{
		{"", "", true}, // no browser
		{"http://house.example", "", true},
		{"http://house.example", "same-origin", true},
		{"", "same-origin", true},
		{"", "none", true}, // typed by the user
		{"https://app.example", "cross-site", true},
		{"http://localhost:3000", "", true},
		{"https://evil.example", "", false},
		{"https://evil.example", "cross-site", false},
		{"", "cross-site", false},
		{"", "same-site", false},
		{"null", "", false},
		{"null", "cross-site", false},
		{"https://app.example.evil.example", "", false},
		{"http://app.example", "cross-site", false},
		{"http://localhost:3001", "", false},
		{"https://house.example:444", "", false},
	} {
		for _, method := range []string{"GET", "POST", "DELETE"} {
			err := o.Check(originRequest(method, x.origin, x.site))
			if (err == nil) != x.good || err != nil && !errors.Is(err, ErrForeignOrigin) {
				t.Errorf("%s from %q, %q: %v", method, x.origin, x.site, err)
			}
		}
	}
}

func TestNoOrigins(t *testing.T) {
	for _, bad := range []string{"", "*", "null", "app.example", "https://app.example/", "https://app.example/path", "https://a b"} {
		if _, err := NewOrigins(bad); err == nil {
			t.Errorf("%q is taken for an origin", bad)
		}
	}
}

func TestOriginsAllow(t *testing.T) {
	o, err := NewOrigins("https://app.example")
	if err != nil {
		t.Fatal(err)
	}
	h := o.Allow(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	for _, x := range []struct {
		method, origin string
		preflight      bool
		status         int
		granted        bool
	}{
		{"GET", "", false, http.StatusTeapot, false},
		{"GET", "https://app.example", false, http.StatusTeapot, true},
		{"GET", "https://evil.example", false, http.StatusTeapot, false},
		{"GET", "null", false, http.StatusTeapot, false},
		{"OPTIONS", "https://app.example", true, http.StatusNoContent, true},
		{"OPTIONS", "https://app.example", false, http.StatusTeapot, true},
		{"OPTIONS", "https://evil.example", true, http.StatusTeapot, false},
	} {
		r, w := originRequest(x.method, x.origin, ""), httptest.NewRecorder()
		if x.preflight {
			r.Header.Set("Access-Control-Request-Method", "POST")
		}
		h.ServeHTTP(w, r)
		granted := w.Header().Get("Access-Control-Allow-Credentials") == "true" && w.Header().Get("Access-Control-Allow-Origin") == x.origin
		if w.Code != x.status || granted != x.granted || w.Header().Get("Vary") != "Origin" || !granted && w.Header().Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s from %q: %d %v", x.method, x.origin, w.Code, w.Header())
		}
	}
}
