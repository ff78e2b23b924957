package test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"muster/internal/mustertest"
)

// mail is the command that waits for a mail and keeps what its link carries.
func mail(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 || neg {
		ts.Fatalf("usage: mail TO SUBJECT NAME")
	}
	s := of(ts)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); <-tick.C {
		for _, m := range s.mails(ts) {
			if key := m.Header.Get("Message-Id"); !s.read[key] && m.To() == args[0] && m.Subject() == args[1] {
				s.read[key] = true
				ts.Setenv(args[2], m.Token())
				return
			}
		}
	}
	ts.Fatalf("no mail %q came to %s", args[1], args[0])
}

// mails are all that have left the house, by the folder and by SMTP.
func (s *story) mails(ts *testscript.TestScript) []mustertest.Mail {
	mails := s.smtp.Mails(s.t)
	files, err := filepath.Glob(filepath.Join(s.work, "data", "mail", "*.eml"))
	ts.Check(err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		ts.Check(err)
		m, err := mustertest.ParseMail(file, string(text))
		ts.Check(err)
		mails = append(mails, m)
	}
	return mails
}

// startSMTP gives the story a mail server of its own, which it may use.
func (s *story) startSMTP(env *testscript.Env) {
	s.t = env.T().(testing.TB)
	s.smtp = mustertest.StartSMTP(s.t)
	s.read = map[string]bool{}
	env.Setenv("SMTP_URL", s.smtp.URL)
}
