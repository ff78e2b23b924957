package obs

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// A calm handler says the same trouble at most once a second. Warnings and errors are the same trouble if their message and
// their attribute "error" are, whatever digits are in it (ports and durations differ each time). Those that are held back are
// told at the end of the second: the newest of them, with the count as "repeated". What is less than a warning passes.
type calm struct {
	slog.Handler
	*floods
}

// floods is shared by a handler and those made of it.
type floods struct {
	mu sync.Mutex
	by map[string]*flood
}

// A flood is one trouble that was told within the last second.
type flood struct {
	last     slog.Record // the newest that was held back
	handler  slog.Handler
	repeated int // held back
}

const (
	calmTime  = time.Second
	maxFloods = 1000 // that are watched at once; more are told each time
)

func newCalm(h slog.Handler) slog.Handler {
	return &calm{h, &floods{by: map[string]*flood{}}}
}

func (h *calm) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn && h.hold(h.Handler, r) {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

func (h *calm) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &calm{h.Handler.WithAttrs(attrs), h.floods}
}

func (h *calm) WithGroup(name string) slog.Handler {
	return &calm{h.Handler.WithGroup(name), h.floods}
}

// hold reports whether the line is held back.
func (f *floods) hold(h slog.Handler, r slog.Record) bool {
	key := trouble(r)
	f.mu.Lock()
	defer f.mu.Unlock()
	if same := f.by[key]; same != nil {
		same.last, same.handler = r.Clone(), h
		same.repeated++
		return true
	}
	if len(f.by) < maxFloods {
		f.by[key] = &flood{}
		time.AfterFunc(calmTime, func() { f.end(key) })
	}
	return false
}

// end tells what was held back for a second, and goes on watching while there is something to tell.
func (f *floods) end(key string) {
	f.mu.Lock()
	n := *f.by[key]
	if n.repeated == 0 {
		delete(f.by, key)
	} else {
		f.by[key] = &flood{}
		time.AfterFunc(calmTime, func() { f.end(key) })
	}
	f.mu.Unlock()
	if n.repeated > 0 {
		n.last.AddAttrs(slog.Int("repeated", n.repeated))
		_ = n.handler.Handle(context.Background(), n.last) // as slog does
	}
}

// trouble is what makes two lines the same.
func trouble(r slog.Record) string {
	text := r.Level.String() + " " + r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "error" || a.Key == "panic" {
			text += " " + a.Value.String()
		}
		return true
	})
	return strings.Map(func(c rune) rune {
		if '0' <= c && c <= '9' {
			return -1
		}
		return c
	}, text)
}
