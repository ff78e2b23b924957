package core

import (
	"context"
	"sync/atomic"
	"time"

	"muster"
	"muster/internal/store"
)

const followerPoll = 250 * time.Millisecond

// A follower reads what other nodes have changed and forgets what it made untrue. A node's events become visible in the
// order of their ids, so the last id seen of each node is all that it has to keep.
type follower struct {
	c      *Core
	alone  bool         // no other node can exist
	polled atomic.Int64 // beginning of the last poll that succeeded, in nanoseconds since begun
	begun  time.Time
	last   map[int]muster.ID
	cancel context.CancelFunc
	ended  chan struct{}
}

func startFollower(ctx context.Context, c *Core) (*follower, error) {
	f := &follower{c: c, alone: c.store.Single(), begun: time.Now(), last: map[int]muster.ID{}, cancel: func() {}, ended: make(chan struct{})}
	if f.alone {
		close(f.ended)
		return f, nil
	}
	nodes, err := c.store.Reader(ctx).NodeNumbers()
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		if f.last[n], err = c.store.Reader(ctx).LastEventOf(n); err != nil {
			return nil, err
		}
	}
	run, cancel := context.WithCancel(context.Background())
	f.cancel = cancel
	go f.run(run)
	return f, nil
}

func (f *follower) stop() {
	f.cancel()
	<-f.ended
}

// trusted reports whether what this node remembers is at most a second behind. It measures with the monotonic clock: a fake
// or a jumping one must not keep a stale right alive.
func (f *follower) trusted() bool {
	return f.alone || time.Since(f.begun)-time.Duration(f.polled.Load()) < followerTrust
}

func (f *follower) run(ctx context.Context) {
	defer close(f.ended)
	tick := time.NewTicker(followerPoll)
	defer tick.Stop()
	blind := false
	for {
		begun := time.Since(f.begun)
		if err := f.poll(ctx); err == nil {
			f.polled.Store(int64(begun))
			if blind {
				f.c.log.Info("the changes of other nodes can be read again")
			}
			blind = false
		} else if ctx.Err() == nil {
			blind = true
			f.c.log.Warn("the changes of other nodes can't be read; nothing remembered is used until they can, so each request asks the database", "error", err, "hint", f.c.store.Hint(err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// forget drops what a change, of this node or of another, made untrue of what is in memory.
func (c *Core) forget(ch store.Change) {
	c.rights.forget(ch)
	c.presences.forget(ch)
	c.Links.hear(ch)
}

func (f *follower) poll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, followerTrust)
	defer cancel()
	q := f.c.store.Reader(ctx)
	nodes, err := q.NodeNumbers()
	if err != nil {
		return err
	}
	for _, n := range nodes {
		for n != f.c.store.Node() {
			changes, err := q.ChangesOf(n, f.last[n])
			if err != nil {
				return err
			}
			for _, ch := range changes {
				f.c.forget(ch)
				f.last[n] = ch.ID
			}
			if len(changes) == 0 {
				break
			}
		}
	}
	return nil
}
