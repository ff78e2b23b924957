package httpx

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"
)

// An exchange is one request on its way through [NewHandler]: what must be known of it outside the router (for the access
// log, and when a handler panics), and the ResponseWriter that counts its answer. All methods that the router calls
// accept a nil exchange, so that a router also works alone.
type exchange struct {
	http.ResponseWriter
	id     string
	start  time.Time
	logger *slog.Logger
	place  *atomic.Int64 // the count of requests at once that this one is in; nil when it is in none
	body   io.ReadCloser // without limit; nil when there is none

	address netip.Addr // of the client
	local   bool       // see [Local]
	secure  bool       // see [Secure]

	prefix string        // of the mount
	route  string        // the pattern, "" before one is found
	wire   *Wire         // nil outside all routers
	inner  *http.Request // the request as the router sees it

	status  int // 0 before anything is written
	bytes   int64
	aborted bool
}

type exchangeKey struct{}

func exchangeFrom(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// RequestIDFrom is the id of the request whose context this is, as the client sees it in X-Request-Id; "" outside one.
func RequestIDFrom(ctx context.Context) string {
	if x := exchangeFrom(ctx); x != nil {
		return x.id
	}
	return ""
}

// LongLived takes a request that stays open, such as a profile that is being taken, out of [RequestLimit], and lifts its deadlines. Whoever
// calls it bounds the number of such requests, and sets a write deadline for each write.
func LongLived(w http.ResponseWriter, r *http.Request) {
	if x := exchangeFrom(r.Context()); x != nil {
		x.leave()
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // not every ResponseWriter of a test has deadlines
	_ = control.SetWriteDeadline(time.Time{})
}

// enter notes the façade that speaks from here on.
func (x *exchange) enter(wire *Wire, r *http.Request) {
	if x != nil {
		x.wire, x.inner = wire, r
	}
}

// begin notes the route, and sets its limits where they aren't those that are set already.
func (x *exchange) begin(route Route, r *http.Request) {
	if x == nil {
		return
	}
	x.route = route.pattern
	if route.limit != BodyLimit {
		x.limit(r, route.limit)
	}
}

// leave gives back the place among the requests at once.
func (x *exchange) leave() {
	if x.place != nil {
		x.place.Add(-1)
		x.place = nil
	}
}

// pattern is the route with the prefix of its mount.
func (x *exchange) pattern() string {
	if x.route == "" {
		return ""
	}
	return x.prefix + x.route
}

// limit bounds the body of the request to so many bytes, and sets both deadlines. net/http lifts the one for reading when
// the body is read. Where there is no body it reads on already, to see whether the client leaves, and would cancel the
// request at a deadline: so none is set then.
func (x *exchange) limit(r *http.Request, limit int64) {
	control := http.NewResponseController(x.ResponseWriter)
	_ = control.SetWriteDeadline(x.start.Add(answerTime(limit)))
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	if x.body == nil {
		x.body = r.Body
	}
	_ = control.SetReadDeadline(x.start.Add(bodyTime(limit)))
	r.Body = http.MaxBytesReader(x.ResponseWriter, x.body, limit)
}
