package mailer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// The times that an SMTP server has. The whole bounds a mail whose server answers each step just in time.
const (
	stepTime  = 10 * time.Second
	WholeTime = 30 * time.Second // the longest that SMTP.Send takes
)

// An SMTP hands mails to one server, over a connection of its own for each. It is safe for concurrent use.
type SMTP struct {
	host, port     string
	user, password string
	implicit       bool // TLS from the first byte on (smtps)
	plain          bool // no TLS at all: the server is on this machine
	hello          string
	roots          *x509.CertPool // nil: the system's
	step, whole    time.Duration
}

// errSMTPURL says nothing of what was there: it may be most of a password.
var errSMTPURL = errors.New("the SMTP URL can't be used (hint: it has the form smtp://user:password@host:587 or smtps://user:password@host:465; " +
	"user and password are left out where the server asks for none, and signs such as @ : / # in them are written %40 %3A %2F %23)")

// NewSMTP returns the SMTP of a URL. With smtp:// (port 587 if none is given) the connection begins plain and is encrypted
// by STARTTLS before anything is said; only with a server on this machine (localhost or a loopback address) it stays plain.
// With smtps:// (port 465) it is encrypted from the start. The server's certificate must be valid for the host. Errors don't
// hold the URL.
func NewSMTP(text string) (*SMTP, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return nil, errSMTPURL
	}
	s := &SMTP{host: u.Hostname(), port: u.Port(), step: stepTime, whole: WholeTime}
	switch u.Scheme {
	case "smtp":
		s.plain = loopback(s.host)
		s.port = orElse(s.port, "587")
	case "smtps":
		s.implicit = true
		s.port = orElse(s.port, "465")
	default:
		return nil, errSMTPURL
	}
	if n, err := strconv.ParseUint(s.port, 10, 16); err != nil || n == 0 {
		return nil, errSMTPURL
	}
	s.user = u.User.Username()
	s.password, _ = u.User.Password()
	if (s.user == "") != (s.password == "") || strings.ContainsRune(s.user+s.password, 0) {
		return nil, errSMTPURL
	}
	if s.hello, err = os.Hostname(); err != nil {
		s.hello = "localhost"
	}
	return s, nil
}

// String is the server without its password, for a log.
func (s *SMTP) String() string { return "smtp server " + net.JoinHostPort(s.host, s.port) }

// GoString keeps the password out of %#v too.
func (s *SMTP) GoString() string { return s.String() }

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// Send hands the mail to the server and returns once the server has taken it, or after [WholeTime] at the latest. An end of
// ctx cuts the connection; the server may have the mail nevertheless.
func (s *SMTP) Send(ctx context.Context, id int64, m Mail) error {
	l, err := m.write(id)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.whole)
	defer cancel()
	conn, err := s.dial(ctx)
	if err != nil {
		return refusal(ctx, stepConnect, err)
	}
	defer conn.Close()
	// The library's client waits for the server with no regard to ctx.
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	d := &dialogue{ctx: ctx, s: s, conn: conn}
	return d.hand(l)
}

func (s *SMTP) dial(ctx context.Context) (net.Conn, error) {
	dialer := net.Dialer{Timeout: s.step}
	conn, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(s.host, s.port))
	if err != nil {
		return nil, err
	}
	// localhost is a name, and a name can lead anywhere.
	if at, ok := conn.RemoteAddr().(*net.TCPAddr); s.plain && (!ok || !at.IP.IsLoopback()) {
		conn.Close()
		return nil, errNotHere
	}
	return conn, nil
}

var errNotHere = errors.New("the server's name is localhost, and its address is elsewhere")

func (s *SMTP) tls() *tls.Config {
	return &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12, RootCAs: s.roots}
}
