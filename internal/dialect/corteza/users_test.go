package corteza_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	nanoseconds = regexp.MustCompile(`^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z$`)
	seconds     = regexp.MustCompile(`^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
)

// TestUserObject: which members there are, and when.
func TestUserObject(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		always := []string{"createdAt", "email", "handle", "kind", "meta", "name", "organisationID", "relatedUserID", "user", "userID", "username"}
		a := h.admin.POST(t, "/users/", `{"email":"ann@example.org","name":"Ann Lee","kind":"bot","userID":"5","username":"forged","isAdmin":true,"createdAt":"2000-01-01T00:00:00Z","deletedAt":"2000-01-01T00:00:00Z","suspendedAt":"2000-01-01T00:00:00Z","roles":["2"],"organisationID":"3","relatedUserID":"4","meta":{"avatar":"x"},"emailConfirmed":false}`)
		id := a.Text(t, "response.userID")
		if !slices.Equal(a.members(t, "response"), always) || a.Get(t, "response.meta") != nil || !nanoseconds.MatchString(a.Text(t, "response.createdAt")) {
			t.Errorf("created: %s", a.Body)
		}
		if id == "5" || a.Text(t, "response.handle") != "AnnLee" || a.Get(t, "response.username") != "" || a.Text(t, "response.organisationID") != "0" || a.Text(t, "response.relatedUserID") != "0" {
			t.Errorf("created: %s", a.Body)
		}
		if got := h.admin.GET(t, "/users/"+id+"/membership"); string(got.Body) != `{"response":[]}` {
			t.Errorf("member of %s", got.Body)
		}
		created := a.Text(t, "response.createdAt")
		read := func() answer { return h.admin.GET(t, "/users/"+id) }
		if a = read(); !slices.Equal(a.members(t, "response"), always) || !strings.Contains(string(a.Body), `"meta":{},`) || a.Text(t, "response.createdAt") != created[:19]+"Z" {
			t.Errorf("read: %s", a.Body)
		}
		// updatedAt moves with PUT alone.
		role := h.role(t, "Red")
		for _, change := range []func() answer{
			func() answer { return h.admin.POST(t, "/users/"+id+"/suspend", nil) },
			func() answer { return h.admin.POST(t, "/users/"+id+"/unsuspend", nil) },
			func() answer { return h.admin.POST(t, "/users/"+id+"/password", `{"password":"correct-horse"}`) },
			func() answer { return h.admin.POST(t, "/users/"+id+"/membership/"+role, nil) },
			func() answer { return h.admin.DELETE(t, "/users/"+id) },
			func() answer { return h.admin.POST(t, "/users/"+id+"/undelete", nil) },
		} {
			if change().ok(t); slices.Contains(read().members(t, "response"), "updatedAt") {
				t.Errorf("updatedAt moved: %s", read().Body)
			}
		}
		h.Clock.Advance(5 * time.Second)
		a = h.admin.PUT(t, "/users/"+id, `{"email":"ann@example.org"}`)
		if !seconds.MatchString(a.Text(t, "response.updatedAt")) || a.Get(t, "response.name") != "" || a.Get(t, "response.handle") != "" || a.Get(t, "response.kind") != "" {
			t.Errorf("replaced: %s", a.Body)
		}
		if string(a.Body) != string(read().Body) {
			t.Errorf("replaced %s, read %s", a.Body, read().Body)
		}
		h.admin.POST(t, "/users/"+id+"/suspend", nil).ok(t)
		h.admin.POST(t, "/users/"+id+"/suspend", nil).ok(t)
		h.admin.DELETE(t, "/users/"+id).ok(t)
		h.admin.DELETE(t, "/users/"+id).ok(t)
		a = read()
		if got := a.members(t, "response"); !slices.Contains(got, "suspendedAt") || !slices.Contains(got, "deletedAt") || len(got) != len(always)+3 {
			t.Errorf("suspended and deleted: %s", a.Body)
		}
	})
}

// TestCreateUser: the errors in their order, and the made handle.
func TestCreateUser(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		before := h.Rows(t)
		ann.POST(t, "/users/", `{"handle":"-","email":"x"}`).fails(t, "not allowed to create users")
		h.admin.POST(t, "/users/", `{"handle":"-","email":"x"}`).fails(t, "invalid handle")
		h.admin.POST(t, "/users/", `{"handle":"ann","email":"x"}`).fails(t, "invalid email")
		h.admin.POST(t, "/users/", `{"handle":"ANN","email":"Ann@Example.ORG"}`).fails(t, "email not unique")
		h.admin.POST(t, "/users/", `{"handle":"ANN","email":"new@example.org"}`).fails(t, "handle not unique")
		h.admin.POST(t, "/users/", `{"email":"new@example.org","name":"`+strings.Repeat("x", 10_000)+`"}`).fails(t, "invalid name")
		h.admin.POST(t, "/users/", `{"email":"new@example.org","kind":"`+strings.Repeat("x", 33)+`"}`).fails(t, "invalid kind")
		for _, handle := range []string{"x", "1x", "x-", "a b", "ä1", "a@b", strings.Repeat("x", 65), "a\u202eb", "a\nb"} {
			h.admin.POST(t, "/users/", map[string]string{"email": "new@example.org", "handle": handle}).fails(t, "invalid handle")
		}
		for _, email := range []string{"", "x", "@", "a@", "@b", "a b@c", "a@b c", "a@b,c@d", "a@b;c@d", "a@b\r\nBcc: c@d", "a@@b", "ä@example.org", "a@exämple.org", "a@example.org.", "a@-b", strings.Repeat("a", 251) + "@b.c"} {
			h.admin.POST(t, "/users/", map[string]string{"email": email}).fails(t, "invalid email")
		}
		for _, name := range []string{"a\nb", "a\tb", "\u202eevil", "a\u2066b", "a\u0007"} {
			h.admin.POST(t, "/users/", map[string]string{"email": "new@example.org", "name": name}).fails(t, "invalid name")
		}
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
		for _, c := range [][2]string{
			{`{"email":"one@example.org","name":"ada byron-king"}`, "AdaByron-king"},
			{`{"email":"two@example.org","name":"Ada Byron-King"}`, "Two"}, // taken in another case, so the next
			{`{"email":"x@example.org","name":"!!"}`, ""},                  // too short to be one
			{`{"email":"three@example.org","name":"日本"}`, "Three"},
			{`{"email":"4four@example.org"}`, ""},
			{`{"email":"five@example.org","handle":"Given.One"}`, "Given.One"},
			{`{"email":"six@localhost","name":"<script>{{.}}${}=cmd"}`, "script.cmd"},
		} {
			a := h.admin.POST(t, "/users/", c[0])
			if got := a.Get(t, "response.handle"); got != c[1] || strings.Contains(c[0], "<") && !strings.Contains(string(a.Body), `"name":"<script>{{.}}${}=cmd"`) {
				t.Errorf("%s: want the handle %q: %s", c[0], c[1], a.Body)
			}
		}
	})
}

// TestUpdateUser: contract, 4, in the order of the errors.
func TestUpdateUser(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		before := h.Rows(t)
		h.admin.PUT(t, "/users/0", `{"handle":"-"}`).fails(t, "invalid ID")
		ann.PUT(t, "/users/999", `{"handle":"-"}`).fails(t, "invalid handle")
		ann.PUT(t, "/users/999", `{"email":"x"}`).fails(t, "invalid email")
		ann.PUT(t, "/users/999", `{"email":"x@example.org"}`).fails(t, masked)
		ann.PUT(t, "/users/"+bob.id, `{"email":"ann@example.org"}`).fails(t, "not allowed to update this user")
		h.admin.PUT(t, "/users/"+bob.id, `{"email":"ann@example.org","handle":"ann"}`).fails(t, "email not unique")
		h.admin.PUT(t, "/users/"+bob.id, `{"email":"bob@example.org","handle":"Ann"}`).fails(t, "handle not unique")
		h.admin.PUT(t, "/users/"+bob.id, `{}`).fails(t, "invalid email")
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
		// The username survives, though this wire cannot set one.
		admin := h.admin.GET(t, "/auth/check").Text(t, "response.user.userID")
		if a := h.admin.PUT(t, "/users/"+admin, `{"email":"admin@example.org","name":"A"}`); a.Text(t, "response.username") != "admin" {
			t.Errorf("replaced: %s", a.Body)
		}
		// The letter case of one's own e-mail may change.
		if a := ann.PUT(t, "/users/"+ann.id, `{"email":"Ann@Example.org","name":"Ann","handle":"ANN"}`); a.Text(t, "response.email") != "Ann@Example.org" {
			t.Errorf("replaced: %s", a.Body)
		}
		h.nobody().login(t, "ann@example.org", goodPassword).Text(t, "response.jwt")
		// By an administrator an e-mail stays confirmed.
		h.admin.PUT(t, "/users/"+bob.id, `{"email":"bob2@example.org"}`).Text(t, "response.userID")
		h.nobody().login(t, "bob2@example.org", goodPassword).Text(t, "response.jwt")
		h.nobody().login(t, "bob@example.org", goodPassword).fails(t, wrong)
		// By oneself it has to be confirmed again; the session goes on, the old address is told.
		ann.PUT(t, "/users/"+ann.id, `{"email":"ann2@example.org"}`).Text(t, "response.userID")
		ann.GET(t, "/auth/check").Text(t, "response.jwt")
		h.nobody().login(t, "ann2@example.org", goodPassword).fails(t, "system requires confirmed email before logging in")
		token := h.mail(t, "ann2@example.org").Token()
		if h.mail(t, "Ann@Example.org").Token() != "" {
			t.Error("the old address got a token")
		}
		h.nobody().POST(t, "/auth/internal/confirm-email", map[string]string{"token": token}).Text(t, "response.jwt")
		// Where nothing has to be confirmed, nothing has.
		h.setting(t, "auth.internal.signup.email-confirmation-required", false)
		ann.PUT(t, "/users/"+ann.id, `{"email":"ann3@example.org"}`).Text(t, "response.userID")
		h.nobody().login(t, "ann3@example.org", goodPassword).Text(t, "response.jwt")
	})
}

// TestNamesAreFreed: uniqueness counts who is suspended and leaves out who is deleted; undelete asks again.
func TestNamesAreFreed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, weak := h.person(t, "ann"), h.person(t, "weak")
		red := h.role(t, "Red", ann.id)
		h.admin.POST(t, "/users/"+ann.id+"/suspend", nil).ok(t)
		h.admin.POST(t, "/users/", `{"email":"ann@example.org"}`).fails(t, "email not unique")
		h.admin.DELETE(t, "/users/"+ann.id).ok(t)
		if got := h.admin.GET(t, "/roles/"+red+"/members").list(t, "response", ""); len(got) != 0 {
			t.Errorf("members %v", got)
		}
		heir := h.admin.POST(t, "/users/", `{"email":"ANN@example.org","handle":"heir"}`).Text(t, "response.userID")
		if got := h.admin.GET(t, "/users/"+heir+"/membership").list(t, "response", ""); len(got) != 0 {
			t.Errorf("a newcomer inherits %v", got)
		}
		h.nobody().login(t, "ann@example.org", goodPassword).fails(t, wrong)
		undelete := func(c *client) answer { return c.POST(t, "/users/"+ann.id+"/undelete", nil) }
		undelete(h.admin).fails(t, "email not unique")
		undelete(weak.client).fails(t, "email not unique") // before the right
		h.admin.PUT(t, "/users/"+heir, `{"email":"heir@example.org","handle":"Ann"}`).Text(t, "response.userID")
		undelete(h.admin).fails(t, "handle not unique")
		h.admin.PUT(t, "/users/"+heir, `{"email":"heir@example.org","handle":"heir"}`).Text(t, "response.userID")
		undelete(weak.client).fails(t, "not allowed to delete this user")
		undelete(h.admin).ok(t)
		undelete(h.admin).ok(t)
		if a := h.admin.GET(t, "/users/"+ann.id); a.Text(t, "response.suspendedAt") == "" || slices.Contains(a.members(t, "response"), "deletedAt") {
			t.Errorf("undeleted: %s", a.Body)
		}
		if got := h.admin.GET(t, "/users/"+ann.id+"/membership").list(t, "response", ""); !slices.Equal(got, []string{red}) {
			t.Errorf("member of %v", got)
		}
		h.admin.POST(t, "/users/"+ann.id+"/unsuspend", nil).ok(t)
		h.nobody().login(t, "ann@example.org", goodPassword).Text(t, "response.jwt")
	})
}

// TestSetPassword: contract, 2.4 and 4.
func TestSetPassword(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		const weak = "provided password is not secure; use longer password with more non-alphanumeric character"
		before := h.Rows(t)
		for _, body := range []string{`{}`, `{"password":"1234567"}`, `{"password":"` + strings.Repeat("x", 1025) + `"}`} {
			h.admin.POST(t, "/users/"+ann.id+"/password", body).fails(t, weak)
		}
		h.admin.POST(t, "/users/"+ann.id+"/password?password=another-horse", nil).fails(t, weak)
		ann.POST(t, "/users/"+ann.id+"/password", `{"password":"another-horse"}`).fails(t, "not allowed to update this user") // not oneself
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
		h.admin.POST(t, "/users/"+ann.id+"/password", `{"password":"another-horse"}`).ok(t)
		h.nobody().login(t, ann.email, "another-horse").Text(t, "response.jwt")
	})
}

// TestAdministratorsAreSafe: contract, 12.14.
func TestAdministratorsAreSafe(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, locked := h.person(t, "ann"), h.person(t, "locked")
		h.admin.POST(t, "/users/"+locked.id+"/suspend", nil).ok(t)
		role := h.role(t, "Powerful", ann.id)
		for resource, operations := range map[string]string{
			"system:user:*": "update delete suspend unsuspend", "system:role:*": "update delete members.manage", "system": "user.create role.create",
		} {
			for op := range strings.FieldsSeq(operations) {
				h.rule(t, role, resource, op, "allow")
			}
		}
		admin := h.admin.GET(t, "/auth/check").Text(t, "response.user.userID")
		attacks := func(c *client, who string) {
			c.POST(t, "/users/"+admin+"/suspend", nil).fails(t, "not allowed to suspend this user")
			c.DELETE(t, "/users/"+admin).fails(t, "not allowed to delete this user")
			c.DELETE(t, "/roles/2/member/"+admin).fails(t, "not allowed to manage role members")
			c.DELETE(t, "/users/"+admin+"/membership/2").fails(t, "not allowed to manage role members")
			c.PUT(t, "/roles/2", `{"name":"Administrators","handle":"admins","members":["`+locked.id+`"]}`).fails(t, "not allowed to update this role")
			c.PUT(t, "/roles/2", `{"name":"Others","handle":"admins"}`).fails(t, "not allowed to update this role")
			c.PUT(t, "/roles/1", `{"name":"Everyone","handle":"everyone"}`).fails(t, "not allowed to update this role")
			for _, id := range []string{"1", "2"} {
				c.DELETE(t, "/roles/"+id).fails(t, "not allowed to delete this role")
				c.POST(t, "/roles/"+id+"/archive", nil).fails(t, "not allowed to archive this role")
			}
			if t.Failed() {
				t.Fatal(who)
			}
		}
		attacks(ann.client, "somebody with all rights, but no administrator")
		ann.PUT(t, "/users/"+admin, `{"email":"admin@example.org"}`).fails(t, "not allowed to update this user")
		ann.POST(t, "/users/"+admin+"/password", `{"password":"another-horse"}`).fails(t, "not allowed to update this user")
		ann.POST(t, "/roles/2/member/"+ann.id, nil).fails(t, "not allowed to manage role members")
		ann.PUT(t, "/roles/2", `{"name":"Administrators","handle":"admins"}`).fails(t, "not allowed to update this role")
		ann.POST(t, "/roles/", `{"name":"Sneaky","members":["`+ann.id+`"],"roleID":"2","canGrant":true}`).Text(t, "response.roleID")
		before := h.Rows(t)
		attacks(h.admin, "the last administrator, on himself")
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
		// With another one it goes.
		h.admin.POST(t, "/roles/2/member/"+ann.id, nil).ok(t)
		h.admin.DELETE(t, "/users/"+admin+"/membership/2").ok(t)
		h.admin.GET(t, "/actionlog/").fails(t, "not allowed to list users")
	})
}
