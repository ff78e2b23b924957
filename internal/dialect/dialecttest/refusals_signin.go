package dialecttest

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"

	"muster"
	"muster/internal/core"
	"muster/internal/mustertest"
)

// Row 9. Send: sign-ins for an unknown user, with a wrong password, for a suspended, deleted, unconfirmed user, and one without
// a password. Want: one body, one status, one set of headers. (That they take the same time is BenchmarkNoOracle of core.)
func oneAnswer(s *Stage) {
	suspended, deleted := s.absent("suspended"), s.absent("deleted")
	s.must(s.Core.SuspendUser(s.System(), suspended.ID))
	s.must(s.Core.DeleteUser(s.System(), deleted.ID))
	none := do(s, s.Core.CreateUser, core.Profile{Email: "none@example.org"})
	_, err := s.Core.SignUp(s.System(), core.NewAccount{Email: "unconfirmed@example.org", Password: "Marker-unconfirmed-a2c4e6f8"})
	s.must(err)
	s.secret("Marker-unconfirmed-a2c4e6f8")
	var first Answer
	s.unchanged(func() {
		for i, c := range []struct{ what, name, password string }{
			{"wrong password", s.Ann.Email, "Marker-wrong-0f1e2d3c"},
			{"unknown user", "nobody@example.org", "Marker-wrong-0f1e2d3c"},
			{"suspended, right password", suspended.Email, suspended.Password},
			{"suspended, wrong password", suspended.Email, "Marker-wrong-0f1e2d3c"},
			{"deleted, right password", deleted.Email, deleted.Password},
			{"unconfirmed, wrong password", "unconfirmed@example.org", "Marker-wrong-0f1e2d3c"},
			{"no password set", none.Email, "Marker-wrong-0f1e2d3c"},
			{"empty password", none.Email, ""},
			{"1,025 bytes", s.Ann.Email, strings.Repeat("x", 1025)},
		} {
			s.audited(c.what, func() {
				a := s.nobody(s.f.Calls.SignIn(c.name, c.password))
				s.refused(c.what, a)
				if i == 0 {
					first = a
				}
				s.same(c.what, first, a)
			})
		}
	})
}

// same wants two answers that tell nothing apart.
func (s *Stage) same(what string, one, other Answer) {
	s.t.Helper()
	a, b := maps.Clone(one.Header), maps.Clone(other.Header)
	for _, h := range []http.Header{a, b} {
		h.Del("X-Request-Id")
		h.Del("Date")
	}
	if one.Status != other.Status || string(one.Body) != string(other.Body) || !maps.EqualFunc(a, b, slices.Equal) {
		s.t.Errorf("%s is told by %d %s %v, the first by %d %s %v", what, other.Status, other.Body, b, one.Status, one.Body, a)
	}
}

// Row 10. Send: a reset for a known and for unknown addresses. Want: the same answer; mail only to the stored address.
func resetsTellNothing(s *Stage) {
	ask := s.f.Calls.AskReset
	if ask == nil {
		s.t.Skip("the wire mails no resets")
	}
	deleted := s.absent("deleted")
	s.must(s.Core.DeleteUser(s.System(), deleted.ID))
	first := s.nobody(ask("nobody@example.org"))
	for _, email := range []string{"nobody-else@example.org", deleted.Email, strings.ToUpper(s.Ann.Email)} {
		s.same(email, first, s.nobody(ask(email)))
	}
	s.onlyMailTo(s.Ann.Email)
}

// onlyMailTo waits for one mail to the address; mails are sent in order, so that all asked for before are there by then.
func (s *Stage) onlyMailTo(address string) {
	s.t.Helper()
	s.Mail(s.t, func(m mustertest.Mail) bool { return m.To() == address })
	for _, m := range s.Mails(s.t) {
		if m.To() != address || len(m.Header["To"]) != 1 || len(m.Header["Cc"])+len(m.Header["Bcc"]) > 0 {
			s.t.Errorf("a mail went to %v", m.Header)
		}
	}
}

// Row 11. Send: e-mails as a list, with a comma, CR/LF, NUL, a second @, a fold twin, a trailing dot. Want: refused; no second
// recipient.
func twoAddresses(s *Stage) {
	c := &s.f.Calls
	twins := []string{
		s.Ann.Email + ",evil@example.net", s.Ann.Email + ";evil@example.net", s.Ann.Email + " evil@example.net", s.Ann.Email + "\r\nBcc: evil@example.net",
		s.Ann.Email + "\nevil@example.net", s.Ann.Email + "\x00", s.Ann.Email + "@example.net", "evil@example.net@example.org", s.Ann.Email + ".",
		"<" + s.Ann.Email + ">", `"evil@example.net" <` + s.Ann.Email + ">", "ann@ex\u00adample.org", " " + s.Ann.Email, s.Ann.Email + "%0a",
	}
	if !s.f.Unicode {
		twins = append(twins, "\u212a"+s.Ann.Email[1:], "ann@\u0435xample.org")
	}
	const here = "here@example.org"
	list := func(c Call) Call {
		c.Body = strings.ReplaceAll(c.Body, `"`+here+`"`, `["`+s.Ann.Email+`","evil@example.net"]`)
		return c
	}
	if c.AskReset != nil {
		s.nobody(list(c.AskReset(here)))
		for _, email := range twins {
			s.nobody(c.AskReset(email))
		}
		s.nobody(c.AskReset(s.Ann.Email))
		s.onlyMailTo(s.Ann.Email)
		if n := len(s.mailsTo(s.Ann.Email)); n != 1 {
			s.t.Errorf("%d mails: a twin was taken for her", n)
		}
	}
	s.unchanged(func() {
		// The last one is her very address, spelled otherwise.
		for i, email := range append(twins, "ann@\uff45xample.org") {
			if c.SignUp != nil {
				s.refused("sign up as "+email, s.nobody(c.SignUp(email, fmt.Sprint("twin", i), "Marker-twin-b7e3d910")))
			}
			if c.CreateUser != nil {
				s.refused("create "+email, s.as(s.Admin, c.CreateUser(email, "Twin")))
			}
		}
		if c.SignUp != nil {
			s.refused("a list", s.nobody(list(c.SignUp(here, "twin", "Marker-twin-b7e3d910"))))
		}
		s.refused("a list", s.nobody(list(c.SignIn(here, s.Ann.Password))))
	})
}

// forgeries are headers by which a proxy tells of others.
func forgeries() http.Header {
	return http.Header{
		"X-Forwarded-Host": {"evil.example"}, "X-Forwarded-Proto": {"https"}, "X-Forwarded-For": {"6.6.6.6"}, "X-Forwarded-Prefix": {"/evil"}, "X-Forwarded-Port": {"666"},
		"X-Real-Ip": {"6.6.6.6"}, "Forwarded": {"for=6.6.6.6;host=evil.example;proto=https"}, "X-Original-Url": {"/evil"}, "X-Rewrite-Url": {"/evil"}, "X-Host": {"evil.example"},
		"True-Client-Ip": {"6.6.6.6"}, "Cf-Connecting-Ip": {"6.6.6.6"}, "X-Request-Id": {"mine"},
	}
}

// Row 12. Send: a foreign Host and every header by which proxies tell of others, from a peer that is no proxy. Want: links,
// cookies, throttle key and audit address as without.
func forgedForwarding(s *Stage) {
	c := &s.f.Calls
	if c.AskReset != nil {
		plain := s.asked(c.AskReset(s.Ann.Email), "")
		forged := c.AskReset(s.Ann.Email)
		forged.Header = forgeries()
		if mail := s.asked(forged, "evil.example"); mail != plain {
			s.t.Errorf("the mail has changed: was\n%s\nis\n%s", plain, mail)
		}
	}
	wrong := c.SignIn(s.Ann.Email, "Marker-wrong-0f1e2d3c")
	wrong.Header = forgeries()
	s.audited("forged", func() { s.refused("forged", s.nobody(wrong)) }) // from 127.0.0.1, says the event
	good := c.SignIn(s.Ann.Email, s.Ann.Password)
	good.Header = forgeries()
	r := s.request(good)
	r.Host = "evil.example"
	a := s.send(r)
	s.accepted("signing in", a)
	for name, values := range a.Header {
		if text := strings.Join(values, " "); strings.Contains(text, "evil") || strings.Contains(text, "6.6.6.6") || text == "mine" {
			s.t.Errorf("%s: %s", name, text)
		}
	}
	if strings.Contains(string(a.Body), "evil") {
		s.t.Errorf("answered %s", a.Body)
	}
}

// asked is the mail that a call brings, without its token.
func (s *Stage) asked(c Call, host string) string {
	s.t.Helper()
	before := len(s.mailsTo(s.Ann.Email))
	r := s.request(c)
	if host != "" {
		r.Host = host
	}
	s.accepted("asking for a mail", s.send(r))
	m := s.nextMail(s.Ann.Email, before)
	if m.Token() == "" {
		s.t.Fatalf("a mail without a token: %s", m.HTML)
	}
	return strings.ReplaceAll(m.HTML, m.Token(), "TOKEN")
}

// Row 13 ●. Send: 64 wrong passwords at once, by all names and letter cases, from eight addresses that each claim to be others;
// then 80 accounts from one address. Want: a bounded sum; the owner at her known address still gets in.
func guessing(s *Stage) {
	l, err := net.Listen("tcp", "127.0.1.1:0")
	if err != nil {
		s.t.Skip("this system has one loopback address; guesses have to come from several")
	}
	s.must(l.Close())
	c := &s.f.Calls
	names := []string{strings.ToUpper(s.Ann.Email), strings.ToUpper(s.Ann.Email[:1]) + s.Ann.Email[1:]}
	names = append(names, c.Names(s.Ann)...)
	s.news(many)
	s.unchanged(func() {
		s.atOnce(64, func(i int) {
			call := c.SignIn(names[i%len(names)], "Marker-guess-1d5f88e0")
			if c.SignUp != nil && i%5 == 0 {
				call = c.SignUp(strings.ToUpper(s.Ann.Email), "", "Marker-guess-1d5f88e0")
			}
			s.guess(call, fmt.Sprintf("127.0.1.%d", 1+i%8), i)
		})
	})
	events := s.news(many)
	if looked := count(events, muster.ErrBadCredentials.Code); looked != 10 || len(events) != 64 {
		s.t.Errorf("%d of 64 guesses were looked at, and %d recorded: %s", looked, len(events), told(events))
	}
	a := s.nobody(c.SignIn(s.Ann.Email, s.Ann.Password))
	s.want("the owner, from where she always is", "a session", s.f.Token(a) != "", a)
	s.guessOldPassword()
	s.manyAccounts()
}

// guess sends a wrong password from an address that claims to be another each time.
func (s *Stage) guess(c Call, address string, i int) {
	c.Header = forgeries()
	c.Header.Set("X-Forwarded-For", fmt.Sprintf("10.0.0.%d", i))
	a := s.over(s.from(address), s.request(c))
	s.refused("a guess", a)
}

// guessOldPassword: the old password of a stolen session is one of the same account, and no other door.
func (s *Stage) guessOldPassword() {
	if s.f.Calls.ChangePassword == nil {
		return
	}
	s.news(many)
	s.unchanged(func() {
		for range 16 {
			a := s.over(s.from("127.0.1.1"), s.shown(s.Ann.Token, s.f.Calls.ChangePassword("Marker-guess-1d5f88e0", "Marker-never-9a8b7c6d")))
			s.refused("guessing the old password", a)
		}
	})
	if events := s.news(many); count(events, muster.ErrOldPassword.Code) > 0 {
		s.t.Errorf("the old password was compared after all places were taken: %s", told(events))
	}
}

func (s *Stage) shown(token string, c Call) *http.Request {
	r := s.request(c)
	s.f.Show(r, token)
	return r
}

// manyAccounts: one address has so many tries, whoever it says that it is.
func (s *Stage) manyAccounts() {
	s.news(many)
	for i := range 80 {
		s.guess(s.f.Calls.SignIn(fmt.Sprintf("nobody%d@example.org", i), "Marker-guess-1d5f88e0"), "127.0.2.1", i)
	}
	if looked := count(s.news(many), muster.ErrBadCredentials.Code); looked > 60 {
		s.t.Errorf("%d guesses of one address were looked at", looked)
	}
}

func count(events []*muster.Event, code string) (n int) {
	for _, e := range events {
		if e.Code == code {
			n++
		}
	}
	return n
}

// atOnce calls f so many times at the same time.
func (s *Stage) atOnce(n int, f func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			f(i)
		})
	}
	close(start)
	all.Wait()
}

// Row 14. Send: 32 uses at once of one mail token, one exchanged token, the first sign-up, one name, the last administrator's
// leaving. Want: exactly one success; for the last none.
func atOnceOnce(s *Stage) {
	c := &s.f.Calls
	if c.Exchange != nil {
		mailed := s.mailed(s.Ann)
		exchanged := ""
		s.once("exchange", 1, func(int) Call { return c.Exchange(mailed) }, func(a Answer) { exchanged = c.Exchanged(a) })
		s.secret(exchanged)
		s.once("reset", 1, func(int) Call { return c.Reset(exchanged, s.Ann.Password) }, nil)
	}
	if c.SignUp != nil {
		s.once("one name", 1, func(i int) Call {
			return c.SignUp(fmt.Sprintf("n%d@example.org", i), "thename", "Marker-name-c61fb2e4")
		}, nil)
		if c.Confirm != nil {
			s.accepted("signing up", s.nobody(c.SignUp("late@example.org", "late", "Marker-late-7b8e0a33")))
			token := s.nextMail("late@example.org", 0).Token()
			s.secret(token)
			s.once("confirm", 1, func(int) Call { return c.Confirm(token) }, nil)
		}
		s.firstOfMany()
	}
	if c.RemoveMember != nil {
		s.onceAs(s.Admin, "the last administrator", 0, func(int) Call { return c.RemoveMember(muster.Administrators, s.Admin.ID) })
	}
}

// once sends calls at once, and wants so many not to be refused.
func (s *Stage) once(what string, want int, call func(i int) Call, accepted func(Answer)) {
	s.t.Helper()
	s.race(what, want, func(i int) Answer { return s.nobody(call(i)) }, accepted)
}

func (s *Stage) onceAs(p Person, what string, want int, call func(i int) Call) {
	s.t.Helper()
	s.race(what, want, func(i int) Answer { return s.as(p, call(i)) }, nil)
}

func (s *Stage) race(what string, want int, send func(i int) Answer, accepted func(Answer)) {
	s.t.Helper()
	answers := make([]Answer, 32)
	s.atOnce(len(answers), func(i int) { answers[i] = send(i) })
	n := 0
	for _, a := range answers {
		if a.Status >= 500 {
			s.t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
		if s.f.Refused(a) {
			continue
		}
		n++
		if accepted != nil {
			accepted(a)
		}
	}
	if n != want {
		s.t.Errorf("%s: %d of %d at once were accepted, want %d", what, n, len(answers), want)
	}
}

// firstOfMany: in an empty house one of many at once becomes administrator.
func (s *Stage) firstOfMany() {
	s.t.Helper()
	empty := *s
	empty.Server = mustertest.Start(s.t, s.engine, mustertest.NoAdministrator)
	s.atOnce(32, func(i int) {
		empty.nobody(s.f.Calls.SignUp(fmt.Sprintf("first%d@example.org", i), fmt.Sprint("first", i), "Marker-first-9f2c7d1e"))
	})
	if n := len(do(&empty, empty.Core.ListMembers, muster.Administrators)); n != 1 {
		s.t.Errorf("%d of 32 first accounts are administrators", n)
	}
}
