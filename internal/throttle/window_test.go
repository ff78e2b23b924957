package throttle

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWindow(t *testing.T) {
	w := NewWindows()
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
		if got := w.Take("a", 3, now); got != s.want {
			t.Fatalf("step %d: %v", i, got)
		}
	}
	if !w.Take("b", 3, now) {
		t.Error("another key has no place")
	}
	if got := w.Refused(); got != 5 {
		t.Errorf("%d were refused", got)
	}
	var none *Windows
	if !none.Take("a", 0, now) || none.Refused() != 0 {
		t.Error("nil limits")
	}
}

// In no second more get through than may, however the calls come.
func TestWindowBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 10).Draw(t, "most")
		w, now := NewWindows(), start
		var passed []time.Time
		for range rapid.IntRange(1, 300).Draw(t, "calls") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(300*time.Millisecond)).Draw(t, "wait")))
			if !w.Take("a", most, now) {
				if len(passed) < most || now.Sub(passed[len(passed)-most]) >= time.Second {
					t.Fatal("refused although there was room")
				}
				continue
			}
			passed = append(passed, now)
			if n := len(passed) - 1 - most; n >= 0 && now.Sub(passed[n]) < time.Second {
				t.Fatalf("%d in one second, at most %d may", most+1, most)
			}
		}
	})
}

func TestWindowParallel(t *testing.T) {
	w := NewWindows()
	var got atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			if w.Take("a", 10, start) {
				got.Add(1)
			}
		})
	}
	all.Wait()
	if got.Load() != 10 {
		t.Errorf("%d got through", got.Load())
	}
}
