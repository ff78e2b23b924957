package live

import (
	"cmp"
	"context"
	"sync"
	"time"

	"muster/internal/core"
)

// mostNews is how much may have happened that links do not know of yet. Beyond that clients come back and look for themselves.
const mostNews = 10_000

// newsQueue is what the hub has heard and not yet worked on.
type newsQueue struct {
	mu   sync.Mutex
	list []core.News
	lost bool
	wake chan struct{}
}

func (q *newsQueue) init() { q.wake = make(chan struct{}, 1) }

func (q *newsQueue) put(n core.News) {
	q.mu.Lock()
	if len(q.list) >= mostNews {
		q.list, q.lost = nil, true
	}
	q.list = append(q.list, n)
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *newsQueue) take() (list []core.News, lost bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	list, lost = q.list, q.lost
	q.list, q.lost = nil, false
	return list, lost
}

// hear keeps news for Run. Whoever tells waits: the group writer, for one.
func (h *Hub) hear(n core.News) { h.news.put(n) }

// newsRetry is how long a hub waits that could not read what has happened.
const newsRetry = 250 * time.Millisecond

// Run hands news to links until ctx ends.
func (h *Hub) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.news.wake:
		}
		list, lost := h.news.take()
		if lost {
			h.log.Warn("too much has happened at once for the live links: their clients are sent to look for themselves")
			for _, l := range h.all() {
				h.end(l, comeBack)
			}
		}
		for _, n := range list {
			h.deliver(ctx, n)
		}
	}
}

// deliver hands one piece of news to links, as often as it takes until the database answers.
func (h *Hub) deliver(ctx context.Context, n core.News) {
	for told := false; ; told = true {
		notice, err := h.core.Links.Explain(ctx, n, h.linked)
		if err == nil {
			h.pass(notice)
			return
		}
		if !told && ctx.Err() == nil {
			h.log.Error("what has happened can't be read for the live links", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(newsRetry):
		}
	}
}

func (h *Hub) pass(n core.Notice) {
	for _, m := range n.Messages {
		for _, l := range h.of(m.User) {
			h.push(l, parcel{message: m})
		}
	}
	if m := n.Reminder; m != nil {
		for _, l := range h.of(m.AssignedTo) {
			h.push(l, parcel{reminder: m})
		}
	}
	if n.End != nil {
		h.finish(n.End)
	}
}

func (h *Hub) push(l *link, p parcel) {
	if !l.push(p) {
		h.end(l, endedSlow)
	}
}

// finish ends the links that an ending is about.
func (h *Hub) finish(e *core.Ending) {
	for _, l := range h.of(e.User) {
		switch {
		case e.Resource != "" && e.Resource != l.Resource, e.Link != 0 && e.Link != l.ID:
		case e.Doubted:
			h.doubt(l, e.Reason)
		default:
			h.end(l, e.Reason)
		}
	}
}

// doubt ends a link whose credential is good no more, for that reason or, if that is "", the one that is found. Where it cannot be
// found out, the next look decides. It answers whether the link has ended.
func (h *Hub) doubt(l *link, reason string) bool {
	found, err := h.core.Links.Doubt(l.ctx, l.Link)
	if err != nil || found == "" {
		return false
	}
	h.end(l, cmp.Or(reason, found))
	return true
}
