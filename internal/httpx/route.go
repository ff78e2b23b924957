package httpx

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"muster"
)

// A Handler answers one request, or returns the error that the wire then spells. It returns an error only as long as it
// has written nothing: after that the connection is aborted, since the client can't be told any more.
type Handler func(w http.ResponseWriter, r *http.Request) error

// A Route is one row of a façade's table. It is made by [Public] or [For] only: the fields are hidden so that nobody
// forgets to say which of the two a route is.
type Route struct {
	method  string
	pattern string
	action  muster.Action
	handler Handler
	demand  string
	limit   int64
}

// Public is a route that nobody needs to be signed in for, and that stands for no entry of the catalogue.
func Public(method, pattern string, h Handler) Route {
	return Route{method: method, pattern: pattern, handler: h, limit: BodyLimit}
}

// For is a route that stands for an entry of the catalogue; what that means for sign-in is the wire's to say
// ([Wire].Wrap). A GET or HEAD that changes something ([muster.Action].Write) belongs here even when it is open to
// everybody: it is refused to browsers that prefetch.
func For(a muster.Action, method, pattern string, h Handler) Route {
	return Route{method: method, pattern: pattern, action: a, handler: h, limit: BodyLimit}
}

// WithBody is the route with another limit of the body, in bytes. Above [BodyLimit] both deadlines grow by a second for
// each 64 KiB.
func (t Route) WithBody(limit int64) Route {
	t.limit = limit
	return t
}

// Besides is the route for callers who hold, besides what its action needs, an operation on the house as a whole, such as
// [muster.OpAdminister]. A caller without it is refused before his request is looked at; the wire's Wrap asks the core.
func (t Route) Besides(operation string) Route {
	t.demand = operation
	return t
}

// Demand is the operation that the route needs besides its action; "" for none.
func (t Route) Demand() string { return t.demand }

// Method is the one method that the route answers.
func (t Route) Method() string { return t.method }

// Pattern is the pattern as it stands in the façade's table.
func (t Route) Pattern() string { return t.pattern }

// Action is the route's entry of the catalogue; false for a public route.
func (t Route) Action() (muster.Action, bool) { return t.action, t.action.Name != "" }

// String is "METHOD pattern".
func (t Route) String() string { return t.method + " " + t.pattern }

// check panics for a row that no table may have.
func (t Route) check(wire string) {
	switch {
	case !routable(t.method):
		panic(fmt.Sprintf("httpx: %s: route %q: no method that can be routed", wire, t))
	case !strings.HasPrefix(t.pattern, "/"):
		panic(fmt.Sprintf("httpx: %s: route %q: the pattern must begin with a slash", wire, t))
	case t.handler == nil:
		panic(fmt.Sprintf("httpx: %s: route %q has no handler", wire, t))
	case t.demand != "" && (t.action.Name == "" || t.action.Open):
		panic(fmt.Sprintf("httpx: %s: route %q is open to everybody and yet needs %q", wire, t, t.demand))
	}
}

// inside is the pattern for the ServeMux: a last slash means that path, not all below it.
func (t Route) inside() string {
	if strings.HasSuffix(t.pattern, "/") {
		return t.pattern + "{$}"
	}
	return t.pattern
}

// inert reports whether the route must not run for this request: a browser guesses that somebody will want it.
func (t Route) inert(r *http.Request) bool {
	if !t.action.Write || t.method != http.MethodGet && t.method != http.MethodHead {
		return false
	}
	purpose := r.Header.Get("Sec-Purpose") + r.Header.Get("Purpose") + r.Header.Get("X-Moz")
	return strings.Contains(strings.ToLower(purpose), "prefetch")
}

// routable reports whether a route may have the method. All others, TRACE and CONNECT among them, are 405 everywhere.
func routable(method string) bool {
	return slices.Contains([]string{
		http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete,
		http.MethodPatch, http.MethodHead, http.MethodOptions,
	}, method)
}
