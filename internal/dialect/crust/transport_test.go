package crust_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"muster"
	"muster/internal/dialect/crust"
	"muster/internal/dialect/dialecttest"
	"muster/internal/httpx"
)

// TestRouting: collections with and without a slash; text for what is not there, nothing for another method.
func TestRouting(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		for _, path := range []string{"/users", "/users/", "/teams", "/teams/", "/organisations", "/organisations/"} {
			if a := h.admin.GET(t, path); a.Status != http.StatusOK || a.Get(t, "response") == nil {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		}
		for _, path := range []string{"", "/", "/users/" + ann.id + "/", "/user", "/auth", "/auth/check/", "/teams/2/members", "/users//", "/users/%2e%2e", "/users/a%2fb"} {
			for _, c := range []*client{h.admin, h.nobody()} {
				a := c.GET(t, path)
				if a.Status != http.StatusNotFound || a.Header.Get("Content-Type") != "text/plain; charset=utf-8" || string(a.Body) != "404 page not found\n" {
					t.Errorf("%q: %d %s", path, a.Status, a.Body)
				}
			}
		}
		for _, x := range [][2]string{
			{"PATCH", "/users/" + ann.id},
			{"GET", "/auth/login"},
			{"POST", "/auth/logout"},
			{"HEAD", "/users/"},
			{"HEAD", "/auth/logout"},
			{"OPTIONS", "/users/"},
			{"PUT", "/users/"},
			{"DELETE", "/teams/"},
			{"GET", "/users/" + ann.id + "/suspend"},
			{"POST", "/users/" + ann.id},
			{"POST", "/teams/2"},
		} {
			a := h.admin.Do(t, x[0], x[1], nil)
			if a.Status != http.StatusMethodNotAllowed || len(a.Body) != 0 || a.Header.Get("Content-Type") != "" {
				t.Errorf("%s %s: %d %q", x[0], x[1], a.Status, a.Body)
			}
		}
	})
}

// TestInputs: forms win over the query, which wins over JSON; the path wins over all of them.
func TestInputs(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		called := func(a answer) string { return a.Text(t, "response.name") }
		for want, a := range map[string]answer{
			"one":   h.admin.POST(t, "/teams/?name=one", `{"name":"json"}`),
			"two":   h.admin.form(t, "POST", "/teams/?name=query", "name=two&unknown=1"),
			"three": h.admin.POST(t, "/teams/", `{"NAME":"three","unknown":{"a":[1]}}`),
			"four":  h.admin.With(t, "POST", "/teams/?name=four", "", "Content-Type", jsonType),
		} {
			if got := called(a); got != want {
				t.Errorf("called %q, want %q", got, want)
			}
		}
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		for _, f := range [][2]string{{"name", "five"}, {"members", ann.id}, {"members", bob.id}} {
			if err := w.WriteField(f[0], f[1]); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		h.admin.With(t, "POST", "/teams/?name=query", form.String(), "Content-Type", w.FormDataContentType()).Text(t, "response.teamID")
		if got := h.teams(t, ann.id) + h.teams(t, bob.id); got != "fivefive" {
			t.Errorf("in %q", got)
		}
		a := h.admin.PUT(t, "/users/"+ann.id+"?userID="+bob.id, `{"userID":"`+bob.id+`","name":"Path"}`)
		if a.Text(t, "response.userID") != ann.id || h.admin.GET(t, "/users/"+bob.id).Text(t, "response.name") == "Path" {
			t.Errorf("answered %s", a.Body)
		}
		// A GET has no body, whatever comes with it.
		h.admin.With(t, "GET", "/users/?query=ann", `{"query":"bob"`, "Content-Type", jsonType).Text(t, "response.0.userID")
		for _, body := range []string{`{"name":`, `[]`, `"x"`, `{"name":"a","name":"b"}`, `{"name":7}`} {
			if message := h.admin.POST(t, "/teams/", body).Error(t); !strings.HasPrefix(message, "failed to read the request: ") {
				t.Errorf("%s: %q", body, message)
			}
		}
	})
}

// TestIDs: what is no id is unknown, which for taking away is a success.
func TestIDs(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		before := h.Rows(t)
		for _, id := range []string{"0", "77", "x", "-1", "01", "1e3", "9223372036854775807", "9223372036854775808", "18446744073709551615", strings.Repeat("9", 400), "%D9%A1"} {
			h.admin.GET(t, "/users/"+id).fails(t, userNotFound)
			h.admin.PUT(t, "/users/"+id, `{"name":"x"}`).fails(t, userNotFound)
			h.admin.POST(t, "/users/"+id+"/suspend", nil).fails(t, userNotFound)
			h.admin.POST(t, "/users/"+id+"/unsuspend", nil).fails(t, userNotFound)
			h.admin.DELETE(t, "/users/"+id).ok(t)
			h.admin.GET(t, "/teams/"+id).fails(t, teamNotFound)
			h.admin.PUT(t, "/teams/"+id, `{"name":"x"}`).fails(t, teamNotFound)
			h.admin.DELETE(t, "/teams/"+id).ok(t)
			h.admin.POST(t, "/teams/"+id+"/archive", nil).ok(t)
			h.admin.POST(t, "/teams/"+id+"/merge", `{"destination":"2"}`).fails(t, teamNotFound)
			h.admin.POST(t, "/teams/2/merge", `{"destination":"`+strings.Trim(id, "%")+`"}`).failed(t)
			h.admin.GET(t, "/organisations/"+id).fails(t, organisationNotFound)
			h.admin.PUT(t, "/organisations/"+id, `{"name":"x"}`).fails(t, organisationNotFound)
			h.admin.DELETE(t, "/organisations/"+id).ok(t)
			h.admin.POST(t, "/organisations/"+id+"/archive", nil).ok(t)
		}
		// The group of everybody is not there, but does not go away.
		for _, a := range []answer{
			h.admin.GET(t, "/teams/1"), h.admin.PUT(t, "/teams/1", `{"name":"x"}`), h.admin.DELETE(t, "/teams/1"), h.admin.POST(t, "/teams/1/archive", nil),
			h.admin.POST(t, "/teams/1/merge", `{"destination":"2"}`), h.admin.POST(t, "/teams/1/move", `{"organisationID":"5"}`),
		} {
			a.fails(t, teamNotFound)
		}
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
	})
}

// TestOrder: by name or username, whatever the letter case; a made username is one like any other.
func TestOrder(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, name := range []string{"delta", "Bravo", "alpha", "Charlie"} {
			h.person(t, name)
			h.team(t, name)
			h.organisation(t, name)
		}
		made := h.Administrator(t).POST(t, "/corteza/system/users/", `{"email":"bulwark@example.org","name":"Zed","handle":"bulwark"}`).String(t, "response.userID")
		if got := h.admin.GET(t, "/users/").list(t, "response", "username"); got != "admin alpha Bravo bulwark Charlie delta" {
			t.Errorf("users: %s", got)
		}
		for query, want := range map[string]string{"query=B": "Bravo bulwark", "query=ze": "bulwark", "query=bulwark@": "bulwark", "username=BULWARK": "bulwark", "query=delta1": "", "query=Name%20of": "alpha Bravo Charlie delta"} {
			if got := h.admin.GET(t, "/users/?"+query).list(t, "response", "username"); got != want {
				t.Errorf("%s: %s", query, got)
			}
		}
		if got := h.admin.GET(t, "/users/"+made).Text(t, "response.username"); got != "bulwark" {
			t.Errorf("username %s", got)
		}
		if got := h.admin.GET(t, "/teams/").list(t, "response", "name"); got != "Administrators alpha Bravo Charlie delta" {
			t.Errorf("teams: %s", got)
		}
		if got := h.admin.GET(t, "/organisations/").list(t, "response", "name"); got != "alpha Bravo Charlie delta" {
			t.Errorf("organisations: %s", got)
		}
	})
}

// TestAdministratorsAreSafe: nobody disables himself or the last of them, and their team stays.
func TestAdministratorsAreSafe(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.admin.GET(t, "/users/?username=admin").Text(t, "response.0.userID")
		ann, red := h.person(t, "ann"), h.team(t, "Red")
		before := h.Rows(t)
		for _, a := range []answer{
			h.admin.POST(t, "/users/"+admin+"/suspend", nil), h.admin.DELETE(t, "/users/"+admin), h.admin.POST(t, "/teams/2/memberRemove", `{"userID":"`+admin+`"}`),
			h.admin.PUT(t, "/teams/2", `{"members":[]}`), h.admin.PUT(t, "/teams/2", `{"name":"Bosses"}`), h.admin.DELETE(t, "/teams/2"), h.admin.POST(t, "/teams/2/archive", nil),
			h.admin.POST(t, "/teams/2/merge", `{"destination":"`+red+`"}`),
		} {
			a.failed(t)
		}
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
		h.admin.POST(t, "/teams/2/memberAdd", `{"userID":"`+ann.id+`"}`).ok(t)
		ann.PUT(t, "/teams/2", `{"name":"Administrators","members":["`+ann.id+`"]}`).Text(t, "response.teamID")
		h.admin.DELETE(t, "/users/"+ann.id).fails(t, "only administrators act on administrators")
		ann.POST(t, "/users/"+admin+"/suspend", nil).ok(t)
	})
}

// TestMergeGivesNothingAway: members move, what the source was allowed does not, and who merges holds what the other may.
func TestMergeGivesNothingAway(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, helper := h.person(t, "ann"), h.person(t, "helper")
		strong, weak, helpers := h.team(t, "Strong", ann.id), h.team(t, "Weak", ann.id), h.team(t, "Helpers", helper.id)
		grant := func(team string, noun muster.Noun, operation string) {
			t.Helper()
			id, _ := muster.ParseID(team)
			rule := muster.Rule{Resource: muster.Resource{Noun: noun}, Operation: operation, Access: muster.Allow}
			if err := h.Core.SetRules(muster.WithActor(t.Context(), muster.House()), id, []muster.Rule{rule}); err != nil {
				t.Fatal(err)
			}
		}
		grant(strong, muster.NounUser, muster.OpSuspend)
		grant(helpers, muster.NounGroup, muster.OpUpdate)
		helper.POST(t, "/teams/"+weak+"/merge", `{"destination":"`+strong+`"}`).fails(t, "not allowed")
		ann.POST(t, "/users/"+helper.id+"/suspend", nil).ok(t)
		h.admin.POST(t, "/users/"+helper.id+"/unsuspend", nil).ok(t)
		h.admin.POST(t, "/teams/"+strong+"/merge", `{"destination":"`+weak+`"}`).ok(t)
		ann.POST(t, "/users/"+helper.id+"/suspend", nil).fails(t, "not allowed")
		if got := h.teams(t, ann.id); got != "Weak" {
			t.Errorf("in %q", got)
		}
		// Two at once: one moves the members, the other finds nothing.
		other := h.team(t, "Other", ann.id)
		results := make(chan string, 4)
		for range cap(results) {
			go func() {
				results <- string(h.admin.POST(t, "/teams/"+other+"/merge", `{"destination":"`+weak+`"}`).Body)
			}()
		}
		good := 0
		for range cap(results) {
			if <-results == `{"response":false}` {
				good++
			}
		}
		if good != 1 {
			t.Errorf("%d of %d merges succeeded", good, cap(results))
		}
	})
}

// TestLog: what is done here is in the log of Corteza, by this wire's name.
func TestLog(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		h.admin.PUT(t, "/users/"+ann.id, `{"name":"Ann"}`).Text(t, "response.userID")
		ann.POST(t, "/teams/", `{"name":"x"}`).fails(t, "not allowed")
		h.nobody().login(t, "ann", "wrong").fails(t, badLogin)
		a := h.Administrator(t).GET(t, "/corteza/system/actionlog/?limit=4")
		seen := map[string]bool{}
		for i := range 4 {
			at := fmt.Sprintf("response.set.%d.", i)
			seen[a.String(t, at+"requestOrigin")+" "+a.String(t, at+"resource")+" "+a.String(t, at+"action")+" "+a.String(t, at+"actor")+" "+a.String(t, at+"actorIPAddr")] = true
		}
		for _, want := range []string{
			"api/crust system:user update admin 127.0.0.1", "api/crust system:role create Ann 127.0.0.1", "api/crust system:auth authenticate Ann 127.0.0.1",
			"api/rest system:auth authenticate admin 127.0.0.1",
		} {
			if !seen[want] {
				t.Errorf("the log has no %q: %s", want, a.Body)
			}
		}
	})
}

// TestListIsWhole: however many parts a list is made of, each user is in it once, in order.
func TestListIsWhole(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		var names []string
		for i := range 9 {
			names = append(names, h.person(t, fmt.Sprintf("user%d", i)).name)
		}
		h.admin.POST(t, "/users/"+h.admin.GET(t, "/users/?username=user3").Text(t, "response.0.userID")+"/suspend", nil).ok(t)
		want := "admin " + strings.Replace(strings.Join(names, " "), "user3 ", "", 1)
		origins, err := httpx.NewOrigins()
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range []int{1, 2, 3, 8, 9, 10, 100} {
			served := httptest.NewServer(httpx.NewHandler(httpx.Options{}, httpx.Mount(base, crust.New(h.Core, crust.Options{Mount: base, Origins: origins, Page: page}))))
			c := &client{dialecttest.Client[answer]{URL: served.URL + base, Token: h.admin.Token}}
			if got := c.GET(t, "/users/").list(t, "response", "username"); got != want {
				t.Errorf("%d at once: %s", page, got)
			}
			if got := c.GET(t, "/users/?query=user").list(t, "response", "username"); "admin "+got != want {
				t.Errorf("%d at once, searched: %s", page, got)
			}
			served.Close()
		}
	})
}
