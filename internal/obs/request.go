package obs

import (
	"context"
	"log/slog"
)

// WithRequests returns the logger whose lines carry the id of the request that their context belongs to, as "request". The id
// function answers "" for a context of none.
func WithRequests(log *slog.Logger, id func(context.Context) string) *slog.Logger {
	return slog.New(&requests{log.Handler(), id})
}

type requests struct {
	slog.Handler
	id func(context.Context) string
}

const requestKey = "request"

// Handle adds the id, unless the line has it.
func (h *requests) Handle(ctx context.Context, r slog.Record) error {
	id := h.id(ctx)
	if id == "" || has(r, requestKey) {
		return h.Handler.Handle(ctx, r)
	}
	r = r.Clone()
	r.AddAttrs(slog.String(requestKey, id))
	return h.Handler.Handle(ctx, r)
}

func has(r slog.Record, key string) (found bool) {
	r.Attrs(func(a slog.Attr) bool {
		found = a.Key == key
		return !found
	})
	return found
}

func (h *requests) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &requests{h.Handler.WithAttrs(attrs), h.id}
}

func (h *requests) WithGroup(name string) slog.Handler {
	return &requests{h.Handler.WithGroup(name), h.id}
}
