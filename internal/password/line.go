package password

import (
	"maps"
	"slices"
	"sync"
)

// A line hands out a fixed number of places and lets the others wait, as the package comment says. Nobody overtakes:
// one who needs several places waits at the front until they are free, and those behind him wait too.
type line struct {
	mu      sync.Mutex
	free    int
	limit   int            // of waiting
	waiting []*waiter      // oldest first
	count   map[string]int // waiters by origin
}

// A waiter stands in line. His turn brings nil when he may start and ErrBusy when he lost his place; one of them, once,
// unless he leaves before.
type waiter struct {
	from   string
	weight int
	turn   chan error
}

func newLine(places, limit int) *line {
	return &line{free: places, limit: limit, count: make(map[string]int)}
}

// join lets somebody in who needs weight places, which must not be more than there are.
func (l *line) join(from string, weight int) *waiter {
	w := &waiter{from: from, weight: weight, turn: make(chan error, 1)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, w)
	l.count[from]++
	l.serve()
	if len(l.waiting) > l.limit {
		l.dismiss()
	}
	return w
}

// leave takes a waiter out. It reports false if his turn has come already, one way or the other.
func (l *line) leave(w *waiter) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.waiting, w)
	if i < 0 {
		return false
	}
	l.remove(i)
	l.serve() // he may have been the one at the front who needed more
	return true
}

// done gives places back.
func (l *line) done(weight int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free += weight
	l.serve()
}

// serve lets those at the front start as long as there are places for them.
func (l *line) serve() {
	for len(l.waiting) > 0 && l.waiting[0].weight <= l.free {
		w := l.remove(0)
		l.free -= w.weight
		w.turn <- nil
	}
}

// dismiss takes the place of the newest waiter of the origin that has most. The one who came last counts and, where
// origins have equally many, is the one to go: otherwise two of them would chase each other out in turn.
func (l *line) dismiss() {
	most := slices.Max(slices.Collect(maps.Values(l.count)))
	for i, w := range slices.Backward(l.waiting) {
		if l.count[w.from] == most {
			l.remove(i).turn <- ErrBusy
			return
		}
	}
}

func (l *line) remove(i int) *waiter {
	w := l.waiting[i]
	l.waiting = slices.Delete(l.waiting, i, i+1)
	if l.count[w.from]--; l.count[w.from] == 0 {
		delete(l.count, w.from)
	}
	return w
}
