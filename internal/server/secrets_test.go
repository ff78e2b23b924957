package server_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"muster/internal/config"
	"muster/internal/mustertest"
	"muster/internal/store/storetest"
)

// A secretStory types marker secrets wherever people type any, and collects the tokens that the server gives away.
type secretStory struct {
	*mustertest.Server
	admin   *mustertest.Client
	secrets map[string]string // by what they are
}

const auth = "/corteza/system/auth/"

// TestNoSecretLeaves lives through everything that has a secret in it, and then looks for all of them in the log, in the audit
// trail and everything else that is stored, and in answers that are not for who typed them. Mails are left out: they carry
// their token by design.
func TestNoSecretLeaves(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		s := &secretStory{Server: mustertest.Start(t, engine, func(c *config.Config) { c.Admin.Password = "Marker-admin-password-0a1b2c3d" })}
		s.secrets = map[string]string{"the first administrator's password": s.Config.Admin.Password}
		s.admin = s.SignIn(t, mustertest.AdminEmail, s.Config.Admin.Password)
		s.secrets["the administrator's token"] = s.admin.Token
		s.signUp(t)
		s.signInBadly(t)
		s.changePassword(t)
		s.reset(t)
		s.setSecretSetting(t)
		s.impersonate(t)
		s.throughCrust(t)
		s.sendElsewhere(t)
		s.find(t)
		s.Stop()
		s.find(t)
	})
}

func (s *secretStory) signUp(t *testing.T) {
	s.secrets["a sign-up's password"] = "Marker-signup-1c2d3e4f"
	wants(t, s.Nobody().POST(t, auth+"internal/signup", `{"email":"ann@example.org","password":"Marker-signup-1c2d3e4f"}`), "response.user.email")
	mail := s.Mail(t, func(m mustertest.Mail) bool { return m.To() == "ann@example.org" })
	s.secrets["a confirmation's token"] = mail.Token()
	a := wants(t, s.Nobody().POST(t, auth+"internal/confirm-email", `{"token":"`+mail.Token()+`"}`), "response.jwt")
	s.secrets["a token by confirmation"] = a.String(t, "response.jwt")
	s.secrets["a sign-in's token"] = s.SignIn(t, "ann@example.org", "Marker-signup-1c2d3e4f").Token
}

func (s *secretStory) signInBadly(t *testing.T) {
	for what, body := range map[string]string{
		"a wrong password":                    `{"email":"ann@example.org","password":"MARKER"}`,
		"a password of nobody":                `{"email":"nobody@example.org","password":"MARKER"}`,
		"a password in the wrong field":       `{"email":"MARKER","password":"ann@example.org"}`,
		"a password with a sign behind":       `{"email":"MARKER@","password":"x"}`,
		"a password in a torn body":           `{"email":"ann@example.org","password":"MARKER`,
		"a password of a wrong type":          `{"email":"ann@example.org","password":["MARKER"]}`,
		"a password in a member nobody knows": `{"email":"ann@example.org","passwort":"MARKER"}`,
	} {
		secret := "Marker bad " + hex.EncodeToString([]byte(what))[:30]
		s.secrets[what] = secret
		if a := s.Nobody().POST(t, auth+"internal/login", strings.ReplaceAll(body, "MARKER", secret)); a.Error(t) == "" {
			t.Errorf("%s signs in: %s", what, a.Body)
		}
	}
}

func (s *secretStory) changePassword(t *testing.T) {
	const old, fresh = "Marker-signup-1c2d3e4f", "Marker-changed-2d3e4f5a"
	s.secrets["a changed password"], s.secrets["a wrong old password"] = fresh, "Marker-old-3e4f5a6b"
	ann := s.SignIn(t, "ann@example.org", old)
	if a := ann.POST(t, auth+"internal/change-password", `{"oldPassword":"Marker-old-3e4f5a6b","newPassword":"`+fresh+`"}`); a.Error(t) == "" {
		t.Errorf("the old password is not asked for: %s", a.Body)
	}
	wants(t, ann.POST(t, auth+"internal/change-password", `{"oldPassword":"`+old+`","newPassword":"`+fresh+`"}`), "response")
	user := s.admin.GET(t, "/corteza/system/users/?email=ann@example.org").String(t, "response.set.0.userID")
	s.secrets["a password that was given"] = "Marker-given-4f5a6b7c"
	wants(t, s.admin.POST(t, "/corteza/system/users/"+user+"/password", `{"password":"Marker-given-4f5a6b7c"}`), "success")
}

func (s *secretStory) reset(t *testing.T) {
	s.secrets["a reset password"] = "Marker-reset-5a6b7c8d"
	wants(t, s.Nobody().POST(t, auth+"internal/request-password-reset", `{"email":"ann@example.org"}`), "response")
	mail := s.Mail(t, func(m mustertest.Mail) bool { return m.To() == "ann@example.org" && strings.Contains(m.HTML, "reset") })
	s.secrets["a mailed reset token"] = mail.Token()
	a := wants(t, s.Nobody().POST(t, auth+"internal/exchange-password-reset-token", `{"token":"`+mail.Token()+`"}`), "response.token")
	exchanged := a.String(t, "response.token")
	s.secrets["an exchanged reset token"] = exchanged
	a = wants(t, s.Nobody().POST(t, auth+"internal/reset-password", `{"token":"`+exchanged+`","password":"Marker-reset-5a6b7c8d"}`), "response.jwt")
	s.secrets["a token by reset"] = a.String(t, "response.jwt")
	s.secrets["a password typed where an e-mail is asked for"] = "Marker-typed-9e0f1a2b"
	wants(t, s.Nobody().POST(t, auth+"internal/request-password-reset", `{"email":"Marker-typed-9e0f1a2b"}`), "response")
	wrong := "MarkerTokenMarkerTokenMarkerToke12345"
	s.secrets["a token of nobody"] = wrong
	for _, door := range []string{"internal/reset-password", "internal/confirm-email", "internal/exchange-password-reset-token", "exchange"} {
		if a := s.Nobody().POST(t, auth+door, `{"token":"`+wrong+`","password":"Marker-reset-5a6b7c8d"}`); a.Error(t) == "" {
			t.Errorf("%s takes any token: %s", door, a.Body)
		}
	}
}

// A secret setting is never shown again, not even to the administrator who set it.
func (s *secretStory) setSecretSetting(t *testing.T) {
	for i, name := range []string{"auth.external.session-store-secret", "auth.external.providers.example.secret"} {
		secret := fmt.Sprintf("Marker-setting-%d-6b7c8d9e", i)
		s.secrets["the setting "+name] = secret
		wants(t, s.admin.Do(t, "PATCH", "/corteza/system/settings/", `{"values":[{"name":"`+name+`","value":"`+secret+`"}]}`), "response")
		for _, path := range []string{"/corteza/system/settings/", "/corteza/system/settings/" + name, "/corteza/system/settings/current", "/corteza/system/actionlog/"} {
			if a := s.admin.GET(t, path); a.Status != http.StatusOK || strings.Contains(string(a.Body), secret) {
				t.Errorf("%s shows the setting %s", path, name)
			}
		}
	}
}

func (s *secretStory) impersonate(t *testing.T) {
	user := s.admin.GET(t, "/corteza/system/users/?email=ann@example.org").String(t, "response.set.0.userID")
	a := wants(t, s.admin.POST(t, auth+"impersonate", `{"userID":"`+user+`","expire":600}`), "response.jwt")
	ann := &mustertest.Client{URL: s.URL, Token: a.String(t, "response.jwt")}
	s.secrets["an impersonation's token"] = ann.Token
	wants(t, ann.GET(t, auth+"check"), "response.jwt")
	s.secrets["a password changed by who may not"] = "Marker-behind-7c8d9e0f"
	ann.POST(t, auth+"internal/change-password", `{"oldPassword":"Marker-reset-5a6b7c8d","newPassword":"Marker-behind-7c8d9e0f"}`)
}

// sendElsewhere puts secrets where none belongs: headers, paths, queries.
func (s *secretStory) sendElsewhere(t *testing.T) {
	secret := "Marker-elsewhere-8d9e0f1a"
	s.secrets["what stands in the wrong place"] = secret
	for _, path := range []string{
		"/" + secret, "/corteza/system/" + secret + "/x", "/corteza/system/users/" + secret, auth + "check?jwt=" + secret,
		"/corteza/system/users/?token=" + secret, "/metrics?password=" + secret,
	} {
		r, err := http.NewRequest("GET", s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Cookie", "jwt="+secret)
		r.Header.Set("X-Tat-Password", secret)
		r.Header.Set("Authorization", "Bearer "+secret)
		if strings.HasPrefix(path, auth) {
			r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("ann:"+secret)))
		}
		s.Nobody().Send(t, r)
	}
}

// find looks for all secrets in all that the server has written.
func (s *secretStory) find(t *testing.T) {
	t.Helper()
	written := s.Written(t)
	if len(written["the log"]) < 1000 || len(written) < 3 {
		t.Fatalf("too little was written for a search to prove anything: %d places", len(written))
	}
	seen := false
	for place, text := range written {
		seen = seen || strings.Contains(text, "ann@example.org")
		for what, secret := range s.secrets {
			for _, spelling := range mustertest.Spellings(secret) {
				if strings.Contains(text, spelling) {
					t.Errorf("%s holds %s", place, what)
					break
				}
			}
		}
	}
	if !seen {
		t.Error("the search does not even find what is no secret")
	}
	for what, secret := range s.secrets {
		if len(secret) < 5 {
			t.Errorf("%s is %q: nothing to look for", what, secret)
		}
	}
}

// wants fails the test if the answer has nothing at the path.
func wants(t *testing.T, a mustertest.Answer, path string) mustertest.Answer {
	t.Helper()
	if v := a.Get(t, path); v == nil || v == "" {
		t.Fatalf("no %s: %s", path, a.Body)
	}
	return a
}

// The search sees through the usual disguises, wherever the secret begins.
func TestSpellings(t *testing.T) {
	const secret = "Marker-secret"
	for _, before := range []string{"", "a", "ab", "abc"} {
		whole := before + secret + "!"
		quoted, err := json.Marshal(map[string]string{"x": whole})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{
			string(quoted), hex.EncodeToString([]byte(whole)), strings.ToUpper(hex.EncodeToString([]byte(whole))),
			base64.StdEncoding.EncodeToString([]byte(whole)), base64.URLEncoding.EncodeToString([]byte(whole)),
		} {
			found := false
			for _, s := range mustertest.Spellings(secret) {
				found = found || strings.Contains(text, s)
			}
			if !found {
				t.Errorf("not found in %s", text)
			}
		}
	}
}
