package mailer

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

const secret = "pa55-w0rd"

func client(t *testing.T, url string) *SMTP {
	t.Helper()
	s, err := NewSMTP(url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSMTPHandsOver(t *testing.T) {
	srv := (&server{extensions: []string{"AUTH LOGIN PLAIN", "SMTPUTF8", "8BITMIME"}}).start(t)
	m := example()
	m.HTML = ".\r\n..<p>dots</p>\n"
	if err := client(t, "smtp://ann:"+secret+"@"+srv.addr).Send(t.Context(), 7, m); err != nil {
		t.Fatal(err)
	}
	heard := srv.all()
	plain := base64.StdEncoding.EncodeToString([]byte("\x00ann\x00" + secret))
	want := []string{"AUTH PLAIN " + plain, "MAIL FROM:<info@example.tld> BODY=8BITMIME", "RCPT TO:<mia@golden.test>", "DATA"}
	if len(heard) != 7 || !slices.Equal(heard[1:5], want) || heard[6] != "QUIT" {
		t.Fatalf("heard %q", heard)
	}
	l, err := m.write(7)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.ReplaceAll(string(l.octets), "\r\n", "\n"); strings.TrimRight(heard[5], "\n") != strings.TrimRight(want, "\n") {
		t.Errorf("got the mail\n%s\nwant\n%s", heard[5], want)
	}
}

func TestSMTPRefusals(t *testing.T) {
	cases := []struct {
		verb, answer    string
		permanent, down bool
		class           string
	}{
		{"CONNECT", "554 not you", false, true, "smtp-554"},
		{"CONNECT", "leave", false, true, "unreachable"},
		{"CONNECT", "hello?", false, true, "protocol"},
		{"CONNECT", "hang", false, true, "timeout"},
		{"AUTH", "535 " + secret + " is wrong", false, true, "smtp-535"},
		{"AUTH", "334 !" + secret, false, true, "auth"},
		{"MAIL", "550 not from there", false, false, "smtp-550"},
		{"RCPT", "550 5.1.1 mia@golden.test unknown", true, false, "smtp-550"},
		{"RCPT", "450 mia@golden.test is greylisted", false, false, "smtp-450"},
		{"RCPT", "421 closing", false, true, "smtp-421"},
		{"RCPT", "hang", false, true, "timeout"},
		{"DATA", "554 no", true, false, "smtp-554"},
		{"DATA", "451 later", false, false, "smtp-451"},
		{"END", "554 spam for mia@golden.test", true, false, "smtp-554"},
		{"END", "452 full", false, false, "smtp-452"},
		{"END", "hang", false, true, "timeout"},
		{"END", "leave", false, true, "unreachable"},
		{"END", "mia@golden.test", false, true, "protocol"},
	}
	for _, c := range cases {
		t.Run(c.verb+" "+c.answer, func(t *testing.T) {
			srv := (&server{extensions: []string{"AUTH PLAIN"}, answers: map[string]string{c.verb: c.answer}}).start(t)
			s := client(t, "smtp://ann:"+secret+"@"+srv.addr)
			if c.answer == "hang" {
				s.step = 50 * time.Millisecond
			}
			err := s.Send(t.Context(), 7, example())
			if err == nil || Permanent(err) != c.permanent || Down(err) != c.down || Class(err) != c.class {
				t.Errorf("got %v (permanent %v, down %v, class %s)", err, Permanent(err), Down(err), Class(err))
			}
			wantSafe(t, err)
		})
	}
}

// wantSafe: the error can be logged.
func wantSafe(t *testing.T, err error) {
	t.Helper()
	for _, private := range []string{secret, base64.StdEncoding.EncodeToString([]byte("\x00ann\x00" + secret)), "golden", "mia"} {
		if s := fmt.Sprintf("%v %+v %q", err, err, err); strings.Contains(s, private) {
			t.Errorf("the error %q holds %q", s, private)
		}
	}
}

func TestSMTPFarewellIsNoFailure(t *testing.T) {
	for _, answer := range []string{"leave", "500 what", "hang"} {
		srv := (&server{answers: map[string]string{"QUIT": answer}}).start(t)
		s := client(t, "smtp://"+srv.addr)
		if answer == "hang" {
			s.step = 50 * time.Millisecond
		}
		if err := s.Send(t.Context(), 7, example()); err != nil {
			t.Errorf("%s: %v: it would be sent twice", answer, err)
		}
	}
}

func TestSMTPEndsInTime(t *testing.T) {
	srv := (&server{answers: map[string]string{"DATA": "hang"}}).start(t)
	s := client(t, "smtp://"+srv.addr)
	s.whole = 50 * time.Millisecond
	if err := s.Send(t.Context(), 7, example()); Class(err) != "timeout" {
		t.Errorf("as a whole: %v", err)
	}

	srv = (&server{answers: map[string]string{"RCPT": "hang"}}).start(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for line := range srv.said {
			if strings.HasPrefix(line, "RCPT") {
				cancel()
			}
		}
	}()
	if err := client(t, "smtp://"+srv.addr).Send(ctx, 7, example()); Class(err) != "timeout" {
		t.Errorf("cancelled: %v", err)
	}
}

func TestSMTPUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	err = client(t, "smtp://ann:"+secret+"@"+l.Addr().String()).Send(t.Context(), 7, example())
	if !Down(err) || Permanent(err) || Class(err) != "unreachable" {
		t.Error(err)
	}
	wantSafe(t, err)
}

func TestSMTPNeedsNoServerForABadMail(t *testing.T) {
	m := example()
	m.To = "a@b,c@d"
	if err := client(t, "smtp://127.0.0.1:1").Send(t.Context(), 7, m); !Permanent(err) || Class(err) != "invalid" {
		t.Error(err)
	}
}

func TestSMTPOverTLS(t *testing.T) {
	config, roots := certificate(t)
	for _, implicit := range []bool{false, true} {
		srv := (&server{tls: config, implicit: implicit, extensions: []string{"STARTTLS", "AUTH LOGIN PLAIN"}}).start(t)
		s := client(t, map[bool]string{false: "smtp", true: "smtps"}[implicit]+"://ann:"+secret+"@"+srv.addr)
		s.plain, s.roots = false, roots // as if the server were elsewhere
		if err := s.Send(t.Context(), 7, example()); err != nil {
			t.Fatalf("implicit %v: %v", implicit, err)
		}
		heard := strings.Join(srv.all(), "\n")
		if auth, starttls := strings.Index(heard, "AUTH PLAIN"), strings.Index(heard, "STARTTLS"); auth < starttls || starttls >= 0 == implicit {
			t.Errorf("implicit %v: heard %s", implicit, heard)
		}
	}
}

// Off this machine nothing is said before the connection is encrypted, to a server that has proven its name.
func TestSMTPTellsNothingWithoutTLS(t *testing.T) {
	config, _ := certificate(t)
	for name, srv := range map[string]*server{
		"no STARTTLS":         {extensions: []string{"AUTH PLAIN"}},
		"unknown issuer":      {extensions: []string{"STARTTLS", "AUTH PLAIN"}, tls: config},
		"unknown, from start": {tls: config, implicit: true},
	} {
		srv.start(t)
		s := client(t, map[bool]string{false: "smtp", true: "smtps"}[srv.implicit]+"://ann:"+secret+"@"+srv.addr)
		s.plain = false
		err := s.Send(t.Context(), 7, example())
		if Class(err) != "tls" || !Down(err) || Permanent(err) {
			t.Errorf("%s: %v", name, err)
		}
		wantSafe(t, err)
		for _, line := range srv.all() {
			if strings.HasPrefix(line, "AUTH") || strings.HasPrefix(line, "MAIL") {
				t.Errorf("%s: the server heard %q", name, line)
			}
		}
	}
}

func TestSMTPAddressesBeyondASCII(t *testing.T) {
	m := example()
	m.To = "jörg@bücher.example"
	srv := (&server{}).start(t)
	if err := client(t, "smtp://"+srv.addr).Send(t.Context(), 7, m); Class(err) != "utf8" || !Permanent(err) {
		t.Error(err)
	}
	srv = (&server{extensions: []string{"SMTPUTF8"}}).start(t)
	if err := client(t, "smtp://"+srv.addr).Send(t.Context(), 7, m); err != nil {
		t.Fatal(err)
	}
	heard := srv.all()
	if heard[1] != "MAIL FROM:<info@example.tld> SMTPUTF8" || heard[2] != "RCPT TO:<jörg@xn--bcher-kva.example>" {
		t.Errorf("heard %q", heard)
	}
}

func TestSMTPSignsInOrGivesUp(t *testing.T) {
	srv := (&server{extensions: []string{"AUTH CRAM-MD5"}}).start(t)
	if err := client(t, "smtp://ann:"+secret+"@"+srv.addr).Send(t.Context(), 7, example()); Class(err) != "auth" || Permanent(err) {
		t.Error(err)
	}
}

func TestSMTPURL(t *testing.T) {
	good := map[string]SMTP{
		"smtp://localhost":                {host: "localhost", port: "587", plain: true},
		"smtp://127.0.0.2:2525":           {host: "127.0.0.2", port: "2525", plain: true},
		"smtp://[::1]:25/":                {host: "::1", port: "25", plain: true},
		"smtp://mail.example":             {host: "mail.example", port: "587"},
		"smtp://localhost.example":        {host: "localhost.example", port: "587"},
		"smtps://a%40b:p%3A%2F@mail.test": {host: "mail.test", port: "465", implicit: true, user: "a@b", password: "p:/"},
		"smtps://localhost:1":             {host: "localhost", port: "1", implicit: true},
	}
	for url, want := range good {
		got, err := NewSMTP(url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if got.host != want.host || got.port != want.port || got.plain != want.plain || got.implicit != want.implicit || got.user != want.user || got.password != want.password {
			t.Errorf("%s: got %+v", url, *got)
		}
		if s := fmt.Sprintf("%v %+v %#v %s", got, got, got, got); want.password != "" && strings.Contains(s, want.password) {
			t.Errorf("%s shows its password: %s", url, s)
		}
	}
	for _, url := range []string{
		"", "mail.example", "http://mail.example", "smtp://", "smtp:mail.example", "smtp://h/path", "smtp://h?x=1", "smtp://h#x",
		"smtp://user@h", "smtp://:" + secret + "@h", "smtp://a:" + secret + "%zz@h", "smtp://a:" + secret + "@h:port", "smtp://h:0", "smtp://h:65536", "smtp://a:" + secret + "%00@h",
	} {
		if _, err := NewSMTP(url); err == nil {
			t.Errorf("%q was taken", url)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", url, err)
		}
	}
}
