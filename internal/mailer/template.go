package mailer

import (
	"errors"
	"fmt"
	"html/template"
	"strings"
	"time"
)

// The bounds of a template.
const (
	maxTemplate = 64 << 10  // bytes of its text
	maxOutput   = 256 << 10 // bytes of what it makes
	renderTime  = time.Second
)

// CheckTemplate reports why a text can't be a template of a mail, in words for who wrote it. A template is at most 64 KiB of
// HTML in the syntax of Go's html/template. It knows the [Fields] and EmailHeaderEn, EmailFooterEn; if, else, with, define,
// block and template; variables; and, or, not, len, eq, ne, lt, le, gt, ge. It knows no loops and no other functions, and
// its templates don't call themselves: so it ends, soon, whatever is in it. What it makes is at most 256 KiB.
func CheckTemplate(text string) error {
	full := Fields{
		EmailAddress: "ann@example.org", URL: "https://example.org/auth?token=0123456789abcdef", BaseURL: "https://example.org/",
		Logo: "https://example.org/logo.png", SignatureName: "Example Sender", SignatureEmail: "info@example.org",
		Reminder: "Call Ann",
	}.page()
	full.EmailHeaderEn, full.EmailFooterEn = "<html><body>", "</body></html>"
	for _, p := range []page{full, {}} {
		if _, err := run(text, p); err != nil {
			return err
		}
	}
	return nil
}

// run fills a template, within its bounds.
func run(text string, p page) (string, error) {
	return inTime(func() (string, error) {
		t, err := compile(text)
		if err != nil {
			return "", err
		}
		var out output
		err = t.Execute(&out, p)
		return out.String(), err
	})
}

func compile(text string) (*template.Template, error) {
	if len(text) > maxTemplate {
		return nil, fmt.Errorf("it has more than %d bytes", maxTemplate)
	}
	t, err := template.New("mail").Parse(text)
	if err != nil {
		return nil, err
	}
	return t, checkTrees(t)
}

// An output takes what a template makes, up to its bound.
type output struct{ strings.Builder }

func (o *output) Write(p []byte) (int, error) {
	if o.Len()+len(p) > maxOutput {
		return 0, fmt.Errorf("it makes more than %d bytes", maxOutput)
	}
	return o.Builder.Write(p)
}

var (
	errSlow  = errors.New("it takes too long")
	errPanic = errors.New("it can't be understood")
)

// inTime gives up on f after a second. What checkTrees takes ends by itself, and long before; this is for what nobody thought
// of, and so is the recover.
func inTime(f func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		r := result{err: errPanic}
		defer func() {
			_ = recover()
			done <- r
		}()
		text, err := f()
		r = result{text, err}
	}()
	late := time.NewTimer(renderTime)
	defer late.Stop()
	select {
	case r := <-done:
		return r.text, r.err
	case <-late.C:
		return "", errSlow
	}
}
