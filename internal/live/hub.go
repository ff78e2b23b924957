package live

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"muster"
	"muster/internal/core"
)

// Options are what a Hub is made of.
type Options struct {
	Core  *core.Core
	After func(time.Duration) <-chan time.Time // what heartbeats wait with; nil: time.After
	Log   *slog.Logger
}

// A Hub holds the live links of a node. It is made by [New] and safe for concurrent use.
type Hub struct {
	core  *core.Core
	after func(time.Duration) <-chan time.Time
	log   *slog.Logger
	stats tally

	mu      sync.Mutex
	links   map[muster.ID][]*link // by user
	stopped bool
	closed  sync.WaitGroup // of links

	news newsQueue
}

// New returns a hub that hears of news from now on. [Hub.Run] hands them to links.
func New(o Options) *Hub {
	h := &Hub{core: o.Core, after: o.After, log: o.Log, links: map[muster.ID][]*link{}}
	if h.after == nil {
		h.after = time.After
	}
	h.news.init()
	o.Core.Links.Listen(h.hear)
	return h
}

// errStopping is for clients who come while the house stops.
var errStopping = muster.Errorf(muster.Busy, "unavailable", "this node is stopping, try again in a moment")

// add makes a link known and its user online. It ends the link that the same client had before.
func (h *Hub) add(l *link) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return errStopping
	}
	if err := h.core.Links.Open(l.Link); err != nil {
		return err
	}
	for _, other := range h.links[l.User] {
		if other.Resource == l.Resource {
			h.end(other, core.EndReplaced)
		}
	}
	h.links[l.User] = append(h.links[l.User], l)
	h.closed.Add(1)
	return nil
}

// remove forgets a link.
func (h *Hub) remove(l *link) {
	h.core.Links.Close(l.ID)
	h.mu.Lock()
	defer h.mu.Unlock()
	list := slices.DeleteFunc(h.links[l.User], func(other *link) bool { return other == l })
	if h.links[l.User] = list; len(list) == 0 {
		delete(h.links, l.User)
	}
	h.closed.Done()
}

// end has a link say goodbye. Its user is offline by it at once.
func (h *Hub) end(l *link, reason string) {
	if l.end(reason) {
		h.core.Links.Close(l.ID)
	}
}

// of are the links of a user.
func (h *Hub) of(user muster.ID) []*link {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.links[user])
}

func (h *Hub) linked(user muster.ID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.links[user]) > 0
}

func (h *Hub) all() (list []*link) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, some := range h.links {
		list = append(list, some...)
	}
	return list
}

// Stop tells all clients to come back in a moment, and waits until their links are closed or ctx ends. New ones are refused.
func (h *Hub) Stop(ctx context.Context) {
	h.mu.Lock()
	h.stopped = true
	h.mu.Unlock()
	for _, l := range h.all() {
		h.end(l, comeBack)
	}
	closed := make(chan struct{})
	go func() { h.closed.Wait(); close(closed) }()
	select {
	case <-closed:
	case <-ctx.Done():
	}
}

// Stats are what the hub has done since it was made.
type Stats struct {
	Pushed int64            // messages and reminders that were written to links
	Ended  map[string]int64 // links, by why they ended
}

// The ways in which links end besides those of [core.Ending].
const (
	endedGone = "gone" // the client left
	endedSlow = "slow" // the client did not read
	comeBack  = "stop" // the house stops, or cannot tell what is new
)

func endings() []string {
	return []string{endedGone, endedSlow, comeBack, core.EndDisconnect, core.EndBanned, core.EndPassword, core.EndDeleted, core.EndReplaced}
}

type tally struct {
	pushed atomic.Int64
	mu     sync.Mutex
	ended  map[string]int64
}

func (t *tally) end(reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ended == nil {
		t.ended = map[string]int64{}
	}
	t.ended[reason]++
}

// Stats may be asked at any time.
func (h *Hub) Stats() Stats {
	h.stats.mu.Lock()
	defer h.stats.mu.Unlock()
	s := Stats{Pushed: h.stats.pushed.Load(), Ended: map[string]int64{}}
	for _, reason := range endings() {
		s.Ended[reason] = h.stats.ended[reason]
	}
	return s
}
