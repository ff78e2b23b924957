package server_test

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"muster/internal/config"
	"muster/internal/mustertest"
	"muster/internal/obs"
	"muster/internal/server"
)

// same leaves of a mail what does not depend on when it was written and which token it carries.
func same(m mustertest.Mail) string {
	text := strings.ReplaceAll(m.Raw, "=\r\n", "")
	text = strings.ReplaceAll(text, m.Token(), "TOKEN")
	return regexp.MustCompile(`(?m)^(Date|Message-ID): .*$`).ReplaceAllString(text, "$1")
}

// TestMailsIgnoreWhoAsks: a request cannot say where the links in a mail lead.
func TestMailsIgnoreWhoAsks(t *testing.T) {
	eachOffice(t, func(o *office) {
		const ann = "ann@example.org"
		o.person(ann)
		o.fine(o.post("internal/request-password-reset", "email", ann))
		want := same(o.mails(1))
		req, err := http.NewRequest("POST", o.URL+"/corteza/system/auth/internal/request-password-reset", strings.NewReader(object(t, "email", ann)))
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "evil.example"
		req.Header.Set("Forwarded", "host=evil.example;proto=https")
		for _, name := range []string{
			"X-Forwarded-Host", "X-Forwarded-Server", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Forwarded-Port",
			"X-Host", "X-Original-Host", "X-Original-URL", "Origin", "Referer", "Accept-Language", "User-Agent",
		} {
			req.Header.Set(name, "https://evil.example/evil")
		}
		req.Header.Set("Content-Type", "application/json")
		o.fine(o.Nobody().Send(t, req))
		m := o.mails(2)
		if got := same(m); got != want || strings.Contains(got, "evil") {
			t.Errorf("the mail is\n%s\nwant\n%s", got, want)
		}
	})
}

// TestMailsGoBySMTP, also those that were written while the server was down.
func TestMailsGoBySMTP(t *testing.T) {
	smtp := mustertest.StartSMTP(t)
	eachOffice(t, func(o *office) {
		before := len(smtp.Mails(t))
		o.signUp("ann@example.org")
		o.Work(t)
		got := smtp.Mails(t)[before:]
		if len(got) != 1 || got[0].To() != "ann@example.org" {
			t.Fatalf("the server got %v", got)
		}
		o.signedIn(o.post("internal/confirm-email", "token", got[0].Token()), "ann@example.org")

		smtp.SetDown(true)
		defer smtp.SetDown(false)
		asked := o.post("internal/request-password-reset", "email", "ann@example.org")
		unknown := o.post("internal/request-password-reset", "email", "nobody@example.org")
		if asked.Status != http.StatusOK || string(asked.Body) != string(unknown.Body) {
			t.Errorf("while the mail server is down: %d %s", asked.Status, asked.Body)
		}
		o.Work(t)
		if !o.Log.Contains("a letter could not be sent") || o.Log.Contains("ann@example.org") {
			t.Errorf("the log should tell of the letter, and not to whom it goes:\n%s", o.Log.Text())
		}
		o.Clock.Advance(20 * time.Second)
		o.Work(t)
		smtp.SetDown(false)
		o.Work(t)
		if got := smtp.Mails(t)[before:]; len(got) != 1 {
			t.Fatalf("tried before its time: %v", got[1:])
		}
		o.Clock.Advance(10 * time.Second)
		o.Work(t)
		if got = smtp.Mails(t)[before:]; len(got) != 2 || got[1].Subject() != "Reset your password" {
			t.Fatalf("the server got %v", got)
		}
		o.fine(o.use("internal/exchange-password-reset-token", got[1].Token()))
	}, func(c *config.Config) { c.Mail.SMTPURL = smtp.URL })
}

// TestMailsAreWhatSettingsSay: an administrator's texts are in the next mail; what would make no mail is refused with the reason.
func TestMailsAreWhatSettingsSay(t *testing.T) {
	eachOffice(t, func(o *office) {
		for name, value := range map[string]string{
			"auth.mail.password-reset.subject.en": "Neues Passwort für Sie",
			"auth.mail.password-reset.body.en":    `{{.EmailHeaderEn}}<a href="{{.URL}}">{{.EmailAddress}}, {{.SignatureEmail}}</a>{{.EmailFooterEn}}`,
			"general.mail.header.en":              `<img src="{{.Logo}}"><a href="{{.BaseURL}}">home</a>`,
			"general.mail.footer.en":              "<i>{{.SignatureName}}</i>",
			"general.mail.logo":                   "data:image/png;base64,iVBORw0KGgo=",
			"auth.mail.from-address":              "we@bücher.example",
			"auth.mail.from-name":                 `"The" People, GmbH <x@y>; =?utf-8?q?=0d=0aBcc:_evil?=`,
			"auth.frontend.url.base":              "https://app.example/",
			"auth.frontend.url.password-reset":    "https://app.example/#/reset?token=",
		} {
			o.fine(o.set(name, value))
		}
		o.person("ann@example.org")
		o.fine(o.post("internal/request-password-reset", "email", "ann@example.org"))
		m := o.mails(1)
		want := `<img src="data:image/png;base64,iVBORw0KGgo="><a href="https://app.example/">home</a><a href="https://app.example/#/reset?token=` + m.Token() +
			`">ann@example.org, we@bücher.example</a><i>&#34;The&#34; People, GmbH &lt;x@y&gt;; =?utf-8?q?=0d=0aBcc:_evil?=</i>`
		if m.HTML != want || m.Subject() != "Neues Passwort für Sie" {
			t.Errorf("the mail is\n%s\nwant\n%s", m.HTML, want)
		}
		if from, err := m.Header.AddressList("From"); err != nil || len(from) != 1 || from[0].Address != "we@xn--bcher-kva.example" || m.Header.Get("Bcc") != "" {
			t.Errorf("from %v %v", from, err)
		}
	})
}

func TestSettingsThatMakeNoMailAreRefused(t *testing.T) {
	eachOffice(t, func(o *office) {
		before := o.Rows(t)
		for _, c := range []struct{ name, value, says string }{
			{"auth.mail.password-reset.body.en", "{{.Password}}", ".Password is not known here"},
			{"auth.mail.email-confirmation.body.en", "{{range 1000000000}}{{end}}", "can't be a mail template"},
			{"general.mail.header.en", `{{printf "%1000000d" 1}}`, "the function printf is not known here"},
			{"general.mail.footer.en", `{{define "x"}}{{template "x"}}{{end}}`, "calls itself"},
			{"general.mail.footer.en", `<a href="`, "can't be a mail template"},
			{"auth.mail.password-reset.subject.en", "a\r\nBcc: evil@example.org", "has to be one line"},
			{"auth.mail.password-reset.subject.en", strings.Repeat("x", 256), "has to be one line"},
			{"auth.mail.from-name", "a\u200bb", "has to be one line"},
			{"auth.mail.from-address", "a..b@example.org", "has to be an e-mail"},
			{"auth.mail.from-address", "jörg@example.org", "has to be an e-mail"},
			{"auth.mail.from-address", "", "has to be an e-mail"},
			{"auth.frontend.url.password-reset", "javascript:alert(1)//", "has to be a web address"},
		} {
			if a := o.set(c.name, c.value); !strings.Contains(a.Error(t), c.says) || !strings.Contains(a.Error(t), c.name) {
				t.Errorf("%s: %q answers %s", c.name, c.value, a.Body)
			}
		}
		if after := o.Rows(t); rowsOf(after, "setting") != rowsOf(before, "setting") {
			t.Error("something was stored")
		}
		// Who may not set settings does not have templates tried either, and hears nothing but that.
		o.person("ann@example.org")
		ann := o.SignIn(t, "ann@example.org", mustertest.AdminPassword)
		for _, value := range []string{"{{.Password}}", "fine"} {
			a := ann.Do(t, "PATCH", "/corteza/system/settings/", `{"values":[{"name":"general.mail.header.en","value":"`+value+`"}]}`)
			o.refused(a, "not allowed to manage settings")
		}
	})
}

func rowsOf(rows, table string) string {
	return strings.Join(regexp.MustCompile(`(?m)^`+table+` .*$`).FindAllString(rows, -1), "\n")
}

// TestUnusableSMTPURL: a server that could send no mail does not start, says what is wrong, and leaves nothing behind.
func TestUnusableSMTPURL(t *testing.T) {
	for _, url := range []string{"mail.example", "http://hunter2@mail.example", "smtp://user:hunter2@mail.example:port", "smtp://mail.example:65536", "smtp://user@mail.example"} {
		cfg := config.Config{Data: t.TempDir(), Listen: "127.0.0.1:0", Mail: config.Mail{SMTPURL: url}}
		_, err := server.Open(t.Context(), cfg, obs.NewLogger(io.Discard, false), server.Options{})
		if err == nil || !strings.Contains(err.Error(), "MUSTER_SMTP_URL") || !strings.Contains(err.Error(), "(hint: ") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", url, err)
		}
		if left, err := os.ReadDir(cfg.Data); err != nil || len(left) != 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	}
}
