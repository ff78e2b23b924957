package agora_test

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/internal/config"
	"muster/internal/mustertest"
)

// TestErrorTable asks for each row of the contract's table of errors (4.1), in its order and to the letter.
func TestErrorTable(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.user(t, "mina")
		uuid := h.app.GET(t, "/users/mina").ok(t).String(t, "application")
		banned := h.app.register(t, "banned")
		h.app.POST(t, "/users/"+banned+"/deactivate", nil).ok(t)
		mina := h.signIn(t, base, "mina", "pw-mina")
		for _, body := range []string{`{"username"`, "", "{}x", "{} {}", "\xef\xbb\xbf{}", `{"username":"a","username":"b"}`, "username=a"} {
			h.app.POST(t, "/users", body).fails(t, 400, "json_parse", "Unexpected character: the body is not legal JSON")
		}
		one := func(body string) answer { return h.app.POST(t, "/users", body) }
		long := strings.Repeat("x", 65)
		for body, want := range map[string]string{
			`{"password":"x"}`: "Entity user requires a property named username", `{"username":null,"password":"x"}`: "Entity user requires a property named username",
			`{"username":"","password":"x"}`: "Entity user requires a property named username", `{"username":5,"password":"x"}`: "Entity user requires a property named username",
			`{"username":"bad name","password":"x"}`: "username [bad name] is not legal", `{"username":"ü","password":"x"}`: "username [ü] is not legal",
			`{"username":"a@b","password":"x"}`: "username [a@b] is not legal", `{"username":"a/b","password":"x"}`: "username [a/b] is not legal",
			`{"username":"\u212aen","password":"x"}`:     "username [\u212aen] is not legal",
			`{"username":"` + long + `","password":"x"}`: "USERNAME_TOO_LONG",
			`{"username":"zoe"}`:                         "password or pin must provided", `{"username":"zoe","password":null}`: "password or pin must provided",
			`{"username":"zoe","password":""}`:                                                                    "password or pin must provided",
			`{"username":"zoe","password":"` + long + `"}`:                                                        "PASSWORD_TOO_LONG",
			`{"username":"zoe","password":"x","nickname":"` + strings.Repeat("ü", 101) + `"}`:                     "NICKNAME_TOO_LONG",
			`[` + strings.Repeat(`{"username":"zoe","password":"x"},`, 60) + `{"username":"zoe","password":"x"}]`: "Request body array size[61] had almost reached or been greater than the upper range value[60]",
			`[]`: shape, `"x"`: shape, `5`: shape, `null`: shape, `[5]`: shape, `[[]]`: shape,
		} {
			one(body).fails(t, 400, illegal, want)
		}
		h.app.PUT(t, "/users/mina/password", `{}`).fails(t, 400, illegal, "newpassword is required")
		h.app.PUT(t, "/users/mina/password", `{"newpassword":"`+long+`"}`).fails(t, 400, illegal, "PASSWORD_TOO_LONG")
		mina.PUT(t, "/users/mina/password", `{"newpassword":"x"}`).fails(t, 400, illegal, "oldpassword is required")
		h.app.PUT(t, "/users/mina", `{"nickname":"`+strings.Repeat("x", 101)+`"}`).fails(t, 400, illegal, "NICKNAME_TOO_LONG")
		for _, query := range []string{"limit=0", "limit=-1", "limit=x", "limit=", "limit=1e1", "cursor=x", "cursor=" + banned} {
			h.app.GET(t, "/users?"+query).fails(t, 400, illegal, shape)
			h.app.DELETE(t, "/users?"+query).fails(t, 400, illegal, shape)
		}
		one(`{"username":"MINA","password":"x"}`).fails(t, 400, "duplicate_unique_property_exists",
			"Application "+uuid+" Entity user requires that property named username be unique, value of mina exists")
		two := one(`[{"username":"zoe","password":"marker-one"},{"username":"Zoe","password":"marker-two"}]`)
		two.fails(t, 400, "duplicate_unique_property_exists", "the same user zoe has a different password")

		h.tokenErrors(t)
		h.tokenRefusals(t, mina)

		h.nobody("/agora/acme/none").GET(t, "/users").fails(t, 404, "organization_application_not_found", "Could not find application for acme/none from URI: acme/none/users")
		h.app.GET(t, "/users/nobody").fails(t, 404, noResource, "Service resource not found")
		h.app.PUT(t, "/users/nobody/password", `{"newpassword":"x"}`).fails(t, 404, "entity_not_found", "User null not found")
		wrong := h.app.Do(t, "PATCH", "/users/mina", nil)
		wrong.fails(t, 405, "method_not_allowed", "Method Not Allowed")
		if got := wrong.Header.Get("Allow"); got != "DELETE, GET, PUT" {
			t.Errorf("Allow: %s", got)
		}
		one(`{"username":"`+strings.Repeat("x", 1<<20)+`"}`).fails(t, 413, "request_entity_too_large", "Request Entity Too Large")
		h.typed(t, "text/plain", `{"username":"zoe","password":"x"}`).fails(t, 415, "web_application", "Unsupported Media Type")
		h.typed(t, "application/x-www-form-urlencoded", `username=zoe`).fails(t, 415, "web_application", "Unsupported Media Type")
		if got := h.app.GET(t, "/users").names(t); !slices.Equal(got, []string{"mina", "banned"}) {
			t.Errorf("refusals have left %q", got)
		}
	})
}

// tokenErrors are the rows of the token endpoint.
func (h *house) tokenErrors(t *testing.T) {
	t.Helper()
	token := func(members string) answer { t.Helper(); return h.app.POST(t, "/token", members) }
	for body, want := range map[string]string{
		`{"grant_type":"password","username":"mina","password":"x"}`:                                            "invalid password",
		`{"grant_type":"password","username":"banned","password":"x"}`:                                          "invalid password",
		`{"grant_type":"password","username":"banned","password":"pw-banned"}`:                                  "user not activated",
		`{"grant_type":"inherit","username":"banned","autoCreateUser":true}`:                                    "user not activated",
		`{"grant_type":"client_credentials","client_id":"client-open","client_secret":"` + secret + `"}`:        "client_id does not match",
		`{"grant_type":"client_credentials","client_secret":"` + secret + `"}`:                                  "client_id does not match",
		`{"grant_type":"client_credentials","client_id":"client-chat","client_secret":"marker-secret-of-open"}`: "client_secret does not match",
		`{"grant_type":"client_credentials","client_id":"client-chat"}`:                                         "client_secret does not match",
	} {
		token(body).fails(t, 400, "invalid_grant", want)
	}
	for body, want := range map[string]string{
		`{}`: "grant_type is client_credentials, password, inherit or agora", `{"grant_type":"code"}`: "grant_type is client_credentials, password, inherit or agora",
		`{"grant_type":"password","password":"x"}`:                        "Entity user requires a property named username",
		`{"grant_type":"password","username":"mina"}`:                     "password or pin must provided",
		`{"grant_type":"inherit","username":"a b","autoCreateUser":true}`: "username [a b] is not legal",
		`{"grant_type":"client_credentials","ttl":-1}`:                    shape,
		`{"grant_type":"client_credentials","ttl":"soon"}`:                shape,
		`[]`: shape,
	} {
		token(body).fails(t, 400, illegal, want)
	}
	token(`{"grant_type":"password","username":"nobody","password":"x"}`).fails(t, 404, "invalid_grant", "user not found")
	token(`{"grant_type":"inherit","username":"nobody"}`).fails(t, 404, "invalid_grant", "user not found")
	h.nobody(base).POST(t, "/token", `{"grant_type":"inherit","username":"mina"}`).fails(t, 401, unauthorized, oauth)
	h.nobody(base).POST(t, "/token", `{"grant_type":"agora"}`).fails(t, 401, unauthorized, oauth)
	token(`{"grant_type":"agora"}`).fails(t, 401, badToken, corrupt) // shows one of the house
}

// tokenRefusals are the rows of what is wrong with a token.
func (h *house) tokenRefusals(t *testing.T, mina *client) {
	t.Helper()
	h.nobody(base).POST(t, "/users", `{"username":"a b"}`).fails(t, 401, unauthorized, "Open registration doesn't allow, so register user need token")
	h.nobody(base).GET(t, "/users/mina").fails(t, 401, unauthorized, oauth)
	h.nobody(base).GET(t, "/users/nobody").fails(t, 401, unauthorized, oauth)
	mina.GET(t, "/users/banned").fails(t, 401, unauthorized, oauth)
	mina.GET(t, "/users").fails(t, 401, unauthorized, oauth)
	mina.POST(t, "/users", `{"username":"zoe","password":"x"}`).fails(t, 401, unauthorized, oauth)
	mina.POST(t, "/token", `{"grant_type":"inherit","username":"mina"}`).fails(t, 401, unauthorized, oauth)
	now := h.Clock.Now()
	for text, want := range map[string][2]string{
		"nonsense": {badToken, corrupt}, "007nonsense": {badToken, corrupt}, signed(t, now, "mina", 60)[:60]: {badToken, corrupt},
		h.as(t, open).Token:     {badToken, foreign},
		mina.Token + "x":        {badToken, foreign},
		"mus_s_1.2." + long43(): {badToken, foreign},
		signedBy(t, appID, "0"+certificate[1:], now, "", 60): {badToken, foreign},
		signedBy(t, "0"+appID[1:], certificate, now, "", 60): {badToken, foreign},
		signed(t, now.Add(-time.Hour), "", 60):               {unauthorized, expired},
		signed(t, now, "nobody", 60):                         {unauthorized, expired},
		signed(t, now.Add(time.Hour), "", 60):                {unauthorized, expired},
	} {
		h.showing(text, base).GET(t, "/users").fails(t, 401, want[0], want[1])
	}
	life := h.nobody(base).POST(t, "/token", `{"grant_type":"password","username":"mina","password":"pw-mina","ttl":1}`).ok(t).String(t, "access_token")
	h.Clock.Advance(2 * time.Second)
	h.showing(life, base).GET(t, "/users/mina").fails(t, 401, unauthorized, expired)
	h.app.PUT(t, "/users/mina/password", `{"newpassword":"pw-mina"}`).ok(t)
	mina.GET(t, "/users/mina").fails(t, 401, unauthorized, expired) // revoked
}

func long43() string { return strings.Repeat("A", 43) }

// typed registers with a content type.
func (h *house) typed(t *testing.T, media, body string) answer {
	t.Helper()
	if media == "" {
		return h.app.With(t, "POST", "/users", body)
	}
	return h.app.With(t, "POST", "/users", body, "Content-Type", media)
}

// TestContentTypes: what the vendor's clients and curl send is taken for JSON.
func TestContentTypes(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		for i, media := range []string{"", "application/json", "Application/JSON; charset=UTF-8", "application/x-www-form-urlencoded"} {
			h.typed(t, media, fmt.Sprintf(`{"username":"u%d","password":"x"}`, i)).ok(t)
		}
		if got := len(h.app.GET(t, "/users").names(t)); got != 4 {
			t.Errorf("%d were made", got)
		}
	})
}

// TestAuthorizationSpellings: the vendor's own samples leave the blank behind the colon out.
func TestAuthorizationSpellings(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		for header, status := range map[string]int{
			"Bearer " + h.app.Token: 200, "bearer " + h.app.Token: 200, "  BEARER   " + h.app.Token + "  ": 200,
			"Bearer" + h.app.Token: 401, h.app.Token: 401, "Basic " + h.app.Token: 401, "Token " + h.app.Token: 401,
		} {
			if a := h.nobody(base).With(t, "GET", "/users", "", "Authorization", header); a.Status != status {
				t.Errorf("%.12s…: %d %s", header, a.Status, a.Body)
			}
		}
	})
}

// TestCallFrequency: at most so many calls of a row succeed in any second; other rows and other applications are not touched.
func TestCallFrequency(t *testing.T) {
	throttled := func(c *config.Config) {
		c.Dev = false
		c.Agora.Apps[1].Limits = map[string]int{"*": 5, "GET /users/{username}": -1}
	}
	one(t, func(t *testing.T, h *house) {
		other := h.as(t, open)
		count := func(c *client, method, path, body string, calls int) (n int) {
			for range calls {
				a := c.Do(t, method, path, body)
				if a.Status != http.StatusTooManyRequests {
					n++
					continue
				}
				if a.fails(t, 429, "reach_limit", "This request has reached api limit"); a.Header.Get("Retry-After") != "1" {
					t.Errorf("Retry-After: %s", a.Header.Get("Retry-After"))
				}
			}
			return n
		}
		if n := count(h.app, "GET", "/users", "", 110); n != 100 {
			t.Errorf("%d lists in a second", n)
		}
		if n := count(h.app, "DELETE", "/users", "", 40); n != 30 {
			t.Errorf("%d deletions of many in a second", n)
		}
		// Before the token is looked at, and without an effect.
		h.nobody(base).GET(t, "/users").fails(t, 429, "reach_limit", "This request has reached api limit")
		h.app.GET(t, "/users/nobody").fails(t, 404, noResource, "Service resource not found")
		if n := count(other, "POST", "/users", `{"username":"same","password":"x"}`, 10); n != 5 {
			t.Errorf("%d registrations of five", n)
		}
		if n := count(other, "GET", "/users/same", "", 150); n != 150 {
			t.Errorf("%d of 150 without a limit", n)
		}
		// It is no bucket: what is used up comes back a second after it was used, not bit by bit.
		h.Clock.Advance(900 * time.Millisecond)
		if n := count(h.app, "GET", "/users", "", 10); n != 0 {
			t.Errorf("%d more within the same second", n)
		}
		h.Clock.Advance(100 * time.Millisecond)
		if n := count(h.app, "GET", "/users", "", 110); n != 100 {
			t.Errorf("%d lists in the next second", n)
		}
	}, mustertest.Option(throttled))
}

// TestMostUsers: an application that may have three users gets no fourth.
func TestMostUsers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		small := h.as(t, "/agora/acme/small")
		const words = "You have exceeded the limit of the present edition. Please upgrade to higher edition."
		small.POST(t, "/users", `[{"username":"a","password":"x"},{"username":"b","password":"x"}]`).ok(t)
		small.POST(t, "/users", `[{"username":"c","password":"x"},{"username":"d","password":"x"}]`).fails(t, 429, "resource_limited", words)
		small.register(t, "c")
		small.POST(t, "/users", `{"username":"d","password":"x"}`).fails(t, 429, "resource_limited", words)
		small.POST(t, "/token", `{"grant_type":"inherit","username":"d","autoCreateUser":true}`).fails(t, 429, "resource_limited", words)
		if got := small.GET(t, "/users").names(t); !slices.Equal(got, []string{"a", "b", "c"}) {
			t.Errorf("it has %q", got)
		}
	})
}

// TestBrokenStore: what is our fault tells nothing, and leaves nothing.
func TestBrokenStore(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		before := h.Rows(t)
		h.Exec(t, "ALTER TABLE event RENAME TO gone")
		for _, body := range []string{`{"username":"half","password":"x"}`, `[{"username":"half","password":"x"},{"username":"other","password":"x"}]`} {
			a := h.app.POST(t, "/users", body)
			a.fails(t, 500, "internal_server_error", "internal error")
			if id := a.Header.Get("X-Request-Id"); id == "" || !h.Log.Contains(id) {
				t.Errorf("the log does not know the request %q", id)
			}
		}
		h.Exec(t, "ALTER TABLE gone RENAME TO event")
		if after := h.Rows(t); after != before {
			t.Error("something is half done")
		}
		h.app.register(t, "half")
	})
}

// TestErrorWords: the web client compares texts, and many integrations one code; they stand in the contract for that.
func TestErrorWords(t *testing.T) {
	text, err := os.ReadFile("errors.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{
		"username be unique", "is not legal", "Open registration doesn't allow", `"invalid password"`, `"user not found"`, `"Unable to authenticate (OAuth)"`,
		`"Service resource not found"`, `"duplicate_unique_property_exists"`,
	} {
		if !regexp.MustCompile(regexp.QuoteMeta(words)).Match(text) {
			t.Errorf("%s is said no more", words)
		}
	}
}
