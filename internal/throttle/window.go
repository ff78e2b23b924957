package throttle

import (
	"sync"
	"time"
)

// Windows count calls in the last second. A bucket of a hundred a second lets two hundred through in one second, a hundred of
// them from before: where "at most so many in any second" is promised, this is for it. Keys are few, and each remembers as many
// instants as it has calls. They are safe for concurrent use. Nil Windows limit nothing.
type Windows struct {
	mu      sync.Mutex
	by      map[string]*window
	refused int64
}

// A window is a ring of the instants of the last calls that were let through.
type window struct {
	at   []int64 // Unix nanoseconds
	next int
}

// NewWindows returns windows in which nothing has happened.
func NewWindows() *Windows { return &Windows{by: map[string]*window{}} }

// Take lets one more call of the key through, unless most have been let through in the second that ends now. The limit of a
// key stays the same.
func (w *Windows) Take(key string, most int, now time.Time) bool {
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
	if !k.take(most, now.UnixNano()) {
		w.refused++
		return false
	}
	return true
}

// take is called with the lock held. A clock that goes back gives no new second.
func (k *window) take(most int, now int64) bool {
	if len(k.at) < most {
		k.at = append(k.at, now)
		return true
	}
	if most <= 0 || now-k.at[k.next] < int64(time.Second) {
		return false
	}
	k.at[k.next] = now
	k.next = (k.next + 1) % most
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
