package store

import (
	"context"
	"sync"
	"time"
)

// A patience is the context of a closure: the values of its caller's, without his leaving, and an end of its own. It starts
// a timer only for those who wait for that end: on SQLite hardly ever anybody does, and a timer for each closure costs.
type patience struct {
	context.Context
	end time.Time

	mu     sync.Mutex
	timer  context.Context
	cancel context.CancelFunc
}

func newPatience(caller context.Context, limit time.Duration) *patience {
	return &patience{Context: context.WithoutCancel(caller), end: time.Now().Add(limit)}
}

func (p *patience) Deadline() (time.Time, bool) { return p.end, true }

func (p *patience) Done() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer == nil {
		p.timer, p.cancel = context.WithDeadline(p.Context, p.end)
	}
	return p.timer.Done()
}

func (p *patience) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		if err := p.timer.Err(); err != nil {
			return err
		}
	}
	if time.Now().Before(p.end) {
		return nil
	}
	return context.DeadlineExceeded
}

// stop ends it, so that nothing waits for it any more.
func (p *patience) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cancel != nil {
		p.cancel()
	}
}
