package mailer

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/textproto"
	"strings"
	"testing"
	"time"
)

// A server is a small SMTP server. It says what it is told to say, and passes on what it is told.
type server struct {
	answers    map[string]string // by verb, CONNECT for the greeting and END for the end of data; "hang" never answers
	extensions []string
	tls        *tls.Config // with implicit: from the start; else by STARTTLS
	implicit   bool

	addr string
	said chan string // all commands of a connection, then the mail; closed after the first connection
}

// start makes the server listen on this machine until the test ends.
func (s *server) start(t *testing.T) *server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr, s.said = l.Addr().String(), make(chan string, 100)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(s.said)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		if s.implicit {
			conn = tls.Server(conn, s.tls)
		}
		s.serve(conn)
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return s
}

func (s *server) serve(conn net.Conn) {
	text := textproto.NewConn(conn)
	if !s.answer(text, "CONNECT", "220 test") {
		return
	}
	for {
		line, err := text.ReadLine()
		if err != nil {
			return
		}
		s.said <- line
		verb, _, _ := strings.Cut(line, " ")
		switch {
		case verb == "EHLO":
			s.greet(text)
		case verb == "STARTTLS":
			text.PrintfLine("220 go on")
			conn = tls.Server(conn, s.tls)
			text = textproto.NewConn(conn)
		case verb == "DATA":
			if !s.data(text) {
				return
			}
		default:
			usual := map[string]string{"QUIT": "221 bye", "AUTH": "235 welcome"}
			if !s.answer(text, verb, cmp.Or(usual[verb], "250 good")) {
				return
			}
		}
	}
}

func (s *server) greet(text *textproto.Conn) {
	if s.answers["EHLO"] != "" {
		s.answer(text, "EHLO", "")
		return
	}
	text.PrintfLine("250-test")
	for _, e := range s.extensions {
		text.PrintfLine("250-%s", e)
	}
	text.PrintfLine("250 HELP")
}

func (s *server) data(text *textproto.Conn) bool {
	if !s.answer(text, "DATA", "354 go on") {
		return false
	}
	if s.answers["DATA"] != "" {
		return true
	}
	mail, err := text.ReadDotBytes()
	if err != nil {
		return false
	}
	s.said <- string(mail)
	return s.answer(text, "END", "250 taken")
}

// answer reports whether the connection goes on.
func (s *server) answer(text *textproto.Conn, verb, usual string) bool {
	a := s.answers[verb]
	switch a {
	case "":
		a = usual
	case "hang":
		text.ReadLine() // until the client has had enough
		return false
	case "leave":
		return false
	}
	return text.PrintfLine("%s", a) == nil
}

// all is what the server heard. It waits until the connection has ended.
func (s *server) all() []string {
	var all []string
	for line := range s.said {
		all = append(all, line)
	}
	return all
}

// certificate makes a certificate for 127.0.0.1 and the pool that trusts it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}
