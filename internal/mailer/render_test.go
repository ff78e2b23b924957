package mailer

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var href = regexp.MustCompile(`href="([^"]*)"`)

func links(text string) (all []string) {
	for _, m := range href.FindAllStringSubmatch(text, -1) {
		all = append(all, html.UnescapeString(m[1]))
	}
	return all
}

func TestRender(t *testing.T) {
	f := exampleFields()
	mailto := "mailto:info@example.tld"
	cases := map[Kind]struct {
		subject string
		links   []string
		texts   []string
	}{
		Confirmation: {"Confirm your email address", []string{f.BaseURL, f.URL, mailto}, []string{
			"<h1>Confirm your email address</h1>", "Follow this link to confirm your email address.", "You will be logged-in after successful confirmation.",
		}},
		PasswordReset: {"Reset your password", []string{f.BaseURL, f.URL, mailto}, []string{
			"<h1>Reset your password</h1>", "and reset your password.", "You will be logged-in after successful reset.",
		}},
		EmailChanged: {"Your email address was changed", []string{f.BaseURL, mailto, mailto}, []string{
			"<h1>Your email address was changed</h1>", f.EmailAddress,
		}},
		Reminder: {"Your reminder", []string{f.BaseURL, mailto}, []string{"<h1>Call Bob</h1>"}},
		PasswordChanged: {"Your password was changed", []string{f.BaseURL, mailto, mailto}, []string{
			"<h1>Your password was changed</h1>", f.EmailAddress,
		}},
	}
	for kind, want := range cases {
		subject, text, err := Render(Default(kind), f)
		if err != nil || subject != want.subject {
			t.Errorf("%s: %q %v", kind, subject, err)
		}
		if got := links(text); !slices.Equal(got, want.links) {
			t.Errorf("%s: links %q, want %q", kind, got, want.links)
		}
		for _, s := range want.texts {
			if !strings.Contains(text, s) {
				t.Errorf("%s: %q is missing in\n%s", kind, s, text)
			}
		}
		if !strings.HasPrefix(text, "<!doctype html>") || strings.Count(text, "</html>") != 1 {
			t.Errorf("%s is no document:\n%s", kind, text)
		}
	}
}

func TestRenderUnknownKind(t *testing.T) {
	if _, _, err := Render(Default("header"), exampleFields()); !Permanent(err) || Class(err) != "template" {
		t.Error(err)
	}
}

func TestRenderEscapes(t *testing.T) {
	evil := `"><script>alert(1)</script>{{.URL}}`
	_, text, err := Render(Default(Confirmation), Fields{evil, "javascript:alert(1)//" + evil, "data:text/html," + evil, `data:image/svg+xml;base64,AA` + evil, evil, evil, evil})
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", `href="javascript`, `href="data`, "<img"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q in\n%s", bad, text)
		}
	}
}

func TestRenderLogo(t *testing.T) {
	for logo, shown := range map[string]bool{
		"data:image/png;base64,iVBORw0KGgo=": true, "https://example.tld/logo.png": true, "": false,
		"data:image/svg+xml;base64,AAAA": false, "javascript:alert(1)": false, "data:image/png;base64,AA\" onerror=x": false,
	} {
		f := exampleFields()
		f.Logo = logo
		_, text, err := Render(Default(Confirmation), f)
		if err != nil || strings.Contains(text, `<img src="`+logo+`"`) != shown || strings.Contains(text, "<img") != shown {
			t.Errorf("%q: %v\n%s", logo, err, text)
		}
	}
}
