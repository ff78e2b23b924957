package httpx

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Options are what [NewHandler] can be told. The zero Options are usable: they log nothing.
type Options struct {
	Logger      *slog.Logger // panics, internal errors, and the access log
	AccessLevel slog.Level   // of the access log; the zero value is Info
	HTTPS       bool         // the public URL is https: answers say so (Strict-Transport-Security), and see [Secure]
	Proxies     Proxies      // who is believed about where requests come from; none by default
	Observe     func(Seen)   // is told of each request when it has been answered; nil: nobody
}

// NewHandler is everything that answers on one listener. Each request gets an id, which X-Request-Id of the answer repeats
// (an incoming one is ignored) and [RequestIDFrom] tells; the security headers; a line in the access log; the limits of
// size, time and number; and the mount whose prefix is the longest that its path begins with. A panic becomes the wire's
// internal error, or, when the answer has begun, an aborted connection. It panics for two mounts at one prefix.
func NewHandler(o Options, mounts ...Mounted) *Chain {
	c := &Chain{
		ids:     newRequestIDs(),
		headers: securityHeaders(o.HTTPS),
		logger:  o.Logger,
		level:   o.AccessLevel,
		mounts:  newMountTable(mounts),
		most:    RequestLimit,
		proxies: o.Proxies,
		https:   o.HTTPS,
		observe: o.Observe,
	}
	if c.logger == nil {
		c.logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// A Chain is what stands before all mounts of a listener. It is made by [NewHandler].
type Chain struct {
	ids     *requestIDs
	headers headerSet
	logger  *slog.Logger
	level   slog.Level
	mounts  mountTable
	most    int64
	proxies Proxies
	https   bool
	observe func(Seen)
	running atomic.Int64
}

func (c *Chain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{ResponseWriter: w, id: c.ids.next(), start: time.Now(), logger: c.logger}
	peer := peerAddress(r.RemoteAddr)
	x.address, x.local = c.proxies.client(peer, r.Header), local(r)
	x.secure = c.https || r.TLS != nil || c.proxies.https(peer, r.Header)
	dropHearsay(r.Header)
	r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
	c.headers.put(w.Header(), x.id)
	defer c.access(x, r)
	defer x.rescue()
	x.limit(r, BodyLimit)
	c.admit(x, r)
}

// admit serves the request, or refuses what is beyond a limit before anybody looks at it.
func (c *Chain) admit(x *exchange, r *http.Request) {
	x.place = &c.running
	defer x.leave()
	switch {
	case c.running.Add(1) > c.most:
		x.Header().Set("Retry-After", RetryAfter)
		http.Error(x, "too many requests at once, try again in a moment", http.StatusServiceUnavailable)
	case len(r.RequestURI) > URLLimit:
		http.Error(x, "the address is too long", http.StatusRequestURITooLong)
	case strings.Count(r.URL.RawQuery, "&") >= QueryLimit:
		http.Error(x, "the query has too many values", http.StatusBadRequest)
	default:
		c.mounts.serve(x, r)
	}
}

// Running is how many requests are being answered, without those that are [LongLived].
func (c *Chain) Running() int64 { return c.running.Load() }

// Seen is a request that has been answered, in words of which there are few.
type Seen struct {
	Wire, Route string // "" where there is none
	Method      string // "other" for one that no route has
	Status      int    // 0 for an aborted connection that no status went out on
	Took        time.Duration
}

// access tells the observer, and writes the line of the access log.
func (c *Chain) access(x *exchange, r *http.Request) {
	if c.observe != nil {
		c.observe(Seen{x.wireName(), x.pattern(), methodWord(r.Method), x.outcome(), time.Since(x.start)})
	}
	ctx := r.Context()
	if !c.logger.Enabled(ctx, c.level) {
		return
	}
	x.log(ctx, c.level, "request",
		slog.String("method", methodWord(r.Method)),
		slog.Int("status", x.outcome()),
		slog.Int64("bytes", x.bytes),
		slog.Float64("ms", float64(time.Since(x.start).Microseconds())/1000),
		slog.String("address", x.address.String()),
		slog.Bool("aborted", x.aborted))
}

// outcome is the status that the client saw: net/http answers 200 for a handler that writes nothing. It is 0 for an
// aborted connection that no status went out on.
func (x *exchange) outcome() int {
	if x.status == 0 && !x.aborted {
		return http.StatusOK
	}
	return x.status
}

// methodWord keeps the log bounded: a client may send any word as a method.
func methodWord(method string) string {
	if routable(method) || method == http.MethodTrace || method == http.MethodConnect {
		return method
	}
	return "other"
}
