package throttle

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var start = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

func TestTake(t *testing.T) {
	b := New(PerMinute(3, 2))
	steps := []struct {
		after time.Duration
		want  bool
	}{
		{0, true},
		{0, true},
		{0, true},
		{0, false},
		{29 * time.Second, false},
		{time.Second, true},
		{0, false},
		{10 * time.Minute, true},
		{0, true},
		{0, true},
		{0, false},
		{-time.Hour, false}, // the clock went back
	}
	now := start
	for i, s := range steps {
		now = now.Add(s.after)
		if got := b.Take("a", now); got != s.want {
			t.Fatalf("step %d: %v", i, got)
		}
	}
	if !b.Take("b", now) {
		t.Error("another key has no place")
	}
}

func TestGive(t *testing.T) {
	b := New(PerMinute(1, 1))
	for range 10 {
		if !b.Take("a", start) {
			t.Fatal("the place was given back, but is not there")
		}
		b.Give("a")
	}
	b.Give("a")
	if !b.Take("a", start) || b.Take("a", start) {
		t.Error("a bucket holds more than its burst")
	}
}

func TestNilLimitsNothing(t *testing.T) {
	var b *Buckets
	for range 1000 {
		if !b.Take("a", start) {
			t.Fatal("nil limits")
		}
	}
	b.Give("a")
}

// Many at once get no more than the burst.
func TestParallel(t *testing.T) {
	b := New(PerMinute(10, 1))
	var got atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			if b.Take("a", start) {
				got.Add(1)
			}
		})
	}
	all.Wait()
	if got.Load() != 10 {
		t.Errorf("%d got through", got.Load())
	}
}

// Over any stretch of time no more get through than the burst and what was refilled.
func TestBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		burst, perMinute := rapid.IntRange(1, 20).Draw(t, "burst"), rapid.IntRange(1, 60).Draw(t, "rate")
		b := New(PerMinute(burst, perMinute))
		now, passed := start, 0
		for range rapid.IntRange(1, 200).Draw(t, "tries") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(5*time.Second)).Draw(t, "wait")))
			if b.Take("a", now) {
				passed++
			}
		}
		if most := float64(burst) + now.Sub(start).Minutes()*float64(perMinute) + 1e-6; float64(passed) > most {
			t.Fatalf("%d passed, at most %f may", passed, most)
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	b := New(PerMinute(2, 1))
	for i := range maxBuckets + 10 {
		b.Take(strconv.Itoa(i), start)
	}
	if len(b.by) > maxBuckets {
		t.Errorf("%d buckets", len(b.by))
	}
}

func TestStreaks(t *testing.T) {
	s := NewStreaks()
	for range 3 {
		s.Add("a")
	}
	if s.Count("a") != 3 || s.Count("b") != 0 {
		t.Errorf("a %d, b %d", s.Count("a"), s.Count("b"))
	}
	s.End("a")
	if s.Count("a") != 0 {
		t.Error("a streak goes on after its end")
	}
	s.Add("long")
	s.Add("long")
	for i := range maxBuckets + 10 {
		s.Add(strconv.Itoa(i))
	}
	if len(s.by) > maxBuckets || s.Count("long") != 2 {
		t.Errorf("%d streaks, the long one has %d", len(s.by), s.Count("long"))
	}
	var none *Streaks
	none.Add("a")
	none.End("a")
	if none.Count("a") != 0 {
		t.Error("nil counts")
	}
}

func TestRefused(t *testing.T) {
	b := New(PerMinute(2, 1))
	for range 5 {
		b.Take("a", start)
	}
	b.Take("b", start)
	if got := b.Refused(); got != 3 {
		t.Errorf("%d were refused", got)
	}
	if got := (*Buckets)(nil).Refused(); got != 0 {
		t.Errorf("nil refused %d", got)
	}
}
