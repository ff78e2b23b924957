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
	Confirmation  Kind = "email-confirmation" // a link that proves an address
	PasswordReset Kind = "password-reset"     // a link to choose a new password
	EmailChanged  Kind = "email-changed"      // tells the old address that it is no longer the account's; has no link
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
	}
	return ""
}

// Fields are what templates can show. The names are those that administrators know.
type Fields struct {
	EmailAddress   string // whom the mail goes to
	URL            string // what to follow; http or https, with the token
	BaseURL        string // of the application; http or https
	Logo           string // http, https, or a data URL of a png, jpeg, gif or webp; anything else is left out
	SignatureName  string // who sends the mail
	SignatureEmail string
}

// A page is what a template gets: strings, and nothing that can be called. Header and footer are open to it because they
// come from templates themselves.
type page struct {
	EmailAddress, URL, BaseURL    string
	Logo                          template.URL
	SignatureName, SignatureEmail string
	EmailHeaderEn, EmailFooterEn  template.HTML
}

//go:embed templates/*.html
var texts embed.FS

var logoPattern = regexp.MustCompile(`^(https?://[^\s"'<>]+|data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*)$`)

// Render answers the subject and the HTML of a mail. Everything in f is escaped for the place where it is shown. An error
// means an unknown kind or a broken template.
func Render(kind Kind, f Fields) (subject, html string, err error) {
	subject = kind.subject()
	if subject == "" {
		return "", "", &failure{class: "template", text: "there is no template for this kind", permanent: true}
	}
	p := page{
		EmailAddress: f.EmailAddress, URL: f.URL, BaseURL: f.BaseURL,
		SignatureName: f.SignatureName, SignatureEmail: f.SignatureEmail,
	}
	if logoPattern.MatchString(f.Logo) {
		p.Logo = template.URL(f.Logo)
	}
	html, err = p.fill(kind)
	if err != nil {
		return "", "", &failure{class: "template", text: "the template can't be filled: " + err.Error(), permanent: true}
	}
	return subject, html, nil
}

// fill runs the three templates of a mail: the header opens the document, the footer closes it.
func (p page) fill(kind Kind) (string, error) {
	all, err := template.ParseFS(texts, "templates/*.html")
	if err != nil {
		return "", err
	}
	run := func(name string) (string, error) {
		var b strings.Builder
		err := all.ExecuteTemplate(&b, name+".html", p)
		return b.String(), err
	}
	header, err := run("header")
	if err != nil {
		return "", err
	}
	footer, err := run("footer")
	if err != nil {
		return "", err
	}
	p.EmailHeaderEn, p.EmailFooterEn = template.HTML(header), template.HTML(footer)
	return run(string(kind))
}
