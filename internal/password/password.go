// Package password turns passwords into argon2id hashes and compares them, without ever using more memory or more
// processors than it was given.
//
// # Form
//
// A hash is stored as PHC text, salt and tag in base64 (the standard alphabet, no padding):
//
//	$argon2id$v=19$m=19456,t=2,p=1$<16 bytes of salt>$<32 bytes of tag>
//
// m is the memory in KiB, t the number of passes over it, p the number of threads. Other parameters than the present
// ones are verified too, within bounds that keep an imported hash from being a bomb (see [Params.Check]); such a hash is
// reported as stale, so that the caller makes a new one while he has the password.
//
// # Waiting
//
// A hash of the default parameters takes some 20 ms of one processor and 19 MiB, and whoever can reach a sign-in form
// can ask for one. So a [Hasher] has a fixed number of workers. Who finds none free waits in a queue, first come first
// served. The queue is bounded, and each place in it is marked with where the caller comes from. When it is full, the
// origin with the most waiters loses its newest one: a flood from one address costs that address its own places and
// nobody else's. Refused callers get [ErrBusy].
//
// Verifying against no hash at all costs the same as against a real one, so that the time of an answer does not tell
// who has an account.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
)

// ErrBusy means that the queue is full or that the turn did not come in time. Trying again in a moment may work.
var ErrBusy = errors.New("password: too many at once")

// Options are how a [Hasher] works. The zero Options are the defaults.
type Options struct {
	Params  Params                               // of new hashes; zero: DefaultParams
	Workers int                                  // hashes at once; 0: one a processor, as far as 256 MiB reach
	Queue   int                                  // waiters; 0: 256
	Wait    time.Duration                        // longest wait in the queue; 0: 5 s
	After   func(time.Duration) <-chan time.Time // nil: time.After
}

const (
	defaultQueue = 256
	defaultWait  = 5 * time.Second
	budgetKiB    = 256 << 10
)

// A Hasher makes and verifies hashes, so many at a time. It is safe for concurrent use, and starts no goroutine that
// outlives a call.
type Hasher struct {
	params  Params
	nobody  hash // what is verified where there is no hash
	workers int
	line    *line
	wait    time.Duration
	refused atomic.Int64
	after   func(time.Duration) <-chan time.Time
}

// New returns a Hasher. It panics if the parameters fail [Params.Check]; ask that first about what an operator set.
func New(o Options) *Hasher {
	if o.Params == (Params{}) {
		o.Params = DefaultParams()
	}
	if err := o.Params.Check(); err != nil {
		panic(err)
	}
	if o.After == nil {
		o.After = time.After
	}
	workers := positive(o.Workers, affordable(o.Params))
	return &Hasher{
		params:  o.Params,
		nobody:  hash{o.Params, make([]byte, saltLen), make([]byte, tagLen)},
		workers: workers,
		line:    newLine(workers, positive(o.Queue, defaultQueue)),
		wait:    positive(o.Wait, defaultWait),
		after:   o.After,
	}
}

// affordable is how many hashes may be made at once. Each counts twice, because the collector lets the heap grow to
// double what is in use; more workers than processors give nothing.
func affordable(p Params) int {
	return max(1, min(runtime.GOMAXPROCS(0), budgetKiB/(2*int(p.MemoryKiB))))
}

func positive[T int | time.Duration](n, otherwise T) T {
	if n > 0 {
		return n
	}
	return otherwise
}

// Hash returns the PHC text of the password with a new salt. From says where the caller comes from (an address, or the
// network that it belongs to), for a fair queue. The error is [ErrBusy] or that of ctx.
func (h *Hasher) Hash(ctx context.Context, from, password string) (string, error) {
	salt := make([]byte, saltLen)
	rand.Read(salt) // never fails
	tag, err := h.derive(ctx, from, hash{h.params, salt, h.nobody.tag}, password)
	if err != nil {
		return "", err
	}
	return hash{h.params, salt, tag}.String(), nil
}

// Verify reports whether phc was made of the password. An empty phc means that there is no such user or that he has no
// password: it costs one hash of the present parameters and is never ok. Stale, only ever beside ok, means that phc has
// other parameters than new hashes get, so that now is the time to replace it. The error is [ErrBusy], that of ctx, or
// says that phc is damaged or beyond the bounds.
func (h *Hasher) Verify(ctx context.Context, from, phc, password string) (ok, stale bool, err error) {
	want := h.nobody
	if phc != "" {
		if want, err = parse(phc); err != nil {
			return false, false, err
		}
	}
	tag, err := h.derive(ctx, from, want, password)
	if err != nil {
		return false, false, err
	}
	same := subtle.ConstantTimeCompare(tag, want.tag) == 1
	ok = same && phc != ""
	return ok, ok && !want.current(h.params), nil
}

// Stats are how a Hasher fares.
type Stats struct {
	Waiting int   // for a worker at this moment
	Refused int64 // with [ErrBusy], since the beginning
}

// Stats may be asked at any time.
func (h *Hasher) Stats() Stats {
	h.line.mu.Lock()
	defer h.line.mu.Unlock()
	return Stats{len(h.line.waiting), h.refused.Load()}
}

// derive waits for a worker and computes the tag that the password has under the parameters, salt and tag length of
// like. It can't be interrupted once it has begun.
func (h *Hasher) derive(ctx context.Context, from string, like hash, password string) ([]byte, error) {
	weight := h.weight(like.Params)
	if err := h.enter(ctx, from, weight); err != nil {
		if errors.Is(err, ErrBusy) {
			h.refused.Add(1)
		}
		return nil, err
	}
	defer h.line.done(weight)
	return argon2.IDKey([]byte(password), like.salt, like.Time, like.MemoryKiB, like.Threads, uint32(len(like.tag))), nil
}

// weight is how many workers a hash counts for: one that takes more memory than ours keeps others from starting. The
// heaviest takes the house for itself.
func (h *Hasher) weight(p Params) int {
	ours := h.params.MemoryKiB
	return min(h.workers, int((p.MemoryKiB+ours-1)/ours))
}

// enter returns once the caller may start, and must be followed by done unless it fails.
func (h *Hasher) enter(ctx context.Context, from string, weight int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w := h.line.join(from, weight)
	select {
	case err := <-w.turn: // at once: no timer needed
		return err
	default:
	}
	select {
	case err := <-w.turn:
		return err
	case <-ctx.Done():
		return h.quit(w, ctx.Err())
	case <-h.after(h.wait):
		return h.quit(w, ErrBusy)
	}
}

// quit takes a waiter out and returns cause. If his turn came in this moment, it is passed on.
func (h *Hasher) quit(w *waiter, cause error) error {
	if !h.line.leave(w) && <-w.turn == nil {
		h.line.done(w.weight)
	}
	return cause
}
