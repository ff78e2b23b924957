package live

import (
	"sync"

	"muster"
)

// A stream writes events. It holds a buffer only while there is something to write.
type stream struct {
	hub    *Hub
	link   *link
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
		_, s.err = s.link.conn.Write(*s.buffer)
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
