package password

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// turn is what a waiter was told so far: "start", "busy" or "".
func turn(w *waiter) string {
	select {
	case err := <-w.turn:
		w.turn <- err
		if errors.Is(err, ErrBusy) {
			return "busy"
		}
		return "start"
	default:
		return ""
	}
}

func TestLineIsFirstComeFirstServed(t *testing.T) {
	l := newLine(1, 8)
	a, b, c := l.join("a", 1), l.join("a", 1), l.join("b", 1)
	if turn(a) != "start" || turn(b) != "" || turn(c) != "" {
		t.Error("not one at a time")
	}
	l.done(1)
	if turn(b) != "start" || turn(c) != "" {
		t.Error("not in order")
	}
}

func TestFullLineDismisses(t *testing.T) {
	tests := map[string]struct {
		from []string // in order of arrival, into a line of four
		busy []int    // indexes of those who are dismissed
	}{
		"one address alone":          {[]string{"a", "a", "a", "a", "a", "a"}, []int{4, 5}},
		"the flood's newest":         {[]string{"a", "a", "a", "a", "b"}, []int{3}},
		"the flood's newest, inside": {[]string{"a", "a", "a", "b", "c"}, []int{2}},
		"the flood again":            {[]string{"a", "a", "a", "b", "a"}, []int{4}},
		"all alike: who comes last":  {[]string{"a", "b", "c", "d", "e"}, []int{4}},
		"becoming the largest":       {[]string{"a", "a", "b", "b", "a"}, []int{4}},
		"drawing level":              {[]string{"a", "a", "b", "c", "b"}, []int{4}},
		"down to level, no further":  {[]string{"a", "a", "a", "a", "b", "b", "b"}, []int{3, 2, 6}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLine(1, 4)
			l.join("worker", 1)
			var ws []*waiter
			for _, from := range tt.from {
				ws = append(ws, l.join(from, 1))
			}
			for i, w := range ws {
				if got, want := turn(w) == "busy", slices.Contains(tt.busy, i); got != want {
					t.Errorf("%d (%s): dismissed %v, want %v", i, w.from, got, want)
				}
			}
		})
	}
}

func TestHeavyOnesAreNotOvertakenAndHoldNobodyUpWhenTheyLeave(t *testing.T) {
	l := newLine(2, 8)
	l.join("a", 1)
	heavy, light := l.join("b", 2), l.join("c", 1)
	if turn(heavy) != "" || turn(light) != "" {
		t.Fatal("overtaken")
	}
	if !l.leave(heavy) || turn(light) != "start" {
		t.Error("the one behind isn't served")
	}
	if l.leave(heavy) || l.leave(light) {
		t.Error("left twice, or after the turn came")
	}
}

// Whatever happens: no more places are given than there are, no more wait than may, nobody is dismissed while another
// origin has more waiters, and when all have gone the line is as it was.
func TestLineKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const places, limit = 3, 5
		l := newLine(places, limit)
		var inside, outside []*waiter // at work, waiting
		settle := func() {
			before := slices.Clone(outside)
			outside = slices.DeleteFunc(outside, func(w *waiter) bool {
				switch turn(w) {
				case "start":
					inside = append(inside, w)
				case "busy":
					wantLargest(t, before, w)
				default:
					return false
				}
				return true
			})
		}
		t.Repeat(map[string]func(*rapid.T){
			"join": func(t *rapid.T) {
				from := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "from")
				outside = append(outside, l.join(from, rapid.IntRange(1, places).Draw(t, "weight")))
				settle()
			},
			"done": func(t *rapid.T) {
				if len(inside) == 0 {
					t.Skip("nobody at work")
				}
				i := rapid.IntRange(0, len(inside)-1).Draw(t, "who")
				l.done(inside[i].weight)
				inside = slices.Delete(inside, i, i+1)
				settle()
			},
			"leave": func(t *rapid.T) {
				if len(outside) == 0 {
					t.Skip("nobody waits")
				}
				i := rapid.IntRange(0, len(outside)-1).Draw(t, "who")
				if !l.leave(outside[i]) {
					t.Fatal("a waiter can't leave")
				}
				outside = slices.Delete(outside, i, i+1)
				settle()
			},
			"": func(t *rapid.T) {
				used := 0
				for _, w := range inside {
					used += w.weight
				}
				if used+l.free != places || l.free < 0 || len(outside) > limit || !slices.Equal(l.waiting, outside) {
					t.Fatalf("%d used, %d free, %d of %d waiting", used, l.free, len(l.waiting), len(outside))
				}
				if len(outside) > 0 && outside[0].weight <= l.free {
					t.Fatal("the first waits for nothing")
				}
			},
		})
	})
}

// wantLargest fails unless nobody of the waiting has an origin with more waiters than that of the dismissed.
func wantLargest(t *rapid.T, waiting []*waiter, dismissed *waiter) {
	count := map[string]int{}
	for _, w := range waiting {
		count[w.from]++
	}
	for from, n := range count {
		if n > count[dismissed.from] {
			t.Errorf("%s was dismissed, though %s has %d waiters", dismissed.from, from, n)
		}
	}
}
