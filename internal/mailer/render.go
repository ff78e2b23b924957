package mailer

import (
	"embed"
	"html/template"
	"regexp"
	"strings"
)

// A Kind is one of the texts that the house sends.
type Kind string

// The kinds of mail.
const (
	Confirmation    Kind = "email-confirmation" // a link that proves an address
	PasswordReset   Kind = "password-reset"     // a link to choose a new password
	EmailChanged    Kind = "email-changed"      // tells the old address that it is no longer the account's; has no link
	Reminder        Kind = "reminder"           // tells of a reminder that is due; has no link
	PasswordChanged Kind = "password-changed"   // tells who changed his password without the old one that he did; has no link
)

// subject is "" for a kind that there is no text for.
func (k Kind) subject() string {
	switch k {
	case Confirmation:
		return "Confirm your email address"
	case PasswordReset:
		return "Reset your password"
	case EmailChanged:
		return "Your email address was changed"
	case Reminder:
		return "Your reminder"
	case PasswordChanged:
		return "Your password was changed"
	}
	return ""
}

// Texts are what a mail is made of. The subject is plain text; the others are HTML templates as [CheckTemplate] takes them.
type Texts struct {
	Subject string // at most 255 bytes
	Body    string // shows header and footer where it wants them
	Header  string
	Footer  string
}

//go:embed templates/*.html
var texts embed.FS

// Default answers the texts that the house comes with. A kind that there is none for has neither subject nor body.
func Default(kind Kind) Texts {
	t := Texts{Subject: kind.subject(), Header: embedded("header"), Footer: embedded("footer")}
	if t.Subject != "" {
		t.Body = embedded(string(kind))
	}
	return t
}

func embedded(name string) string {
	text, _ := texts.ReadFile("templates/" + name + ".html") // a test asks for each
	return string(text)
}

// Fields are what templates can show. The names are those that administrators know.
type Fields struct {
	EmailAddress   string // whom the mail goes to
	URL            string // what to follow; http or https, with the token
	BaseURL        string // of the application; http or https
	Logo           string // http, https, or a data URL of a png, jpeg, gif or webp; anything else is left out
	SignatureName  string // who sends the mail
	SignatureEmail string
	Reminder       string // what a reminder is called; "" for none, and in other mails
}

// A page is what a template gets: strings, and nothing that can be called. Header and footer are open to it because they
// come from templates themselves.
type page struct {
	EmailAddress, URL, BaseURL    string
	Logo                          template.URL
	SignatureName, SignatureEmail string
	Reminder                      string
	EmailHeaderEn, EmailFooterEn  template.HTML
}

var logoPattern = regexp.MustCompile(`^(https?://[^\s"'<>]+|data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*)$`)

func (f Fields) page() page {
	p := page{
		EmailAddress: f.EmailAddress, URL: f.URL, BaseURL: f.BaseURL,
		SignatureName: f.SignatureName, SignatureEmail: f.SignatureEmail, Reminder: f.Reminder,
	}
	if logoPattern.MatchString(f.Logo) {
		p.Logo = template.URL(f.Logo)
	}
	return p
}

// Render answers the subject and the HTML of a mail. Everything in f is escaped for the place where it is shown. An error
// means that the texts make no mail; who has others may try those.
func Render(t Texts, f Fields) (subject, html string, err error) {
	if !goodSubject(t.Subject) {
		return "", "", broken("the subject is empty, too long or not plain text")
	}
	p := f.page()
	header, err := run(t.Header, p)
	if err != nil {
		return "", "", broken("the header: " + err.Error())
	}
	footer, err := run(t.Footer, p)
	if err != nil {
		return "", "", broken("the footer: " + err.Error())
	}
	p.EmailHeaderEn, p.EmailFooterEn = template.HTML(header), template.HTML(footer)
	html, err = run(t.Body, p)
	switch {
	case err != nil:
		return "", "", broken(err.Error())
	case strings.TrimSpace(html) == "":
		return "", "", broken("it shows nothing")
	}
	return t.Subject, html, nil
}

func broken(why string) error {
	return &failure{class: "template", text: "the template can't be used: " + why, permanent: true}
}
