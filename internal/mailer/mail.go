package mailer

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"
)

// A Mail is what one person gets. All fields are needed, of HTML and Text one.
type Mail struct {
	From    string // with or without a name: "Example Sender" <info@example.tld>; ASCII before the @
	To      string // one bare address
	Subject string // at most 255 bytes
	HTML    string
	Text    string    // plain; lines end with \n
	Date    time.Time // when it was written; a retry has the same or a later one
}

const maxSubject = 255

// A letter is a Mail that was found good, as it goes over the wire.
type letter struct {
	from, to string // of the envelope, without angle brackets
	octets   []byte
}

// CheckFrom reports what keeps a sender, with or without a name, from being one. Whoever takes it from a configuration asks
// at start, since later each mail would fail.
func CheckFrom(from string) error {
	_, err := parseFrom(from)
	return err
}

// write checks the mail and gives it its final form. The number makes its Message-ID, with the domain of the sender.
func (m Mail) write(id int64) (letter, error) {
	if id <= 0 {
		return letter{}, invalid("its number is not positive")
	}
	from, err := parseFrom(m.From)
	if err != nil {
		return letter{}, err
	}
	to, err := parseTo(m.To)
	if err != nil {
		return letter{}, err
	}
	if err := m.checkContent(); err != nil {
		return letter{}, err
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	msg := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingQP), gomail.WithCharset(gomail.CharsetUTF8), gomail.WithNoDefaultUserAgent())
	msg.SetMessageIDWithValue(fmt.Sprintf("%d@%s", id, domain))
	msg.SetDateWithValue(m.Date)
	msg.Subject(m.Subject)
	msg.SetGenHeader("From", from.String())
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // so that no absence note answers
	// Preformatted, because the library would put the address into angle brackets; the mails that clients know have none.
	msg.SetGenHeaderPreformatted("To", to)
	if m.Text != "" {
		msg.SetEncoding(encoding(m.Text))
		msg.SetBodyString(gomail.TypeTextPlain, strings.ReplaceAll(m.Text, "\n", "\r\n"))
	} else {
		msg.SetBodyString(gomail.TypeTextHTML, m.HTML)
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return letter{}, invalid("it can't be encoded")
	}
	return letter{from.Address, to, b.Bytes()}, nil
}

func (m Mail) checkContent() error {
	switch {
	case !goodSubject(m.Subject):
		return invalid("its subject is empty, too long or not plain text")
	case (m.HTML == "") == (m.Text == ""):
		return invalid("its content is empty, or there are two")
	case !utf8.ValidString(m.HTML + m.Text):
		return invalid("its content is not UTF-8")
	case m.Date.IsZero():
		return invalid("it has no date")
	}
	return nil
}

func goodSubject(s string) bool { return s != "" && len(s) <= maxSubject && printable(s) }

func parseFrom(s string) (*netmail.Address, error) {
	if !printable(s) {
		return nil, invalid("its sender is not plain text")
	}
	from, err := netmail.ParseAddress(s)
	if err != nil || !printable(from.Name) {
		return nil, invalid("its sender is not an address")
	}
	from.Address, err = parseTo(from.Address)
	// Not every server would take it, and it is in every mail.
	if err != nil || !ascii(from.Address) {
		return nil, invalid("its sender is not an address of ASCII characters")
	}
	return from, nil
}

// parseTo answers a bare address with its domain in ASCII.
func parseTo(s string) (string, error) {
	addr, err := netmail.ParseAddress(s)
	if err != nil || addr.Name != "" || addr.Address != s || !printable(s) || strings.ContainsAny(s, " ,;<>()[]\"\\") {
		return "", invalid("its recipient is not one bare address")
	}
	local, domain, _ := strings.Cut(s, "@")
	if !ascii(domain) {
		if domain, err = idna.Lookup.ToASCII(domain); err != nil {
			return "", invalid("the domain of its recipient is not one")
		}
	}
	return local + "@" + domain, nil
}

// printable reports whether s is UTF-8 without control characters and without invisible ones, which turn the direction of
// text or make two addresses look alike.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
	})
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}
