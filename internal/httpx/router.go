package httpx

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"muster"
)

// A Wire is how one façade speaks. All fields but Wrap are needed.
type Wire struct {
	Name             string                                                  // as in [muster.Origin], for the logs
	Error            func(w http.ResponseWriter, r *http.Request, err error) // spells an error that a handler returned
	NotFound         http.HandlerFunc                                        // no route has the path
	MethodNotAllowed http.HandlerFunc                                        // routes have the path, not the method; Allow is set
	Wrap             func(Route, Handler) Handler                            // around each handler, e.g. authentication; may be nil
	EncodedSlash     bool                                                    // a slash that is sent as %2F is a sign like any other of its part; else there is no such path
}

// errPrefetch is the refusal of a call that changes something to a browser that only prefetches.
var errPrefetch = muster.Errorf(muster.Denied, "prefetch", "this changes something and is not for prefetching")

// NewRouter is the handler of one façade. It panics on a table that can't be served: two routes of one method where
// neither pattern is more special, a pattern or method that doesn't exist, a wire that lacks a function.
//
// A path that is not legal (an empty part, "..", an encoded slash unless the wire has them, NUL, not UTF-8) is the wire's 404. A method that no
// table may have (TRACE, CONNECT, unknown ones) is 405 on every path.
func NewRouter(wire Wire, routes []Route) http.Handler {
	if wire.Name == "" || wire.Error == nil || wire.NotFound == nil || wire.MethodNotAllowed == nil {
		panic(fmt.Sprintf("httpx: wire %q lacks its name or a function", wire.Name))
	}
	rt := &router{wire: wire, muxes: map[string]*http.ServeMux{}}
	for _, route := range routes {
		rt.add(route)
	}
	return rt
}

// A router has one ServeMux for each method: in a common one GET would answer HEAD, too.
type router struct {
	wire  Wire
	muxes map[string]*http.ServeMux
}

func (rt *router) add(route Route) {
	route.check(rt.wire.Name)
	handler := route.handler
	if rt.wire.Wrap != nil {
		handler = rt.wire.Wrap(route, handler)
	}
	mux := rt.muxes[route.method]
	if mux == nil {
		mux = http.NewServeMux()
		rt.muxes[route.method] = mux
	}
	mux.Handle(route.inside(), &entry{route, handler})
}

func (rt *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := exchangeFrom(r.Context())
	x.enter(&rt.wire, r)
	e := rt.match(r)
	if e == nil {
		rt.refuse(w, r)
		return
	}
	x.begin(e.route, r)
	err := error(errPrefetch)
	if !e.route.inert(r) {
		err = e.handler(w, r)
	}
	if err != nil {
		x.fail(&rt.wire, w, r, err)
	}
}

// match finds the route of the request and sets its path values, or returns nil. The ServeMux never answers by itself:
// its handlers only say that they were found, and what it would write when none was (a redirect, 404, 405) is dropped.
func (rt *router) match(r *http.Request) *entry {
	mux := rt.muxes[r.Method]
	if mux == nil || !rt.legal(r.URL) {
		return nil
	}
	var p probe
	mux.ServeHTTP(&p, r)
	return p.found
}

func (rt *router) legal(u *url.URL) bool {
	return legalPath(u) || rt.wire.EncodedSlash && legalEncodedPath(u)
}

// refuse answers a request that has no route.
func (rt *router) refuse(w http.ResponseWriter, r *http.Request) {
	allowed := rt.allowed(r)
	if len(allowed) == 0 && routable(r.Method) {
		rt.wire.NotFound(w, r)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	rt.wire.MethodNotAllowed(w, r)
}

// allowed lists the methods that have a route for the path, sorted.
func (rt *router) allowed(r *http.Request) []string {
	if !rt.legal(r.URL) {
		return nil
	}
	var methods []string
	for _, method := range slices.Sorted(maps.Keys(rt.muxes)) {
		h, _ := rt.muxes[method].Handler(r)
		if _, found := h.(*entry); found {
			methods = append(methods, method)
		}
	}
	return methods
}

// An entry is a route in the ServeMux.
type entry struct {
	route   Route
	handler Handler
}

func (e *entry) ServeHTTP(w http.ResponseWriter, _ *http.Request) { w.(*probe).found = e }

// A probe asks a ServeMux for an entry. It swallows the answers that the ServeMux has of its own.
type probe struct {
	found  *entry
	header http.Header
}

func (p *probe) Header() http.Header {
	if p.header == nil {
		p.header = http.Header{}
	}
	return p.header
}

func (p *probe) Write(b []byte) (int, error) { return len(b), nil }

func (p *probe) WriteHeader(int) {}

// RoutePattern is the pattern of the route that the request went to, with the prefix of its mount, for logs; "" if it went
// to none. It never holds anything that the client wrote.
func RoutePattern(r *http.Request) string {
	if x := exchangeFrom(r.Context()); x != nil {
		return x.pattern()
	}
	return strings.TrimSuffix(r.Pattern, "{$}")
}
