package bench

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// durations draws times from nothing to years, small ones as often as large ones.
func durations() *rapid.Generator[[]time.Duration] {
	one := rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.Int64Range(0, 1<<rapid.IntRange(0, 62).Draw(t, "bits")).Draw(t, "ns"))
	})
	return rapid.SliceOfN(one, 1, 200)
}

func histogramOf(list []time.Duration) *histogram {
	h := &histogram{}
	for _, d := range list {
		h.record(d)
	}
	return h
}

// A quantile is never below the true one, and above it by a thirty-second at the most.
func TestQuantileIsClose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := durations().Draw(t, "durations")
		q := rapid.Float64Range(0, 1).Draw(t, "q")
		got := histogramOf(list).quantile(q)
		slices.Sort(list)
		want := list[max(int(math.Ceil(q*float64(len(list)))), 1)-1]
		if got < want || got-want > want/32 {
			t.Fatalf("the quantile %g is %d, want %d", q, got, want)
		}
	})
}

func TestQuantilesRise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := durations().Draw(t, "durations")
		p, q := rapid.Float64Range(0, 1).Draw(t, "p"), rapid.Float64Range(0, 1).Draw(t, "q")
		h := histogramOf(list)
		if cmp.Compare(p, q)*cmp.Compare(h.quantile(p), h.quantile(q)) < 0 {
			t.Fatalf("quantiles %g and %g are %d and %d", p, q, h.quantile(p), h.quantile(q))
		}
		if h.quantile(1) != slices.Max(list) {
			t.Fatalf("the last quantile is %d, the longest duration %d", h.quantile(1), slices.Max(list))
		}
	})
}

// It is all the same who has counted what.
func TestAddIsCountingTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := durations().Draw(t, "durations")
		cut := rapid.IntRange(0, len(list)).Draw(t, "cut")
		sum := histogramOf(list[:cut])
		sum.add(histogramOf(list[cut:]))
		if *sum != *histogramOf(list) {
			t.Fatal("two histograms added are not the one of both")
		}
	})
}

// Buckets lie end to end, without a gap.
func TestBuckets(t *testing.T) {
	for bucket := range bucketOf(math.MaxInt64) {
		edge := upperEdge(bucket)
		if bucketOf(edge) != bucket || bucketOf(edge+1) != bucket+1 {
			t.Fatalf("bucket %d ends at %d, which is in %d; the next is in %d", bucket, edge, bucketOf(edge), bucketOf(edge+1))
		}
	}
	if last := bucketOf(math.MaxInt64); last >= bucketCount {
		t.Errorf("bucket %d of %d", last, bucketCount)
	}
	if got := bucketOf(-time.Second); got != 0 {
		t.Errorf("time that went back is in bucket %d", got)
	}
}

func TestQuantileOfNothing(t *testing.T) {
	if got := (&histogram{}).quantile(0.99); got != 0 {
		t.Errorf("nothing took %v", got)
	}
}
