package mustertest

import (
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
)

// An SMTPServer is a small mail server on this machine that takes every mail, unless it is down.
type SMTPServer struct {
	URL string

	mu    sync.Mutex
	down  bool
	mails []string
}

// StartSMTP starts a mail server that ends with the test.
func StartSMTP(t testing.TB) *SMTPServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &SMTPServer{URL: "smtp://" + l.Addr().String()}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() {
				defer conn.Close()
				s.serve(textproto.NewConn(conn))
			})
		}
	})
	t.Cleanup(func() { l.Close(); all.Wait() })
	return s
}

// SetDown makes the server hang up on who comes, or take mails again.
func (s *SMTPServer) SetDown(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

// Mails are all that the server has got, in order.
func (s *SMTPServer) Mails(t testing.TB) []Mail {
	t.Helper()
	s.mu.Lock()
	raw := slices.Clone(s.mails)
	s.mu.Unlock()
	mails := make([]Mail, len(raw))
	for i, r := range raw {
		var err error
		if mails[i], err = ParseMail("", r); err != nil {
			t.Fatalf("%v in\n%s", err, r)
		}
	}
	return mails
}

func (s *SMTPServer) isDown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

func (s *SMTPServer) serve(c *textproto.Conn) {
	if s.isDown() || c.PrintfLine("220 mustertest") != nil {
		return
	}
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		switch verb, _, _ := strings.Cut(strings.ToUpper(line), " "); verb {
		case "EHLO":
			err = c.PrintfLine("250-mustertest\r\n250-8BITMIME\r\n250 SMTPUTF8")
		case "DATA":
			err = s.take(c)
		case "QUIT":
			_ = c.PrintfLine("221 bye") // who has said it may not wait for the answer
			return
		default:
			err = c.PrintfLine("250 good")
		}
		if err != nil {
			return
		}
	}
}

func (s *SMTPServer) take(c *textproto.Conn) error {
	if err := c.PrintfLine("354 go on"); err != nil {
		return err
	}
	text, err := c.ReadDotBytes()
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.mails = append(s.mails, string(text))
	s.mu.Unlock()
	return c.PrintfLine("250 taken")
}
