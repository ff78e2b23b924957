package mustertest

import (
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A Mail is one that the server has sent, into its folder or to an [SMTPServer].
type Mail struct {
	File   string // "" if a server got it
	Raw    string // as it left
	Header mail.Header
	HTML   string // the whole body, decoded; of a mail of plain text, that
}

// To is the address that the mail goes to.
func (m Mail) To() string {
	a, err := mail.ParseAddress(m.Header.Get("To"))
	if err != nil {
		return ""
	}
	return a.Address
}

// Subject is the decoded subject.
func (m Mail) Subject() string {
	s, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return ""
	}
	return s
}

var tokenInLink = regexp.MustCompile(`(?:[?&]token=|/user/verify/[^/\s]+/)([A-Za-z0-9]+)`)

// Token is what the link in the mail carries; "" if there is none.
func (m Mail) Token() string {
	found := tokenInLink.FindStringSubmatch(m.HTML)
	if found == nil {
		return ""
	}
	return found[1]
}

// Work waits until the server has done what is due at this moment: first scripts, if it has any, and then the letters of its
// outbox; those of other nodes included.
func (s *Server) Work(t testing.TB) {
	t.Helper()
	if s.Config.Scripts != "" {
		rest(t, s.later)
	}
	rest(t, s.tick)
}

// rest waits for a runner. It takes a tick when it has nothing to do; when it takes the second one, it has looked since the
// first.
func rest(t testing.TB, tick chan<- time.Time) {
	t.Helper()
	for range 2 {
		select {
		case tick <- time.Time{}:
		case <-t.Context().Done():
			t.Fatal("a runner does not come to rest")
		}
	}
}

// Mail is the oldest mail that is wanted. The test fails if there is none.
func (s *Server) Mail(t testing.TB, wanted func(Mail) bool) Mail {
	t.Helper()
	for _, m := range s.Mails(t) {
		if wanted(m) {
			return m
		}
	}
	t.Fatal("the mail that is wanted was not sent")
	return Mail{}
}

// Mails are all mails in the server's folder, oldest first, once what is due was sent.
func (s *Server) Mails(t testing.TB) []Mail {
	t.Helper()
	s.Work(t)
	files, err := filepath.Glob(filepath.Join(s.MailFolder, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	mails := make([]Mail, len(files))
	for i, f := range files { // Glob sorts, and so the oldest is first
		text, err := os.ReadFile(f)
		if err == nil {
			mails[i], err = ParseMail(f, string(text))
		}
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
	}
	return mails
}

// ParseMail reads a mail as it was sent. The file is where it came from, for messages.
func ParseMail(file, text string) (Mail, error) {
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		return Mail{}, err
	}
	content := m.Body
	if m.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		content = quotedprintable.NewReader(content)
	}
	body, err := io.ReadAll(content)
	return Mail{File: file, Raw: text, Header: m.Header, HTML: string(body)}, err
}
