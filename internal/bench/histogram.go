package bench

import (
	"math"
	"math/bits"
	"time"
)

// A histogram counts durations in buckets that grow with what they hold: each is at most 1/32 wider than its lower edge, so
// a percentile is at most that much too high, and never too low. It is 15 KiB, however much it counts.
type histogram struct {
	buckets [bucketCount]int64
	count   int64
	longest time.Duration
}

const (
	precision   = 5 // bits of a duration that a bucket keeps below its highest
	bucketCount = (64 - precision) << precision
)

// bucketOf is the bucket of a duration: nanoseconds up to 63 have one each, beyond each doubling has 32.
func bucketOf(d time.Duration) int {
	n := uint64(max(d, 0))
	shift := max(bits.Len64(n)-precision-1, 0)
	return shift<<precision + int(n>>shift)
}

// upperEdge is the longest duration of a bucket.
func upperEdge(bucket int) time.Duration {
	shift := max(bucket>>precision-1, 0)
	mantissa := bucket - shift<<precision
	return time.Duration((uint64(mantissa)+1)<<shift - 1)
}

func (h *histogram) record(d time.Duration) {
	h.buckets[bucketOf(d)]++
	h.count++
	h.longest = max(h.longest, d)
}

// add counts what another one has counted.
func (h *histogram) add(other *histogram) {
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
	h.count += other.count
	h.longest = max(h.longest, other.longest)
}

// quantile is the duration that a share q of those counted, from 0 to 1, does not exceed; 0 if nothing is counted.
func (h *histogram) quantile(q float64) time.Duration {
	rank := max(int64(math.Ceil(q*float64(h.count))), 1)
	for i, n := range h.buckets {
		if rank -= n; rank <= 0 {
			return min(upperEdge(i), h.longest)
		}
	}
	return h.longest
}
