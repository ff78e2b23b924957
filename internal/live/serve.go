package live

import (
	"errors"
	"net/http"
	"os"
	"slices"
	"sync"

	"muster"
	"muster/internal/core"
	"muster/internal/httpx"
)

// Serve answers a request with a live link of whom the request's context names, and keeps it open until the client leaves or the
// link is ended. It returns an error only as long as it has written nothing: a wrong resource, [muster.ErrTooManyLinks],
// somebody who has no links.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, resource string) error {
	about, err := h.core.OpenLink(r.Context(), resource)
	if err != nil {
		return err
	}
	l := newLink(*about, w, r)
	if err := h.add(l); err != nil {
		return err
	}
	defer h.remove(l)
	// What ended the session between the look at the token and this line was heard by nobody.
	if h.doubt(l, "") {
		return muster.ErrUnauthenticated
	}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Connection", "close")
	header.Set("X-Accel-Buffering", "no") // proxies pass on what is written
	httpx.LongLived(w, r)
	h.stats.end(h.run(&stream{hub: h, link: l, w: w}))
	return nil
}

// run answers why the link ended.
func (h *Hub) run(s *stream) string {
	s.event(func(b []byte) []byte { return appendReady(b, s.link) })
	if s.flush() == nil {
		h.showInbox(s)
	}
	if s.err != nil {
		return lostBy(s.err)
	}
	return h.runLive(s)
}

// showInbox shows what waits, a part at a time. What is pushed meanwhile waits its turn. If it can't be read, the link ends: the
// client finds it when he comes back.
func (h *Hub) showInbox(s *stream) {
	for after := muster.ID(0); ; {
		list, err := h.core.ReceiveMessages(s.link.ctx, after)
		if err != nil {
			if !h.doubt(s.link, "") {
				h.end(s.link, comeBack)
			}
			return
		}
		for _, m := range list {
			after = m.ID
			s.link.shown = append(s.link.shown, m.ID)
			s.message(m)
		}
		if s.flush() != nil {
			return
		}
		if len(list) < core.MostReceived {
			s.link.shown = slices.Clip(s.link.shown)
			return
		}
	}
}

// looksEach is after how many heartbeats a link looks whether its credential is still good: it may have run out.
const looksEach = 4

func (h *Hub) runLive(s *stream) string {
	beat := h.after(heartbeat)
	for beats := 0; ; {
		select {
		case <-s.link.ctx.Done():
			return endedGone
		case <-s.link.wake:
		case <-beat:
			beat = h.after(heartbeat)
			s.event(appendHeartbeat)
			if beats++; beats%looksEach == 0 {
				h.doubt(s.link, "")
			}
		}
		list, reason := s.link.take()
		for _, p := range list {
			s.parcel(p)
		}
		if reason != "" {
			s.goodbye(reason)
		}
		err := s.flush()
		if reason != "" {
			return reason
		}
		if err != nil {
			return lostBy(err)
		}
	}
}

// lostBy tells a client who did not read from one who left. A write that came to its end cancels the request as well, so only its
// error tells.
func lostBy(err error) string {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return endedSlow
	}
	return endedGone
}

// A stream writes events. It holds a buffer only while there is something to write.
type stream struct {
	hub    *Hub
	link   *link
	w      http.ResponseWriter
	buffer *[]byte
	pushed int64
	err    error
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// flushAt is how much is gathered before it is written.
const flushAt = 16 << 10

func (s *stream) event(f func([]byte) []byte) {
	if s.buffer == nil {
		s.buffer = buffers.Get().(*[]byte)
	}
	*s.buffer = f(*s.buffer)
	if len(*s.buffer) >= flushAt {
		_ = s.flush() // the error stays
	}
}

func (s *stream) message(m *muster.Message) {
	s.pushed++
	s.event(func(b []byte) []byte { return appendMessage(b, m, s.link.Username) })
}

func (s *stream) parcel(p parcel) {
	switch {
	case p.reminder != nil:
		s.pushed++
		s.event(func(b []byte) []byte { return appendReminder(b, p.reminder) })
	case !s.link.sawBefore(p.message.ID):
		s.message(p.message)
	}
}

func (s *stream) goodbye(reason string) {
	switch reason {
	case endedSlow:
	case comeBack:
		s.event(func(b []byte) []byte { return appendComeBack(b, s.link) })
	default:
		s.event(func(b []byte) []byte { return appendKicked(b, reason) })
	}
}

// flush writes what was gathered. After an error nothing is written any more.
func (s *stream) flush() error {
	if s.buffer == nil {
		return s.err
	}
	if s.err == nil {
		s.link.beginWrite()
		_, s.err = s.w.Write(*s.buffer)
	}
	if s.err == nil {
		s.err = s.link.control.Flush()
	}
	if s.err == nil {
		s.hub.stats.pushed.Add(s.pushed)
	}
	s.pushed = 0
	*s.buffer = (*s.buffer)[:0]
	buffers.Put(s.buffer)
	s.buffer = nil
	return s.err
}
