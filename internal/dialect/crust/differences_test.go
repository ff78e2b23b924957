package crust_test

import (
	"net/http"
	"strings"
	"testing"

	"muster"
	"muster/internal/config"
	"muster/internal/core"
	"muster/internal/mustertest"
)

// TestD1: changes need an administrator, but for one's own record; everybody reads the directory, without others' e-mails.
func TestD1(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		red, org := h.team(t, "Red", ann.id), h.organisation(t, "Port")
		before := h.Rows(t)
		for _, a := range []answer{
			ann.POST(t, "/organisations/", `{"name":"x"}`), ann.PUT(t, "/organisations/"+org, `{"name":"x"}`), ann.DELETE(t, "/organisations/"+org),
			ann.POST(t, "/organisations/"+org+"/archive", nil), ann.POST(t, "/teams/", `{"name":"x"}`), ann.PUT(t, "/teams/"+red, `{"members":[]}`), ann.DELETE(t, "/teams/"+red),
			ann.POST(t, "/teams/"+red+"/archive", nil), ann.POST(t, "/teams/"+red+"/move", `{"organisationID":"`+org+`"}`), ann.POST(t, "/teams/"+red+"/merge", `{"destination":"2"}`),
			ann.POST(t, "/teams/2/memberAdd", `{"userID":"`+ann.id+`"}`), ann.POST(t, "/teams/"+red+"/memberRemove", `{"userID":"`+ann.id+`"}`),
			ann.POST(t, "/users/", whole("x")), ann.PUT(t, "/users/"+bob.id, `{"password":"battery-staple"}`), ann.DELETE(t, "/users/"+bob.id), ann.POST(t, "/users/"+bob.id+"/suspend", nil),
			ann.POST(t, "/users/"+bob.id+"/unsuspend", nil),
		} {
			if a.Error(t) == "" || a.Status != http.StatusOK {
				t.Errorf("a plain user may: %d %s", a.Status, a.Body)
			}
		}
		if after := h.Rows(t); after != before {
			t.Error("something was done all the same")
		}

		a := ann.GET(t, "/users/")
		if got := a.list(t, "response", "username"); got != "admin ann bob" {
			t.Errorf("she sees %s", got)
		}
		if got := a.list(t, "response", "email"); got != " ann@example.org " {
			t.Errorf("she sees the e-mails %q", got)
		}
		for query, want := range map[string]string{"?query=bob@": "", "?email=bob@example.org": "", "?query=Name+of+bob": "bob", "?query=ann@": "ann", "?email=ANN@example.org": "ann"} {
			if got := ann.GET(t, "/users/"+query).list(t, "response", "username"); got != want {
				t.Errorf("%s finds %q", query, got)
			}
		}
		if got := ann.GET(t, "/users/"+bob.id).String(t, "response.email"); got != "" {
			t.Errorf("she reads %q", got)
		}
		seers := h.team(t, "Seers")
		group, _ := muster.ParseID(seers)
		rule := muster.Rule{Resource: muster.Resource{Noun: muster.NounUser}, Operation: muster.OpUnmaskEmail, Access: muster.Allow}
		if err := h.Core.SetRules(muster.WithActor(t.Context(), muster.House()), group, []muster.Rule{rule}); err != nil {
			t.Fatal(err)
		}
		h.admin.POST(t, "/teams/"+seers+"/memberAdd", `{"userID":"`+ann.id+`"}`).ok(t)
		if got := ann.GET(t, "/users/?query=bob@").list(t, "response", "email"); got != "bob@example.org" {
			t.Errorf("with the right she sees %q", got)
		}

		// Her own record: what she may not change of herself is not looked at.
		org = h.organisation(t, "Dock")
		a = ann.PUT(t, "/users/"+ann.id, `{"name":"Ann B","kind":"bot","organisationID":"`+org+`","satosaID":"urn:marker","email":"ann@example.org"}`)
		if a.Text(t, "response.name") != "Ann B" || a.String(t, "response.kind") != "" || a.Text(t, "response.organisationID") != "0" {
			t.Errorf("answered %s", a.Body)
		}
		if a := ann.PUT(t, "/users/"+ann.id, `{"organisationID":"999"}`); a.Error(t) != "" {
			t.Errorf("answered %s", a.Body)
		}
		if strings.Contains(h.Rows(t), "urn:marker") {
			t.Error("kept")
		}
	})
}

// TestD2: an update changes what it names.
func TestD2(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		red := h.team(t, "Red", ann.id)
		before := h.admin.GET(t, "/users/"+ann.id)
		h.Clock.Advance(3 * 3600e9)
		h.admin.PUT(t, "/users/"+ann.id, `{"handle":"annie"}`).Text(t, "response.updatedAt")
		after := h.admin.GET(t, "/users/"+ann.id)
		for _, same := range []string{"userID", "username", "email", "name", "kind", "createdAt", "organisationID"} {
			if before.String(t, "response."+same) != after.String(t, "response."+same) {
				t.Errorf("%s has changed: %s", same, after.Body)
			}
		}
		if after.Text(t, "response.handle") != "annie" || h.teams(t, ann.id) != "Red" {
			t.Errorf("read %s", after.Body)
		}
		h.signIn(t, "ann", goodPassword)
		ann.GET(t, "/auth/check").Text(t, "response.jwt") // her session lives

		// Blank is as good as not named; her own new password ends her other sessions, and not this one.
		other := h.signIn(t, "ann", goodPassword)
		ann.PUT(t, "/users/"+ann.id, `{"name":" ","email":"","username":"","handle":"","password":"battery-staple"}`).Text(t, "response.email")
		other.GET(t, "/users/").fails(t, invalidToken)
		ann.GET(t, "/users/").Text(t, "response.0.userID")
		h.nobody().login(t, "ann", goodPassword).fails(t, badLogin)
		h.signIn(t, "ann", "battery-staple")

		// Nothing wakes, and nothing is made.
		h.admin.POST(t, "/users/"+ann.id+"/suspend", nil).ok(t)
		h.admin.PUT(t, "/users/"+ann.id, `{"name":"x"}`).fails(t, userNotFound)
		h.nobody().login(t, "ann", "battery-staple").fails(t, badLogin)
		rows := h.Rows(t)
		h.admin.PUT(t, "/users/77", whole("ghost")).fails(t, userNotFound)
		h.admin.PUT(t, "/teams/77", `{"name":"ghosts"}`).fails(t, teamNotFound)
		h.admin.PUT(t, "/organisations/77", `{"name":"ghosts"}`).fails(t, organisationNotFound)
		if h.Rows(t) != rows {
			t.Error("something was made")
		}
		created := h.admin.GET(t, "/teams/"+red).Text(t, "response.createdAt")
		if got := h.admin.PUT(t, "/teams/"+red, `{"name":"Redder"}`).Text(t, "response.createdAt"); got != created {
			t.Errorf("created at %s", got)
		}
	})
}

// TestD3: JSON with a charset is JSON, and ids may be numbers.
func TestD3(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		h.admin.With(t, "POST", "/teams/", `{"name":"Red","MEMBERS":[`+ann.id+`]}`, "Content-Type", "application/json; charset=UTF-8").Text(t, "response.teamID")
		if got := h.teams(t, ann.id); got != "Red" {
			t.Errorf("in %q", got)
		}
		h.admin.With(t, "POST", "/teams/", `{"name":"Blue"}`, "Content-Type", "application/json; charset=latin1").failed(t)
		for _, bad := range []string{`{"userID":true}`, `{"userID":["1"]}`, `{"userID":{}}`} {
			h.admin.POST(t, "/teams/2/memberAdd", bad).failed(t)
		}
	})
}

// TestD4: an organisation is read by its path; ?id= wins unless it is blank.
func TestD4(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		one, two := h.organisation(t, "One"), h.organisation(t, "Two")
		for path, want := range map[string]string{
			one: "One", one + "?id=" + two: "Two", one + "?id=": "One", one + "?id=%20": "One", "x?id=" + two: "Two",
		} {
			if got := h.admin.GET(t, "/organisations/"+path).Text(t, "response.name"); got != want {
				t.Errorf("%s is %s", path, got)
			}
		}
		h.admin.GET(t, "/organisations/"+one+"?id=77").fails(t, organisationNotFound)
		h.admin.GET(t, "/organisations/77").fails(t, organisationNotFound)
	})
}

// TestD5: logout, suspension and deletion end the session at once.
func TestD5(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for name, end := range map[string]func(p person){
			"logout":  func(p person) { p.GET(t, "/auth/logout") },
			"suspend": func(p person) { h.admin.POST(t, "/users/"+p.id+"/suspend", nil).ok(t) },
			"delete":  func(p person) { h.admin.DELETE(t, "/users/"+p.id).ok(t) },
		} {
			p := h.person(t, name)
			fresh := h.showing(p.GET(t, "/auth/check").Text(t, "response.jwt"))
			fresh.GET(t, "/users/").Text(t, "response.0.userID")
			end(p)
			for _, c := range []*client{p.client, fresh} {
				c.GET(t, "/users/").fails(t, invalidToken)
				a := c.With(t, "GET", "/auth/check", "", "Cookie", "jwt="+c.Token)
				a.fails(t, invalidToken)
			}
			// The cookie goes with the session.
			a := h.nobody().With(t, "GET", "/auth/check", "", "Cookie", "jwt="+p.Token)
			if a.fails(t, invalidToken); a.cookie() == nil || a.cookie().Value != "" {
				t.Errorf("%s: the cookie stays: %v", name, a.Header)
			}
			if name == "suspend" {
				h.admin.POST(t, "/users/"+p.id+"/unsuspend", nil).ok(t)
				p.GET(t, "/users/").fails(t, invalidToken) // what is dead stays dead
				h.signIn(t, name, goodPassword)
			}
		}
	})
}

// TestD6: the cookie is nobody's but this wire's, for TLS where there is some, and no token comes by the address.
func TestD6(t *testing.T) {
	proxied := func(c *config.Config) { c.TrustedProxies = []string{"127.0.0.0/8"} }
	public := func(c *config.Config) { c.PublicURL = "https://house.example" }
	for name, x := range map[string]struct {
		option mustertest.Option
		said   string
		secure bool
	}{
		"plain":           {func(*config.Config) {}, "", false},
		"forged":          {func(*config.Config) {}, "https", false},
		"proxy with TLS":  {proxied, "https", true},
		"proxy without":   {proxied, "http", false},
		"public URL":      {public, "", true},
		"public URL, too": {public, "http", true},
	} {
		one(t, func(t *testing.T, h *house) {
			send := func(path, cookie string) answer {
				headers := []string{"Content-Type", formType, "X-Forwarded-Proto", x.said}
				if cookie != "" {
					headers = append(headers, "Cookie", "jwt="+cookie)
				}
				if path == "/auth/login" {
					return h.nobody().With(t, "POST", path, "username=admin&password="+mustertest.AdminPassword, headers...)
				}
				return h.nobody().With(t, "GET", path, "", headers...)
			}
			in := send("/auth/login", "")
			for _, a := range []answer{in, send("/auth/check", in.cookie().Value), send("/auth/check", "bad"), send("/auth/logout", in.cookie().Value)} {
				c := a.cookie()
				if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != base || c.Secure != x.secure || c.Domain != "" {
					t.Errorf("%s: the cookie is %+v", name, c)
				}
			}
			h.nobody().GET(t, "/users/?jwt="+h.admin.Token).fails(t, unauthorized)
		}, x.option)
	}
}

// TestD7: header or cookie is enough for a check; only a cookie gets a cookie.
func TestD7(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		token, bearer := h.admin.Token, "Bearer "+h.admin.Token
		for name, x := range map[string]struct {
			headers []string
			cookie  bool
		}{
			"header":            {[]string{"Authorization", bearer}, false},
			"cookie":            {[]string{"Cookie", "jwt=" + token}, true},
			"both":              {[]string{"Authorization", bearer, "Cookie", "jwt=" + token}, true},
			"somebody else's":   {[]string{"Authorization", bearer, "Cookie", "jwt=" + h.person(t, "ann").Token}, false},
			"header, other one": {[]string{"Authorization", "Basic eDp5", "Cookie", "jwt=" + token}, true},
		} {
			a := h.nobody().With(t, "GET", "/auth/check", "", x.headers...)
			jwt := a.Text(t, "response.jwt")
			if c := a.cookie(); (c != nil) != x.cookie || c != nil && c.Value != jwt {
				t.Errorf("%s: the cookie is %v", name, c)
			}
			if a.Text(t, "response.user.username") != "admin" {
				t.Errorf("%s: %s", name, a.Body)
			}
			h.showing(jwt).GET(t, "/users/").Text(t, "response.0.userID")
		}
	})
}

// TestD8: kind and owner read back as stored.
func TestD8(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		h.admin.PUT(t, "/users/"+ann.id, `{"kind":"courier"}`).Text(t, "response.kind")
		h.Exec(t, `UPDATE "user" SET owner = 77 WHERE id = `+ann.id)
		for _, a := range []answer{h.admin.GET(t, "/users/"+ann.id), h.admin.GET(t, "/users/?username=ann")} {
			if !strings.Contains(string(a.Body), `"kind":"courier","organisationID":"0","relatedUserID":"77"`) {
				t.Errorf("read %s", a.Body)
			}
		}
		// But for the kind that only a conversion gives, and nobody takes away.
		if got := h.admin.PUT(t, "/users/"+ann.id, `{"kind":"system"}`).Text(t, "response.kind"); got != "courier" {
			t.Errorf("kind %s", got)
		}
		h.admin.PUT(t, "/users/"+ann.id, `{"kind":"two words"}`).failed(t)
	})
}

// TestD9: a query means what it says.
func TestD9(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.person(t, "ann_x")
		h.person(t, "annex")
		h.team(t, "50% off")
		h.team(t, "50 days")
		h.organisation(t, "50% off")
		for query, want := range map[string]string{
			"/users/?query=ann_": "ann_x", "/users/?query=ann%25": "", "/users/?query=%25": "", "/users/?query=_": "", "/users/?query=ANN": "ann_x annex", "/users/?query=nex": "",
		} {
			if got := h.admin.GET(t, query).list(t, "response", "username"); got != want {
				t.Errorf("%s: %s", query, got)
			}
		}
		for query, want := range map[string]string{"/teams/?query=50%25": "50% off", "/teams/?query=50_": "", "/organisations/?query=5%25": "", "/organisations/?query=50%25": "50% off"} {
			if got := h.admin.GET(t, query).list(t, "response", "name"); got != want {
				t.Errorf("%s: %s", query, got)
			}
		}
	})
}

// TestD10: what is blank or another's is refused, and a blank login is nobody's.
func TestD10(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.person(t, "ann")
		bob := h.person(t, "bob")
		h.Exec(t, `UPDATE "user" SET email = '', email_key = '' WHERE id = `+bob.id)
		before := h.Rows(t)
		for _, field := range []string{"username", "email", "name", "handle", "password"} {
			for _, blank := range []any{"", " ", nil} {
				u := whole("cleo")
				u[field] = blank
				h.admin.POST(t, "/users/", u).fails(t, field+": is needed")
			}
		}
		for field, taken := range map[string]string{"username": "ANN", "email": "Ann@Example.org", "handle": "ANN1"} {
			u := whole("cleo")
			u[field] = taken
			h.admin.POST(t, "/users/", u).fails(t, field+": already taken")
			h.admin.PUT(t, "/users/"+bob.id, map[string]string{field: taken}).fails(t, field+": already taken")
		}
		u := whole("cleo")
		u["username"] = "ann@example.org" // somebody's e-mail
		h.admin.POST(t, "/users/", u).fails(t, "username: already taken")
		u = whole("cleo")
		u["password"] = "1234567"
		h.admin.POST(t, "/users/", u).fails(t, "password: too short or too long")
		for _, path := range []string{"/organisations/", "/teams/"} {
			h.admin.POST(t, path, `{"name":" "}`).failed(t)
			h.admin.POST(t, path, `{}`).failed(t)
		}
		for _, body := range []string{`{}`, `{"username":"","password":""}`, `{"username":"","password":"correct-horse"}`, `{"username":"ann"}`} {
			h.nobody().POST(t, "/auth/login", body).fails(t, badLogin)
		}
		if h.Rows(t) != before {
			t.Error("something was done all the same")
		}
	})
}

// TestD11: members are who the team has; one that is unknown changes nothing.
func TestD11(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob, dead := h.person(t, "ann"), h.person(t, "bob"), h.person(t, "dead")
		h.admin.DELETE(t, "/users/"+dead.id).ok(t)
		red := h.admin.form(t, "POST", "/teams/", "name=Red&members="+ann.id+"&members="+bob.id).Text(t, "response.teamID")
		in := func(want string) {
			t.Helper()
			var names []string
			for _, p := range []person{ann, bob} {
				if h.teams(t, p.id) == "Red" {
					names = append(names, p.name)
				}
			}
			if got := strings.Join(names, " "); got != want {
				t.Errorf("in the team: %q, want %q", got, want)
			}
		}
		in("ann bob")
		for _, step := range []struct{ body, want string }{
			{`{}`, "ann bob"},
			{`{"members":null}`, "ann bob"},
			{`{"members":["` + bob.id + `"]}`, "bob"},
			{`{"members":[]}`, ""},
			{`{"members":[` + ann.id + `,"` + ann.id + `"]}`, "ann"},
			{`{"members":[""]}`, ""},
			{`{"members":["` + ann.id + `","` + bob.id + `"]}`, "ann bob"},
		} {
			h.admin.PUT(t, "/teams/"+red, step.body).Text(t, "response.teamID")
			in(step.want)
		}
		h.admin.form(t, "PUT", "/teams/"+red, "members=").Text(t, "response.teamID")
		in("")
		h.admin.form(t, "PUT", "/teams/"+red, "members[]="+ann.id).Text(t, "response.teamID")
		before := h.Rows(t)
		for _, unknown := range []string{"77", dead.id, "x", "0", "18446744073709551615"} {
			h.admin.PUT(t, "/teams/"+red, map[string]any{"name": "Blue", "members": []string{bob.id, unknown}}).fails(t, userNotFound)
			h.admin.POST(t, "/teams/", map[string]any{"name": "Blue", "members": []string{bob.id, unknown}}).fails(t, userNotFound)
			h.admin.POST(t, "/teams/"+red+"/memberAdd", map[string]string{"userID": unknown}).fails(t, userNotFound)
			h.admin.POST(t, "/teams/"+red+"/memberRemove", map[string]string{"userID": unknown}).ok(t)
		}
		for _, verb := range []string{"memberAdd", "memberRemove"} {
			h.admin.POST(t, "/teams/77/"+verb, map[string]string{"userID": ann.id}).fails(t, teamNotFound)
			h.admin.POST(t, "/teams/1/"+verb, map[string]string{"userID": ann.id}).fails(t, teamNotFound)
			h.admin.POST(t, "/teams/"+red+"/"+verb, `{}`).fails(t, "userID: is needed")
		}
		if h.Rows(t) != before {
			t.Error("something was done all the same")
		}
	})
}

// TestD12: a move is seen.
func TestD12(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		red, port, dock := h.team(t, "Red", ann.id), h.organisation(t, "Port"), h.organisation(t, "Dock")
		at := func(want string) {
			t.Helper()
			for _, got := range []string{
				h.admin.GET(t, "/teams/"+red).Text(t, "response.organisationID"), h.admin.GET(t, "/users/"+ann.id).Text(t, "response.teams.0.organisationID"),
				h.admin.GET(t, "/teams/?query=red").Text(t, "response.0.organisationID"),
			} {
				if got != want {
					t.Errorf("in the organisation %s, want %s", got, want)
				}
			}
		}
		at("0")
		for _, to := range []string{port, dock, dock} {
			h.admin.form(t, "POST", "/teams/"+red+"/move", "organisationID="+to).ok(t)
			at(to)
		}
		h.admin.POST(t, "/organisations/"+port+"/archive", nil).ok(t)
		for _, bad := range []string{port, "77", "0", "x"} {
			h.admin.form(t, "POST", "/teams/"+red+"/move", "organisationID="+bad).fails(t, organisationNotFound)
		}
		h.admin.form(t, "POST", "/teams/"+red+"/move", "organisationID=").fails(t, "organisationID: is needed")
		h.admin.form(t, "POST", "/teams/77/move", "organisationID="+dock).fails(t, teamNotFound)
		h.admin.DELETE(t, "/organisations/"+dock).ok(t)
		at(dock) // until an administrator moves it
	})
}

// TestD13: teams that are gone are left out of their members.
func TestD13(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		archived, deleted := h.team(t, "Archived", ann.id), h.team(t, "Deleted", ann.id)
		h.team(t, "Red", ann.id)
		h.admin.POST(t, "/teams/"+archived+"/archive", nil).ok(t)
		h.admin.DELETE(t, "/teams/"+deleted).ok(t)
		if got := h.teams(t, ann.id); got != "Red" {
			t.Errorf("in %q", got)
		}
		a := h.admin.GET(t, "/users/?query=ann")
		if got := a.list(t, "response.0.teams", "name"); got != "Red" {
			t.Errorf("in %q", got)
		}
		if got := h.admin.GET(t, "/teams/").list(t, "response", "name"); got != "Administrators Red" {
			t.Errorf("listed %q", got)
		}
		for _, id := range []string{archived, deleted} {
			h.admin.GET(t, "/teams/"+id).fails(t, teamNotFound)
			h.admin.DELETE(t, "/teams/"+id).ok(t)
		}
	})
}

// TestD14: whatever is wrong with a login, the answer is one. That it takes as long is BenchmarkNoOracle of the core.
func TestD14(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.person(t, "ann")
		suspended, deleted := h.person(t, "suspended"), h.person(t, "deleted")
		h.admin.POST(t, "/users/"+suspended.id+"/suspend", nil).ok(t)
		h.admin.DELETE(t, "/users/"+deleted.id).ok(t)
		if _, err := h.Core.SignUp(muster.WithActor(t.Context(), muster.House()), core.NewAccount{Email: "unconfirmed@example.org", Password: goodPassword}); err != nil {
			t.Fatal(err)
		}
		for _, try := range [][2]string{
			{"ann", "wrong"},
			{"ann", ""},
			{"nobody", goodPassword},
			{"suspended", goodPassword},
			{"deleted", goodPassword},
			{"unconfirmed@example.org", goodPassword},
			{"", ""},
			{"ann1", goodPassword}, // her handle
			{strings.Repeat("a", 5000), goodPassword},
			{"ann", strings.Repeat("a", 5000)},
		} {
			a := h.nobody().login(t, try[0], try[1])
			if a.fails(t, badLogin); a.cookie() != nil {
				t.Errorf("%s: a cookie", try[0])
			}
		}
		for _, name := range []string{"ann", "ANN", "ann@example.org", "ANN@EXAMPLE.ORG"} {
			h.signIn(t, name, goodPassword)
		}
	})
}

// TestD15: only listed origins may read with credentials; a change that shows the cookie comes from an origin of the house.
func TestD15(t *testing.T) {
	listed := func(c *config.Config) { c.TrustedOrigins = []string{"https://app.example"} }
	one(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		before := h.Rows(t)
		cookie := "jwt=" + h.admin.Token
		for _, foreign := range [][]string{
			{"Origin", "https://evil.example"},
			{"Origin", "null"},
			{"Sec-Fetch-Site", "cross-site"},
			{"Sec-Fetch-Site", "same-site"},
			{"Origin", "https://app.example.evil.example"},
			{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"},
		} {
			headers := append([]string{"Cookie", cookie, "Content-Type", formType}, foreign...)
			for _, change := range [][2]string{{"DELETE", "/users/" + ann.id}, {"POST", "/users/" + ann.id + "/suspend"}, {"PUT", "/users/" + ann.id}, {"GET", "/auth/logout"}, {"POST", "/auth/login"}} {
				a := h.nobody().With(t, change[0], change[1], "name=x", headers...)
				if a.Status != http.StatusForbidden || a.Error(t) == "" {
					t.Errorf("%v: %s %s: %d %s", foreign, change[0], change[1], a.Status, a.Body)
				}
			}
			// What it can read it can't show: no grant.
			a := h.nobody().With(t, "GET", "/users/", "", headers...)
			if a.Header.Get("Access-Control-Allow-Origin")+a.Header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%v: %v", foreign, a.Header)
			}
		}
		if h.Rows(t) != before {
			t.Error("something was done all the same")
		}
		for _, own := range [][]string{
			{"Origin", h.URL}, {"Origin", h.Config.PublicURL}, {"Origin", "https://app.example"}, {"Sec-Fetch-Site", "same-origin"}, {"Origin", "https://app.example", "Sec-Fetch-Site", "cross-site"}, {},
		} {
			headers := append([]string{"Cookie", cookie, "Content-Type", formType}, own...)
			h.nobody().With(t, "PUT", "/users/"+ann.id, "name=Ann", headers...).Text(t, "response.userID")
		}
		// A token in the header is nothing that another site could send.
		h.admin.With(t, "PUT", "/users/"+ann.id, "name=Ann", "Content-Type", formType, "Origin", "https://evil.example").Text(t, "response.userID")
		a := h.nobody().With(t, "OPTIONS", "/users/", "", "Origin", "https://app.example", "Access-Control-Request-Method", "PUT")
		if a.Status != http.StatusNoContent || a.Header.Get("Access-Control-Allow-Credentials") != "true" || a.Header.Get("Access-Control-Allow-Origin") != "https://app.example" {
			t.Errorf("a preflight: %d %v", a.Status, a.Header)
		}
		a = h.nobody().With(t, "OPTIONS", "/users/", "", "Origin", "https://evil.example", "Access-Control-Request-Method", "PUT")
		if a.Status != http.StatusMethodNotAllowed || a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("a foreign preflight: %d %v", a.Status, a.Header)
		}
	}, listed)
}

// TestD16: what is wrong with the database is not told.
func TestD16(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		h.Exec(t, `ALTER TABLE organisation RENAME TO gone`)
		for _, a := range []answer{
			h.admin.GET(t, "/organisations/"), h.admin.GET(t, "/organisations/5"), h.admin.POST(t, "/organisations/", `{"name":"x"}`),
			h.admin.PUT(t, "/users/"+ann.id, `{"organisationID":"5"}`),
		} {
			if a.fails(t, "internal error"); a.Header.Get("X-Request-Id") == "" {
				t.Error("no request id")
			}
		}
		h.Exec(t, `ALTER TABLE gone RENAME TO organisation`)
	})
}

// TestD17: a password in the address is none.
func TestD17(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		h.nobody().form(t, "POST", "/auth/login?username=ann&password="+goodPassword, "").fails(t, badLogin)
		h.nobody().form(t, "POST", "/auth/login?password="+goodPassword, "username=ann").fails(t, badLogin)
		if a := h.nobody().form(t, "POST", "/auth/login?username=ann", "password="+goodPassword); a.cookie() == nil {
			t.Errorf("the name may come by the query: %s", a.Body)
		}
		h.admin.PUT(t, "/users/"+ann.id+"?password=battery-staple&name=Queried", `{}`).Text(t, "response.name")
		h.nobody().login(t, "ann", "battery-staple").fails(t, badLogin)
		u := whole("bob")
		delete(u, "password")
		h.admin.POST(t, "/users/?password="+goodPassword, u).fails(t, "password: is needed")
	})
}

// TestD18: a team's name is its own, also among the roles of Corteza.
func TestD18(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		red, blue := h.team(t, "Red"), h.team(t, "Blue")
		role := h.Administrator(t).POST(t, "/corteza/system/roles/", `{"name":"Role"}`).String(t, "response.roleID")
		for _, name := range []string{"Red", "RED", " red ", "role", "Administrators", "everyone", "SuperUsers", "Admins"} {
			h.admin.POST(t, "/teams/", map[string]string{"name": name}).fails(t, "name: already taken")
			if h.admin.PUT(t, "/teams/"+blue, map[string]string{"name": name}).fails(t, "name: already taken"); t.Failed() {
				t.Fatal(name)
			}
		}
		h.admin.PUT(t, "/teams/"+red, `{"name":"RED"}`).Text(t, "response.teamID") // its own
		h.admin.POST(t, "/teams/"+role+"/archive", nil).ok(t)
		h.admin.POST(t, "/teams/", `{"name":"Role"}`).fails(t, "name: already taken") // an archived one keeps it
		h.admin.DELETE(t, "/teams/"+red).ok(t)
		h.team(t, "red")
	})
}
