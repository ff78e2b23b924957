package throttle

import (
	"sync"
	"time"
)

// Windows count calls in the last second, or another span. A bucket of a hundred a second lets two hundred through in one second, a hundred of
// them from before: where "at most so many in any second" is promised, this is for it. Keys are few, and each remembers as many
// instants as it has calls. They are safe for concurrent use. Nil Windows limit nothing.
type Windows struct {
	span int64 // nanoseconds

	mu      sync.Mutex
	by      map[string]*window
	refused int64
}

// A window is a ring of the instants of the last calls that were let through.
type window struct {
	at   []int64 // Unix nanoseconds
	next int
}

// NewWindows returns windows of that span in which nothing has happened.
func NewWindows(span time.Duration) *Windows {
	return &Windows{span: int64(span), by: map[string]*window{}}
}

// Take lets n more calls of the key through, all or none: none if most would then have been let through in the span that ends now.
// The limit of a key stays the same.
func (w *Windows) Take(key string, n, most int, now time.Time) bool {
	if w == nil {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	k := w.by[key]
	if k == nil {
		k = &window{}
		w.by[key] = k
	}
	if !k.take(n, most, now.UnixNano(), w.span) {
		w.refused++
		return false
	}
	return true
}

// take is called with the lock held. A clock that goes back gives no new room.
func (k *window) take(n, most int, now, span int64) bool {
	if n > most || n <= 0 {
		return n == 0
	}
	// Where the ring is full, the oldest make room; the youngest of those that have to go decides.
	if old := n - (most - len(k.at)); old > 0 && now-k.at[(k.next+old-1)%len(k.at)] < span {
		return false
	}
	for range n {
		if len(k.at) < most {
			k.at = append(k.at, now)
			continue
		}
		k.at[k.next] = now
		k.next = (k.next + 1) % most
	}
	return true
}

// Refused is how many calls were refused, of all keys.
func (w *Windows) Refused() int64 {
	if w == nil {
		return 0
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.refused
}
