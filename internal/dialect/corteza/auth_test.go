package corteza_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"muster/internal/mustertest"
)

const wrong = "invalid username and password combination"

func TestSignInSettings(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		a := h.nobody().GET(t, "/auth/")
		want := []string{"externalEnabled", "externalProviders", "internalEnabled", "internalPasswordResetEnabled", "internalSignUpEmailConfirmationRequired", "internalSignUpEnabled"}
		if got := a.members(t, "response"); !slices.Equal(got, want) {
			t.Errorf("members %q, want %q", got, want)
		}
	})
}

// claims reads a token without looking at its signature.
func claims(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", token)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	var c map[string]any
	if err != nil || json.Unmarshal(text, &c) != nil {
		t.Fatalf("%q is no JWT", token)
	}
	return c
}

// TestToken: contract, 2.1.
func TestToken(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		if len(ann.Token) <= 100 {
			t.Errorf("the token has %d characters: clients refuse up to 100", len(ann.Token))
		}
		head, _, _ := strings.Cut(ann.Token, ".")
		if text, _ := base64.RawURLEncoding.DecodeString(head); string(text) != `{"alg":"HS256","typ":"JWT"}` {
			t.Errorf("header %s", text)
		}
		c := claims(t, ann.Token)
		if c["userID"] != ann.id || c["exp"].(float64) != float64(h.Clock.Now().Add(30*24*time.Hour).Unix()) {
			t.Errorf("claims %v", c)
		}
		if _, ok := c["memberOf"]; ok {
			t.Errorf("memberOf of somebody without roles: %v", c)
		}
		red := h.role(t, "Red", ann.id)
		blue := h.role(t, "Blue", ann.id)
		renewed := ann.GET(t, "/auth/check")
		if got := claims(t, renewed.Text(t, "response.jwt"))["memberOf"]; got != red+" "+blue {
			t.Errorf("memberOf %v, want %s %s", got, red, blue)
		}
		if got := renewed.list(t, "response.user.roles", ""); !slices.Equal(got, []string{red, blue}) {
			t.Errorf("roles %v", got)
		}
		h.admin.DELETE(t, "/roles/"+red).ok(t)
		if got := ann.GET(t, "/auth/check").list(t, "response.user.roles", ""); !slices.Equal(got, []string{blue}) {
			t.Errorf("roles %v after one was deleted", got)
		}
		if a := ann.GET(t, "/auth/check"); !slices.Equal(a.members(t, "response"), []string{"jwt", "user"}) ||
			!slices.Equal(a.members(t, "response.user"), []string{"email", "handle", "name", "roles", "userID", "username"}) {
			t.Errorf("payload %s", a.Body)
		}
	})
}

// TestTokenLife: renewing gives a new token of the same session; the earlier one stays good until it ends.
func TestTokenLife(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		h.Clock.Advance(20 * 24 * time.Hour)
		renewed := h.showing(ann.GET(t, "/auth/check").Text(t, "response.jwt"))
		if renewed.Token == ann.Token {
			t.Error("the renewed token is the old one")
		}
		ann.GET(t, "/users/"+ann.id).Text(t, "response.userID")
		h.Clock.Advance(11 * 24 * time.Hour)
		ann.GET(t, "/users/"+ann.id).fails(t, "Unauthorized")
		renewed.GET(t, "/users/"+ann.id).Text(t, "response.userID")
		renewed.GET(t, "/auth/logout").is(t, `{"response":true}`)
		renewed.GET(t, "/auth/check").fails(t, "not authenticated")
		renewed.GET(t, "/auth/logout").is(t, `{"response":true}`)
		h.nobody().GET(t, "/auth/logout").is(t, `{"response":true}`)
	})
}

// TestTokenEndsAtOnce: contract, 12.1.
func TestTokenEndsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for state, end := range map[string]func(p person){
			"suspended": func(p person) {
				h.admin.POST(t, "/users/"+p.id+"/suspend", nil).ok(t)
				p.GET(t, "/auth/check").fails(t, "not authenticated")
				h.admin.POST(t, "/users/"+p.id+"/unsuspend", nil).ok(t)
			},
			"deleted": func(p person) {
				h.admin.DELETE(t, "/users/"+p.id).ok(t)
				p.GET(t, "/auth/check").fails(t, "not authenticated")
				h.admin.POST(t, "/users/"+p.id+"/undelete", nil).ok(t)
			},
			"password": func(p person) {
				h.admin.POST(t, "/users/"+p.id+"/password", `{"password":"another-horse"}`).ok(t)
			},
		} {
			p := h.person(t, state)
			p.GET(t, "/users/").Text(t, "response.filter.sort")
			end(p)
			p.GET(t, "/users/").fails(t, "Unauthorized") // also when the state is lifted
		}
		// A membership acts at once, both ways, without a new token.
		p := h.person(t, "promoted")
		p.GET(t, "/actionlog/").fails(t, "not allowed to list users")
		h.admin.POST(t, "/roles/2/member/"+p.id, nil).ok(t)
		if e := p.GET(t, "/actionlog/?limit=1").Error(t); e != "" {
			t.Errorf("as an administrator: %s", e)
		}
		h.admin.DELETE(t, "/roles/2/member/"+p.id).ok(t)
		p.GET(t, "/actionlog/").fails(t, "not allowed to list users")
	})
}

// TestLogin: contract, 2.4, in the order of the checks.
func TestLogin(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		suspended, deleted := h.person(t, "sue"), h.person(t, "dee")
		h.admin.POST(t, "/users/"+suspended.id+"/suspend", nil).ok(t)
		h.admin.DELETE(t, "/users/"+deleted.id).ok(t)
		h.admin.POST(t, "/users/", `{"email":"nopass@example.org"}`).Text(t, "response.userID")
		n := h.nobody()
		n.login(t, "ANN@Example.ORG", goodPassword).Text(t, "response.jwt")
		n.send(t, "POST", "/auth/internal/login", "application/x-www-form-urlencoded", "email=ann%40example.org&password="+goodPassword).Text(t, "response.jwt")
		n.POST(t, "/auth/internal/login", `{"EMAIL":"ann@example.org","Password":"correct-horse","extra":{"a":1}}`).Text(t, "response.jwt")
		var refused []string
		for name, a := range map[string]answer{
			"wrong password": n.login(t, ann.email, "wrong-horse"), "nobody": n.login(t, "nobody@example.org", goodPassword),
			"suspended": n.login(t, suspended.email, goodPassword), "deleted": n.login(t, deleted.email, goodPassword),
			"without password": n.login(t, "nopass@example.org", goodPassword), "empty": n.login(t, ann.email, ""),
			"too long": n.login(t, ann.email, strings.Repeat("x", 2000)), "empty, nobody": n.login(t, "nobody@example.org", ""),
		} {
			if a.fails(t, wrong); t.Failed() {
				t.Fatal(name)
			}
			refused = append(refused, string(a.Body))
		}
		if len(slices.Compact(refused)) != 1 {
			t.Errorf("the refusals differ: %q", refused)
		}
		for _, email := range []string{"", "ann", "ann@", "@example.org", "ann@exa mple.org", "ann@exämple.org", "a@b@c", "admin", "ann@example.org\n"} {
			n.login(t, email, goodPassword).fails(t, "invalid email")
		}
		// No credentials from the query.
		n.POST(t, "/auth/internal/login?email=ann@example.org&password="+goodPassword, nil).fails(t, wrong)
		n.POST(t, "/auth/internal/login?password="+goodPassword, `{"email":"ann@example.org"}`).fails(t, wrong)
		n.POST(t, "/auth/internal/login?password=wrong-horse", `{"email":"ann@example.org","password":"correct-horse"}`).Text(t, "response.jwt")
		h.setting(t, "auth.internal.enabled", false)
		n.login(t, "", "").fails(t, "internal login (username/password) is disabled")
		ann.POST(t, "/auth/internal/change-password", `{"oldPassword":"correct-horse","newPassword":"another-horse"}`).fails(t, "internal login (username/password) is disabled")
		n.POST(t, "/auth/internal/signup", `{}`).fails(t, "internal sign-up (username/password) is disabled")
		ann.GET(t, "/auth/check").Text(t, "response.jwt") // running sessions go on
	})
}

// TestSignUp: contract, 2.4, in the order of the checks.
func TestSignUp(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setting(t, "auth.internal.signup.email-confirmation-required", false)
		ann := h.person(t, "ann")
		n := h.nobody()
		const path = "/auth/internal/signup"
		before := h.Rows(t)
		const weak = "provided password is not secure; use longer password with more non-alphanumeric character"
		n.POST(t, path, `{"email":"x","handle":"-"}`).fails(t, "invalid email")
		n.POST(t, path, `{"email":"new@example.org","handle":"-"}`).fails(t, weak)
		n.POST(t, path, `{"email":"new@example.org","password":"1234567","handle":"-"}`).fails(t, weak)
		n.POST(t, path, `{"email":"new@example.org","password":"`+strings.Repeat("x", 1025)+`"}`).fails(t, weak)
		n.POST(t, path, `{"email":"new@example.org","password":"12345678","handle":"-"}`).fails(t, "invalid handle")
		n.POST(t, path, `{"email":"new@example.org","password":"12345678","handle":"x"}`).fails(t, "invalid handle")
		n.POST(t, path, `{"email":"new@example.org","password":"12345678","username":"a b"}`).fails(t, "invalid username")
		n.POST(t, path, `{"email":"new@example.org","password":"12345678","handle":"ANN"}`).fails(t, "handle not unique")
		n.POST(t, path, `{"email":"new@example.org","password":"12345678","username":"Admin"}`).fails(t, "username not unique")
		// A username may not be somebody's e-mail.
		n.POST(t, path, `{"email":"new@example.org","password":"12345678","username":"ann@example.org"}`).fails(t, "username not unique")
		n.POST(t, path, `{"email":"Ann@example.org","password":"wrong-horse"}`).fails(t, wrong)
		n.POST(t, path+"?password=correct-horse", `{"email":"ann@example.org"}`).fails(t, weak)
		if h.Rows(t) != before {
			t.Error("a refused sign-up has changed something")
		}
		// An account that is there signs in.
		if got := n.POST(t, path, `{"email":"Ann@example.org","password":"correct-horse","name":"Other"}`).Text(t, "response.user.name"); got != "Name of ann" {
			t.Errorf("signed up over an account: %q", got)
		}
		a := n.POST(t, path, `{"email":"new@example.org","password":"12345678","name":"New","isAdmin":true,"roles":["2"],"userID":"`+ann.id+`"}`)
		if len(a.list(t, "response.user.roles", "")) != 0 || a.Text(t, "response.user.userID") == ann.id {
			t.Errorf("signed up as %s", a.Body)
		}
		h.setting(t, "auth.internal.signup.enabled", false)
		n.POST(t, path, `{}`).fails(t, "internal sign-up (username/password) is disabled")
	})
}

// TestEightSignUpsAtOnce make one account: everybody who presses twice gets in.
func TestEightSignUpsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.setting(t, "auth.internal.signup.email-confirmation-required", false)
		answers := make([]answer, 8)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() {
				answers[i] = h.nobody().POST(t, "/auth/internal/signup", `{"email":"twice@example.org","password":"correct-horse","handle":"twice"}`)
			})
		}
		all.Wait()
		ids := map[string]bool{}
		for _, a := range answers {
			ids[a.Text(t, "response.user.userID")] = true
		}
		if got := h.admin.GET(t, "/users/?email=twice@example.org").list(t, "response.set", "userID"); len(got) != 1 || len(ids) != 1 {
			t.Errorf("accounts %v, answers name %v", got, ids)
		}
	})
}

// TestConfirmEmail: contract, 2.4 and 2.5.
func TestConfirmEmail(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const path = "/auth/internal/confirm-email"
		n := h.nobody()
		a := n.POST(t, "/auth/internal/signup", `{"email":"mia@example.org","password":"correct-horse"}`)
		if a.Get(t, "response.jwt") != "" || a.Get(t, "response.user.roles") != nil {
			t.Errorf("unconfirmed: %s", a.Body)
		}
		first := h.mail(t, "mia@example.org").Token()
		n.login(t, "mia@example.org", "wrong-horse").fails(t, wrong) // who does not know the password learns nothing
		n.login(t, "mia@example.org", goodPassword).fails(t, "system requires confirmed email before logging in")
		second := h.mail(t, "mia@example.org").Token()
		for _, bad := range []string{"", "short", first[:32], strings.Repeat("-", 32) + "12", first + "x", " " + first} {
			n.POST(t, path, map[string]string{"token": bad}).fails(t, "invalid token")
		}
		flipped := "A" + first[1:]
		if first[0] == 'A' {
			flipped = "B" + first[1:]
		}
		for _, unknown := range []string{flipped, first[:32] + "999", first + "1", first[:32] + "0", first + strings.Repeat("9", 100)} {
			n.POST(t, path, map[string]string{"token": unknown}).fails(t, masked)
		}
		n.POST(t, path+"?token="+first, nil).fails(t, "invalid token") // not from the query
		n.POST(t, path, map[string]string{"token": second}).Text(t, "response.jwt")
		n.POST(t, path, map[string]string{"token": second}).fails(t, masked)
		n.POST(t, path, map[string]string{"token": first}).Text(t, "response.jwt") // a newer mail voids none
		n.login(t, "mia@example.org", goodPassword).Text(t, "response.jwt")
	})
}

func TestConfirmationLastsAnHour(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for i, wait := range []time.Duration{59 * time.Minute, time.Hour} {
			email := string(rune('a'+i)) + "@example.org"
			h.nobody().POST(t, "/auth/internal/signup", map[string]string{"email": email, "password": goodPassword})
			token := map[string]string{"token": h.mail(t, email).Token()}
			h.Clock.Advance(wait)
			if a := h.nobody().POST(t, "/auth/internal/confirm-email", token); (a.Error(t) == "") != (wait < time.Hour) {
				t.Errorf("after %s: %s", wait, a.Body)
			}
		}
	})
}

const masked = "failed to complete request due to internal error"

// TestChangePassword: contract, 2.4.
func TestChangePassword(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const path = "/auth/internal/change-password"
		const weak = "provided password is not secure; use longer password with more non-alphanumeric character"
		ann := h.person(t, "ann")
		other := h.signIn(t, ann.email, goodPassword)
		before := h.Rows(t)
		h.nobody().POST(t, path, `{"oldPassword":"correct-horse","newPassword":"another-horse"}`).fails(t, "invalid user (not authenticated)")
		ann.POST(t, path, `{"newPassword":"another-horse"}`).fails(t, weak)
		ann.POST(t, path, `{"oldPassword":"correct-horse","newPassword":"short"}`).fails(t, weak)
		ann.POST(t, path, `{"oldPassword":"wrong-horse","newPassword":"another-horse"}`).fails(t, "failed to change password, old password does not match")
		ann.POST(t, path+"?oldPassword=correct-horse", `{"newPassword":"another-horse"}`).fails(t, weak)
		if h.Rows(t) != before {
			t.Error("a refused change has changed something")
		}
		ann.POST(t, path, `{"oldPassword":"correct-horse","newPassword":"another-horse"}`).is(t, `{"response":true}`)
		ann.GET(t, "/auth/check").Text(t, "response.jwt") // the session that changed it goes on
		other.GET(t, "/auth/check").fails(t, "not authenticated")
		h.nobody().login(t, ann.email, goodPassword).fails(t, wrong)
		h.nobody().login(t, ann.email, "another-horse").Text(t, "response.jwt")
	})
}

// TestBadTokens: none is good, none makes a 500, and each is the same answer.
func TestBadTokens(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		parts := strings.Split(ann.Token, ".")
		encode := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
		stranger := newHouse(t, "sqlite")
		bad := map[string]string{
			"of another house": stranger.admin.Token,
			"no signature":     parts[0] + "." + parts[1] + ".",
			"two parts":        parts[0] + "." + parts[1],
			"cut":              ann.Token[:len(ann.Token)-1],
			"longer":           ann.Token + "A",
			"with a dot":       ann.Token + ".",
			"padded":           ann.Token + "=",
			"other claims":     parts[0] + "." + encode(`{"userID":"1","exp":9999999999,"memberOf":"2","sid":"1","aud":"corteza"}`) + "." + parts[2],
			"16 KiB":           strings.Repeat("x", 16<<10),
			"mail token":       strings.Repeat("a", 32) + "123",
			"not ASCII":        ann.Token + "\u00e9",
		}
		for _, header := range []string{
			`{"alg":"none","typ":"JWT"}`, `{"alg":"None","typ":"JWT"}`, `{"alg":"HS512","typ":"JWT"}`, `{"alg":"RS256","typ":"JWT"}`, `{"typ":"JWT","alg":"HS256"}`,
			`{"alg":"HS256","typ":"JWT","kid":"../../dev/null"}`, `{"alg":"HS256","typ":"JWT","jku":"http://127.0.0.1/"}`, `{"alg":"HS256","typ":"JWT","crit":["x"],"x":1}`,
			`{"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":"AA"}}`,
		} {
			bad[header] = encode(header) + "." + parts[1] + "." + parts[2]
			bad[header+" unsigned"] = encode(header) + "." + parts[1] + "."
		}
		before := h.Rows(t)
		for name, token := range bad {
			if h.showing(token).GET(t, "/users/").fails(t, "Unauthorized"); t.Failed() {
				t.Fatal(name)
			}
		}
		for i := range len(ann.Token) { // each single byte changed
			c := byte('A')
			if ann.Token[i] == c {
				c = 'B'
			}
			if h.showing(ann.Token[:i]+string(c)+ann.Token[i+1:]).GET(t, "/users/").fails(t, "Unauthorized"); t.Failed() {
				t.Fatalf("byte %d", i)
			}
		}
		// In the wrong places a good one counts for nothing.
		n := h.nobody()
		n.GET(t, "/users/?jwt="+ann.Token).fails(t, "Unauthorized")
		n.send(t, "GET", "/users/", "", "", "Cookie", "jwt="+ann.Token).fails(t, "Unauthorized")
		n.send(t, "GET", "/users/", "", "", "Authorization", "Basic "+ann.Token).fails(t, "Unauthorized")
		n.send(t, "GET", "/users/", "", "", "Authorization", ann.Token).fails(t, "Unauthorized")
		n.send(t, "GET", "/users/", "", "", "X-Auth-Token", ann.Token).fails(t, "Unauthorized")
		n.send(t, "GET", "/users/", "", "", "Authorization", "bEARER   "+ann.Token).Text(t, "response.filter.sort")
		if h.Rows(t) != before {
			t.Error("a bad token has changed something")
		}
		// A public route is public also for who shows a bad one.
		h.showing("bad").login(t, ann.email, goodPassword).Text(t, "response.jwt")
		for _, cookie := range h.nobody().login(t, ann.email, goodPassword).Header.Values("Set-Cookie") {
			t.Errorf("a cookie was set: %s", cookie)
		}
	})
}

// TestFirstUser: the first account becomes an administrator, later ones do not.
func TestFirstUser(t *testing.T) {
	h := newHouse(t, "sqlite", mustertest.NoAdministrator)
	up := func(email string) []string {
		h.nobody().POST(t, "/auth/internal/signup", map[string]string{"email": email, "password": goodPassword})
		token := h.mail(t, email).Token()
		return h.nobody().POST(t, "/auth/internal/confirm-email", map[string]string{"token": token}).list(t, "response.user.roles", "")
	}
	if got := up("first@example.org"); !slices.Equal(got, []string{"2"}) {
		t.Errorf("roles of the first account: %v", got)
	}
	if got := up("second@example.org"); len(got) != 0 {
		t.Errorf("roles of the second account: %v", got)
	}
}

// TestPasswordReset: contract, 2.4 and 2.5. Each token works in its place only, and once.
func TestPasswordReset(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const ask, exchange, reset = "/auth/internal/request-password-reset", "/auth/internal/exchange-password-reset-token", "/auth/internal/reset-password"
		ann, n := h.person(t, "ann"), h.nobody()
		token := func(s string) map[string]string { return map[string]string{"token": s, "password": "another-horse"} }
		for _, email := range []string{"nobody@example.org", "", "x", "ann"} { // nobody learns who is here
			n.POST(t, ask, map[string]string{"email": email}).is(t, `{"response":true}`)
		}
		n.POST(t, ask, map[string]string{"email": "ANN@example.org"}).is(t, `{"response":true}`)
		mailed := h.mail(t, ann.email).Token()
		n.POST(t, reset, token(mailed)).fails(t, masked)                          // not exchanged yet
		n.POST(t, "/auth/exchange", token(mailed)).fails(t, masked)               // not for this
		n.POST(t, "/auth/internal/confirm-email", token(mailed)).fails(t, masked) // nor this
		n.POST(t, exchange+"?token="+mailed, nil).fails(t, "invalid token")       // not from the query
		a := n.POST(t, exchange, token(mailed))
		if got := a.members(t, "response.user"); !slices.Equal(got, []string{"email", "handle", "name", "userID", "username"}) {
			t.Errorf("exchanged: %s", a.Body)
		}
		exchanged := a.Text(t, "response.token")
		if len(exchanged) < 33 || exchanged == mailed {
			t.Errorf("exchanged for %q", exchanged)
		}
		n.POST(t, exchange, token(mailed)).fails(t, "invalid token")
		n.POST(t, exchange, token(exchanged)).fails(t, "invalid token")
		n.POST(t, reset, token("short")).fails(t, "invalid token")
		n.POST(t, reset, token(exchanged)).Text(t, "response.jwt")
		n.POST(t, reset, token(exchanged)).fails(t, masked)
		ann.GET(t, "/auth/check").fails(t, "not authenticated")
		n.login(t, ann.email, "another-horse").Text(t, "response.jwt")
		// The token is used up, too, if the password is refused.
		n.POST(t, ask, map[string]string{"email": ann.email})
		exchanged = n.POST(t, exchange, token(h.mail(t, ann.email).Token())).Text(t, "response.token")
		n.POST(t, reset, map[string]string{"token": exchanged, "password": "x"}).fails(t, "provided password is not secure; use longer password with more non-alphanumeric character")
		n.POST(t, reset, token(exchanged)).fails(t, masked)
		h.setting(t, "auth.internal.password-reset.enabled", false)
		n.POST(t, ask, nil).fails(t, "password reset is disabled")
		n.POST(t, exchange, nil).fails(t, "password reset is disabled")
		h.setting(t, "auth.internal.enabled", false)
		n.POST(t, reset, nil).fails(t, "internal sign-up (username/password) is disabled")
	})
}

// TestImpersonate: contract, 2.3. The end is honoured, renewal does not move it, and the log names the real actor.
func TestImpersonate(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const path, refused = "/auth/impersonate", "not allowed to impersonate this user"
		admin := h.admin.GET(t, "/auth/check").Text(t, "response.user.userID")
		ann, locked := h.person(t, "ann"), h.person(t, "locked")
		h.admin.POST(t, "/users/"+locked.id+"/suspend", nil).ok(t)
		h.nobody().POST(t, path, `{"userID":"`+ann.id+`"}`).fails(t, refused)
		role := h.role(t, "Powerful", ann.id)
		h.rule(t, role, "system:user:*", "update", "allow")
		ann.POST(t, path, `{"userID":"`+locked.id+`"}`).fails(t, refused)
		for _, body := range []string{`{}`, `{"userID":"999"}`, `{"userID":"0"}`} {
			h.admin.POST(t, path, body).fails(t, masked)
		}
		if e := h.admin.POST(t, path, `{"userID":"`+locked.id+`"}`).Error(t); e == "" {
			t.Error("a suspended user was impersonated")
		}
		a := h.admin.POST(t, path, `{"userID":"`+ann.id+`","expire":60}`)
		as := h.showing(a.Text(t, "response.jwt"))
		if a.Text(t, "response.user.userID") != ann.id {
			t.Errorf("impersonates %s", a.Body)
		}
		h.Clock.Advance(30 * time.Second)
		as = h.showing(as.GET(t, "/auth/check").Text(t, "response.jwt"))
		e := h.last(t, as.POST(t, "/users/", `{"email":"n@example.org"}`))
		if e.ActorID != ann.id || string(e.Meta["impersonatedBy"]) != admin {
			t.Errorf("logged: %+v", e)
		}
		h.Clock.Advance(31 * time.Second)
		as.GET(t, "/auth/check").fails(t, "not authenticated")
		ann.GET(t, "/auth/check").Text(t, "response.jwt")
	})
}
