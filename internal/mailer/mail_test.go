package mailer

import (
	"bytes"
	"flag"
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden files anew")

func example() Mail {
	return Mail{
		From: `"Example Sender" <info@example.tld>`, To: "mia@golden.test", Subject: "Confirm your email address",
		HTML: "<p>Grüße = 1</p>\n", Date: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC),
	}
}

func exampleFields() Fields {
	return Fields{
		EmailAddress: "mia@golden.test", BaseURL: "http://local.corteza.test/",
		URL:           "http://local.corteza.test/auth/confirm-email?token=0123456789abcdefghijABCDEFGHIJxy489455370631987214",
		SignatureName: "Example Sender", SignatureEmail: "info@example.tld", Reminder: "Call Bob",
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (if that is meant, run the test with -update); got\n%s", path, got)
	}
}

func TestWriteGolden(t *testing.T) {
	m := example()
	subject, html, err := Render(Default(Confirmation), exampleFields())
	if err != nil {
		t.Fatal(err)
	}
	m.Subject, m.HTML = subject, html
	l, err := m.write(123)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "confirmation.eml", l.octets)
}

// The headers are those of the mails that clients and their tests know.
func TestWriteHeaders(t *testing.T) {
	got := read(t, example(), 123)
	for name, want := range map[string]string{
		"Mime-Version": "1.0", "Subject": "Confirm your email address", "From": `"Example Sender" <info@example.tld>`, "To": "mia@golden.test",
		"Content-Type": "text/html; charset=UTF-8", "Content-Transfer-Encoding": "quoted-printable",
		"Date": "Mon, 04 May 2026 03:02:01 +0000", "Message-Id": "<123@example.tld>", "Auto-Submitted": "auto-generated",
	} {
		if all := got.Header[name]; len(all) != 1 || all[0] != want {
			t.Errorf("%s: got %q, want %q", name, all, want)
		}
	}
	if len(got.Header) != 9 {
		t.Errorf("got %v", got.Header)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	if want := strings.ReplaceAll(example().HTML, "\n", "\r\n"); err != nil || string(body) != want {
		t.Errorf("got %q %v", body, err)
	}
}

func read(t *testing.T, m Mail, id int64) *netmail.Message {
	t.Helper()
	l, err := m.write(id)
	if err != nil {
		t.Fatal(err)
	}
	got, err := netmail.ReadMessage(bytes.NewReader(l.octets))
	if err != nil {
		t.Fatalf("%v in\n%s", err, l.octets)
	}
	return got
}

func TestWriteRefuses(t *testing.T) {
	cases := map[string]func(*Mail){
		"no recipient":       func(m *Mail) { m.To = "" },
		"no domain":          func(m *Mail) { m.To = "mia" },
		"comma":              func(m *Mail) { m.To = "a@b.test,c@d.test" },
		"semicolon":          func(m *Mail) { m.To = "a@b.test;c@d.test" },
		"blank":              func(m *Mail) { m.To = "a@b.test c@d.test" },
		"two ats":            func(m *Mail) { m.To = "a@b@d.test" },
		"name":               func(m *Mail) { m.To = "Mia <a@b.test>" },
		"brackets":           func(m *Mail) { m.To = "<a@b.test>" },
		"comment":            func(m *Mail) { m.To = "a@b.test(c)" },
		"quoted":             func(m *Mail) { m.To = `"a,b"@d.test` },
		"literal":            func(m *Mail) { m.To = "a@[127.0.0.1]" },
		"group":              func(m *Mail) { m.To = "g:a@b.test;" },
		"trailing dot":       func(m *Mail) { m.To = "a@b.test." },
		"CRLF":               func(m *Mail) { m.To = "a@b.test\r\nBcc: c@d.test" },
		"LF":                 func(m *Mail) { m.To = "a@b.test\nBcc: c@d.test" },
		"CR":                 func(m *Mail) { m.To = "a@b.test\rBcc: c@d.test" },
		"NUL":                func(m *Mail) { m.To = "a@b.test\x00" },
		"line separator":     func(m *Mail) { m.To = "a\u2028@b.test" },
		"turned":             func(m *Mail) { m.To = "a\u202e@b.test" },
		"zero width":         func(m *Mail) { m.To = "a\u200b@b.test" },
		"not UTF-8":          func(m *Mail) { m.To = "a\xff@b.test" },
		"not a domain":       func(m *Mail) { m.To = "a@ü-.test" },
		"from: none":         func(m *Mail) { m.From = "" },
		"from: not ASCII":    func(m *Mail) { m.From = "jörg@b.test" },
		"from: CRLF":         func(m *Mail) { m.From = "\"A\r\nBcc: c@d.test\" <a@b.test>" },
		"from: encoded CRLF": func(m *Mail) { m.From = "=?utf-8?q?A=0D=0AB?= <a@b.test>" },
		"from: list":         func(m *Mail) { m.From = "a@b.test, c@d.test" },
		"subject: none":      func(m *Mail) { m.Subject = "" },
		"subject: CRLF":      func(m *Mail) { m.Subject = "A\r\nBcc: c@d.test" },
		"subject: tab":       func(m *Mail) { m.Subject = "A\tB" },
		"subject: long":      func(m *Mail) { m.Subject = strings.Repeat("a", maxSubject+1) },
		"content: none":      func(m *Mail) { m.HTML = "" },
		"content: not UTF-8": func(m *Mail) { m.HTML = "\xff" },
		"date":               func(m *Mail) { m.Date = time.Time{} },
	}
	for name, spoil := range cases {
		m := example()
		spoil(&m)
		_, err := m.write(1)
		if !Permanent(err) || Down(err) || Class(err) != "invalid" {
			t.Errorf("%s: got %v", name, err)
		} else if strings.Contains(err.Error(), "test") {
			t.Errorf("%s: the error holds the address: %v", name, err)
		}
	}
	if _, err := example().write(0); !Permanent(err) {
		t.Error("number 0:", err)
	}
}

func TestWriteBeyondASCII(t *testing.T) {
	m := example()
	m.From, m.To, m.Subject = `Jörg Grün <info@bücher.example>`, "jörg@BÜCHER.example", strings.Repeat("Grüße ", 30)
	got := read(t, m, 1)
	from, err := netmail.ParseAddress(got.Header.Get("From"))
	if err != nil || from.Name != "Jörg Grün" || from.Address != "info@xn--bcher-kva.example" {
		t.Errorf("from %v %v", from, err)
	}
	if to := got.Header.Get("To"); to != "jörg@xn--bcher-kva.example" {
		t.Errorf("to %q", to)
	}
	var words mime.WordDecoder
	if s, err := words.DecodeHeader(got.Header.Get("Subject")); err != nil || s != m.Subject {
		t.Errorf("subject %q %v", s, err)
	}
}

func TestCheckFrom(t *testing.T) {
	if err := CheckFrom(`"Example Sender" <info@example.tld>`); err != nil {
		t.Error(err)
	}
	if err := CheckFrom("nobody"); err == nil {
		t.Error("taken")
	}
}

// FuzzHeaders: whatever the fields are, a mail that is written has the nine headers once each, one recipient, and its body.
func FuzzHeaders(f *testing.F) {
	f.Add("Example Sender <info@example.tld>", "mia@golden.test", "Hello", "<p>Hello</p>")
	f.Add("a@b", "a@b\r\nBcc: c@d", "A\r\nBcc: c@d", "\r\n.\r\n")
	f.Add("=?utf-8?q?=0d=0aBcc:?= <a@b>", "a@ü.example", "=?utf-8?q?=0d=0aBcc:?=", "x")
	f.Add("\"\r\n\" <a@b>", "ü@b", "ü    ü", "\x00")
	f.Fuzz(func(t *testing.T, from, to, subject, html string) {
		m := Mail{From: from, To: to, Subject: subject, HTML: html, Date: time.Unix(1, 0)}
		l, err := m.write(1)
		if err != nil {
			return
		}
		got, err := netmail.ReadMessage(bytes.NewReader(l.octets))
		if err != nil {
			t.Fatalf("%v in\n%q", err, l.octets)
		}
		for name, all := range got.Header {
			if len(all) != 1 {
				t.Errorf("%s: %q", name, all)
			}
		}
		if len(got.Header) != 9 {
			t.Errorf("headers %v", got.Header)
		}
		if list, err := got.Header.AddressList("To"); err != nil || len(list) != 1 || list[0].Address != l.to {
			t.Errorf("to %v %v", list, err)
		}
		if list, err := got.Header.AddressList("From"); err != nil || len(list) != 1 || list[0].Address != l.from {
			t.Errorf("from %v %v", list, err)
		}
		if strings.ContainsAny(l.from+l.to, "\r\n <>,;") {
			t.Errorf("envelope %q %q", l.from, l.to)
		}
		head, _, _ := bytes.Cut(l.octets, []byte("\r\n\r\n"))
		if bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && r != '\r' && r != '\n' || r == 0x7f }) {
			t.Errorf("control characters in %q", head)
		}
	})
}
