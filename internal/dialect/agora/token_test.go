package agora_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"muster/internal/mustertest"
)

// TestTokenLives: in seconds, or as text; nothing is the application's usual, and none is no end.
func TestTokenLives(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		for ttl, want := range map[string]string{"": "5184000", `,"ttl":60`: "60", `,"ttl":"60"`: "60", `,"ttl":0`: "2147483647", `,"ttl":99999999999`: "2147483647", `,"ttl":null`: "5184000"} {
			a := h.app.POST(t, "/token", `{"grant_type":"client_credentials","client_id":"client-chat","client_secret":"`+secret+`"`+ttl+`}`).ok(t)
			if got := a.Get(t, "expires_in").(json.Number).String(); got != want {
				t.Errorf("%s: %s", ttl, got)
			}
		}
		small := h.nobody("/agora/acme/small").POST(t, "/token", `{"grant_type":"client_credentials","client_id":"client-small","client_secret":"marker-secret-of-small"}`)
		if got := small.Get(t, "expires_in").(json.Number).String(); got != "3600" {
			t.Errorf("by configuration: %s", got)
		}
	})
}

// TestTokenExchange: the vendor's Java client never shows a token that the application signed but here, and reads when the other
// one ends from one member only.
func TestTokenExchange(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		uuid := h.app.register(t, "mina")
		h.Clock.Advance(time.Second)
		for _, user := range []string{"", uuid, "mina"} {
			now := h.Clock.Now()
			a := h.showing(signed(t, now, user, 600), base).POST(t, "/token", `{"grant_type":"agora"}`).ok(t)
			end, _ := a.Get(t, "expire_timestamp").(json.Number).Int64()
			if left := time.UnixMilli(end).Sub(now); left > 600*time.Second || left < 590*time.Second {
				t.Errorf("it ends in %v: %s", left, a.Body)
			}
			path := "/users"
			if user != "" {
				path = "/users/" + user
				if a.String(t, "user.uuid") != uuid {
					t.Errorf("the user is missing: %s", a.Body)
				}
			}
			h.showing(a.String(t, "access_token"), base).GET(t, path).ok(t)
		}
	})
}

// TestSignedTokens: those of the vendor's builders are taken as they are, and every damaged one is refused.
func TestSignedTokens(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.app.register(t, "mina")
		h.Clock.Advance(time.Second)
		good := signed(t, h.Clock.Now(), "mina", 600)
		h.showing(good, base).GET(t, "/users/mina").ok(t)
		h.showing(good, base).GET(t, "/users").fails(t, 401, unauthorized, oauth)
		for i := 3; i < len(good); i += 7 {
			other := "A"
			if good[i] == 'A' {
				other = "B"
			}
			for _, bad := range []string{good[:i], good[:i] + other + good[i+1:]} {
				if inside(bad) == inside(good) {
					continue // a bit that means nothing to who unpacks it: it is the same token
				}
				a := h.showing(bad, base).GET(t, "/users/mina")
				if a.Status != 401 || a.String(t, "error") != badToken {
					t.Errorf("changed at %d: %d %s", i, a.Status, a.Body)
				}
			}
		}
	})
}

// inside is what a token has packed; "" for none.
func inside(text string) string {
	packed, err := base64.StdEncoding.DecodeString(text[3:])
	if err != nil {
		return ""
	}
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return ""
	}
	unpacked, err := io.ReadAll(z)
	if err != nil {
		return ""
	}
	return string(unpacked)
}

// TestSecretsStaySecret: neither certificate nor secret nor token is in the log or the database.
func TestSecretsStaySecret(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mina := h.user(t, "mina")
		h.Clock.Advance(time.Second)
		shown := signed(t, h.Clock.Now(), "mina", 60)
		h.showing(shown, base).GET(t, "/users/mina").ok(t)
		h.showing(shown+"x", base).GET(t, "/users/mina")
		h.app.POST(t, "/token", `{"grant_type":"client_credentials","client_id":"client-chat","client_secret":"marker-wrong-secret"}`)
		h.password(t, base, "mina", "marker-wrong-password")
		h.Stop()
		all := h.Written(t)
		for _, text := range []string{secret, certificate, h.app.Token, mina.Token, shown, "marker-wrong-secret", "marker-wrong-password", "pw-mina"} {
			for _, spelling := range mustertest.Spellings(text) {
				for where, written := range all {
					if strings.Contains(written, spelling) {
						t.Errorf("%.10s… is in %s", text, where)
					}
				}
			}
		}
	})
}

func TestAttributes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mina := h.user(t, "mina")
		h.user(t, "otto")
		mina.form(t, "/metadata/user/mina", "nickname=M&mail=m%40example.org").ok(t)
		mina.form(t, "/metadata/user/otto", "nickname=M").fails(t, 401, unauthorized, oauth)
		mina.GET(t, "/metadata/user/otto").fails(t, 401, unauthorized, oauth)
		mina.DELETE(t, "/metadata/user/otto").fails(t, 401, unauthorized, oauth)
		mina.GET(t, "/metadata/user/capacity").fails(t, 401, unauthorized, oauth)
		h.app.form(t, "/metadata/user/nobody", "a=b").fails(t, 404, noResource, "Service resource not found")
		h.app.DELETE(t, "/metadata/user/nobody").fails(t, 404, noResource, "Service resource not found")
		h.app.PUT(t, "/metadata/user/mina", `{"a":"b"}`).fails(t, 415, "web_application", "Unsupported Media Type")
		for _, body := range []string{"", "a=1&a=2", "=x", "%zz=1"} {
			h.app.form(t, "/metadata/user/mina", body).fails(t, 400, illegal, shape)
		}
		h.app.form(t, "/metadata/user/mina", "ext="+strings.Repeat("x", 2048)).fails(t, 400, illegal, "user metadata exceeds maximum limit, maximum limit is 2 KB")
		h.app.form(t, "/metadata/user/mina", "ext=%ff").fails(t, 400, illegal, "attributes is not legal")
		targets := strings.Repeat(`"mina",`, 100)
		h.app.POST(t, "/metadata/user/get", `{"targets":[`+targets+`"otto"]}`).fails(t, 400, illegal, "request body exceeds maximum limit, maximum limit is 100")
		h.app.POST(t, "/metadata/user/get", `{"targets":[]}`).fails(t, 400, illegal, shape)
		a := h.app.POST(t, "/metadata/user/get", `{"targets":[`+strings.TrimSuffix(targets, ",")+`]}`).ok(t)
		if got := a.String(t, "data.mina.mail"); got != "m@example.org" {
			t.Errorf("collected %s", a.Body)
		}
		// The attribute and the account have a nickname each.
		if u := h.app.GET(t, "/users/mina"); u.Get(t, "entities.0.nickname") != nil {
			t.Errorf("the account has %s", u.Body)
		}
	})
}

// TestPasswords: the application gives any; a user needs his old one, and all his sessions end.
func TestPasswords(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mina := h.user(t, "mina")
		mina.PUT(t, "/users/mina/password", `{"newpassword":"n","oldpassword":"wrong"}`).fails(t, 400, "invalid_grant", "invalid password")
		mina.PUT(t, "/users/MINA/password", `{"newpassword":"n","oldpassword":"pw-mina"}`).ok(t)
		mina.GET(t, "/users/mina").fails(t, 401, unauthorized, expired)
		h.password(t, base, "mina", "pw-mina").fails(t, 400, "invalid_grant", "invalid password")
		again := h.signIn(t, base, "mina", "n")
		h.app.PUT(t, "/users/mina/password", map[string]string{"newpassword": strings.Repeat("\u00e9", 32)}).ok(t)
		again.GET(t, "/users/mina").fails(t, 401, unauthorized, expired)
		h.signIn(t, base, "mina", strings.Repeat("\u00e9", 32))
	})
}

// TestTokenEnd tells a user when his token ends, and nobody else.
func TestTokenEnd(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		mina := h.user(t, "mina")
		now := h.Clock.Now()
		for _, c := range []*client{mina, h.showing(signed(t, now.Add(time.Second), "mina", 60), base)} {
			end, _ := c.GET(t, "/sdk/users/mina/token/expires").ok(t).Get(t, "expire_timestamp").(json.Number).Int64()
			if !time.UnixMilli(end).After(now) {
				t.Errorf("it ended %v", time.UnixMilli(end))
			}
		}
		h.app.register(t, "otto")
		mina.GET(t, "/sdk/users/otto/token/expires").fails(t, 401, unauthorized, oauth)
		h.app.GET(t, "/sdk/users/mina/token/expires").fails(t, 401, unauthorized, oauth)
	})
}
