package dialecttest

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/config"
	"muster/internal/core"
	"muster/internal/httpx"
	"muster/internal/mustertest"
)

// A Stage is a house in which one row is played.
type Stage struct {
	*mustertest.Server
	Admin Person // the only administrator
	Ann   Person // whom others would like to be
	Weak  Person // somebody without rights

	Attachment                                 muster.ID // a picture, the value of the setting ui.one.logo
	Group, Organisation, Application, Reminder muster.ID // made by the administrator; Ann is in the group, the reminder is hers

	t       *testing.T
	f       *Facade
	engine  string
	secrets []string        // that no refusal and no log may hold
	seen    muster.ID       // the last event that a row has looked at
	old     map[string]bool // files of mails that were sent before the row began
}

// A Person is somebody with a password, and a session of the façade.
type Person struct {
	ID                               muster.ID
	Username, Email, Password, Token string
}

func throttled(c *config.Config) { c.Dev = false }

func newStage(t *testing.T, f *Facade, engine string, options ...mustertest.Option) *Stage {
	t.Helper()
	s := &Stage{Server: mustertest.Start(t, engine, options...), t: t, f: f, engine: engine}
	s.Admin = Person{Username: "admin", Email: mustertest.AdminEmail, Password: mustertest.AdminPassword}
	admins := do(s, s.Core.ListMembers, muster.Administrators)
	s.Admin.ID = admins[0]
	s.signIn(&s.Admin)
	s.Ann, s.Weak = s.person("ann"), s.person("weak")
	group, err := s.Core.CreateGroup(s.System(), core.GroupForm{Name: "Reds", Handle: "reds", Members: []muster.ID{s.Ann.ID}})
	s.must(err)
	organisation, err := s.Core.CreateOrganisation(s.System(), "House")
	s.must(err)
	application, err := s.Core.CreateApplication(s.System(), core.ApplicationForm{Name: "Shop"})
	s.must(err)
	reminder, err := s.Core.CreateReminder(s.System(), core.ReminderForm{Resource: "a:b:1", AssignedTo: s.Ann.ID})
	s.must(err)
	s.Attachment = s.picture()
	s.Group, s.Organisation, s.Application, s.Reminder = group.ID, organisation.ID, application.ID, reminder.ID
	s.old = map[string]bool{}
	for _, m := range s.Mails(t) {
		s.old[m.File] = true
	}
	return s
}

// do calls a verb as the house itself.
func do[T, U any](s *Stage, verb func(context.Context, T) (U, error), in T) U {
	s.t.Helper()
	out, err := verb(s.System(), in)
	s.must(err)
	return out
}

// System is the house itself.
func (s *Stage) System() context.Context {
	return muster.WithActor(s.t.Context(), muster.House())
}

func (s *Stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// person makes somebody with a password that is searched for later, and signs him in by the façade.
func (s *Stage) person(name string) Person {
	s.t.Helper()
	p := s.absent(name)
	s.signIn(&p)
	return p
}

// absent makes somebody who has not signed in.
func (s *Stage) absent(name string) Person {
	s.t.Helper()
	p := Person{Username: name, Email: name + "@example.org", Password: "Marker-" + name + "-5b8e0a33"}
	p.ID = do(s, s.Core.CreateUser, core.Profile{Email: p.Email, Name: "Name of " + name, Handle: name + "1"}).ID
	s.must(s.Core.SetPassword(s.System(), p.ID, p.Password))
	s.secret(p.Password)
	return p
}

func (s *Stage) signIn(p *Person) {
	s.t.Helper()
	if s.f.Enter != nil {
		s.f.Enter(s, p)
		s.secret(p.Token)
		return
	}
	a := s.nobody(s.f.Calls.SignIn(p.Email, p.Password))
	if p.Token = s.f.Token(a); p.Token == "" {
		s.t.Fatalf("%s can't sign in: %s", p.Email, a.Body)
	}
	s.secret(p.Token)
}

// secret is a text that no refusal and no log may hold.
func (s *Stage) secret(text string) {
	if len(text) > 8 {
		s.secrets = append(s.secrets, text)
	}
}

// rule lets a group do something on the house, or on all of a noun.
func (s *Stage) rule(group muster.ID, noun muster.Noun, operation string) {
	s.t.Helper()
	s.must(s.Core.SetRules(s.System(), group, []muster.Rule{{Resource: muster.Resource{Noun: noun}, Operation: operation, Access: muster.Allow}}))
}

// team makes a group.
func (s *Stage) team(name string, members ...Person) muster.ID {
	s.t.Helper()
	form := core.GroupForm{Name: name}
	for _, m := range members {
		form.Members = append(form.Members, m.ID)
	}
	return do(s, s.Core.CreateGroup, form).ID
}

// request makes the request of a call.
func (s *Stage) request(c Call) *http.Request {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), c.Method, s.URL+s.f.Mount+c.Path, strings.NewReader(c.Body))
	s.must(err)
	if c.Body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, values := range c.Header {
		r.Header[name] = values
	}
	return r
}

func (s *Stage) nobody(c Call) Answer { s.t.Helper(); return s.send(s.request(c)) }

func (s *Stage) as(p Person, c Call) Answer { s.t.Helper(); return s.showing(p.Token, c) }

// showing sends a call with a token in the place that the wire has for it.
func (s *Stage) showing(token string, c Call) Answer {
	s.t.Helper()
	r := s.request(c)
	s.f.Show(r, token)
	return s.send(r)
}

func (s *Stage) send(r *http.Request) Answer {
	s.t.Helper()
	return s.over(http.DefaultTransport, r)
}

// over sends a request, and checks what every answer has to have.
func (s *Stage) over(way http.RoundTripper, r *http.Request) Answer {
	s.t.Helper()
	res, err := way.RoundTrip(r)
	if err != nil {
		s.t.Errorf("%s %.80s: %v", r.Method, r.URL.Path, err) // not Fatal: many send at once
		return Answer{}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Errorf("%s %.80s: %v", r.Method, r.URL.Path, err)
	}
	a := Answer{Status: res.StatusCode, Header: res.Header, Body: body}
	s.inspect(r.Method+" "+r.URL.Path, a)
	return a
}

// inspect checks what every answer has to have: the headers of 3.4, no status of ours failing, no secret in a refusal and no
// word of the machinery.
func (s *Stage) inspect(what string, a Answer) {
	s.t.Helper()
	what = what[:min(len(what), 100)]
	cache, origins := cmp.Or(s.f.Cache, "no-store"), "same-origin"
	if a.Header.Get("Content-Disposition") != "" && a.Header.Get("Cross-Origin-Resource-Policy") == "cross-origin" {
		cache, origins = "no-cache", "cross-origin" // a file that everybody may see
	}
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Cache-Control": cache, "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": origins,
		"Content-Security-Policy": "default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'; sandbox", "Server": "",
	} {
		if got := a.Header.Get(name); got != want {
			s.t.Errorf("%s: %s: %q", what, name, got)
		}
	}
	if a.Header.Get("X-Request-Id") == "" {
		s.t.Errorf("%s: no request id", what)
	}
	if a.Header.Get("Set-Cookie") != "" && s.f.Cookie == "" {
		s.t.Errorf("%s: sets a cookie", what)
	}
	if !s.f.Refused(a) {
		return
	}
	text := strings.ToLower(string(a.Body))
	for _, leak := range []string{"select ", "sqlite", "pgx", "sqlstate", "constraint", "goroutine", ".go:", "panic", "runtime", "reflect", "unmarshal", "nil pointer", "muster."} {
		if strings.Contains(text, leak) {
			s.t.Errorf("%s: %q leaks: %.300s", what, leak, a.Body)
		}
	}
	for _, secret := range s.secrets {
		if strings.Contains(string(a.Body), secret) {
			s.t.Errorf("%s: a secret is in a refusal", what)
		}
	}
}

// refused wants a refusal in the words of the wire.
func (s *Stage) refused(what string, a Answer) {
	s.t.Helper()
	s.want(what, "a refusal", s.f.Refused(a), a)
}

func (s *Stage) want(what, wanted string, ok bool, a Answer) {
	s.t.Helper()
	if !ok || s.f.fault(a) {
		s.t.Errorf("%.200s: got %d %.200s, want %s", what, a.Status, a.Body, wanted)
	}
}

// unchanged wants everything as it was after f.
func (s *Stage) unchanged(f func()) {
	s.t.Helper()
	before := s.Rows(s.t)
	f()
	if after := s.Rows(s.t); after != before {
		s.t.Errorf("something has changed:\n%s", difference(before, after))
	}
}

// difference is the lines that are in one text only.
func difference(before, after string) string {
	old, fresh := strings.Split(before, "\n"), strings.Split(after, "\n")
	var b strings.Builder
	for _, l := range old {
		if !slices.Contains(fresh, l) {
			fmt.Fprintln(&b, "-", l)
		}
	}
	for _, l := range fresh {
		if !slices.Contains(old, l) {
			fmt.Fprintln(&b, "+", l)
		}
	}
	return b.String()
}

// audited wants f to leave exactly one event, a refusal that came by this wire.
func (s *Stage) audited(what string, f func()) {
	s.t.Helper()
	s.Clock.Advance(2 * time.Second) // below the bound of the audit trail against floods
	s.news(few)
	f()
	events := s.news(few)
	if len(events) != 1 {
		s.t.Errorf("%s: %d events, want one: %s", what, len(events), told(events))
		return
	}
	if e := events[0]; !e.Refused() || e.Origin.Wire != s.f.Wire || e.Origin.Address != "127.0.0.1" || e.Origin.RequestID == "" {
		s.t.Errorf("%s: the event is %s of %+v", what, told(events), e.Origin)
	}
}

// How many events a look may find.
const (
	few  = 5
	many = 200
)

// news are the events since the last look, newest first, and so many at the most.
func (s *Stage) news(most int) (fresh []*muster.Event) {
	s.t.Helper()
	for _, e := range do(s, s.Core.ListEvents, muster.EventFilter{Page: muster.Page{Limit: most}}) {
		if e.ID > s.seen {
			fresh = append(fresh, e.Event)
		}
	}
	if len(fresh) > 0 {
		s.seen = fresh[0].ID
	}
	return fresh
}

func told(events []*muster.Event) string {
	var words []string
	for _, e := range events {
		words = append(words, e.Action+":"+e.Code)
	}
	return strings.Join(words, ", ")
}

// keptCalm wants no failure of ours in the log.
func (s *Stage) keptCalm() {
	s.t.Helper()
	for l := range strings.Lines(s.Log.Text()) {
		if strings.Contains(l, `"level":"ERROR"`) {
			s.t.Errorf("logged: %s", l)
		}
	}
}

// keptSecret wants no secret in the log and in the audit trail.
func (s *Stage) keptSecret() {
	s.t.Helper()
	var trail strings.Builder
	for _, e := range do(s, s.Core.ListEvents, muster.EventFilter{Page: muster.Page{Limit: 10_000}}) {
		fmt.Fprintf(&trail, "%+v\n", *e.Event)
	}
	for _, secret := range s.secrets {
		if s.Log.Contains(secret) {
			s.t.Errorf("%.12s… is in the log", secret)
		}
		if strings.Contains(trail.String(), secret) {
			s.t.Errorf("%.12s… is in the audit trail", secret)
		}
	}
}

// routes are the calls of all routes, with good bodies, on what is on the stage.
func (s *Stage) routes(f func(r httpx.Route, c Call)) {
	s.t.Helper()
	ids := s.f.IDs(s)
	for _, r := range s.f.Routes {
		f(r, s.on(r, ids))
	}
}

// on is the call of a route on these objects.
func (s *Stage) on(r httpx.Route, ids map[string]string) Call {
	s.t.Helper()
	c := Call{Method: r.Method(), Path: fill(s.t, r.Pattern(), ids)}
	if r.Method() != http.MethodGet {
		c.Body = s.f.Body(r)
	}
	if s.f.Files != nil && slices.Contains(s.f.Files.Routes, r.String()) {
		upload := s.f.Files.Upload("a.txt", "text/plain", "hello")
		c.Body, c.Header = upload.Body, upload.Header
	}
	return c
}

// bare reports whether the route looks at no body.
func (s *Stage) bare(r httpx.Route) bool { return slices.Contains(s.f.Bare, r.String()) }

// User reads somebody.
func (s *Stage) User(id muster.ID) *muster.User { s.t.Helper(); return do(s, s.Core.ReadUser, id).User }

// Find is the id of who has the e-mail.
func (s *Stage) Find(email string) muster.ID {
	s.t.Helper()
	return do(s, s.Core.ListUsers, muster.UserFilter{Email: email}).Items[0].ID
}

// Nobody sends a call without a token.
func (s *Stage) Nobody(c Call) Answer { s.t.Helper(); return s.nobody(c) }

// NextMail waits for one more mail to the address than there were when before was counted.
func (s *Stage) NextMail(address string, before int) mustertest.Mail {
	s.t.Helper()
	return s.nextMail(address, before)
}

// MailsTo counts the mails to an address.
func (s *Stage) MailsTo(address string) int { s.t.Helper(); return len(s.mailsTo(address)) }

// fill puts values into a pattern, as they are.
func fill(t *testing.T, pattern string, values map[string]string) string {
	t.Helper()
	for {
		from, to := strings.Index(pattern, "{"), strings.Index(pattern, "}")
		if from < 0 {
			return pattern
		}
		value, ok := values[pattern[from+1:to]]
		if !ok {
			t.Fatalf("%s: the façade does not say what %s is", pattern, pattern[from:to+1])
		}
		pattern = pattern[:from] + value + pattern[to+1:]
	}
}

func (s *Stage) open(r httpx.Route) bool { return slices.Contains(s.f.Open, r.String()) }

func (s *Stage) common(r httpx.Route) bool { return slices.Contains(s.f.Common, r.String()) }

// with is a call with one more header.
func (c Call) with(name, value string) Call {
	header := http.Header{}
	for n, v := range c.Header {
		header[n] = v
	}
	header.Set(name, value)
	c.Header = header
	return c
}

// asking is a call with one more value in the query.
func (c Call) asking(name, value string) Call {
	mark := "?"
	if strings.Contains(c.Path, "?") {
		mark = "&"
	}
	c.Path += mark + url.Values{name: {value}}.Encode()
	return c
}

// from is a way to the server that begins at another address of this machine.
func (s *Stage) from(address string) http.RoundTripper {
	s.t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	way := &http.Transport{DialContext: dialer.DialContext}
	s.t.Cleanup(way.CloseIdleConnections)
	return way
}
