package agora_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster"
	"muster/internal/config"
	"muster/internal/mustertest"
)

// TestRegisterMany: what is not taken is made, or nothing at all.
func TestRegisterMany(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.app.register(t, "mina")
		batch := func(from, to int, more ...string) string {
			var items []string
			for i := from; i < to; i++ {
				items = append(items, fmt.Sprintf(`{"username":"user%02d","password":"x"}`, i))
			}
			return "[" + strings.Join(append(items, more...), ",") + "]"
		}
		a := h.app.POST(t, "/users", batch(0, 59, `{"username":"Mina","password":"x"}`)).ok(t)
		if names := a.names(t); len(names) != 59 || !slices.IsSorted(names) {
			t.Errorf("made %q", names)
		}
		if got := a.String(t, "data.0.username") + ": " + a.String(t, "data.0.registerUserFailReason"); got != "mina: the mina already exists" {
			t.Error(got)
		}
		// The same name with the same password is one user.
		a = h.app.POST(t, "/users", `[{"username":"zoe","password":"x"},{"username":"ZOE","password":"x"},{"username":"otto","password":"x"}]`).ok(t)
		if diff := cmp.Diff([]string{"zoe", "otto"}, a.names(t)); diff != "" {
			t.Error(diff)
		}
		before := h.Rows(t)
		h.app.POST(t, "/users", batch(60, 65, `{"username":"a b","password":"x"}`)).fails(t, 400, illegal, "username [a b] is not legal")
		h.app.POST(t, "/users", batch(60, 65, `{"username":"late"}`)).fails(t, 400, illegal, "password or pin must provided")
		h.app.POST(t, "/users", batch(60, 121)).fails(t, 400, illegal, "Request body array size[61] had almost reached or been greater than the upper range value[60]")
		if h.Rows(t) != before {
			t.Error("a refused batch has left something")
		}
	})
}

// TestOpenRegistration: without a token one may make himself a user, and nothing besides.
func TestOpenRegistration(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		stranger := h.nobody(open)
		stranger.register(t, "Zoe")
		stranger.POST(t, "/users", `[{"username":"otto","password":"x"}]`).fails(t, 401, unauthorized, "Open registration doesn't allow, so register user need token")
		stranger.GET(t, "/users/zoe").fails(t, 401, unauthorized, oauth)
		h.showing("nonsense", open).POST(t, "/users", `{"username":"otto","password":"x"}`).fails(t, 401, badToken, corrupt)
		h.signIn(t, open, "zoe", "pw-Zoe").GET(t, "/users/zoe").ok(t)
	})
}

// TestPagesOfUsers walks as the vendor's client does, until there is no cursor.
func TestPagesOfUsers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var want []string
		for i := range 23 {
			want = append(want, fmt.Sprint("user", 99-i))
			h.app.register(t, want[i])
		}
		for _, limit := range []string{"", "1", "7", "23", "100", "101", "2147483647"} {
			var got []string
			for cursor, pages := "", 0; ; pages++ {
				query := "?cursor=" + cursor
				if limit != "" {
					query += "&limit=" + limit
				}
				a := h.app.GET(t, "/users"+query)
				page := a.names(t)
				got = append(got, page...)
				if n, _ := a.Get(t, "count").(json.Number).Int64(); int(n) != len(page) || limit == "" && len(page) > 10 {
					t.Errorf("limit %s: %d users, count %d", limit, len(page), n)
				}
				if a.Get(t, "cursor") == nil || pages > 30 {
					break
				}
				cursor = a.String(t, "cursor")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("limit %s: %s", limit, diff)
			}
		}
		cursor := h.app.GET(t, "/users?limit=1").String(t, "cursor")
		h.as(t, open).GET(t, "/users?cursor="+cursor).fails(t, 400, illegal, shape)
	})
}

// TestNamesInAnyCase: a user is found however his name is written, and by his UUID; a name that looks like one wins.
func TestNamesInAnyCase(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		uuid := h.app.register(t, "MiNa")
		for _, called := range []string{"mina", "MINA", uuid, strings.ToUpper(uuid), "m%69na", "mina/"} {
			if got := h.app.GET(t, "/users/"+called).names(t); !slices.Equal(got, []string{"mina"}) {
				t.Errorf("%s is %q", called, got)
			}
		}
		h.app.register(t, uuid)
		if got := h.app.GET(t, "/users/"+uuid).names(t); got[0] != uuid {
			t.Errorf("the UUID is %q", got)
		}
		for _, odd := range []string{"batch", "status", ".", "..", "-", "_", "a.b"} {
			a := h.app.POST(t, "/users", map[string]string{"username": odd, "password": "x"}).ok(t)
			if odd != "." && odd != ".." { // no path can name these two, but their UUIDs do
				h.app.GET(t, "/users/"+odd).ok(t)
			}
			h.app.DELETE(t, "/users/"+a.String(t, "entities.0.uuid")).ok(t)
		}
		h.nobody("/agora/ACME/CHAT").GET(t, "/users").fails(t, 401, unauthorized, oauth)
		if got := h.showing(h.app.Token, "/agora/ACME/CHAT").GET(t, "/users/mina").String(t, "applicationName"); got != "chat" {
			t.Errorf("the application is %s", got)
		}
	})
}

// TestApplicationsStayApart: the same name is somebody else, and no token works elsewhere.
func TestApplicationsStayApart(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		other := h.as(t, open)
		here, there := h.app.register(t, "mina"), other.register(t, "mina")
		if here == there {
			t.Error("one user in two applications")
		}
		mina := h.signIn(t, base, "mina", "pw-mina")
		for _, token := range []string{h.app.Token, mina.Token, signed(t, h.Clock.Now(), "mina", 60)} {
			for _, base := range []string{open, strings.ToLower(main)} {
				h.showing(token, base).GET(t, "/users/mina").fails(t, 401, badToken, foreign)
			}
		}
		other.DELETE(t, "/users").ok(t)
		mina.GET(t, "/users/mina").ok(t)
		other.GET(t, "/users/"+here).fails(t, 404, noResource, "Service resource not found")
	})
}

// TestBanAndUnban: at once, for every kind of token, and what was issued before stays dead.
func TestBanAndUnban(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mina := h.user(t, "mina")
		h.Clock.Advance(time.Second)
		own := h.showing(signed(t, h.Clock.Now(), "mina", 3600), base)
		inherited := h.showing(h.app.POST(t, "/token", `{"grant_type":"inherit","username":"mina"}`).String(t, "access_token"), base)
		all := []*client{mina, own, inherited}
		for _, c := range all {
			c.GET(t, "/users/mina").ok(t)
		}
		h.Clock.Advance(time.Second)
		for range 2 {
			if a := h.app.POST(t, "/users/mina/deactivate", nil).ok(t); a.Get(t, "entities.0.activated") != false {
				t.Errorf("banned: %s", a.Body)
			}
		}
		for _, c := range all {
			c.GET(t, "/users/mina").fails(t, 401, unauthorized, expired)
		}
		h.password(t, base, "mina", "pw-mina").fails(t, 400, "invalid_grant", "user not activated")
		for range 2 {
			h.app.POST(t, "/users/mina/activate", nil).ok(t)
		}
		for _, c := range all {
			c.GET(t, "/users/mina").fails(t, 401, unauthorized, expired)
		}
		h.signIn(t, base, "mina", "pw-mina").GET(t, "/users/mina").ok(t)
		h.app.POST(t, "/users/nobody/deactivate", nil).fails(t, 404, noResource, "Service resource not found")
		h.app.POST(t, "/users/nobody/activate", nil).fails(t, 404, noResource, "Service resource not found")
	})
}

// TestModified moves with the password, the nickname, a ban and its end; the UUID and the time of registration stay.
func TestModified(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.app.register(t, "mina")
		was := h.app.GET(t, "/users/mina").ok(t)
		if was.Get(t, "entities.0.created") != was.Get(t, "entities.0.modified") {
			t.Errorf("registered: %s", was.Body)
		}
		for _, change := range []func(){
			func() { h.app.PUT(t, "/users/mina/password", `{"newpassword":"x"}`).ok(t) },
			func() { h.app.PUT(t, "/users/mina", `{"nickname":"M"}`).ok(t) },
			func() { h.app.POST(t, "/users/mina/deactivate", nil).ok(t) },
			func() { h.app.POST(t, "/users/mina/activate", nil).ok(t) },
		} {
			h.Clock.Advance(time.Second)
			change()
			is := h.app.GET(t, "/users/mina").ok(t)
			for _, member := range []string{"uuid", "created"} {
				if is.Get(t, "entities.0."+member) != was.Get(t, "entities.0."+member) {
					t.Errorf("%s has moved: %s", member, is.Body)
				}
			}
			if is.Get(t, "entities.0.modified").(json.Number) <= was.Get(t, "entities.0.modified").(json.Number) {
				t.Errorf("modified has not moved: %s", is.Body)
			}
			was = is
		}
	})
}

// TestDeletedUsers: what was theirs goes for good, and who takes the name is somebody else.
func TestDeletedUsers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mina := h.user(t, "mina")
		mina.form(t, "/metadata/user/mina", "sign=hello").ok(t)
		old := h.app.DELETE(t, "/users/mina").ok(t).String(t, "entities.0.uuid")
		mina.GET(t, "/users/mina").fails(t, 401, unauthorized, expired)
		h.app.DELETE(t, "/users/mina").fails(t, 404, noResource, "Service resource not found")
		h.app.GET(t, "/users/"+old).fails(t, 404, noResource, "Service resource not found")
		h.password(t, base, "mina", "pw-mina").fails(t, 404, "invalid_grant", "user not found")
		if fresh := h.app.register(t, "mina"); fresh == old {
			t.Error("the newcomer is the old one")
		}
		if data := h.app.GET(t, "/metadata/user/mina").ok(t).Get(t, "data"); len(data.(map[string]any)) != 0 {
			t.Errorf("the newcomer has %v", data)
		}
		mina.GET(t, "/users/mina").fails(t, 401, unauthorized, expired)
	})
}

// TestAtOnce: of many equal requests one wins.
func TestAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		race := func(method, path, body string) (n int) {
			var all sync.WaitGroup
			answers := make([]answer, 24)
			for i := range answers {
				all.Go(func() { answers[i] = h.app.Do(t, method, path, body) })
			}
			all.Wait()
			for _, a := range answers {
				if a.Status == http.StatusOK {
					n++
				} else if a.Status >= 500 {
					t.Errorf("%d %s", a.Status, a.Body)
				}
			}
			return n
		}
		if n := race("POST", "/users", `{"username":"mina","password":"x"}`); n != 1 {
			t.Errorf("%d registered her", n)
		}
		if n := race("DELETE", "/users/mina", ""); n != 1 {
			t.Errorf("%d deleted her", n)
		}
	})
}

// TestNicknames are text; a blank one is none.
func TestNicknames(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.app.register(t, "mina")
		for _, name := range []string{"Mina K", strings.Repeat("ü", 100), "<script>", "{{.}}", "😀", `"\`} {
			h.app.PUT(t, "/users/mina", map[string]string{"nickname": name}).ok(t)
			if got := h.app.GET(t, "/users/mina").String(t, "entities.0.nickname"); got != name {
				t.Errorf("%q is shown as %q", name, got)
			}
		}
		for _, name := range []string{"a\r\nb", "a\tb", "\u202egnp", "a\u0085b"} {
			h.app.PUT(t, "/users/mina", map[string]string{"nickname": name}).fails(t, 400, illegal, "name is not legal")
			h.app.POST(t, "/users", map[string]string{"username": "zoe", "password": "x", "nickname": name}).fails(t, 400, illegal, "name is not legal")
		}
		h.app.PUT(t, "/users/mina", `{"nickname":""}`).ok(t)
		if a := h.app.GET(t, "/users/mina"); a.Get(t, "entities.0.nickname") != nil {
			t.Errorf("a blank one is shown: %s", a.Body)
		}
		h.app.PUT(t, "/users/nobody", `{"nickname":"x"}`).fails(t, 404, noResource, "Service resource not found")
	})
}

// TestPeopleOfTheHouse: an application that is bound to the main realm and Corteza see the same people (DESIGN, 7).
func TestPeopleOfTheHouse(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		app, admin := h.as(t, main), h.Administrator(t)
		uuid := app.POST(t, "/users", `{"username":"Newcomer","password":"correct-horse","nickname":"New Comer"}`).ok(t).String(t, "entities.0.uuid")
		list := admin.GET(t, "/corteza/system/users/?username=newcomer")
		if id, _ := muster.ParseUUID(uuid); list.String(t, "response.set.0.userID") != id.String() || list.String(t, "response.set.0.name") != "New Comer" {
			t.Errorf("Corteza sees %s", list.Body)
		}
		if got := admin.GET(t, "/corteza/system/actionlog/?limit=1&action=register").String(t, "response.set.0.requestOrigin"); got != "api/agora" {
			t.Errorf("the log says that it came by %q", got)
		}
		admin.POST(t, "/corteza/system/users/", `{"email":"paul@example.org","name":"Paul","handle":"Paul.P"}`)
		if got := app.GET(t, "/users?limit=100").names(t); !slices.Equal(got, []string{"admin", "newcomer", "paul.p"}) {
			t.Errorf("the application sees %q", got)
		}
		app.DELETE(t, "/users").fails(t, 403, "forbidden_op", "the users of this application are not deleted in bulk")
		app.POST(t, "/users", `{"username":"short","password":"1234567"}`).fails(t, 400, illegal, "PASSWORD_TOO_SHORT")
		app.POST(t, "/users", `{"username":"_under","password":"correct-horse"}`).fails(t, 400, illegal, "username [_under] is not legal")
		before := h.Rows(t)
		for _, a := range []answer{
			app.DELETE(t, "/users/admin"), app.POST(t, "/users/admin/deactivate", nil), app.POST(t, "/users/admin/activate", nil),
			app.PUT(t, "/users/admin/password", `{"newpassword":"correct-horse-2"}`), app.PUT(t, "/users/admin", `{"nickname":"x"}`),
			app.form(t, "/metadata/user/admin", "a=b"), app.DELETE(t, "/metadata/user/admin"),
			app.POST(t, "/token", `{"grant_type":"inherit","username":"admin"}`),
			h.password(t, main, "admin", mustertest.AdminPassword),
		} {
			a.fails(t, 401, unauthorized, oauth)
		}
		if h.Rows(t) != before {
			t.Error("an administrator was touched")
		}
		app.POST(t, "/users/newcomer/deactivate", nil).ok(t)
		if a := admin.GET(t, "/corteza/system/users/?suspended=2&username=newcomer"); a.String(t, "response.set.0.suspendedAt") == "" {
			t.Errorf("Corteza sees %s", a.Body)
		}
	})
}

// TestOpenApplicationOfTheHouse: where signing up is switched off, it is so through an application, too.
func TestOpenApplicationOfTheHouse(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		stranger := h.nobody(main)
		stranger.POST(t, "/users", `{"username":"zoe","password":"correct-horse"}`).ok(t)
		h.Administrator(t).Do(t, "PATCH", "/corteza/system/settings/", `{"values":[{"name":"auth.internal.signup.enabled","value":false}]}`)
		stranger.POST(t, "/users", `{"username":"otto","password":"correct-horse"}`).fails(t, 401, unauthorized, "Open registration doesn't allow, so register user need token")
		h.as(t, main).POST(t, "/users", `{"username":"otto","password":"correct-horse"}`).ok(t)
	}, func(c *config.Config) { c.Agora.Apps[2].OpenRegistration = true })
}
