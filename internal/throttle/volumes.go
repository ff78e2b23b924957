package throttle

import (
	"sync"
	"time"
)

// Volumes count how much went through in a stretch of time that ends now. Unlike a bucket they let no more through in any such
// stretch. Keys are few, and each remembers what went through, so that no key has more than the limit to remember. They are safe
// for concurrent use. Nil Volumes limit nothing.
type Volumes struct {
	most   int
	within time.Duration

	mu      sync.Mutex
	by      map[string]*volume
	refused int64
}

// A volume is what went through, oldest first.
type volume struct {
	loads []load
	sum   int
}

type load struct {
	at time.Time
	n  int
}

// NewVolumes returns volumes that let most through within that time.
func NewVolumes(most int, within time.Duration) *Volumes {
	return &Volumes{most: most, within: within, by: map[string]*volume{}}
}

// Take lets n more of the key through. It answers false, and takes nothing, if that would be too much.
func (v *Volumes) Take(key string, n int, now time.Time) bool {
	if v == nil {
		return true
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	k := v.by[key]
	if k == nil {
		k = &volume{}
		v.by[key] = k
	}
	for len(k.loads) > 0 && now.Sub(k.loads[0].at) >= v.within {
		k.sum -= k.loads[0].n
		k.loads = k.loads[1:]
	}
	if k.sum+n > v.most {
		v.refused++
		return false
	}
	k.loads, k.sum = append(k.loads, load{now, n}), k.sum+n
	return true
}

// Give gives n of the key back, the latest ones.
func (v *Volumes) Give(key string, n int) {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	k := v.by[key]
	for k != nil && n > 0 && len(k.loads) > 0 {
		last := &k.loads[len(k.loads)-1]
		back := min(n, last.n)
		last.n, k.sum, n = last.n-back, k.sum-back, n-back
		if last.n == 0 {
			k.loads = k.loads[:len(k.loads)-1]
		}
	}
}

// Refused is how often something was refused, of all keys.
func (v *Volumes) Refused() int64 {
	if v == nil {
		return 0
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.refused
}
