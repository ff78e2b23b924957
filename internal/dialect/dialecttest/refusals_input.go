package dialecttest

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"muster"
)

// Row 21. Send: texts that mean something to SQL and patterns, sorts by unknown and two columns, limits −1, 2^31, NaN. Want:
// their literal meaning or a refusal.
func queries(s *Stage) {
	c := &s.f.Calls
	s.unchanged(func() {
		for _, text := range []string{
			"' OR 1=1 --", `"; DROP TABLE "user"; --`, "%", "_", "%a%", "a_n", `\`, `\%`, "$1", "?", ":x", "*", "[a-z]", "nnn' UNION SELECT", "\u0130", "\U0001F600", strings.Repeat("a", 2000),
		} {
			for _, search := range c.Search {
				a := s.as(s.Admin, search(text))
				s.want(fmt.Sprintf("%s for %.40s", search("").Path, text), "nothing found, or a refusal", s.f.Refused(a) || s.f.Empty(a), a)
			}
		}
		for _, column := range []string{"password", "phc", "nonsense", "id desc nonsense", "id;drop", "1", "(select 1)", "id,,name", "'id'", "id\x00", strings.Repeat("id,", 200) + "id"} {
			for _, sort := range c.Sort {
				s.refused("sort by "+column, s.as(s.Admin, sort(column)))
			}
		}
		for _, limit := range []string{"-1", "2147483648", "9223372036854775808", "NaN", "1e9", "0x10", "", " ", "null"} {
			for _, page := range c.Page {
				a := s.as(s.Admin, page(limit))
				s.want("limit "+limit, "a page or a refusal", a.Status < 500, a)
			}
		}
	})
	a := s.as(s.Admin, c.Look)
	s.accepted("afterwards", a)
}

// Row 22. Send: names with CR/LF, tab, NUL, bidi override, markup, templates, formulas, 10,000 characters. Want: refused, or
// shown literally in JSON; nothing of them acts in mail or log.
func hostileNames(s *Stage) {
	c := &s.f.Calls
	if c.CreateUser == nil {
		s.t.Skip("the wire makes no users by name")
	}
	refused := []string{"a\r\nb", "a\nb", "a\tb", "a\x00b", "\u202egnp.exe", "a\u2066b", "a\x1b[31mb", "a\u0085b", strings.Repeat("x", 10_000), "a\x7fb"}
	literal := []string{"<script>alert(1)</script>", "{{.URL}}{{.Base}}", "${jndi:ldap://x}", "=cmd|'/c calc'!A0", "%s%n%x", `"quoted" \back`, "a'b", "\U0001F600 \u00e9", "null", "true"}
	s.unchanged(func() {
		for _, name := range refused {
			s.refused("a name", s.as(s.Admin, c.CreateUser("hostile@example.org", name)))
		}
	})
	for i, name := range literal {
		email := fmt.Sprintf("literal%d@example.org", i)
		s.accepted(name, s.as(s.Admin, c.CreateUser(email, name)))
		u := do(s, s.Core.ListUsers, muster.UserFilter{Email: email}).Items[0]
		a := s.as(s.Admin, c.ReadUser(u.ID))
		if u.Name != name || !holds(a.Body, name) {
			s.t.Errorf("%q is shown as %s", name, a.Body)
		}
		s.must(s.Core.RequestPasswordReset(s.System(), email))
		if mail := s.nextMail(email, 0).HTML; strings.Contains(mail, "<script>alert") || strings.Contains(mail, "{{") {
			s.t.Errorf("%q acts in a mail:\n%s", name, mail)
		}
	}
	for l := range strings.Lines(s.Log.Text()) {
		if !json.Valid([]byte(l)) {
			s.t.Errorf("a line of the log was broken: %q", l)
		}
	}
}

// holds reports whether a text is somewhere in a JSON value, literally.
func holds(body []byte, text string) bool {
	var v any
	return json.Unmarshal(body, &v) == nil && within(v, text)
}

func within(v any, text string) bool {
	switch v := v.(type) {
	case string:
		return v == text
	case []any:
		for _, e := range v {
			if within(e, text) {
				return true
			}
		}
	case map[string]any:
		for _, e := range v {
			if within(e, text) {
				return true
			}
		}
	}
	return false
}

// Row 24. Send: addresses that others will follow which are none of the web. Want: a refusal; nothing stored. Redirects,
// callbacks and webhooks join when they are there.
func targets(s *Stage) {
	if len(s.f.Calls.Link)+len(s.f.Calls.Landing) == 0 {
		s.t.Skip("the wire stores no addresses and redirects nowhere")
	}
	s.unchanged(func() {
		for _, address := range []string{
			"javascript:alert(1)", "JavaScript:alert(1)", "java\nscript:alert(1)", " javascript:alert(1)", "\x01javascript:alert(1)", "data:text/html,<script>", "vbscript:x", "file:///etc/passwd",
			"ftp://example.org/", "gopher://x", "jar:http://x!/", "http://a\r\nb/", "http://[::1",
		} {
			s.linked(address, s.f.Calls.Link)
			s.linked(address, s.f.Calls.Landing)
		}
		for _, address := range []string{"//evil.example", `\\evil.example`, `/\evil.example`, `http:\\evil.example`, "/auth", "auth", "http:", "https:///x", "?x"} {
			s.linked(address, s.f.Calls.Landing)
		}
	})
}

func (s *Stage) linked(address string, calls []func(string) Call) {
	s.t.Helper()
	for _, link := range calls {
		call := link(address)
		s.refused(fmt.Sprintf("%s of %q", call.Path, address), s.as(s.Admin, call))
	}
}

// Row 26. Send: changes while the store fails, mail has nowhere to go, the client leaves in the middle. Want: an internal error
// with a request id and no detail, nothing half done, and the next request works. (A locked and a full store, a cancelled
// closure and a panic need hooks inside: see the page.)
func brokenGround(s *Stage) {
	s.storeFails()
	s.clientsLeave()
	s.mailFails()
}

// storeFails takes the table of events away: what a change has done by then must not stay.
func (s *Stage) storeFails() {
	c := &s.f.Calls
	if c.CreateUser == nil {
		return
	}
	s.unchanged(func() {
		s.Exec(s.t, "ALTER TABLE event RENAME TO gone")
		for range 3 {
			a := s.as(s.Admin, c.CreateUser("half@example.org", "Half"))
			if !s.f.Internal(a) || !s.f.Refused(a) || a.Header.Get("X-Request-Id") == "" {
				s.t.Errorf("without a table: %d %s", a.Status, a.Body)
			}
			if id := a.Header.Get("X-Request-Id"); !s.Log.Contains(id) {
				s.t.Errorf("the log does not know the request %q", id)
			}
		}
		s.Exec(s.t, "ALTER TABLE gone RENAME TO event")
	})
	s.accepted("the next request", s.as(s.Admin, c.CreateUser("whole@example.org", "Whole")))
}

// clientsLeave: each change is there as a whole or not at all.
func (s *Stage) clientsLeave() {
	c := &s.f.Calls
	if c.CreateUser == nil {
		return
	}
	for i := range 20 {
		r := s.request(c.CreateUser(fmt.Sprintf("left%d@example.org", i), "Left"))
		s.f.Show(r, s.Admin.Token)
		conn := s.dial()
		s.must(r.Write(conn))
		s.must(conn.Close())
	}
	s.accepted("after they left", s.as(s.Admin, c.CreateUser("stayed@example.org", "Stayed")))
	users, names := 0, 0
	for l := range strings.Lines(s.Rows(s.t)) {
		switch {
		case !strings.Contains(l, "left"):
		case strings.HasPrefix(l, `"user" `):
			users++
		case strings.HasPrefix(l, "signin_name "):
			names++
		}
	}
	if names != 2*users {
		s.t.Errorf("%d users have %d names", users, names)
	}
}

// mailFails puts a file where the folder for mails was: nobody notices but who waits for a mail, and he gets it later.
func (s *Stage) mailFails() {
	c := &s.f.Calls
	if c.AskReset == nil {
		return
	}
	kept := s.MailFolder + ".kept"
	s.must(os.Rename(s.MailFolder, kept))
	s.must(os.WriteFile(s.MailFolder, nil, 0o600))
	s.accepted("asking for a mail", s.nobody(c.AskReset(s.Ann.Email)))
	a := s.nobody(c.SignIn(s.Ann.Email, s.Ann.Password))
	s.want("signing in", "a session", s.f.Token(a) != "", a)
	s.Work(s.t) // it was tried
	s.must(os.Remove(s.MailFolder))
	s.must(os.Rename(kept, s.MailFolder))
	// Another one wakes who sends, and the first is due again by then.
	s.Clock.Advance(time.Minute)
	s.accepted("asking for another mail", s.nobody(c.AskReset(s.Ann.Email)))
	s.becomes("both mails", func() bool { return len(s.mailsTo(s.Ann.Email)) == 2 })
}
