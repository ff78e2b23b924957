package tat_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"muster/internal/dialect/dialecttest"
)

// TestVerify: a token of the newest mail works once, for 30 minutes, for its user.
func TestVerify(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.register(t, "bob").is(t, 201, `{"info":"please check your mail to validate your account."}`)
		h.register(t, "carl")
		first, carls := h.token(t, "bob"), h.token(t, "carl")
		failed := func(name, token string) {
			t.Helper()
			h.nobody().GET(t, "/user/verify/"+name+"/"+token).fails(t, 500, "Error on verify token for username "+name)
		}
		failed("nobody", first)
		failed("BOB", first)
		failed("carl", first)
		failed("bob", carls)
		failed("bob", "x")
		failed("bob", strings.Repeat("a", 32)+"1")
		failed("bob", first+"1")
		failed("bob", strings.ToUpper(first[:32])+first[32:]+"0")

		reset := map[string]string{"username": "bob", "email": "bob@example.org"}
		h.nobody().POST(t, "/user/reset", reset).is(t, 201, `{"info":"please check your mail to validate your account"}`)
		second := h.token(t, "bob")
		failed("bob", first)
		a := h.nobody().GET(t, "/user/verify/bob/"+second)
		password := a.key(t, 200, "Verification successful", "bob")
		for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
			if got := a.Header.Get(name); !strings.Contains(got, want) {
				t.Errorf("%s: %q", name, got)
			}
		}
		failed("bob", second)
		bob := h.showing("bob", password)
		if bob.GET(t, "/user/me").Status != 200 {
			t.Error("the password does not work")
		}

		h.nobody().POST(t, "/user/reset", reset)
		late := h.token(t, "bob")
		if bob.GET(t, "/user/me").Status != 200 {
			t.Error("asking for a new password has voided the old one")
		}
		h.Clock.Advance(30*time.Minute + time.Second)
		failed("bob", late)
		h.nobody().POST(t, "/user/reset", reset)
		again := h.verify(t, "bob", h.token(t, "bob"))
		bob.GET(t, "/user/me").fails(t, 401, "Invalid Tat credentials for username bob")
		if again.GET(t, "/user/me").Status != 200 {
			t.Error("the new password does not work")
		}
	})
}

// TestVerifyAtOnce: of eight tries with one token one succeeds.
func TestVerifyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.register(t, "bob")
		token := h.token(t, "bob")
		var mu sync.Mutex
		good := 0
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				a := h.nobody().GET(t, "/user/verify/bob/"+token)
				mu.Lock()
				defer mu.Unlock()
				if a.Status == 200 {
					good++
				} else if a.Status != 500 {
					t.Errorf("%d %s", a.Status, a.Body)
				}
			})
		}
		all.Wait()
		if good != 1 {
			t.Errorf("%d successes", good)
		}
	})
}

// TestVerifyIsNotEaten: what looks at links without following them uses nothing up.
func TestVerifyIsNotEaten(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.register(t, "bob")
		token := h.token(t, "bob")
		if a := h.nobody().With(t, "HEAD", "/user/verify/bob/"+token, ""); a.Status != 405 {
			t.Errorf("HEAD: %d", a.Status)
		}
		if a := h.nobody().With(t, "OPTIONS", "/user/verify/bob/"+token, ""); a.Status != 200 || len(a.Body) != 0 {
			t.Errorf("OPTIONS: %d", a.Status)
		}
		for _, header := range []string{"Sec-Purpose", "Purpose", "X-Moz"} {
			h.nobody().With(t, "GET", "/user/verify/bob/"+token, "", header, "prefetch").refused(t, 403)
		}
		// And by the address without the mount.
		root := &client{Client: dialecttest.Client[answer]{URL: h.URL}}
		if a := root.With(t, "HEAD", "/user/verify/bob/"+token, ""); a.Status != 405 {
			t.Errorf("HEAD: %d", a.Status)
		}
		root.GET(t, "/user/verify/bob/"+token).key(t, 200, "Verification successful", "bob")
		if h.Log.Contains(token) || h.Log.Contains(token[:32]) {
			t.Error("the token is in the log")
		}
	})
}

// TestResetTellsNothing: the answer is the same whether there is an account or not, and only its owner gets a mail.
func TestResetTellsNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		h.join(t, "tat.system.bot")
		h.join(t, "gone")
		h.admin.PUT(t, "/user/convert", `{"username":"tat.system.bot"}`).key(t, 201, "Verification successful", "tat.system.bot")
		h.admin.PUT(t, "/user/archive", `{"username":"gone"}`).is(t, 201, `""`)
		for _, in := range [][2]string{
			{"bob", "ada@example.org"},
			{"Bob", "bob@example.org"},
			{"bob", "BOB@example.org"},
			{"bob", " bob@example.org"},
			{"nobody", "nobody@example.org"},
			{"tat.system.bot", "tat.system.bot@example.org"},
			{"gone", "gone@example.org"},
			{"a/b", "not an e-mail"},
		} {
			h.nobody().POST(t, "/user/reset", map[string]string{"username": in[0], "email": in[1]}).
				is(t, 201, `{"info":"please check your mail to validate your account"}`)
		}
		h.nobody().POST(t, "/user/reset", `{"username":"bo","email":"bob@example.org"}`).fails(t, 400, "Invalid username (bo) or email (bob@example.org)")
		h.nobody().POST(t, "/user/reset", `{"username":"bob","email":"b@x.yz"}`).fails(t, 400, "Invalid username (bob) or email (b@x.yz)")
		if n := h.unread(t); n != 0 {
			t.Errorf("%d mails", n)
		}
		if bob.GET(t, "/user/me").Status != 200 {
			t.Error("asking has changed a password")
		}
		if m := h.nobody().POST(t, "/user/reset", `{"username":"bob","email":"bob@example.org"}`); m.Status != 201 || h.mail(t, "bob").Subject() != "Tat : confirm your reset password" {
			t.Error("no mail")
		}
	})
}
