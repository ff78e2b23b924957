package mailer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCheckTemplateTakes(t *testing.T) {
	for _, text := range []string{
		"", "no template at all", "<p>{{.EmailAddress}}</p>", `<a href="{{.URL}}">{{.URL}}</a>`,
		`{{ .EmailHeaderEn }}<h2>Hi</h2>{{ if .Logo }}<img src="{{ .Logo }}">{{ else }}{{ .SignatureName }}{{ end }}{{ .EmailFooterEn }}`,
		`{{/* a comment */}}{{$x := .BaseURL}}<a href="{{$x}}">{{$.SignatureEmail}}</a>{{with .URL}}{{.}}{{end}}`,
		`{{define "b"}}<a href="{{.}}">press</a>{{end}}{{template "b" .URL}}{{template "b" .BaseURL}}`,
		`{{block "b" .}}{{.SignatureName}}{{end}}`,
		`{{if and .URL (not (eq .Logo "")) (gt (len .URL) 3)}}{{.URL}}{{else if or .Logo .BaseURL}}x{{end}}`,
		"<table><tr><td>", // a header leaves open what the footer closes
		strings.Repeat("x", maxTemplate), strings.Repeat("{{.}}", maxTemplate/5/11),
	} {
		if err := CheckTemplate(text); err != nil {
			t.Errorf("%.60q: %v", text, err)
		}
	}
	for _, k := range []Kind{Confirmation, PasswordReset, EmailChanged, PasswordChanged, Reminder} {
		d := Default(k)
		for _, text := range []string{d.Body, d.Header, d.Footer} {
			if err := CheckTemplate(text); err != nil || text == "" {
				t.Errorf("%s: %v in %.60q", k, err, text)
			}
		}
	}
}

// calls is a template that does nothing, so often that nobody lives to see its end.
func calls() string {
	var b strings.Builder
	for i := range 60 {
		fmt.Fprintf(&b, `{{define "t%d"}}{{template "t%d"}}{{template "t%d"}}{{end}}`, i, i+1, i+1)
	}
	return b.String() + `{{define "t60"}}{{end}}{{template "t0"}}`
}

func TestCheckTemplateRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"not closed":        "{{.URL",
		"not ended":         "{{if .URL}}x",
		"no field":          "{{.Password}}",
		"no field, unseen":  `{{if eq .EmailAddress "ann@example.tld"}}{{.Password}}{{end}}`,
		"field of a field":  "{{.URL.Host}}",
		"field of a value":  "{{(.URL).Host}}",
		"field of variable": "{{$x := .URL}}{{$x.Host}}",
		"other types":       `{{eq .URL 1}}`,
		"other types, else": `{{if .Logo}}x{{else}}{{eq .URL 1}}{{end}}`,
		"method":            "{{.Logo.String}}",
		"function":          `{{env "HOME"}}`,
		"printf":            `{{printf "%1000000d" 1}}`,
		"many printf":       strings.Repeat(`{{$x := printf "%1000000d" 1}}`, 1000),
		"doubling":          `{{$x := .URL}}` + strings.Repeat(`{{$x = print $x $x}}`, 100),
		"html":              `{{html .URL .URL}}`,
		"urlquery":          `{{urlquery .URL}}`,
		"js":                `{{js .URL}}`,
		"call":              `{{call .URL}}`,
		"index":             `{{index .URL 1000}}`,
		"slice":             `{{slice .URL 1000}}`,
		"escaper":           `{{_html_template_htmlescaper .URL}}`,
		"loop":              "{{range .URL}}x{{end}}",
		"long loop":         "{{range 1000000000}}{{end}}",
		"hidden loop":       `{{define "x"}}{{range 1000000000}}{{end}}{{end}}`,
		"recursion":         `{{define "x"}}{{template "x" .}}{{end}}{{template "x" .}}`,
		"mutual recursion":  `{{define "x"}}{{template "y"}}{{end}}{{define "y"}}{{template "x"}}{{end}}`,
		"recursion at once": `{{template "mail"}}`,
		"the same, defined": `{{define "mail"}}{{template "mail"}}{{end}}`,
		"unseen recursion":  `{{define "x"}}{{if .}}{{template "x"}}{{end}}{{end}}`,
		"2^60 calls":        calls(),
		"no such template":  `{{template "other.html"}}`,
		"no such, unseen":   `{{if eq .URL "x"}}{{template "other.html"}}{{end}}`,
		"script":            "<script>{{if .URL}}'{{end}}</script>",
		"attribute":         `<a href="{{if .URL}}x"{{end}}>`,
		"open attribute":    `<a href="`,
		"open tag":          `<a {{.URL}}`,
		"long":              strings.Repeat("x", maxTemplate+1),
		"output":            `{{define "x"}}` + strings.Repeat("x", 32<<10) + `{{end}}` + strings.Repeat(`{{template "x"}}`, 9),
		"output of fields":  strings.Repeat("{{.}}", maxTemplate/5),
		"parentheses":       "{{" + strings.Repeat("(", 60000) + "1" + strings.Repeat(")", 10) + "}}",
		"nested":            strings.Repeat("{{if 1}}", 8000),
	} {
		begun := time.Now()
		if err := CheckTemplate(text); err == nil {
			t.Errorf("%s: taken", name)
		} else if len(err.Error()) > 300 {
			t.Errorf("%s: the error is long: %v", name, err)
		}
		if took := time.Since(begun); took > 4*renderTime {
			t.Errorf("%s: it took %v", name, took)
		}
	}
}

// Some texts take html/template a time that grows with the square of their length: a second is all they get. Here they are
// short, since nobody can stop what goes on behind that second.
func TestCheckTemplateEndsSoon(t *testing.T) {
	fill := func(begin, part string) string { return begin + strings.Repeat(part, 4<<10/len(part)) }
	for _, text := range []string{
		fill("<script>", "`${"), fill("<script>", "`"), fill("<script>", "/*"), fill("<script>", "</scrip"), fill("<style>", "</styl"),
		fill("", "<!--"), fill("", "<"), fill("", "<a "), fill("<a ", "x="), fill("<a href='", "&#"), fill("<script>", "{{.URL}}/"),
		fill("<script>`${", "{{if .URL}}{{end}}"), fill("", "{{if .URL}}{{end}}"), fill("<style>", "url("), fill("<a srcset='", "{{.URL}},"),
		fill("", "{{eq .URL .URL}}"), fill("<a style='", "{{.URL}}"), fill("<textarea>", "</textare"),
	} {
		if err := CheckTemplate(text); errors.Is(err, errSlow) || errors.Is(err, errPanic) {
			t.Errorf("%.30q: %v", text, err)
		}
	}
	blocked := make(chan struct{})
	defer close(blocked)
	if _, err := inTime(func() (string, error) { <-blocked; return "", nil }); !errors.Is(err, errSlow) {
		t.Errorf("what does not end: %v", err)
	}
	if _, err := inTime(func() (string, error) { panic("x") }); !errors.Is(err, errPanic) {
		t.Errorf("a panic: %v", err)
	}
}

func TestRenderUsesTexts(t *testing.T) {
	texts := Texts{
		Subject: "Grüße {{.URL}}", Header: "<h1>{{.SignatureName}}</h1>", Footer: "<i>{{.BaseURL}}</i>",
		Body: `{{.EmailHeaderEn}}<a href="{{.URL}}">{{.EmailAddress}}</a>{{.EmailFooterEn}}`,
	}
	f := exampleFields()
	f.SignatureName = "<b>"
	subject, html, err := Render(texts, f)
	if err != nil || subject != texts.Subject {
		t.Errorf("the subject is plain text: %q %v", subject, err)
	}
	want := `<h1>&lt;b&gt;</h1><a href="http://local.corteza.test/auth/confirm-email?token=0123456789abcdefghijABCDEFGHIJxy489455370631987214">` +
		`mia@golden.test</a><i>http://local.corteza.test/</i>`
	if html != want {
		t.Errorf("got %s", html)
	}
}

func TestRenderRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*Texts){
		"subject":      func(x *Texts) { x.Subject = "" },
		"subject line": func(x *Texts) { x.Subject = "a\nb" },
		"long subject": func(x *Texts) { x.Subject = strings.Repeat("a", maxSubject+1) },
		"body":         func(x *Texts) { x.Body = "{{.Nope}}" },
		"no body":      func(x *Texts) { x.Body = " {{if .Nothing}}{{end}}" },
		"blank body":   func(x *Texts) { x.Body = " \n" },
		"header":       func(x *Texts) { x.Header = "{{.Nope}}" },
		"footer":       func(x *Texts) { x.Footer = "{{range 9}}{{end}}" },
		"together":     func(x *Texts) { x.Body = strings.Repeat("{{.EmailHeaderEn}}", 500) },
		"together, tame": func(x *Texts) {
			x.Header = strings.Repeat("x", 60000)
			x.Body = strings.Repeat("{{.EmailHeaderEn}}", 5)
		},
	} {
		texts := Default(Confirmation)
		spoil(&texts)
		if _, _, err := Render(texts, exampleFields()); !Permanent(err) || Class(err) != "template" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzTemplate: what is taken makes a mail in its bounds, whatever the fields are.
func FuzzTemplate(f *testing.F) {
	f.Add(Default(Confirmation).Body, "mia@golden.test", "https://example.org/?token=x")
	f.Add(calls(), "", "")
	f.Add(`{{define "x"}}{{if .}}{{.}}{{end}}{{end}}<script>{{template "x" .URL}}</script>`, "</script>", "javascript:alert(1)")
	f.Add(`<a href='{{with $x := .URL}}{{$x}}{{end}}' title={{.Logo}}>`, "'", "\"><")
	f.Fuzz(func(t *testing.T, text, address, url string) {
		begun := time.Now()
		err := CheckTemplate(text)
		if took := time.Since(begun); took > 4*renderTime {
			t.Errorf("it took %v", took)
		}
		if err != nil {
			return
		}
		out, err := run(text, Fields{EmailAddress: address, URL: url}.page())
		if len(out) > maxOutput || slices.Contains([]error{errSlow, errPanic}, err) {
			t.Errorf("%d bytes, %v", len(out), err)
		}
	})
}
