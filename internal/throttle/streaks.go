package throttle

import "sync"

// Streaks count how often something has happened to a key in a row. They are safe for concurrent use. Nil Streaks count
// nothing.
type Streaks struct {
	mu sync.Mutex
	by map[string]int
}

// NewStreaks returns streaks that have not begun.
func NewStreaks() *Streaks { return &Streaks{by: map[string]int{}} }

// Add counts one more.
func (s *Streaks) Add(key string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.by) >= maxBuckets {
		s.forgetSome()
	}
	s.by[key]++
}

// forgetSome makes room, shortest streaks first.
func (s *Streaks) forgetSome() {
	for least := 1; len(s.by) >= maxBuckets*9/10; least *= 4 {
		for key, n := range s.by {
			if n <= least {
				delete(s.by, key)
			}
		}
	}
}

// Count is how often it has happened since the last End.
func (s *Streaks) Count(key string) int {
	if s == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.by[key]
}

// End ends the key's streak.
func (s *Streaks) End(key string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.by, key)
}
