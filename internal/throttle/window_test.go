package throttle

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWindow(t *testing.T) {
	w := NewWindows(time.Second)
	now := start
	for i, s := range []struct {
		after time.Duration
		want  bool
	}{
		{0, true},
		{400 * time.Millisecond, true},
		{500 * time.Millisecond, true},
		{99 * time.Millisecond, false},
		{time.Millisecond, true}, // the first is a second ago
		{0, false},
		{-time.Hour, false}, // the clock went back
		{time.Hour + 399*time.Millisecond, false},
		{time.Millisecond, true},
		{time.Minute, true},
		{0, true},
		{0, true},
		{0, false},
	} {
		now = now.Add(s.after)
		if got := w.Take("a", 1, 3, now); got != s.want {
			t.Fatalf("step %d: %v", i, got)
		}
	}
	if !w.Take("b", 1, 3, now) {
		t.Error("another key has no place")
	}
	if got := w.Refused(); got != 5 {
		t.Errorf("%d were refused", got)
	}
	var none *Windows
	if !none.Take("a", 1, 0, now) || none.Refused() != 0 {
		t.Error("nil limits")
	}
}

// In no second more get through than may, however the calls come.
func TestWindowBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 10).Draw(t, "most")
		w, now := NewWindows(time.Second), start
		var passed []time.Time // one for each call that was let through
		for range rapid.IntRange(1, 300).Draw(t, "tries") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(300*time.Millisecond)).Draw(t, "wait")))
			n := rapid.IntRange(0, 12).Draw(t, "calls")
			recent := 0
			for _, at := range passed {
				if now.Sub(at) < time.Second {
					recent++
				}
			}
			if got, want := w.Take("a", n, most, now), recent+n <= most || n == 0; got != want {
				t.Fatalf("%d more beside %d of %d: %v", n, recent, most, got)
			} else if got {
				for range n {
					passed = append(passed, now)
				}
			}
		}
	})
}

func TestWindowParallel(t *testing.T) {
	w := NewWindows(time.Second)
	var got atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			if w.Take("a", 1, 10, start) {
				got.Add(1)
			}
		})
	}
	all.Wait()
	if got.Load() != 10 {
		t.Errorf("%d got through", got.Load())
	}
}
