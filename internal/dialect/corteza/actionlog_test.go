package corteza_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// An entry is one entry of the log as a client reads it.
type entry struct {
	Timestamp, RequestOrigin, RequestID, ActorIPAddr, ActorID, Resource, Action, Error, Description, Actor string

	Severity int
	Meta     map[string]json.RawMessage
}

// log asks for a part of the log, newest first.
func (h *house) log(t *testing.T, query string) []entry {
	t.Helper()
	a := h.admin.GET(t, "/actionlog/?"+query)
	var out struct{ Response struct{ Set []entry } }
	if err := json.Unmarshal(a.Body, &out); err != nil || out.Response.Set == nil {
		t.Fatalf("no log: %s", a.Body)
	}
	return out.Response.Set
}

// last is the newest entry, which is about the request of that answer.
func (h *house) last(t *testing.T, a answer) entry {
	t.Helper()
	e := h.log(t, "limit=1")[0]
	if e.RequestID != a.Header.Get("X-Request-Id") {
		t.Fatalf("the newest entry is of %s %s, not of the request that was answered %s", e.Resource, e.Action, a.Body)
	}
	return e
}

// TestLogOfChanges: names, severities, origin and what the entry is about.
func TestLogOfChanges(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.admin.GET(t, "/auth/check").Text(t, "response.user.userID")
		ann := h.person(t, "ann")
		role := h.admin.POST(t, "/roles/", `{"name":"Red","handle":"red"}`).Text(t, "response.roleID")
		for _, c := range []struct {
			do                            func() answer
			resource, action, description string
			meta                          map[string]string
		}{
			{func() answer { return h.admin.POST(t, "/users/", `{"email":"new@example.org","handle":"new"}`) }, "system:user", "create", "created new", map[string]string{"new.email": `"new@example.org"`, "new.handle": `"new"`}},
			{func() answer { return h.admin.PUT(t, "/users/"+ann.id, `{"email":"ann@example.org","handle":"ann2"}`) }, "system:user", "update", "", map[string]string{"user.ID": ann.id, "update.handle": `"ann2"`, "user.handle": `"ann"`}},
			{func() answer { return h.admin.PUT(t, "/users/"+ann.id, `{"email":"ann@example.org","handle":"ann"}`) }, "system:user", "update", "", nil},
			{func() answer { return h.admin.POST(t, "/users/"+ann.id+"/suspend", nil) }, "system:user", "suspend", "suspended ann", map[string]string{"user.ID": ann.id, "user.email": `"ann@example.org"`}},
			{func() answer { return h.admin.POST(t, "/users/"+ann.id+"/unsuspend", nil) }, "system:user", "unsuspend", "unsuspended ann", nil},
			{func() answer { return h.admin.POST(t, "/users/"+ann.id+"/password", `{"password":"another-horse"}`) }, "system:user", "setPassword", "changed password of ann", nil},
			{func() answer { return h.admin.DELETE(t, "/users/"+ann.id) }, "system:user", "delete", "deleted ann", nil},
			{func() answer { return h.admin.POST(t, "/users/"+ann.id+"/undelete", nil) }, "system:user", "undelete", "undeleted ann", nil},
			{func() answer { return h.admin.POST(t, "/roles/", `{"name":"Blue"}`) }, "system:role", "create", "created Blue", map[string]string{"new.name": `"Blue"`}},
			{func() answer { return h.admin.PUT(t, "/roles/"+role, `{"name":"Red 2","handle":"red"}`) }, "system:role", "update", "updated red", map[string]string{"role.ID": role, "update.name": `"Red 2"`}},
			{func() answer { return h.admin.POST(t, "/roles/"+role+"/member/"+ann.id, nil) }, "system:role", "memberAdd", "added ann@example.org to red", map[string]string{"role.ID": role, "member.ID": ann.id, "member.email": `"ann@example.org"`}},
			{func() answer { return h.admin.DELETE(t, "/users/"+ann.id+"/membership/"+role) }, "system:role", "memberRemove", "removed ann@example.org from red", map[string]string{"role.ID": role, "member.ID": ann.id}},
			{func() answer { return h.admin.POST(t, "/roles/"+role+"/archive", nil) }, "system:role", "archive", "archived red", nil},
			{func() answer { return h.admin.POST(t, "/roles/"+role+"/unarchive", nil) }, "system:role", "unarchive", "unarchived red", nil},
			{func() answer { return h.admin.DELETE(t, "/roles/"+role) }, "system:role", "delete", "deleted red", map[string]string{"role.handle": `"red"`}},
			{func() answer { return h.admin.POST(t, "/roles/"+role+"/undelete", nil) }, "system:role", "undelete", "undeleted red", nil},
			{func() answer { return h.admin.POST(t, "/application/", `{"name":"App"}`) }, "system:application", "create", "created App", map[string]string{"new.name": `"App"`}},
			{func() answer { return h.admin.PUT(t, "/application/1", `{"name":"Admin"}`) }, "system:application", "update", "updated Administration", map[string]string{"application.ID": "1", "update.name": `"Admin"`}},
			{func() answer { return h.admin.POST(t, "/organisations/", `{"name":"House"}`) }, "system:organisation", "create", "created House", nil},
			{func() answer { return h.admin.POST(t, "/reminder/", `{"resource":"call:1","assignedTo":"`+ann.id+`"}`) }, "system:reminder", "create", "created a reminder", map[string]string{"new.assignedTo": ann.id, "new.resource": `"call:1"`}},
			{func() answer {
				return h.admin.Do(t, "PATCH", "/settings/", `{"values":[{"name":"ui.one.title","value":"T"}]}`)
			}, "system:setting", "update", "changed settings", nil},
		} {
			a := c.do()
			if a.Error(t) != "" {
				t.Fatalf("%s: %s", c.action, a.Body)
			}
			e := h.last(t, a)
			if e.Resource != c.resource || e.Action != c.action || e.Severity != 5 || e.Error != "" || c.description != "" && e.Description != c.description {
				t.Errorf("%s %s: %+v", c.resource, c.action, e)
			}
			if e.RequestOrigin != "api/rest" || e.ActorID != admin || e.ActorIPAddr != "127.0.0.1" || e.Actor != "admin" || !seconds.MatchString(e.Timestamp) {
				t.Errorf("%s %s: %+v", c.resource, c.action, e)
			}
			for key, want := range c.meta {
				if got := string(e.Meta[key]); got != want {
					t.Errorf("%s %s: %s is %s, want %s", c.resource, c.action, key, got, want)
				}
			}
			for key, value := range e.Meta {
				if s := string(value); s == `""` || s == "null" || s == "0" || strings.Contains(s, "horse") || strings.Contains(key, "group") {
					t.Errorf("%s %s: %s is %s", c.resource, c.action, key, s)
				}
			}
		}
	})
}

// TestLogOfRefusals: what was refused is there, with the words that the client was told.
func TestLogOfRefusals(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, weak := h.person(t, "ann"), h.person(t, "weak")
		h.admin.POST(t, "/roles/", `{"name":"Red","handle":"red"}`).Text(t, "response.roleID")
		for _, c := range []struct {
			do                            func() answer
			resource, action, description string
			severity                      int
		}{
			{func() answer { return weak.POST(t, "/users/", `{"email":"n@example.org"}`) }, "system:user", "create", "failed to create users; insufficient permissions", 1},
			{func() answer { return weak.PUT(t, "/users/"+ann.id, `{"email":"n@example.org"}`) }, "system:user", "update", "failed to update users; insufficient permissions", 1},
			{func() answer { return weak.DELETE(t, "/users/"+ann.id) }, "system:user", "delete", "", 1},
			{func() answer { return weak.POST(t, "/users/"+ann.id+"/suspend", nil) }, "system:user", "suspend", "", 1},
			{func() answer { return weak.POST(t, "/users/"+ann.id+"/password", `{"password":"correct-horse"}`) }, "system:user", "setPassword", "", 1},
			{func() answer { return weak.GET(t, "/users/?deleted=1") }, "system:user", "search", "", 1},
			{func() answer { return weak.POST(t, "/roles/", `{"name":"x"}`) }, "system:role", "create", "", 1},
			{func() answer { return weak.POST(t, "/roles/2/member/"+weak.id, nil) }, "system:role", "memberAdd", "", 1},
			{func() answer { return weak.GET(t, "/actionlog/") }, "system:actionlog", "search", "", 1},
			{func() answer { return h.admin.POST(t, "/users/"+ann.id+"/password", `{"password":"x"}`) }, "system:user", "setPassword", "", 1},
			{func() answer { return h.admin.POST(t, "/users/", `{"email":"ann@example.org"}`) }, "system:user", "create", "", 4},
			{func() answer { return h.admin.POST(t, "/users/", `{"email":"x"}`) }, "system:user", "create", "", 4},
			{func() answer { return h.admin.POST(t, "/users/", `{"email":"n@example.org","handle":"-"}`) }, "system:user", "create", "", 4},
			{func() answer { return h.admin.GET(t, "/users/999") }, "system:user", "lookup", "failed to lookup users; not found", 4},
			{func() answer { return h.admin.POST(t, "/roles/", `{"name":"Red"}`) }, "system:role", "create", "", 4},
			{func() answer { return h.admin.DELETE(t, "/roles/2") }, "system:role", "delete", "", 1},
			{func() answer { return h.admin.DELETE(t, "/users/999") }, "system:user", "delete", "failed to delete users; not found", 3}, // masked
			{func() answer { return h.admin.GET(t, "/roles/999") }, "system:role", "lookup", "failed to lookup roles; not found", 3},
			{func() answer { return h.admin.GET(t, "/users/0") }, "system:user", "lookup", "failed to lookup users; invalid ID", 4},
			{func() answer { return h.admin.DELETE(t, "/users/x") }, "system:user", "delete", "", 4},
			{func() answer { return h.admin.PUT(t, "/roles/0", `{"handle":"-"}`) }, "system:role", "update", "", 4},
			{func() answer { return h.admin.POST(t, "/roles/1/member/"+ann.id, nil) }, "system:role", "memberAdd", "", 4},
			{func() answer { return weak.POST(t, "/roles/2/merge", nil) }, "system:role", "merge", "", 4},
			{func() answer { return h.admin.GET(t, "/users/?sort=bogus") }, "system:user", "search", "", 3},
			{func() answer { return h.admin.GET(t, "/roles/?sort=id,") }, "system:role", "search", "", 3},
			{func() answer { return weak.POST(t, "/auth/impersonate", `{"userID":"`+ann.id+`"}`) }, "system:auth", "impersonate", "", 4},
			{func() answer { return weak.POST(t, "/application/", `{"name":"x"}`) }, "system:application", "create", "failed to create applications; insufficient permissions", 3},
			{func() answer { return weak.PUT(t, "/application/1", `{"name":"x"}`) }, "system:application", "update", "", 3},
			{func() answer { return h.admin.GET(t, "/application/999") }, "system:application", "lookup", "", 4},
			{func() answer { return h.admin.DELETE(t, "/application/999") }, "system:application", "delete", "", 3},
			{func() answer { return weak.POST(t, "/organisations/", `{"name":"x"}`) }, "system:organisation", "create", "", 1},
			{func() answer { return weak.POST(t, "/reminder/", nil) }, "system:reminder", "create", "", 1},
			{func() answer { return weak.DELETE(t, "/reminder/999") }, "system:reminder", "delete", "", 4},
		} {
			a := c.do()
			e := h.last(t, a)
			if e.Resource != c.resource || e.Action != c.action || e.Severity != c.severity || c.description != "" && e.Description != c.description {
				t.Errorf("%s %s: %+v", c.resource, c.action, e)
			}
			if want := a.Error(t); want == "" || e.Error != want[:min(len(want), 64)] {
				t.Errorf("%s %s: the client was told %q, the log says %q", c.resource, c.action, want, e.Error)
			}
			if e.ActorID == "0" || e.Actor == "" {
				t.Errorf("%s %s: nobody did it: %+v", c.resource, c.action, e)
			}
		}
		for body := range strings.FieldsSeq(`{"email":"a\u202eb@example.org"} {"email":"n@example.org","name":"a\nb"}`) {
			a := h.admin.POST(t, "/users/", body)
			for _, value := range h.last(t, a).Meta {
				if strings.Contains(string(value), "\u202e") || strings.Contains(string(value), `\n`) {
					t.Errorf("%s: the log keeps %s", body, value)
				}
			}
		}
	})
}

// TestLogOfSignIns: who signed in, who failed to, and never with what.
func TestLogOfSignIns(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		n := h.nobody()
		e := h.last(t, n.login(t, ann.email, goodPassword))
		if e.Resource != "system:auth" || e.Action != "authenticate" || e.Severity != 5 || e.ActorID != ann.id || e.Description != "successfully authenticated with password" || string(e.Meta["email"]) != `"ann@example.org"` {
			t.Errorf("signed in: %+v", e)
		}
		for email, actor := range map[string]string{ann.email: ann.id, "stranger@example.org": "0"} {
			a := n.login(t, email, "secret-wrong-horse")
			e := h.last(t, a)
			if e.Action != "authenticate" || e.Severity != 4 || e.ActorID != actor || e.Error != wrong || e.Description != email+" failed to authenticate with password" || string(e.Meta["email"]) != `"`+email+`"` {
				t.Errorf("failed: %+v", e)
			}
		}
		for typed, kept := range map[string]string{"no-email": "", "a@b@c": "", "änn@example.org": `"änn@example.org"`} { // what cannot be an e-mail may be a password in the wrong field
			a := n.login(t, typed, "secret-horse")
			if e := h.last(t, a); e.Action != "authenticate" || e.Severity != 1 || e.Error != "invalid email" || string(e.Meta["email"]) != kept || e.ActorID != "0" {
				t.Errorf("typed %s: %+v", typed, e)
			}
		}
		h.setting(t, "auth.internal.enabled", false)
		a := n.login(t, ann.email, goodPassword)
		if e := h.last(t, a); e.Action != "authenticate" || e.Severity != 1 || e.Error != a.Error(t) || string(e.Meta["email"]) != `"ann@example.org"` {
			t.Errorf("switched off: %+v", e)
		}
		h.setting(t, "auth.internal.enabled", true)
		a = h.showing("forged").GET(t, "/users/")
		if e := h.last(t, a); e.Resource != "system:auth" || e.Action != "validateToken" || e.Severity != 4 || e.ActorID != "0" || e.Error != "Unauthorized" {
			t.Errorf("forged: %+v", e)
		}
		a = ann.POST(t, "/auth/internal/change-password", `{"oldPassword":"secret-old","newPassword":"secret-new"}`)
		if e := h.last(t, a); e.Action != "changePassword" || e.ActorID != ann.id || e.Error != a.Error(t) || e.Severity != 4 {
			t.Errorf("wrong old password: %+v", e)
		}
		a = ann.POST(t, "/auth/internal/change-password", `{"oldPassword":"correct-horse","newPassword":"secret-new"}`)
		if e := h.last(t, a); e.Action != "changePassword" || e.Severity != 5 {
			t.Errorf("changed: %+v", e)
		}
		a = ann.GET(t, "/auth/logout")
		if e := h.last(t, a); e.Resource != "system:auth" || e.ActorID != ann.id {
			t.Errorf("signed out: %+v", e)
		}
		a = n.POST(t, "/auth/internal/signup", `{"email":"mia@example.org","password":"secret-mia"}`)
		if e := h.last(t, a); e.Action != "internalSignup" || e.ActorID != a.Text(t, "response.user.userID") || e.Severity != 5 {
			t.Errorf("signed up: %+v", e)
		}
		a = n.login(t, "mia@example.org", "secret-mia") // sends a mail, which is an entry of its own
		for i, action := range []string{"sendEmailConfirmationToken", "authenticate"} {
			if e := h.log(t, "limit=2")[i]; e.Action != action || e.RequestID != a.Header.Get("X-Request-Id") {
				t.Errorf("unconfirmed: %+v", e)
			}
		}
		token := h.mail(t, "mia@example.org").Token()
		a = n.POST(t, "/auth/internal/confirm-email", map[string]string{"token": token})
		if e := h.last(t, a); e.Resource != "system:auth" || e.Severity != 5 {
			t.Errorf("confirmed: %+v", e)
		}
		all := h.admin.GET(t, "/actionlog/")
		for _, secret := range []string{"secret-", "horse", token, token[:32], "argon2", "eyJ"} {
			if strings.Contains(string(all.Body), secret) || h.Log.Contains(secret) {
				t.Errorf("%q is in a log", secret)
			}
		}
	})
}

// TestLogHidesPeople: who reads the log, but may not see e-mails or names, sees them masked there too.
func TestLogHidesPeople(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		role := h.role(t, "Auditors", ann.id)
		h.rule(t, role, "system", "access", "allow")
		h.admin.PUT(t, "/users/"+bob.id, `{"email":"bobby@example.org","name":"Bobby","handle":"bob"}`).Text(t, "response.userID")
		h.admin.POST(t, "/roles/"+role+"/member/"+bob.id, nil).ok(t)
		h.nobody().login(t, "bobby@example.org", "wrong-horse").fails(t, wrong)
		h.nobody().login(t, "stranger@example.org", "wrong-horse").fails(t, wrong)
		ann.PUT(t, "/users/"+ann.id, `{"email":"ann@example.org","name":"Ann","handle":"ann"}`).Text(t, "response.userID")
		const email, name = `"####.#######@######.###"`, `"##### ##########"`
		log := string(ann.GET(t, "/actionlog/").Body)
		for _, secret := range []string{"bob@", "bobby@", "Bobby", "Name of bob", "stranger@", "admin@"} {
			if strings.Contains(log, secret) {
				t.Errorf("the log shows %s", secret)
			}
		}
		for _, shown := range []string{
			`"update.email":` + email, `"update.name":` + name, `"user.email":` + email, `"member.email":` + email, `"new.email":` + email, `"email":` + email, `"actor":` + name,
			`"description":"added ####.#######@######.### to `, `"description":"####.#######@######.### failed to authenticate with password"`,
			`"update.email":"ann@example.org"`, `"update.name":"Ann"`, `"actor":"Ann"`, // himself
			`"role.name":"Auditors"`, // the name of something
		} {
			if !strings.Contains(log, shown) {
				t.Errorf("the log does not show %s", shown)
			}
		}
		h.rule(t, role, "system:user:"+bob.id, "unmask.email", "allow")
		log = string(ann.GET(t, "/actionlog/").Body)
		if !strings.Contains(log, `"update.email":"bobby@example.org"`) || !strings.Contains(log, `"description":"added bobby@example.org to `) || strings.Contains(log, "Bobby") || strings.Contains(log, "stranger@") {
			t.Errorf("with the right to one: %s", log)
		}
	})
}

// TestLogFilters: contract, 10.
func TestLogFilters(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		h.Clock.Advance(10 * time.Second)
		at := h.Clock.Now()
		h.admin.POST(t, "/users/"+bob.id+"/suspend", nil).ok(t)
		h.admin.POST(t, "/users/"+bob.id+"/unsuspend", nil).ok(t)
		h.Clock.Advance(10 * time.Second)
		ann.POST(t, "/users/"+bob.id+"/suspend", nil).fails(t, "not allowed to suspend this user")
		stamp := func(d time.Duration) string { return url.QueryEscape(at.Add(d).Format(time.RFC3339)) }
		for query, want := range map[string]string{
			"resource=system:user&action=suspend":                          "suspend suspend",
			"resource=system:user&action=suspend&actorID=" + ann.id:        "suspend",
			"action=suspend&actorID[]=" + ann.id + "&actorID[]=" + bob.id:  "suspend",
			"resource=system:role&action=suspend":                          "",
			"resource=system:user:*":                                       "",
			"resource=nothing":                                             "",
			"action=SUSPEND":                                               "",
			"actorID=999":                                                  "",
			"actorID=abc":                                                  "autoPromote", // text is 0, which is nobody
			"from=" + stamp(0) + "&to=" + stamp(0):                         "unsuspend suspend",
			"from=" + stamp(1*time.Second) + "&to=" + stamp(5*time.Second): "",
			"from=" + stamp(5*time.Second) + "&resource=system:user":       "suspend",
			"from=" + stamp(0) + "&to=" + stamp(0) + "&limit=1":            "unsuspend",
			"from=" + stamp(0) + "&to=" + stamp(0) + "&page=2&perPage=1":   "suspend",
			"offset=9999":                                                  "",
		} {
			var got []string
			for _, e := range h.log(t, query) {
				got = append(got, e.Action)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %v, want %s", query, got, want)
			}
		}
		everything := h.log(t, "")
		if !slices.IsSortedFunc(everything, func(a, b entry) int { return strings.Compare(b.Timestamp, a.Timestamp) }) {
			t.Error("not newest first")
		}
		for _, e := range everything { // searches and look-ups that succeed are not kept
			if e.Error == "" && (e.Action == "search" || e.Action == "lookup" || e.Action == "serve") {
				t.Errorf("kept: %+v", e)
			}
		}
		for _, bad := range []string{"bad", "2020-13-01T00:00:00Z", "2020-01-01", "2020-01-01T00:00:00%2B24:00", "99999-01-01T00:00:00Z", "<script>"} {
			h.admin.GET(t, "/actionlog/?from="+bad).failsWith(t, "parsing time")
			h.admin.GET(t, "/actionlog/?to="+bad).failsWith(t, "parsing time")
		}
		h.admin.GET(t, "/actionlog/?from=%1b%5b31m").fails(t, "parsing time failed") // nothing is echoed that a terminal obeys
		if got := h.admin.GET(t, "/actionlog/?limit=1").members(t, "response.set.0"); fmt.Sprint(got) != "[action actor actorID actorIPAddr description error meta requestID requestOrigin resource severity timestamp]" {
			t.Errorf("members %v", got)
		}
	})
}
