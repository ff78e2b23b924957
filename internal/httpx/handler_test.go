package httpx_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"muster"
	"muster/internal/httpx"
)

// house is a handler with two mounts of one façade and one that is no router.
func house(o httpx.Options, more ...httpx.Route) http.Handler {
	routes := append(table(), more...)
	return httpx.NewHandler(o,
		httpx.Mount("/corteza", httpx.NewRouter(testWire(), routes)),
		httpx.Mount("/corteza/system", httpx.NewRouter(testWire(), routes)),
		httpx.Mount("/bare", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { panic("bare") })))
}

func TestMounts(t *testing.T) {
	h := house(httpx.Options{})
	for _, c := range []struct {
		method, target string
		status         int
		body           string
	}{
		{"GET", "/corteza/users/", 200, `list id="" pattern=/corteza/users/`},
		{"GET", "/corteza/system/users/7", 200, `read id="7" pattern=/corteza/system/users/{id}`},
		{"GET", "/corteza/system/users/a%20b", 200, `read id="a b" pattern=/corteza/system/users/{id}`},
		{"GET", "/corteza/system/users/%21", 200, `read id="!" pattern=/corteza/system/users/{id}`},
		{"GET", "/corteza/system", 404, "wire 404"},
		{"GET", "/corteza/system/", 200, `root id="" pattern=/corteza/system/`},
		{"GET", "/corteza/system/users", 405, "wire 405"},
		{"GET", "/corteza/system/../users/", 404, "wire 404"},
		{"GET", "/cortezaX/users/", 404, "404 page not found"},
		{"GET", "/c%6frteza/users/%2f", 404, "404 page not found"},
		{"GET", "/", 404, "404 page not found"},
		{"GET", "//corteza/users/", 404, "404 page not found"},
		{"TRACE", "/", 405, "405 method not allowed"},
		{"OPTIONS", "*", 404, "404 page not found"},
	} {
		r := httptest.NewRequest(c.method, "/", nil)
		if c.target != "*" {
			r = httptest.NewRequest(c.method, c.target, nil)
		} else {
			r.URL.Path, r.RequestURI = "*", "*"
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || body(w) != c.body {
			t.Errorf("%s %s: %d %s", c.method, c.target, w.Code, body(w))
		}
	}
	root := httpx.NewHandler(httpx.Options{}, httpx.Mount("", httpx.NewRouter(testWire(), table())))
	if w := get(root, "GET", "/users/7"); body(w) != `read id="7" pattern=/users/{id}` {
		t.Errorf("root: %s", body(w))
	}
}

func TestMountsRefused(t *testing.T) {
	h := http.NotFoundHandler()
	for _, prefix := range []string{"/", "a", "/a/", "/a//b", "/..", "/a%20", "/ä"} {
		mustPanic(t, prefix, func() { httpx.Mount(prefix, h) })
	}
	mustPanic(t, "nil", func() { httpx.Mount("/a", nil) })
	mustPanic(t, "twice", func() { httpx.NewHandler(httpx.Options{}, httpx.Mount("/a", h), httpx.Mount("/a", h)) })
}

func TestRequestID(t *testing.T) {
	var inside string
	h := house(httpx.Options{}, httpx.Public("GET", "/id", func(_ http.ResponseWriter, r *http.Request) error {
		inside = httpx.RequestIDFrom(r.Context())
		return nil
	}))
	form := regexp.MustCompile(`^[0-9A-Za-z-]+/[0-9A-Za-z]{10}-[0-9]{6}$`)
	seen := map[string]bool{}
	for range 100 {
		r := httptest.NewRequest("GET", "/corteza/id", nil)
		r.Header.Set("X-Request-Id", "theirs")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		id := w.Header().Get("X-Request-Id")
		if !form.MatchString(id) || id != inside || seen[id] {
			t.Fatalf("id %q, inside %q, seen %v", id, inside, seen[id])
		}
		seen[id] = true
	}
	if id := httpx.RequestIDFrom(t.Context()); id != "" {
		t.Errorf("outside: %q", id)
	}
}

func securityHeaders() map[string]string {
	return map[string]string{
		"X-Content-Type-Options":       "nosniff",
		"Cache-Control":                "no-store",
		"Content-Security-Policy":      "default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Server":                       "",
	}
}

func TestSecurityHeadersOnEveryAnswer(t *testing.T) {
	for _, https := range []bool{false, true} {
		h := house(httpx.Options{HTTPS: https}, httpx.Public("GET", "/panic", func(w http.ResponseWriter, r *http.Request) error {
			w.Header().Set("Cache-Control", "public")
			w.Header().Set("Set-Cookie", "a=b")
			panic("x")
		}))
		for target, status := range map[string]int{
			"/corteza/users/": 200, "/corteza/x/y": 404, "/x": 404, "/corteza/users": 405, "/corteza/panic": 418, "/bare/": 500,
			"/corteza/" + strings.Repeat("a", httpx.URLLimit): 414, "/corteza/users/?" + strings.Repeat("a&", 256): 400,
		} {
			w := get(h, "GET", target)
			if w.Code != status || w.Header().Get("X-Request-Id") == "" || w.Header().Get("Set-Cookie") != "" {
				t.Errorf("%.40s: %d %v", target, w.Code, w.Header())
			}
			for name, want := range securityHeaders() {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%.40s: %s is %q", target, name, got)
				}
			}
			if got := w.Header().Get("Strict-Transport-Security"); (got != "") != https {
				t.Errorf("%.40s: HSTS %q with https %v", target, got, https)
			}
		}
	}
}

func TestAccessLog(t *testing.T) {
	log, lines := logger()
	h := house(httpx.Options{Logger: log})
	for _, c := range []struct{ method, target, want string }{
		{"GET", "/corteza/users/s3cret?token=s3cret", `method=GET status=200 bytes=44 ms=N address=192.0.2.1 aborted=false wire=test route=/corteza/users/{id} request=ID`},
		{"GET", "/corteza/s3cret/s3cret", `method=GET status=404 bytes=9 ms=N address=192.0.2.1 aborted=false wire=test route="" request=ID`},
		{"S3CRET", "/s3cret", `method=other status=405 bytes=23 ms=N address=192.0.2.1 aborted=false wire="" route="" request=ID`},
	} {
		lines.Reset()
		r := httptest.NewRequest(c.method, c.target, strings.NewReader("s3cret"))
		r.Header.Set("Authorization", "s3cret")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		got := strings.TrimSpace(lines.String())
		got = strings.ReplaceAll(got, w.Header().Get("X-Request-Id"), "ID")
		got = regexp.MustCompile(`ms=[0-9.]+`).ReplaceAllString(got, "ms=N")
		_, got, _ = strings.Cut(got, "level=INFO msg=request ")
		if got != c.want {
			t.Errorf("%s %s:\n got %s\nwant %s", c.method, c.target, got, c.want)
		}
		if strings.Contains(strings.ToLower(lines.String()), "s3cret") {
			t.Errorf("secret in log: %s", lines)
		}
	}
}

func TestFailures(t *testing.T) {
	failing := []httpx.Route{
		httpx.Public("GET", "/panic", func(http.ResponseWriter, *http.Request) error { panic("boom") }),
		httpx.Public("GET", "/late", func(w http.ResponseWriter, _ *http.Request) error {
			w.Write([]byte("half"))
			panic("late boom")
		}),
		httpx.Public("GET", "/foreign", func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Content-Length", "999")
			return errors.New("disk on fire")
		}),
		httpx.Public("GET", "/denied", func(http.ResponseWriter, *http.Request) error { return muster.ErrDenied }),
		httpx.Public("GET", "/after", func(w http.ResponseWriter, _ *http.Request) error {
			w.Write([]byte("half"))
			return muster.ErrDenied
		}),
		httpx.Public("GET", "/abort", func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) }),
	}
	log, lines := logger()
	h := house(httpx.Options{Logger: log}, failing...)
	for _, c := range []struct {
		path    string
		body    string
		aborted bool
		logged  []string
	}{
		{"/corteza/panic", "wire error internal", false, []string{"panic=boom", "handler_test.go", "status=418"}},
		{"/corteza/late", "half", true, []string{`panic="late boom"`, "status=200", "aborted=true"}},
		{"/corteza/foreign", "wire error internal", false, []string{`error="disk on fire"`, "level=ERROR", "route=/corteza/foreign"}},
		{"/corteza/denied", "wire error denied", false, nil},
		{"/corteza/after", "half", true, []string{"error=", "aborted=true"}},
		{"/corteza/abort", "", true, []string{"status=0", "aborted=true"}},
		{"/bare/x", "internal error", false, []string{"panic=bare", "status=500"}},
	} {
		lines.Reset()
		w, aborted := serveAborting(h, c.path)
		if body(w) != c.body || aborted != c.aborted || w.Header().Get("Content-Length") != "" {
			t.Errorf("%s: %q aborted %v", c.path, body(w), aborted)
		}
		for _, want := range append(c.logged, w.Header().Get("X-Request-Id")) {
			if !strings.Contains(lines.String(), want) {
				t.Errorf("%s: log lacks %q: %s", c.path, want, lines)
			}
		}
		if c.logged == nil && strings.Count(lines.String(), "\n") != 1 {
			t.Errorf("%s: more than the access log: %s", c.path, lines)
		}
	}
}

// serveAborting reports whether the handler aborted the connection.
func serveAborting(h http.Handler, target string) (w *httptest.ResponseRecorder, aborted bool) {
	w = httptest.NewRecorder()
	defer func() {
		if cause := recover(); cause != nil {
			aborted = cause == http.ErrAbortHandler
		}
	}()
	h.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
	return w, false
}

func TestPanicInTheWiresOwnWords(t *testing.T) {
	wire := testWire()
	wire.Error = func(http.ResponseWriter, *http.Request, error) { panic("worse") }
	h := httpx.NewHandler(httpx.Options{}, httpx.Mount("", httpx.NewRouter(wire, []httpx.Route{
		httpx.Public("GET", "/", func(http.ResponseWriter, *http.Request) error { panic("bad") }),
	})))
	if _, aborted := serveAborting(h, "/"); !aborted {
		t.Error("not aborted")
	}
}

func TestTooManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		wait := func(http.ResponseWriter, *http.Request) error { <-release; return nil }
		live := func(w http.ResponseWriter, r *http.Request) error {
			httpx.LongLived(w, r)
			return wait(w, r)
		}
		h := house(httpx.Options{}, httpx.Public("GET", "/wait", wait), httpx.Public("GET", "/live", live))
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { get(h, "GET", "/corteza/live") })
		}
		for range httpx.RequestLimit {
			all.Go(func() { get(h, "GET", "/corteza/wait") })
		}
		synctest.Wait()
		w := get(h, "GET", "/corteza/users/")
		if w.Code != 503 || w.Header().Get("Retry-After") != httpx.RetryAfter || w.Header().Get("X-Request-Id") == "" {
			t.Errorf("%d %v", w.Code, w.Header())
		}
		close(release)
		all.Wait()
		if w := get(h, "GET", "/corteza/users/"); w.Code != 200 {
			t.Errorf("afterwards: %d", w.Code)
		}
	})
}

// deadlines is a ResponseWriter that notes its deadlines as what is left of the time.
type deadlines struct {
	*httptest.ResponseRecorder
	read, write []time.Duration
}

func left(t time.Time) time.Duration {
	if t.IsZero() {
		return 0
	}
	return time.Until(t)
}

func (d *deadlines) SetReadDeadline(t time.Time) error { d.read = append(d.read, left(t)); return nil }

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.write = append(d.write, left(t))
	return nil
}

func TestDeadlines(t *testing.T) {
	read := func(_ http.ResponseWriter, r *http.Request) error { _, err := httpx.ReadBody(r); return err }
	live := func(w http.ResponseWriter, r *http.Request) error { httpx.LongLived(w, r); return nil }
	h := house(httpx.Options{},
		httpx.Public("PUT", "/small", read),
		httpx.Public("PUT", "/large", read).WithBody(32<<20),
		httpx.Public("PUT", "/live", live))
	const s = time.Second
	for _, c := range []struct {
		path, body  string
		read, write []time.Duration
	}{
		{"/corteza/small", "x", []time.Duration{15 * s}, []time.Duration{30 * s}},
		{"/corteza/small", "", nil, []time.Duration{30 * s}},
		{"/corteza/large", "x", []time.Duration{15 * s, 527 * s}, []time.Duration{30 * s, 542 * s}},
		{"/corteza/live", "", []time.Duration{0}, []time.Duration{30 * s, 0}},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := httptest.NewRequest("PUT", c.path, strings.NewReader(c.body))
			if c.body == "" {
				r.Body = http.NoBody
			}
			d := &deadlines{ResponseRecorder: httptest.NewRecorder()}
			h.ServeHTTP(d, r)
			if !slices.Equal(d.read, c.read) || !slices.Equal(d.write, c.write) {
				t.Errorf("%s %q: read %v, write %v", c.path, c.body, d.read, d.write)
			}
		})
	}
}
