package dialecttest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"muster"
	"muster/internal/httpx"
	"muster/internal/mustertest"
	"muster/internal/store/storetest"
	"muster/internal/token"
)

// Row 1. Send: each route without credentials, with empty, blank and 16 KiB ones. Want: the refusal, before body and ids are
// looked at.
func strangers(s *Stage) {
	shown := []string{"", " ", "\t ", "x", strings.Repeat("x", 16<<10)}
	good, odd := s.f.IDs(s), map[string]string{}
	for name := range good {
		odd[name] = "0"
	}
	s.unchanged(func() {
		for _, r := range s.f.Routes {
			if s.open(r) {
				continue
			}
			fine, broken := s.on(r, good), s.on(r, odd)
			broken.Body = `{"broken`
			for _, c := range []Call{fine, broken} {
				s.stranger(r, s.nobody(c))
				for _, token := range shown {
					s.stranger(r, s.showing(token, c))
				}
			}
		}
	})
}

func (s *Stage) stranger(r httpx.Route, a Answer) {
	s.t.Helper()
	s.want(r.String(), `"sign in first"`, s.f.Stranger(r.String(), a), a)
}

// refuses wants the token to open nothing, and one event.
func (s *Stage) refuses(what, token string) {
	s.t.Helper()
	s.audited(what, func() {
		a := s.showing(token, s.f.Calls.Look)
		s.want(what, `"sign in first"`, s.f.Stranger(s.f.Calls.Look.route(), a), a)
	})
}

// route is the call as its route is called; only for paths without parameters.
func (c Call) route() string { return c.Method + " " + c.Path }

// Row 2 ●. Send: a token with each single byte changed, each cut, with a suffix; other algorithms, headers that name a key;
// expired, not yet valid; signed by a retired key. Want: refusal, never 500.
func spoiltTokens(s *Stage) {
	good := s.Ann.Token
	s.unchanged(func() {
		for bad := range slices.Chunk(spoilt(good), 50) { // as many a minute as the audit trail tells one by one
			s.Clock.Advance(2 * time.Minute)
			s.news(many)
			for _, token := range bad {
				a := s.showing(token, s.f.Calls.Look)
				s.want("spoilt", `"sign in first"`, s.f.Stranger(s.f.Calls.Look.route(), a), a)
			}
			if events := s.news(many); len(events) != len(bad) {
				s.t.Errorf("%d events of %d spoilt tokens", len(events), len(bad))
			}
		}
		for _, suffix := range []string{"A", ".", "=", "\u00e9", "." + good} {
			s.refuses("with a suffix", good+suffix)
		}
		if s.f.JWT != "" {
			s.spoiltJWTs()
		}
	})
	if s.f.Life > 0 {
		s.Clock.Advance(s.f.Life + time.Second)
		s.refuses("too old", s.Weak.Token)
		s.signIn(&s.Ann)
	}
	s.retiredKey()
}

// spoilt is a token with each single byte changed, and each of its beginnings.
func spoilt(good string) (bad []string) {
	for i := range len(good) {
		other := "A"
		if good[i] == 'A' {
			other = "B"
		}
		bad = append(bad, good[:i]+other+good[i+1:])
		if i > 0 {
			bad = append(bad, good[:i])
		}
	}
	return bad
}

func (s *Stage) spoiltJWTs() {
	parts := strings.Split(s.Ann.Token, ".")
	for _, header := range []string{
		`{"alg":"none","typ":"JWT"}`, `{"alg":"None","typ":"JWT"}`, `{"alg":"HS512","typ":"JWT"}`, `{"alg":"RS256","typ":"JWT"}`, `{"typ":"JWT","alg":"HS256"}`,
		`{"alg":"HS256","typ":"JWT","kid":"../../dev/null"}`, `{"alg":"HS256","typ":"JWT","jku":"http://127.0.0.1/"}`,
		`{"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":"AA"}}`, `{"alg":"HS256","typ":"JWT","crit":["x"],"x":1}`,
	} {
		header := base64.RawURLEncoding.EncodeToString([]byte(header))
		s.refuses(header, header+"."+parts[1]+"."+parts[2])
		s.refuses(header+" unsigned", header+"."+parts[1]+".")
	}
	now := s.Clock.Now().Unix()
	s.refuses("expired", s.forge(s.f.JWT, map[string]any{"exp": now - 1}))
	s.refuses("not yet valid", s.forge(s.f.JWT, map[string]any{"iat": now + 3600}))
	s.refuses("without an end", s.forge(s.f.JWT, map[string]any{"exp": 0}))
}

// forge is Ann's token with other claims, signed by the house's own key of a purpose.
func (s *Stage) forge(p token.Purpose, change map[string]any) string {
	s.t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(s.Ann.Token, ".")[1])
	s.must(err)
	claims := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	s.must(d.Decode(&claims))
	maps.Copy(claims, change)
	keys, _, err := token.OpenKeys(s.Config.KeysPath(), s.Clock.Now())
	s.must(err)
	jwt, err := keys.SignJWT(p, claims)
	s.must(err)
	return jwt
}

// retiredKey restarts the house with a new key and the old one retired.
func (s *Stage) retiredKey() {
	s.t.Helper()
	good := s.Ann.Token
	if s.f.JWT != "" {
		good = s.forge(s.f.JWT, nil)
	}
	if a := s.showing(good, s.f.Calls.Look); s.f.Refused(a) {
		s.t.Fatalf("a spoilt token proves nothing if a good one is refused: %s", a.Body)
	}
	s.Stop()
	s.must(token.Rotate(s.Config.KeysPath(), s.Clock.Now(), true))
	s.Server = mustertest.Run(s.t, s.Config, s.Clock)
	s.refuses("signed by a retired key", s.Ann.Token)
}

// Row 3 ●. Send: tokens of another façade, purpose, house and session; mailed and exchanged tokens as sessions; whatever else
// the façade has. Want: refusal.
func foreignTokens(s *Stage) {
	all := map[string]string{}
	if s.f.JWT != "" {
		for _, p := range []token.Purpose{token.Session, token.CortezaJWT, token.Crust, token.Mail, token.FileURL, token.Cursor, token.Rate} {
			if p != s.f.JWT {
				all["signed as "+string(p)] = s.forge(p, nil)
			}
		}
		for _, wire := range []string{"corteza", "crust", "tat", "tellius", "agora", "v1", ""} {
			if wire != s.f.Wire {
				all["of the wire "+wire] = s.forge(s.f.JWT, map[string]any{"aud": wire})
			}
		}
		all["of another session"] = s.forge(s.f.JWT, map[string]any{"sid": "1"})
		all["of another user"] = s.forge(s.f.JWT, map[string]any{"userID": s.Admin.ID.String()})
	}
	other := &Stage{Server: mustertest.Start(s.t, storetest.SQLite), t: s.t, f: s.f}
	stranger := Person{Email: mustertest.AdminEmail, Password: mustertest.AdminPassword}
	other.signIn(&stranger)
	all["of another house"] = stranger.Token
	all["mailed"] = s.mailed(s.Ann)
	exchanged, err := s.Core.ExchangeResetToken(s.System(), all["mailed"])
	s.must(err)
	all["exchanged"] = exchanged.Token
	all["a password"] = s.Ann.Password
	if s.f.Foreign != nil {
		maps.Copy(all, s.f.Foreign(s))
	}
	s.unchanged(func() {
		for what, token := range all {
			s.secret(token)
			s.refuses(what, token)
		}
		s.refuses("an id", s.Ann.ID.String())
	})
}

// mailed asks for a reset as the house itself, and reads the token of the mail.
func (s *Stage) mailed(p Person) string {
	s.t.Helper()
	before := len(s.mailsTo(p.Email))
	s.must(s.Core.RequestPasswordReset(s.System(), p.Email))
	token := s.nextMail(p.Email, before).Token()
	if token == "" {
		s.t.Fatal("a mail without a token")
	}
	s.secret(token)
	return token
}

func (s *Stage) mailsTo(address string) (list []mustertest.Mail) {
	s.t.Helper()
	for _, m := range s.Mails(s.t) {
		if m.To() == address {
			list = append(list, m)
		}
	}
	return list
}

// nextMail waits for one more mail to the address than there were.
func (s *Stage) nextMail(address string, before int) mustertest.Mail {
	s.t.Helper()
	had := map[string]bool{}
	for _, m := range s.mailsTo(address)[:before] {
		had[m.File] = true
	}
	return s.Mail(s.t, func(m mustertest.Mail) bool { return m.To() == address && !had[m.File] })
}

// Row 4 ●. Send: a good token after suspend, delete, password change and logout, and a call after its right was taken; on this
// node and on a second one. Want: refusal at once here, within a second there.
func endedTokens(s *Stage) {
	nodes := []*Stage{s}
	if s.engine == storetest.PostgreSQL {
		nodes = append(nodes, s.second())
	}
	c := &s.f.Calls
	for what, end := range map[string]func(Person){
		"suspend":        func(p Person) { s.must(s.Core.SuspendUser(s.System(), p.ID)) },
		"delete":         func(p Person) { s.must(s.Core.DeleteUser(s.System(), p.ID)) },
		"given password": func(p Person) { s.must(s.Core.SetPassword(s.System(), p.ID, "Marker-given-1d5f88e0")) },
		"reset": func(p Person) {
			x, err := s.Core.ExchangeResetToken(s.System(), s.mailed(p))
			s.must(err)
			_, err = s.Core.ResetPassword(muster.WithActor(s.t.Context(), muster.Actor{Realm: muster.MainRealm, Origin: muster.Origin{Wire: "v1"}}), x.Token, "Marker-reset-77aa01cc")
			s.must(err)
		},
		"own password": func(p Person) {
			if c.ChangePassword == nil {
				s.must(s.Core.SetPassword(s.System(), p.ID, "Marker-own-6c0b4f29"))
				return
			}
			other := p
			s.signIn(&other)
			s.accepted("own password", s.as(other, c.ChangePassword(p.Password, "Marker-own-6c0b4f29")))
			s.accepted("the session that changed the password", s.as(other, c.Look))
		},
		"logout": func(p Person) {
			if c.SignOut == nil {
				s.must(s.Core.SuspendUser(s.System(), p.ID))
				return
			}
			s.accepted("logout", s.as(p, *c.SignOut))
		},
	} {
		p := s.person(strings.ReplaceAll(what, " ", "-"))
		for _, n := range nodes {
			n.accepted(what+", before", n.as(p, c.Look))
		}
		end(p)
		s.refuses(what, p.Token)
		for _, n := range nodes[1:] {
			n.refusesSoon(what, func() bool { return s.f.Stranger(c.Look.route(), n.as(p, c.Look)) })
		}
	}
	s.takenRight(nodes)
}

func (s *Stage) accepted(what string, a Answer) {
	s.t.Helper()
	if s.f.Refused(a) || a.Status >= 400 {
		s.t.Fatalf("%s: %d %.200s", what, a.Status, a.Body)
	}
}

// takenRight: what a group may, and who is in it, acts at once as well.
func (s *Stage) takenRight(nodes []*Stage) {
	c := &s.f.Calls
	if c.Operation == "" {
		return
	}
	for what, end := range map[string]func(group muster.ID, p Person) error{
		"rule removed":   func(group muster.ID, _ Person) error { return s.Core.ClearRules(s.System(), group) },
		"member removed": func(group muster.ID, p Person) error { return s.Core.RemoveMember(s.System(), group, p.ID) },
		"group archived": func(group muster.ID, _ Person) error { return s.Core.ArchiveGroup(s.System(), group) },
	} {
		p := s.person(strings.ReplaceAll(what, " ", "-"))
		group := s.team("Team of "+what, p)
		s.rule(group, muster.NounRealm, c.Operation)
		for _, n := range nodes {
			n.becomes(what+", before", func() bool { return !s.f.Refused(n.as(p, c.Privileged)) })
		}
		s.must(end(group, p))
		s.audited(what, func() {
			a := s.as(p, c.Privileged)
			s.want(what, `"you may not"`, s.f.Denied(c.Privileged.route(), a), a)
		})
		for _, n := range nodes[1:] {
			n.refusesSoon(what, func() bool { return s.f.Denied(c.Privileged.route(), n.as(p, c.Privileged)) })
		}
	}
}

// second is another node on the same database.
func (s *Stage) second() *Stage {
	s.t.Helper()
	other := *s
	other.Server = mustertest.Run(s.t, s.Config, s.Clock)
	return &other
}

// refusesSoon wants a second node to refuse within a second, and a little more for a busy machine.
func (s *Stage) refusesSoon(what string, refused func() bool) {
	s.t.Helper()
	if took := s.becomes(what, refused); took > 1200*time.Millisecond {
		s.t.Errorf("%s: the other node took %v", what, took)
	}
}

// becomes waits until something is so, and answers how long that took.
func (s *Stage) becomes(what string, is func() bool) time.Duration {
	s.t.Helper()
	begun := time.Now()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		if time.Since(begun) > 5*time.Second {
			s.t.Fatalf("%s: not after five seconds", what)
		}
		<-tick.C
	}
	return time.Since(begun)
}

// Row 15. Send: password or token in the query where it belongs in body or header; a good token as a cookie, or in a header
// that is not the wire's. Want: not accepted.
func wrongPlaces(s *Stage) {
	c := &s.f.Calls
	s.unchanged(func() {
		for _, name := range []string{"jwt", "token", "access_token", "auth_token", "Authorization", "authorization", "bearer"} {
			a := s.nobody(c.Look.asking(name, s.Ann.Token))
			s.want("query "+name, `"sign in first"`, s.f.Refused(a), a)
		}
		for _, name := range []string{"jwt", "token", "session", "Authorization", "__Host-muster"} {
			if name == s.f.Cookie {
				continue
			}
			a := s.nobody(c.Look.with("Cookie", name+"="+s.Ann.Token))
			s.want("cookie "+name, `"sign in first"`, s.f.Stranger(c.Look.route(), a), a)
		}
		for _, name := range []string{"X-Auth-Token", "X-Access-Token", "X-Api-Key", "Proxy-Authorization", "X-Remote-User", "X-Forwarded-User"} {
			a := s.nobody(c.Look.with(name, s.Ann.Token))
			s.want("header "+name, `"sign in first"`, s.f.Stranger(c.Look.route(), a), a)
		}
		basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(s.Ann.Email+":"+s.Ann.Password))
		a := s.nobody(c.Look.with("Authorization", basic))
		s.want("basic", `"sign in first"`, s.f.Stranger(c.Look.route(), a), a)
		s.inQuery(c.SignIn(s.Ann.Email, s.Ann.Password))
	})
	s.resetInQuery()
}

// resetInQuery: the token is not even used up.
func (s *Stage) resetInQuery() {
	if s.f.Calls.Reset == nil {
		return
	}
	exchanged, err := s.Core.ExchangeResetToken(s.System(), s.mailed(s.Weak))
	s.must(err)
	s.secret(exchanged.Token)
	s.unchanged(func() { s.inQuery(s.f.Calls.Reset(exchanged.Token, "Marker-query-40d2e6b8")) })
	_, err = s.Core.ResetPassword(s.System(), exchanged.Token, "Marker-body-d3a90c57")
	s.must(err)
}

// inQuery sends what belongs into the body by the query.
func (s *Stage) inQuery(c Call) {
	s.t.Helper()
	members := map[string]any{}
	if json.Unmarshal([]byte(c.Body), &members) != nil {
		return // the wire has it in headers
	}
	c.Body = ""
	for name, value := range members {
		if text, ok := value.(string); ok {
			c = c.asking(name, text)
		}
	}
	s.refused("by the query: "+c.Method, s.nobody(c))
}

// Row 16. Send: requests that a browser would send for another site, with a good token as cookie: foreign Origin,
// Sec-Fetch-Site, and the two content types that need no preflight. Want: refused, nothing changed.
func crossSite(s *Stage) {
	cookie := "jwt=" + s.Admin.Token
	if s.f.Cookie != "" {
		cookie = s.f.Cookie + "=" + s.Admin.Token
	}
	s.unchanged(func() {
		s.routes(func(r httpx.Route, c Call) {
			if s.open(r) || r.Method() == http.MethodGet {
				return
			}
			for _, media := range []string{"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "application/json"} {
				for _, origin := range []string{"https://evil.example", "null"} {
					a := s.nobody(c.with("Cookie", cookie).with("Content-Type", media).with("Origin", origin).with("Sec-Fetch-Site", "cross-site"))
					s.refused(r.String()+" as "+media, a)
				}
			}
		})
	})
}

// Row 17. Send: a preflight from an origin that nobody listed, and from "null". Want: no grant with credentials where a cookie
// counts; where a wire has to grant it all the same, no cookie counts.
func preflight(s *Stage) {
	for _, origin := range []string{"https://evil.example", "null"} {
		ask := Call{Method: http.MethodOptions, Path: s.f.Calls.Look.Path}.with("Origin", origin).with("Access-Control-Request-Method", "GET")
		granted := s.nobody(ask).Header.Get("Access-Control-Allow-Credentials") == "true"
		if granted && s.f.Cookie != "" {
			s.t.Errorf("%s is granted credentials", origin)
		}
		for _, name := range []string{"jwt", s.f.Cookie} {
			if name != "" {
				a := s.nobody(s.f.Calls.Look.with("Origin", origin).with("Cookie", name+"="+s.Ann.Token))
				s.want("a cookie from "+origin, "nothing to read", s.f.Refused(a) || a.Header.Get("Access-Control-Allow-Credentials") == "", a)
			}
		}
	}
}
