package live

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"muster"
	"muster/internal/core"
)

// Serve answers a request with a live link of whom the request's context names. It returns an error only as long as it has
// written nothing: a wrong resource, [muster.ErrTooManyLinks], somebody who has no links.
//
// It takes the connection over from net/http and returns when the inbox has been shown: what the request needed is free then, and of
// a link that has nothing to say little is left.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, resource string) error {
	about, err := h.core.OpenLink(r.Context(), resource)
	if err != nil {
		return err
	}
	l := newLink(*about, muster.ActorFrom(r.Context()))
	if err := h.add(l); err != nil {
		return err
	}
	// What ended the session between the look at the token and this line was heard by nobody.
	if h.doubt(l, "") {
		h.remove(l)
		return muster.ErrUnauthenticated
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		h.remove(l)
		return fmt.Errorf("a live link needs a connection of its own: %w", err)
	}
	l.connect(conn)
	s := &stream{hub: h, link: l}
	s.event(func(b []byte) []byte { return appendHeader(b, w.Header()) })
	s.event(func(b []byte) []byte { return appendReady(b, l) })
	if s.flush() == nil {
		h.showInbox(s)
	}
	go h.run(s)
	return nil
}

// appendHeader begins the answer. It has no length and ends with the connection.
func appendHeader(b []byte, header http.Header) []byte {
	header.Set("Content-Type", "text/event-stream")
	header.Set("Connection", "close")
	header.Set("X-Accel-Buffering", "no") // proxies pass on what is written
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	text := bytes.NewBufferString("HTTP/1.1 200 OK\r\n")
	_ = header.Write(text) // to a buffer
	return append(append(b, text.Bytes()...), "\r\n"...)
}

// run keeps a link until it ends.
func (h *Hub) run(s *stream) {
	defer h.remove(s.link)
	defer s.link.conn.Close()
	defer h.rescue()
	reason := lostBy(s.err)
	if s.err == nil {
		reason = h.runLive(s)
	}
	h.stats.end(reason)
}

// rescue keeps a fault of ours from ending more than the link: net/http does not look after it any more.
func (h *Hub) rescue() {
	if cause := recover(); cause != nil {
		h.log.Error("panic in a live link", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
	}
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
		case <-s.link.gone:
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

// lostBy tells a client who did not read from one who left.
func lostBy(err error) string {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return endedSlow
	}
	return endedGone
}
