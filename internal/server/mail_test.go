package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"muster/internal/mustertest"
	"muster/internal/store/storetest"
	"muster/internal/token"
)

// The words of the wire by which these tests go in.
const (
	masked      = "failed to complete request due to internal error"
	unconfirmed = "system requires confirmed email before logging in"
	badPassword = "invalid username and password combination"
)

// A post office is a server whose mails are read.
type office struct {
	*mustertest.Server
	t *testing.T
}

func eachOffice(t *testing.T, f func(o *office), options ...mustertest.Option) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, engine string) {
		f(&office{mustertest.Start(t, engine, options...), t})
	})
}

// post sends names and values to a place of the wire, by nobody.
func (o *office) post(path string, pairs ...string) mustertest.Answer {
	o.t.Helper()
	return o.Nobody().POST(o.t, "/corteza/system/auth/"+path, object(o.t, pairs...))
}

func object(t *testing.T, pairs ...string) string {
	t.Helper()
	fields := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		fields[pairs[i]] = pairs[i+1]
	}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (o *office) signUp(email string) {
	o.t.Helper()
	a := o.post("internal/signup", "email", email, "password", mustertest.AdminPassword)
	if a.Error(o.t) != "" || a.String(o.t, "response.jwt") != "" {
		o.t.Fatalf("signing up: %s", a.Body)
	}
}

func (o *office) login(email, password string) mustertest.Answer {
	o.t.Helper()
	return o.post("internal/login", "email", email, "password", password)
}

// person makes a confirmed user with the password of the administrator, and answers the id.
func (o *office) person(email string) string {
	o.t.Helper()
	admin := o.Administrator(o.t)
	id := admin.POST(o.t, "/corteza/system/users/", object(o.t, "email", email)).String(o.t, "response.userID")
	o.fine(admin.POST(o.t, "/corteza/system/users/"+id+"/password", object(o.t, "password", mustertest.AdminPassword)))
	return id
}

// set sets a setting of the house.
func (o *office) set(name string, value any) mustertest.Answer {
	o.t.Helper()
	text, err := json.Marshal(map[string]any{"values": []any{map[string]any{"name": name, "value": value}}})
	if err != nil {
		o.t.Fatal(err)
	}
	return o.Administrator(o.t).Do(o.t, "PATCH", "/corteza/system/settings/", string(text))
}

func (o *office) fine(a mustertest.Answer) {
	o.t.Helper()
	if a.Error(o.t) != "" {
		o.t.Fatalf("refused: %s", a.Body)
	}
}

func (o *office) refused(a mustertest.Answer, want string) {
	o.t.Helper()
	if got := a.Error(o.t); got != want {
		o.t.Errorf("answered %s, want the error %q", a.Body, want)
	}
}

// signedIn makes sure that the answer is a token that works.
func (o *office) signedIn(a mustertest.Answer, email string) *mustertest.Client {
	o.t.Helper()
	c := &mustertest.Client{URL: o.URL, Token: a.String(o.t, "response.jwt")}
	if got := c.GET(o.t, "/corteza/system/auth/check").String(o.t, "response.user.email"); got != email {
		o.t.Fatalf("%s signs %q in, want %s", a.Body, got, email)
	}
	return c
}

// mails makes sure that so many have left, and answers the last one.
func (o *office) mails(want int) mustertest.Mail {
	o.t.Helper()
	all := o.Mails(o.t)
	if len(all) != want {
		o.t.Fatalf("%d mails have left, want %d", len(all), want)
	}
	return all[len(all)-1]
}

// The tokens that there are, by the only place that takes them.
func (o *office) tokens(email string) map[string]string {
	o.t.Helper()
	before := len(o.Mails(o.t))
	o.signUp(email)
	confirmation := o.mails(before + 1).Token()
	reset := func() string {
		before++
		o.fine(o.post("internal/request-password-reset", "email", email))
		return o.mails(before + 1).Token()
	}
	exchanged := o.post("internal/exchange-password-reset-token", "token", reset()).String(o.t, "response.token")
	return map[string]string{
		"internal/confirm-email":                 confirmation,
		"internal/exchange-password-reset-token": reset(),
		"internal/reset-password":                exchanged,
		"exchange":                               o.external(email),
	}
}

// external makes a token as an external sign-in would.
func (o *office) external(email string) string {
	o.t.Helper()
	keys, _, err := token.OpenKeys(o.Config.KeysPath(), o.Clock.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	id := o.Clock.Now().UnixMicro()
	secret := token.Alnum(32)
	o.SQL(o.t, `INSERT INTO mail_token (id, realm, user_id, purpose, email_key, digest, expires_at, used_at)
		SELECT $1, 1, id, 'external', $2, $3, $4, 0 FROM "user" WHERE email = $5`,
		id, email, keys.Digest("external", id, secret), o.Clock.Now().UnixMicro()+3600e6, email)
	return fmt.Sprint(secret, id)
}

// use shows a token where one is asked for.
func (o *office) use(path, token string) mustertest.Answer {
	o.t.Helper()
	return o.post(path, "token", token, "password", "another-horse")
}

// wrongToken is what the place says of a token that is not good.
func wrongToken(path string) string {
	if strings.HasPrefix(path, "internal/exchange") {
		return "invalid token"
	}
	return masked
}
