package server_test

import (
	"slices"
	"strings"
	"testing"

	"muster/internal/config"
	"muster/internal/mustertest"
)

func TestConfirmationByMail(t *testing.T) {
	eachOffice(t, func(o *office) {
		const ann = "ann@example.org"
		o.signUp(ann)
		first := o.mails(1)
		if first.To() != ann || first.Subject() != "Confirm your email address" ||
			!strings.Contains(first.HTML, `href="http://muster.example/auth/confirm-email?token=`+first.Token()+`"`) {
			t.Errorf("the mail is\n%s", first.Raw)
		}
		o.refused(o.login(ann, "wrong-horse"), badPassword)
		o.mails(1)
		o.refused(o.login(ann, mustertest.AdminPassword), unconfirmed)
		second := o.mails(2)
		if second.To() != ann || second.Token() == first.Token() {
			t.Errorf("the second mail is\n%s", second.Raw)
		}
		o.signedIn(o.post("internal/confirm-email", "token", second.Token()), ann)
		o.signedIn(o.post("internal/confirm-email", "token", first.Token()), ann) // a newer mail takes nothing from it
		o.signedIn(o.login(ann, mustertest.AdminPassword), ann)
		o.mails(2)
	})
}

func TestResetByMail(t *testing.T) {
	eachOffice(t, func(o *office) {
		const ann = "ann@example.org"
		o.person(ann)
		before := []*mustertest.Client{o.SignIn(t, ann, mustertest.AdminPassword), o.SignIn(t, ann, mustertest.AdminPassword)}
		asked := o.post("internal/request-password-reset", "email", ann)
		if strings.TrimSpace(string(asked.Body)) != `{"response":true}` {
			t.Errorf("asking for a mail: %s", asked.Body)
		}
		m := o.mails(1)
		if m.To() != ann || m.Subject() != "Reset your password" ||
			!strings.Contains(m.HTML, `href="http://muster.example/auth/reset-password?token=`+m.Token()+`"`) {
			t.Errorf("the mail is\n%s", m.Raw)
		}
		o.signedIn(before[0].GET(t, "/corteza/system/auth/check"), ann) // asking ends nothing
		x := o.post("internal/exchange-password-reset-token", "token", m.Token())
		if x.String(t, "response.user.email") != ann || x.String(t, "response.token") == m.Token() {
			t.Errorf("the exchange: %s", x.Body)
		}
		after := o.signedIn(o.use("internal/reset-password", x.String(t, "response.token")), ann)
		for _, c := range before {
			if a := c.GET(t, "/corteza/system/auth/check"); a.Error(t) == "" {
				t.Errorf("an old session lives on: %s", a.Body)
			}
		}
		o.refused(o.login(ann, mustertest.AdminPassword), badPassword)
		o.signedIn(o.login(ann, "another-horse"), ann)
		o.signedIn(after.GET(t, "/corteza/system/auth/check"), ann)
		o.mails(1)
	})
}

// TestResetTellsNothing: who asks does not learn whether there is an account, and others get no mail.
func TestResetTellsNothing(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.person("ann@example.org")
		admin := o.Administrator(t)
		o.fine(admin.POST(t, "/corteza/system/users/"+o.person("locked@example.org")+"/suspend", ""))
		o.fine(admin.DELETE(t, "/corteza/system/users/"+o.person("gone@example.org")))
		known := o.post("internal/request-password-reset", "email", "ann@example.org")
		o.mails(1)
		for _, email := range []string{"nobody@example.org", "locked@example.org", "gone@example.org", "no e-mail", ""} {
			a := o.post("internal/request-password-reset", "email", email)
			if a.Status != known.Status || string(a.Body) != string(known.Body) || len(a.Header) != len(known.Header) {
				t.Errorf("%q: answered %d %s, and for one who is known %d %s", email, a.Status, a.Body, known.Status, known.Body)
			}
			o.mails(1)
		}
	})
}

// Whoever gets the mail has proven the address: a reset confirms it.
func TestResetConfirms(t *testing.T) {
	eachOffice(t, func(o *office) {
		const ann = "ann@example.org"
		token := o.tokens(ann)["internal/reset-password"]
		o.refused(o.login(ann, mustertest.AdminPassword), unconfirmed)
		o.signedIn(o.use("internal/reset-password", token), ann)
		o.signedIn(o.login(ann, "another-horse"), ann)
	})
}

// Switches act at once, and take nothing from tokens that are out.
func TestMailSwitches(t *testing.T) {
	eachOffice(t, func(o *office) {
		const ann = "ann@example.org"
		tokens := o.tokens(ann)
		sent := len(o.Mails(t))
		o.fine(o.set("auth.internal.password-reset.enabled", false))
		o.refused(o.post("internal/request-password-reset", "email", ann), "password reset is disabled")
		o.refused(o.use("internal/exchange-password-reset-token", tokens["internal/exchange-password-reset-token"]), "password reset is disabled")
		o.fine(o.set("auth.internal.password-reset.enabled", true))
		o.fine(o.use("internal/exchange-password-reset-token", tokens["internal/exchange-password-reset-token"]))

		admin := o.Administrator(t)
		off := func(v string) {
			o.fine(admin.Do(t, "PATCH", "/corteza/system/settings/", `{"values":[{"name":"auth.internal.enabled","value":`+v+`}]}`))
		}
		off("false")
		o.refused(o.use("internal/reset-password", tokens["internal/reset-password"]), "internal sign-up (username/password) is disabled")
		o.refused(o.login(ann, mustertest.AdminPassword), "internal login (username/password) is disabled")
		off("true")
		o.signedIn(o.use("internal/reset-password", tokens["internal/reset-password"]), ann)
		o.mails(sent)

		o.fine(o.set("auth.internal.signup.email-confirmation-required", false))
		o.signedIn(o.post("internal/signup", "email", "bob@example.org", "password", mustertest.AdminPassword), "bob@example.org")
		o.mails(sent)
	})
}

// Who changes his own e-mail has the old address told, whether or not the new one has to be confirmed; an administrator has
// nobody told.
func TestOldAddressIsTold(t *testing.T) {
	eachOffice(t, func(o *office) {
		id := o.person("ann@example.org")
		move := func(c *mustertest.Client, to string) {
			o.fine(c.PUT(t, "/corteza/system/users/"+id, object(t, "email", to)))
		}
		ann := o.SignIn(t, "ann@example.org", mustertest.AdminPassword)
		move(o.Administrator(t), "anna@example.org")
		if got := o.Mails(t); len(got) != 0 {
			t.Errorf("an administrator had mails sent: %v", got)
		}
		move(ann, "new@example.org")
		all := o.Mails(t)
		if got := recipients(all); !slices.Equal(got, []string{"anna@example.org", "new@example.org"}) {
			t.Fatalf("mails went to %q", got)
		}
		if all[0].Subject() != "Your email address was changed" || all[0].Token() != "" || strings.Contains(all[0].Raw, "new@example.org") {
			t.Errorf("the old address was told\n%s", all[0].Raw)
		}
		o.refused(o.login("new@example.org", mustertest.AdminPassword), unconfirmed)
		o.signedIn(o.post("internal/confirm-email", "token", all[1].Token()), "new@example.org")
		o.fine(o.set("auth.internal.signup.email-confirmation-required", false))
		sent := len(o.Mails(t))
		move(ann, "newer@example.org")
		if m := o.mails(sent + 1); m.To() != "new@example.org" || m.Subject() != "Your email address was changed" {
			t.Errorf("the old address was told\n%s", m.Raw)
		}
		o.signedIn(o.login("newer@example.org", mustertest.AdminPassword), "newer@example.org")
	})
}

func recipients(mails []mustertest.Mail) (all []string) {
	for _, m := range mails {
		all = append(all, m.To())
	}
	return all
}

func TestPublicURL(t *testing.T) {
	o := &office{mustertest.Start(t, "sqlite", func(c *config.Config) { c.PublicURL = "https://users.example.org/sub/" }), t}
	o.signUp("ann@example.org")
	m := o.mails(1)
	for _, link := range []string{`href="https://users.example.org/sub/auth/confirm-email?token=` + m.Token() + `"`, `href="https://users.example.org/sub/"`} {
		if !strings.Contains(m.HTML, link) {
			t.Errorf("%s is missing in\n%s", link, m.HTML)
		}
	}
}
