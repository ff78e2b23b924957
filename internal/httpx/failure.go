package httpx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"muster"
)

// fail answers the error that a handler returned: in the words of the wire, or, when the answer has begun, by aborting
// the connection. It logs errors that are no [muster.Error]; nobody else does.
func (x *exchange) fail(wire *Wire, w http.ResponseWriter, r *http.Request, err error) {
	if x == nil {
		wire.Error(w, r, err)
		return
	}
	if _, foreign := muster.AsError(err); foreign || x.status != 0 {
		x.log(r.Context(), levelOf(r.Context(), err), "request failed", slog.String("error", err.Error()))
	}
	x.clear()
	wire.Error(w, r, err)
}

// levelOf is Error, but for a client that left: that is his business.
func levelOf(ctx context.Context, err error) slog.Level {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return slog.LevelInfo
	}
	return slog.LevelError
}

// rescue is deferred around all handlers: it turns a panic into an internal error.
func (x *exchange) rescue() {
	cause := recover()
	if cause == nil {
		return
	}
	if cause == http.ErrAbortHandler {
		x.abort()
	}
	x.log(context.Background(), slog.LevelError, "panic in a handler",
		slog.String("panic", fmt.Sprint(cause)), slog.String("stack", string(debug.Stack())))
	defer func() { // the wire's own words may be what panics
		if again := recover(); again != nil {
			x.abort()
		}
	}()
	x.clear()
	if x.wire == nil {
		http.Error(x, muster.ErrInternal.Message, http.StatusInternalServerError)
		return
	}
	x.wire.Error(x, x.inner, muster.ErrInternal)
}

// clear takes back the headers that a handler set for an answer which never came, and aborts if it has begun.
func (x *exchange) clear() {
	if x.status != 0 {
		x.abort()
	}
	h := x.Header()
	for _, name := range []string{
		"Content-Disposition", "Content-Encoding", "Content-Length", "Content-Range", "Etag", "Last-Modified", "Set-Cookie",
	} {
		h.Del(name)
	}
	h["Cache-Control"] = noStore()
}

// abort ends the connection in a way that the client sees.
func (x *exchange) abort() {
	x.aborted = true
	panic(http.ErrAbortHandler)
}

// log writes a line with the marks of the request.
func (x *exchange) log(ctx context.Context, level slog.Level, message string, attrs ...slog.Attr) {
	attrs = append(attrs, slog.String("wire", x.wireName()), slog.String("route", x.pattern()), slog.String("request", x.id))
	x.logger.LogAttrs(ctx, level, message, attrs...)
}

func (x *exchange) wireName() string {
	if x.wire == nil {
		return ""
	}
	return x.wire.Name
}
