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

// A Mail is one that the server has sent into its folder.
type Mail struct {
	File   string
	Header mail.Header
	HTML   string // the whole body, decoded
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

var tokenInLink = regexp.MustCompile(`[?&]token=([A-Za-z0-9]+)`)

// Token is what the link in the mail carries; "" if there is none.
func (m Mail) Token() string {
	found := tokenInLink.FindStringSubmatch(m.HTML)
	if found == nil {
		return ""
	}
	return found[1]
}

// mailTime is how long a mail may take to be sent before the test fails.
const mailTime = 10 * time.Second

// Mail waits for the oldest mail that is wanted, and fails the test if none comes.
func (s *Server) Mail(t testing.TB, wanted func(Mail) bool) Mail {
	t.Helper()
	late := time.After(mailTime)
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for {
		for _, m := range s.Mails(t) {
			if wanted(m) {
				return m
			}
		}
		select {
		case <-look.C:
		case <-late:
			t.Fatal("the mail that is waited for does not come")
		}
	}
}

// Mails are all mails that were sent so far, oldest first.
func (s *Server) Mails(t testing.TB) []Mail {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.MailFolder, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	mails := make([]Mail, len(files))
	for i, f := range files { // Glob sorts, and so the oldest is first
		if mails[i], err = readMail(f); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
	}
	return mails
}

func readMail(file string) (Mail, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Mail{}, err
	}
	m, err := mail.ReadMessage(strings.NewReader(string(text)))
	if err != nil {
		return Mail{}, err
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	return Mail{File: file, Header: m.Header, HTML: string(body)}, err
}
