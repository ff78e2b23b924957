package mustertest

import (
	"bytes"
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// A Mail is one that left the server.
type Mail struct {
	Header  netmail.Header
	To      string
	Subject string
	HTML    string
	Raw     string // as it left
}

// Work waits until the server has done what is due in its outbox at this moment, mails of other nodes with it.
func (s *Server) Work(t testing.TB) {
	t.Helper()
	// The runner takes a tick when it has nothing to do. When it takes the second one, it has looked since the first.
	for range 2 {
		select {
		case s.tick <- s.Clock.Now():
		case <-t.Context().Done():
			t.Fatal("the runner of the outbox does not come to rest")
		}
	}
}

// Mails are all that the server has put into its folder, in the order in which they were written.
func (s *Server) Mails(t testing.TB) []Mail {
	t.Helper()
	s.Work(t)
	files, err := filepath.Glob(filepath.Join(s.MailFolder, "*.eml")) // sorted
	if err != nil {
		t.Fatal(err)
	}
	var mails []Mail
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, ReadMail(t, string(text)))
	}
	return mails
}

// ReadMail reads a mail as it left.
func ReadMail(t testing.TB, raw string) Mail {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader([]byte(raw)))
	if err != nil {
		t.Fatalf("this is no mail: %v\n%s", err, raw)
	}
	html, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		t.Fatalf("this is no mail: %v\n%s", err, raw)
	}
	var words mime.WordDecoder
	subject, err := words.DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatalf("this is no subject: %v\n%s", err, raw)
	}
	return Mail{Header: m.Header, To: m.Header.Get("To"), Subject: subject, HTML: string(html), Raw: raw}
}

var tokenPattern = regexp.MustCompile(`token=([a-zA-Z0-9]{32}[0-9]+)"`)

// Token is what the link in the mail carries.
func (m Mail) Token(t testing.TB) string {
	t.Helper()
	found := tokenPattern.FindStringSubmatch(m.HTML)
	if found == nil {
		t.Fatalf("no token in\n%s", m.HTML)
	}
	return found[1]
}
