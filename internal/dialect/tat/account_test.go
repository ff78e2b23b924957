package tat_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"muster/internal/config"
	"muster/internal/store/storetest"
)

const clash = "Please check your username, email or fullname. If you are already registered, please reset your password"

// TestFirstAccount: the first account ever is administrator, at its creation, and of many at once one is.
func TestFirstAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		h := empty(t, engine)
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() { h.register(t, fmt.Sprintf("first%d", i)) })
		}
		all.Wait()
		admins := 0
		for i := range 6 {
			name := fmt.Sprintf("first%d", i)
			a := h.verify(t, name, h.token(t, name)).GET(t, "/user/me")
			if a.Get(t, "user.isAdmin") == true {
				admins++
				if groups := fmt.Sprint(a.Get(t, "user.groups")); groups != "[Administrators]" {
					t.Errorf("groups %s", groups)
				}
			}
		}
		if admins != 1 {
			t.Errorf("%d administrators", admins)
		}
	})
}

// TestCreate: what is said is trimmed, has least lengths and a form, and is nobody else's in whatever letter case.
func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		before := h.Rows(t)
		for _, in := range [][3]string{
			{"ab", "Bob B", "bob@example.org"},
			{"bob", " B ", "bob@example.org"},
			{"bob", "Bob B", "b@e.or"},
			{"  ", "Bob B", "bob@example.org"},
			{"a b/c d", "Bob B", "bob@example.org"},
			{"bob,x", "Bob B", "bob@example.org"},
			{"bob:x", "Bob B", "bob@example.org"},
			{"bob$x", "Bob B", "bob@example.org"},
			{"-bob", "Bob B", "bob@example.org"},
			{strings.Repeat("b", 81), "Bob B", "bob@example.org"},
			{"bob", "Bob B", "notanemail"},
			{"bob", "Bob B", "bob@@example.org"},
			{"bob", "Bob B", "bob@example.org\u0007"},
			{"bob", "Bob B", strings.Repeat("b", 250) + "@example.org"},
			{"bob", "Bob\u0000B", "bob@example.org"},
			{"bob", strings.Repeat("B", 201), "bob@example.org"},
		} {
			a := h.nobody().POST(t, "/user", map[string]string{"username": in[0], "fullname": in[1], "email": in[2]})
			if strings.Contains(in[1], "\u0000") {
				a.refused(t, 400) // no legal text at all
				continue
			}
			a.fails(t, 400, fmt.Sprintf("Invalid username (%s) or fullname (%s) or email (%s)", strings.TrimSpace(in[0]), strings.TrimSpace(in[1]), strings.TrimSpace(in[2])))
		}
		if after := h.Rows(t); after != before || h.unread(t) != 0 {
			t.Errorf("something has changed: was\n%s\nis\n%s", before, after)
		}
		const done = `{"info":"please check your mail to validate your account."}`
		h.nobody().POST(t, "/user", `{"username":" bob ","fullname":"  Bob B\t","email":"\nbob@example.org ","Topic":"","isAdmin":true}`).is(t, 201, done)
		for _, in := range []string{
			`{"username":"BOB","fullname":"Else","email":"else@example.org"}`,
			`{"username":"else","fullname":"bOB b","email":"else@example.org"}`,
			`{"username":"else","fullname":"Else","email":"Bob@Example.org"}`,
			`{"username":"bob@example.org","fullname":"Else","email":"else@example.org"}`,
			`{"username":" bob","fullname":"Else","email":"else@example.org"}`,
		} {
			h.nobody().POST(t, "/user", in).fails(t, 400, clash)
		}
		bob := h.verify(t, "bob", h.token(t, "bob"))
		bob.GET(t, "/users?username=bob").is(t, 200, fmt.Sprintf(`{"count":1,"users":[{"_id":%q,"username":"bob","fullname":"Bob B"}]}`, bob.GET(t, "/user/me").String(t, "user._id")))
		if bob.GET(t, "/user/me").Get(t, "user.isAdmin") != nil {
			t.Error("the second account is an administrator")
		}
	})
}

// TestCreateAtOnce: of many equal requests one gets the account.
func TestCreateAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, body := range []string{
			`{"username":"bob%[1]d","fullname":"The Same","email":"bob%[1]d@example.org"}`,
			`{"username":"carl","fullname":"Carl %[1]d","email":"carl%[1]d@example.org"}`,
			`{"username":"dora%[1]d","fullname":"Dora %[1]d","email":"dora@example.org"}`,
		} {
			var mu sync.Mutex
			made := 0
			var all sync.WaitGroup
			for i := range 8 {
				all.Go(func() {
					a := h.nobody().POST(t, "/user", fmt.Sprintf(body, i)+strings.Repeat(" ", i))
					mu.Lock()
					defer mu.Unlock()
					if a.Status == 201 {
						made++
						return
					}
					a.fails(t, 400, clash)
				})
			}
			all.Wait()
			if made != 1 {
				t.Errorf("%d accounts of %s", made, body)
			}
		}
	})
}

func TestAllowedDomains(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.nobody().POST(t, "/user", `{"username":"bob","fullname":"Bob","email":"bob@evil.example"}`).fails(t, 403, "Your email domain is not allowed on this instance of Tat.")
		h.nobody().POST(t, "/user", `{"username":"bob","fullname":"Bob","email":"bob@notexample.org"}`).refused(t, 403)
		h.nobody().POST(t, "/user", `{"username":"bob","fullname":"Bob","email":"bob@sub.example.org"}`).refused(t, 403)
		h.join(t, "bob")
	}, func(c *config.Config) { c.Tat.AllowedDomains = []string{"example.org", "example.com"} })
}

func TestUsernameFromEmail(t *testing.T) {
	h := empty(t, storetest.SQLite, func(c *config.Config) { c.Tat.UsernameFromEmail = true })
	h.nobody().POST(t, "/user", `{"username":"whatever","fullname":"Bob","email":"bob@example.org"}`).
		is(t, 201, `{"info":"please check your mail to validate your account. Note that configuration of Tat forced your username to bob"}`)
	h.verify(t, "bob", h.token(t, "bob"))
	h.nobody().GET(t, "/capabilities").is(t, 200, `{"username_from_email":true,"hooks":[]}`)
}

// TestReservedNames: where they are, only administrators give the names of system users.
func TestReservedNames(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		for _, name := range []string{"tat.system", "tat.system.bot", "TAT.System.bot"} {
			h.register(t, name).fails(t, 400, "Invalid username ("+name+") or fullname (Name of "+name+") or email ("+name+"@example.org)")
		}
		h.join(t, "tat.sys")
		h.admin.PUT(t, "/user/rename", `{"username":"tat.sys","newUsername":"tat.system.bot"}`).is(t, 201, `{"info":"user is renamed"}`)
		h.admin.PUT(t, "/user/convert", `{"username":"tat.system.bot"}`).key(t, 201, "Verification successful", "tat.system.bot")
	}, func(c *config.Config) { c.Tat.ReserveSystem = true })
}

// TestClosedRegistration: a house that has closed its sign-up has closed this one.
func TestClosedRegistration(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		admin := h.Administrator(t)
		admin.Do(t, "PATCH", "/corteza/system/settings/", `{"values":[{"name":"auth.internal.signup.enabled","value":false}]}`)
		h.nobody().POST(t, "/user", account("bob")).fails(t, 403, "Registration is closed on this instance of Tat.")
		admin.Do(t, "PATCH", "/corteza/system/settings/", `{"values":[{"name":"auth.internal.signup.enabled","value":true},{"name":"auth.internal.enabled","value":false}]}`)
		h.join(t, "bob")
	}, withAdministrator)
}
