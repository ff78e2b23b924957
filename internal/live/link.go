package live

import (
	"context"
	"net"
	"slices"
	"sync"
	"time"

	"muster"
)

// mostPending is how much a link keeps that its client has not read: as much as an inbox.
const mostPending = muster.MaxInbox

// writeTime is how long one write may take (security yardstick, 3.4), and farewellTime how long the last one.
const (
	writeTime    = 20 * time.Second
	farewellTime = time.Second
)

// A link is one client who is connected.
type link struct {
	muster.Link
	ctx  context.Context // who opened the link
	conn net.Conn        // set by connect
	wake chan struct{}
	gone chan struct{} // closed when the client has left

	mu      sync.Mutex
	pending []parcel
	reason  string // why the link ends; "" while it lives

	shown []muster.ID // messages of the inbox that may be pushed again, in order; the goroutine of the link has it for itself
}

// A parcel is something to be pushed; one of the two.
type parcel struct {
	message  *muster.Message
	reminder *muster.Reminder
}

// newLink keeps of a request who asked, and nothing else: the rest would stay as long as the link.
func newLink(l muster.Link, by muster.Actor) *link {
	return &link{Link: l, ctx: muster.WithActor(context.Background(), by), wake: make(chan struct{}, 1), gone: make(chan struct{})}
}

// connect gives the link its connection, and begins to see whether the client leaves. What he sends is nothing to us.
func (l *link) connect(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conn = conn
	go func() {
		defer close(l.gone)
		for b := make([]byte, 64); ; {
			if _, err := conn.Read(b); err != nil {
				return
			}
		}
	}()
}

// push hands something over. It answers false if the client has not read what came before.
func (l *link) push(p parcel) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reason != "" {
		return true // it would come too late
	}
	if len(l.pending) >= mostPending {
		return false
	}
	l.pending = append(l.pending, p)
	l.poke()
	return true
}

// end says why the link ends; false if it ends already. A write that does not get ahead is given up.
func (l *link) end(reason string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reason != "" {
		return false
	}
	l.reason, l.pending = reason, nil
	if l.conn != nil {
		_ = l.conn.SetWriteDeadline(time.Now().Add(farewellTime))
	}
	l.poke()
	return true
}

func (l *link) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// take answers what is pending, and why the link ends.
func (l *link) take() (list []parcel, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	list, l.pending = l.pending, nil
	return list, l.reason
}

// beginWrite gives the next write its time. Once the link ends, it has what end has set.
func (l *link) beginWrite() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reason == "" {
		_ = l.conn.SetWriteDeadline(time.Now().Add(writeTime))
	}
}

// sawBefore reports whether the inbox had the message. Each is pushed once, so it is then forgotten.
func (l *link) sawBefore(id muster.ID) bool {
	i, found := slices.BinarySearch(l.shown, id)
	if found {
		l.shown = slices.Delete(l.shown, i, i+1)
	}
	return found
}
