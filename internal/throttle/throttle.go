// Package throttle slows down whoever tries too often. It is an engine: it counts by keys and knows nothing of who they are.
//
// A bucket holds so many tries and is refilled with time. A try takes its place before the work is done, so that many at once
// cannot slip through; who succeeds gets his place back. (That is why this is not golang.org/x/time/rate, whose reservations
// cannot be returned once their time has come.)
package throttle

import (
	"sync"
	"time"
)

// A Limit is how many tries there are at once, and how long it takes until there is one more.
type Limit struct {
	Burst int
	Every time.Duration
}

// PerMinute is a limit that refills so many tries a minute.
func PerMinute(burst, perMinute int) Limit {
	return Limit{Burst: burst, Every: time.Minute / time.Duration(perMinute)}
}

// maxBuckets bounds the memory of one kind of limit: about 10 MiB.
const maxBuckets = 100_000

// Buckets are the buckets of one limit, one for each key. They are safe for concurrent use. Nil Buckets limit nothing.
type Buckets struct {
	limit Limit

	mu      sync.Mutex
	by      map[string]*bucket
	refused int64
}

// A bucket has this many tries left at that instant.
type bucket struct {
	left float64
	at   time.Time
}

// New returns buckets that are all full.
func New(l Limit) *Buckets { return &Buckets{limit: l, by: map[string]*bucket{}} }

// Take takes one try from the key's bucket. It answers false, and takes nothing, if none is left.
func (b *Buckets) Take(key string, now time.Time) bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	k := b.by[key]
	if k == nil {
		b.makeRoom(now)
		k = &bucket{left: float64(b.limit.Burst), at: now}
		b.by[key] = k
	}
	b.refill(k, now)
	if k.left < 1 {
		b.refused++
		return false
	}
	k.left--
	return true
}

// Refused is how many tries were refused, of all keys.
func (b *Buckets) Refused() int64 {
	if b == nil {
		return 0
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refused
}

// Give puts one try back.
func (b *Buckets) Give(key string) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if k := b.by[key]; k != nil {
		k.left = min(k.left+1, float64(b.limit.Burst))
	}
}

// refill is called with the lock held. A clock that goes back refills nothing.
func (b *Buckets) refill(k *bucket, now time.Time) {
	if passed := now.Sub(k.at); passed > 0 {
		k.left = min(k.left+float64(passed)/float64(b.limit.Every), float64(b.limit.Burst))
		k.at = now
	}
}

// makeRoom forgets buckets that are full again, which changes nothing; if all are in use, it forgets some of them.
func (b *Buckets) makeRoom(now time.Time) {
	if len(b.by) < maxBuckets {
		return
	}
	for key, k := range b.by {
		if b.refill(k, now); k.left >= float64(b.limit.Burst) {
			delete(b.by, key)
		}
	}
	for key := range b.by {
		if len(b.by) < maxBuckets*9/10 {
			return
		}
		delete(b.by, key)
	}
}
