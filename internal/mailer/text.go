package mailer

import (
	"strings"
	"text/template"

	gomail "github.com/wneessen/go-mail"
)

// The kinds of mail that are plain text: they hold a line that who asked for the mail has written.
const (
	TatWelcome Kind = "tat-welcome"
	TatReset   Kind = "tat-reset"
)

// maxLine is the longest line that goes as it is (RFC 5322, 2.1.1), in bytes.
const maxLine = 998

// IsText reports whether mails of the kind are plain text, made by [RenderText].
func (k Kind) IsText() bool { return k == TatWelcome || k == TatReset }

// RenderText answers the subject and the text of a mail of plain text. The callback stands on a line of its own, as it is.
func RenderText(kind Kind, callback string) (subject, text string, err error) {
	source, _ := texts.ReadFile("templates/" + string(kind) + ".txt") // a test asks for each
	t, err := template.New("mail").Parse(string(source))
	if err != nil {
		return "", "", broken(err.Error())
	}
	var b strings.Builder
	if err := t.Execute(&b, struct{ Callback string }{callback}); err != nil {
		return "", "", broken(err.Error())
	}
	return kind.subject(), b.String(), nil
}

// encoding leaves text as it is where that may be sent, so that a link in it can be read in the raw mail, too.
func encoding(text string) gomail.Encoding {
	if !ascii(text) {
		return gomail.EncodingQP
	}
	for line := range strings.Lines(text) {
		if len(line) > maxLine {
			return gomail.EncodingQP
		}
	}
	return gomail.NoEncoding // under the label 8bit; the library would quote what it labels 7bit
}
