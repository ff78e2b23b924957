package httpx_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"muster"
	"muster/internal/httpx"
)

func table() []httpx.Route {
	return []httpx.Route{
		httpx.Public("GET", "/", say("root")),
		httpx.For(muster.ActionListUsers, "GET", "/users/", say("list")),
		httpx.For(muster.ActionCreateUser, "POST", "/users/", say("create")),
		httpx.For(muster.ActionReadUser, "GET", "/users/{id}", say("read")),
		httpx.For(muster.ActionDeleteUser, "DELETE", "/users/{id}", say("delete")),
		httpx.Public("POST", "/{id}", say("any")),
		httpx.Public("GET", "/status", say("status")),
		httpx.Public("HEAD", "/status", say("head")),
		httpx.Public("GET", "/topics/{id...}", say("topic")),
		httpx.For(muster.ActionConfirmEmail, "GET", "/verify/{id}", say("verify")),
	}
}

func TestRouter(t *testing.T) {
	h := httpx.NewRouter(testWire(), table())
	for _, c := range []struct {
		method, target string
		status         int
		body, allow    string
	}{
		{"GET", "/", 200, `root id="" pattern=/`, ""},
		{"GET", "/users/", 200, `list id="" pattern=/users/`, ""},
		{"GET", "/users/?a=b", 200, `list id="" pattern=/users/`, ""},
		{"POST", "/users/", 200, `create id="" pattern=/users/`, ""},
		{"GET", "/users/7", 200, `read id="7" pattern=/users/{id}`, ""},
		{"GET", "/topics/a/b", 200, `topic id="a/b" pattern=/topics/{id...}`, ""},
		{"GET", "/topics/", 200, `topic id="" pattern=/topics/{id...}`, ""},
		{"HEAD", "/status", 200, `head id="" pattern=/status`, ""},

		// Decoded once, part by part.
		{"GET", "/users/a%20b", 200, `read id="a b" pattern=/users/{id}`, ""},
		{"GET", "/users/%252e%252e", 200, `read id="%2e%2e" pattern=/users/{id}`, ""},
		{"GET", "/users/%252f", 200, `read id="%2f" pattern=/users/{id}`, ""},
		{"GET", "/%75sers/7", 200, `read id="7" pattern=/users/{id}`, ""},
		{"GET", "/users/...", 200, `read id="..." pattern=/users/{id}`, ""},
		{"GET", "/users/.a", 200, `read id=".a" pattern=/users/{id}`, ""},

		// The form without slash, and all that the ServeMux would redirect.
		{"GET", "/users", 405, "wire 405", "POST"}, // POST /{id} has it
		{"POST", "/users", 200, `any id="users" pattern=/{id}`, ""},
		{"GET", "/topics", 405, "wire 405", "POST"},
		{"GET", "/users/7/", 404, "wire 404", ""},
		{"GET", "/users//7", 404, "wire 404", ""},
		{"GET", "//users/7", 404, "wire 404", ""},
		{"GET", "/users/../users/7", 404, "wire 404", ""},
		{"GET", "/users/..", 404, "wire 404", ""},
		{"GET", "/users/.", 404, "wire 404", ""},
		{"GET", "/users/./7", 404, "wire 404", ""},
		{"GET", "/users/%2e%2e", 404, "wire 404", ""},
		{"GET", "/users/.%2E/status", 404, "wire 404", ""},
		{"GET", "/users/..%2fstatus", 404, "wire 404", ""},
		{"GET", "/users%2F7", 404, "wire 404", ""},
		{"GET", "/topics/a%2fb", 404, "wire 404", ""},
		{"GET", "/users/%00", 404, "wire 404", ""},
		{"GET", "/users/%c0%af", 404, "wire 404", ""},
		{"GET", "/users/%ff", 404, "wire 404", ""},
		{"GET", "/no/such", 404, "wire 404", ""},
		{"GET", "/users/7/more", 404, "wire 404", ""},

		// Methods.
		{"HEAD", "/users/", 405, "wire 405", "GET, POST"},
		{"HEAD", "/users/7", 405, "wire 405", "DELETE, GET"},
		{"PATCH", "/users/7", 405, "wire 405", "DELETE, GET"},
		{"OPTIONS", "/users/7", 405, "wire 405", "DELETE, GET"},
		{"DELETE", "/status", 405, "wire 405", "GET, HEAD, POST"},
		{"TRACE", "/users/7", 405, "wire 405", "DELETE, GET"},
		{"CONNECT", "/users/7", 405, "wire 405", "DELETE, GET"},
		{"BREW", "/users/7", 405, "wire 405", "DELETE, GET"},
		{"get", "/users/7", 405, "wire 405", "DELETE, GET"},
		{"TRACE", "/no/such", 405, "wire 405", ""},
	} {
		w := get(h, c.method, c.target)
		if w.Code != c.status || body(w) != c.body || w.Header().Get("Allow") != c.allow {
			t.Errorf("%s %s: %d %s, Allow %q; want %d %s, Allow %q",
				c.method, c.target, w.Code, body(w), w.Header().Get("Allow"), c.status, c.body, c.allow)
		}
	}
}

// TestEncodedSlash: to a wire that has them, they are signs of a part like any other, and nothing else becomes legal.
func TestEncodedSlash(t *testing.T) {
	h := httpx.NewRouter(encodedSlashes(), table())
	for target, want := range map[string]string{
		"/users/a%2fb": `read id="a/b" pattern=/users/{id}`, "/users/%2F%2f": `read id="//" pattern=/users/{id}`, "/topics/a%2Fb/c": `topic id="a/b/c" pattern=/topics/{id...}`,
		"/topics/%2Fa": `topic id="/a" pattern=/topics/{id...}`, "/users%2F7": "wire 405", "/users/7": `read id="7" pattern=/users/{id}`, "/users/%252f": `read id="%2f" pattern=/users/{id}`,
		"/users/..%2fstatus": "wire 404", "/users/x%2f..": "wire 404", "/users/%2e%2e": "wire 404", "/users//7": "wire 404", "/users/%2f%00": "wire 404",
		"/users/%2f%ff": "wire 404", "//users%2f7": "wire 404", "/users/%2f/..": "wire 404",
	} {
		if w := get(h, "GET", target); body(w) != want {
			t.Errorf("%s: %d %s", target, w.Code, body(w))
		}
	}
}

func encodedSlashes() httpx.Wire {
	w := testWire()
	w.EncodedSlash = true
	return w
}

// What the wrapping is for. If this test fails, net/http has changed, and the wrapping may become smaller.
func TestBareServeMux(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /users/{$}", func(http.ResponseWriter, *http.Request) {})
	for target, want := range map[string]int{"/users": 307, "//users/": 307, "/a/../users/": 307} {
		if w := get(mux, "GET", target); w.Code != want {
			t.Errorf("%s: %d, want %d", target, w.Code, want)
		}
	}
	if w := get(mux, "HEAD", "/users/"); w.Code != 200 {
		t.Errorf("HEAD: %d", w.Code)
	}
	if w := get(mux, "POST", "/users/"); body(w) != "Method Not Allowed" || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("405: %q, Allow %q", body(w), w.Header().Get("Allow"))
	}
}

func TestPrefetchIsInert(t *testing.T) {
	h := httpx.NewRouter(testWire(), table())
	for _, c := range []struct{ target, header, value, want string }{
		{"/verify/x", "Sec-Purpose", "prefetch;prerender", "wire error prefetch"},
		{"/verify/x", "Purpose", "Prefetch", "wire error prefetch"},
		{"/verify/x", "Sec-Purpose", "", `verify id="x" pattern=/verify/{id}`},
		{"/users/7", "Sec-Purpose", "prefetch", `read id="7" pattern=/users/{id}`},
	} {
		r := httptest.NewRequest("GET", c.target, nil)
		r.Header.Set(c.header, c.value)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if body(w) != c.want {
			t.Errorf("%s with %s %q: %s", c.target, c.header, c.value, body(w))
		}
	}
}

func TestWrapAndError(t *testing.T) {
	wire := testWire()
	wire.Wrap = func(route httpx.Route, next httpx.Handler) httpx.Handler {
		if _, needed := route.Action(); !needed {
			return next
		}
		return func(http.ResponseWriter, *http.Request) error { return muster.ErrUnauthenticated }
	}
	h := httpx.NewRouter(wire, append(table(), httpx.Public("PUT", "/fail", func(http.ResponseWriter, *http.Request) error {
		return errors.New("foreign")
	})))
	for target, want := range map[string]string{
		"GET /users/": "wire error unauthenticated",
		"GET /status": `status id="" pattern=/status`,
		"PUT /fail":   "wire error internal",
	} {
		method, path, _ := strings.Cut(target, " ")
		if w := get(h, method, path); body(w) != want {
			t.Errorf("%s: %s", target, body(w))
		}
	}
}

func TestRouterRefusesTables(t *testing.T) {
	h := say("x")
	for why, routes := range map[string][]httpx.Route{
		"duplicate":    {httpx.Public("GET", "/a/", h), httpx.Public("GET", "/a/", h)},
		"same names":   {httpx.Public("GET", "/{a}", h), httpx.Public("GET", "/{b}", h)},
		"conflict":     {httpx.Public("GET", "/{a}/b", h), httpx.Public("GET", "/a/{b}", h)},
		"method":       {httpx.Public("TRACE", "/", h)},
		"no method":    {httpx.Public("", "/", h)},
		"host":         {httpx.Public("GET", "example.org/", h)},
		"bad pattern":  {httpx.Public("GET", "/a{b}", h)},
		"no handler":   {httpx.Public("GET", "/", nil)},
		"bare literal": {{}},
		"open demand":  {httpx.For(muster.ActionSignIn, "GET", "/", h).Besides(muster.OpAdminister)},
		"demand":       {httpx.Public("GET", "/", h).Besides(muster.OpAdminister)},
	} {
		mustPanic(t, why, func() { httpx.NewRouter(testWire(), routes) })
	}
	mustPanic(t, "empty wire", func() { httpx.NewRouter(httpx.Wire{}, nil) })
	httpx.NewRouter(testWire(), []httpx.Route{httpx.Public("GET", "/{a}/b", h), httpx.Public("PUT", "/a/{b}", h)})
}

func TestRoute(t *testing.T) {
	r := httpx.For(muster.ActionReadUser, "GET", "/users/{id}", say("x"))
	a, ok := r.Action()
	if r.Method() != "GET" || r.Pattern() != "/users/{id}" || a != muster.ActionReadUser || !ok || r.String() != "GET /users/{id}" {
		t.Errorf("%v %v %v", r, a, ok)
	}
	if d := r.Besides(muster.OpAdminister).Demand(); d != muster.OpAdminister || r.Demand() != "" {
		t.Errorf("it demands %q, and before %q", d, r.Demand())
	}
	if _, ok := httpx.Public("GET", "/", say("x")).Action(); ok {
		t.Error("a public route has an action")
	}
}

// Whatever the path, the answer is the wire's or a route's, and never a redirect.
func FuzzRouter(f *testing.F) {
	h, slashes := httpx.NewRouter(testWire(), table()), httpx.NewRouter(encodedSlashes(), table())
	for _, s := range []string{"/users/7", "/users", "//", "/..", "/a/%2e%2e/b", "/users/%2F", "/%", "/users/\x00", "*", "", "/topics/a//b"} {
		f.Add("GET", s)
	}
	f.Add("CONNECT", "/users/")
	f.Fuzz(func(t *testing.T, method, target string) {
		u, err := url.ParseRequestURI(target)
		if err != nil {
			return
		}
		for _, router := range []http.Handler{h, slashes} {
			w := httptest.NewRecorder()
			router.ServeHTTP(w, &http.Request{Method: method, URL: u, Header: http.Header{}, Body: http.NoBody, RequestURI: target})
			switch w.Code {
			case 404:
				if body(w) != "wire 404" {
					t.Fatalf("404: %q", body(w))
				}
			case 405:
				if body(w) != "wire 405" {
					t.Fatalf("405: %q", body(w))
				}
			case 200:
			default:
				t.Fatalf("%s %q: %d", method, target, w.Code)
			}
		}
	})
}
