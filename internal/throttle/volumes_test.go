package throttle

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestVolumes(t *testing.T) {
	v := NewVolumes(10, time.Minute)
	now := time.Unix(1000, 0)
	for _, step := range []struct {
		key   string
		n     int
		after time.Duration
		want  bool
	}{
		{"a", 11, 0, false},
		{"a", 6, 0, true},
		{"a", 4, 30 * time.Second, true},
		{"a", 1, 59 * time.Second, false},
		{"b", 10, 59 * time.Second, true}, // another key
		{"a", 6, time.Minute, true},       // the first six are over
		{"a", 1, 89 * time.Second, false},
		{"a", 4, 90 * time.Second, true},
	} {
		if got := v.Take(step.key, step.n, now.Add(step.after)); got != step.want {
			t.Errorf("%+v: %v", step, got)
		}
	}
	v.Give("a", 5)
	at := now.Add(91 * time.Second)
	if !v.Take("a", 5, at) || v.Take("a", 1, at) {
		t.Error("what was given back is not there, or more of it")
	}
	if got := v.Refused(); got != 4 {
		t.Errorf("%d refused", got)
	}
	v.Give("nobody", 1)
	var none *Volumes
	none.Give("a", 1)
	if !none.Take("a", 1<<30, now) || none.Refused() != 0 {
		t.Error("no volumes limit something")
	}
}

// TestVolumesHold: whatever is taken and given back, no stretch of time has more than the limit in it.
func TestVolumesHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := NewVolumes(20, time.Minute)
		now := time.Unix(1000, 0)
		var through []load
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second)
			n := rapid.IntRange(1, 8).Draw(t, "n")
			sum := n
			for _, l := range through {
				if now.Sub(l.at) < time.Minute {
					sum += l.n
				}
			}
			if got := v.Take("a", n, now); got != (sum <= 20) {
				t.Fatalf("%d with %d within the minute: %v", n, sum-n, got)
			} else if !got {
				continue
			}
			if rapid.Bool().Draw(t, "failed") {
				v.Give("a", n)
				continue
			}
			through = append(through, load{now, n})
		}
	})
}
