package core

import (
	"sync"

	"muster"
)

// turns bound how much of something one user may have going on.
type turns struct {
	most    int
	mu      *sync.Mutex
	running map[muster.ID]int
}

func newTurns(most int) turns { return turns{most, &sync.Mutex{}, map[muster.ID]int{}} }

// enter takes a turn of a user; leave gives it back.
func (t turns) enter(user muster.ID) (leave func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running[user] >= t.most {
		return nil, muster.ErrBusy
	}
	t.running[user]++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.running[user]--; t.running[user] == 0 {
			delete(t.running, user)
		}
	}, nil
}
