package corteza_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// application makes one.
func (h *house) application(t *testing.T, name string) string {
	t.Helper()
	return h.admin.POST(t, "/application/", map[string]any{"name": name, "enabled": true}).Text(t, "response.applicationID")
}

// TestApplicationObject: contract, 6: members, full replacement, states.
func TestApplicationObject(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		always := []string{"applicationID", "canDeleteApplication", "canGrant", "canUpdateApplication", "createdAt", "enabled", "name", "ownerID"}
		a := h.admin.POST(t, "/application/", `{"name":"One","enabled":true,"ownerID":"7","unify":{"listed":true,"url":"/one/","more":1},"config":{"a":1},"deletedAt":"2000-01-01T00:00:00Z"}`)
		id := a.Text(t, "response.applicationID")
		if got := a.members(t, "response"); !slices.Equal(got, append(slices.Clone(always), "unify")) || fmt.Sprint(a.Get(t, "response.ownerID")) != "0" || !nanoseconds.MatchString(a.Text(t, "response.createdAt")) {
			t.Errorf("created: %s", a.Body)
		}
		if got := fmt.Sprint(a.members(t, "response.unify")); got != "[config icon listed logo order url]" {
			t.Errorf("unify has %s", got)
		}
		h.Clock.Advance(5 * time.Second)
		a = h.admin.PUT(t, "/application/"+id, `{}`) // what is left out is empty
		if got := a.members(t, "response"); !slices.Equal(got, append(slices.Clone(always), "updatedAt")) || a.Get(t, "response.enabled") != false || a.Get(t, "response.name") != "" {
			t.Errorf("replaced by nothing: %s", a.Body)
		}
		a = h.admin.PUT(t, "/application/"+id, `{"name":"Two","unify":{"name":"N","order":-3}}`)
		if a.Get(t, "response.unify.name") != "N" || fmt.Sprint(a.Get(t, "response.unify.order")) != "-3" || string(a.Body) != string(h.admin.GET(t, "/application/"+id).Body) {
			t.Errorf("replaced: %s", a.Body)
		}
		if a := h.admin.PUT(t, "/application/"+id, `{"name":"Two","unify":null}`); slices.Contains(a.members(t, "response"), "unify") {
			t.Errorf("null takes it away: %s", a.Body)
		}
		for range 2 { // may be repeated
			h.admin.DELETE(t, "/application/"+id).ok(t)
		}
		if a := h.admin.GET(t, "/application/"+id); !seconds.MatchString(a.Text(t, "response.deletedAt")) {
			t.Errorf("deleted: %s", a.Body)
		}
		for range 2 {
			h.admin.POST(t, "/application/"+id+"/undelete", nil).ok(t)
		}
		if a := h.admin.GET(t, "/application/"+id); slices.Contains(a.members(t, "response"), "deletedAt") {
			t.Errorf("undeleted: %s", a.Body)
		}
		// There from the start: the way to the administration.
		if a := h.admin.GET(t, "/application/1"); a.Get(t, "response.enabled") != true || a.Get(t, "response.unify.listed") != true || a.Get(t, "response.unify.url") != "/admin/" {
			t.Errorf("built in: %s", a.Body)
		}
	})
}

// TestApplicationErrors: contract, 6.
func TestApplicationErrors(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, id := h.person(t, "ann"), h.application(t, "One")
		before := h.Rows(t)
		for unknown, text := range map[string]string{"0": "invalid ID", "abc": "invalid ID", "999": masked, "18446744073709551616": masked} {
			h.admin.GET(t, "/application/"+unknown).fails(t, "invalid ID")
			h.admin.PUT(t, "/application/"+unknown, `{}`).fails(t, text)
			h.admin.DELETE(t, "/application/"+unknown).fails(t, text)
			h.admin.POST(t, "/application/"+unknown+"/undelete", nil).fails(t, text)
		}
		ann.POST(t, "/application/", `{"name":"x"}`).fails(t, "not allowed to create applications")
		ann.PUT(t, "/application/"+id, `{}`).fails(t, "not allowed to update this application")
		ann.DELETE(t, "/application/"+id).fails(t, "not allowed to delete this application")
		ann.POST(t, "/application/"+id+"/undelete", nil).fails(t, "not allowed to undelete this application")
		for _, state := range []string{"1", "2"} {
			ann.GET(t, "/application/?deleted="+state).fails(t, "not allowed to list applications")
		}
		for _, unify := range []string{`"bad"`, `[]`, `1`, `true`, `{"order":"3"}`, `{"listed":1}`, `{"url":7}`, `{"order":1e99}`} {
			h.admin.POST(t, "/application/", `{"unify":`+unify+`}`).failsWith(t, "error parsing http request body: ")
		}
		const form = "application/x-www-form-urlencoded"
		h.admin.send(t, "POST", "/application/", form, "unify=bad").failsWith(t, "error parsing http request body: ")
		// Nothing that a browser would run becomes a link.
		for _, link := range []string{"javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "vbscript:x", " javascript:x", "java\nscript:x"} {
			h.admin.POST(t, "/application/", map[string]any{"unify": map[string]string{"url": link}}).fails(t, "invalid unify")
			h.admin.PUT(t, "/application/"+id, map[string]any{"unify": map[string]string{"icon": link}}).fails(t, "invalid unify")
		}
		h.admin.POST(t, "/application/", map[string]string{"name": strings.Repeat("x", 201)}).fails(t, "invalid name")
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
		h.admin.POST(t, "/application/", `{"unify":{"logo":"data:image/png;base64,iVBORw0KGgo=","url":"https://example.org/"}}`).Text(t, "response.applicationID")
	})
}

// TestApplicationList: contract, 1.3 and 6.
func TestApplicationList(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		red, blue, gone := h.application(t, "Red App"), h.application(t, "blue_app"), h.application(t, "Gone")
		h.admin.DELETE(t, "/application/"+gone).ok(t)
		for query, want := range map[string][]string{
			"": {"1", red, blue}, "deleted=1": {"1", red, blue, gone}, "deleted=2": {gone}, "deleted=3": {"1", red, blue},
			"query=APP": {red, blue}, "query=d%20a": {red}, "query=_": {blue}, "query=%25": {}, "query=%5C": {}, // a part; no wildcards
			"name=Red": {"1", red, blue}, "sort=name%20DESC&query=app": {red, blue}, "sort=createdAt%20desc&query=app": {blue, red},
			"limit=1&offset=1": {red}, "page=2&perPage=2": {blue}, "page=9&perPage=2": {},
		} {
			a := h.admin.GET(t, "/application/?"+query)
			if got := a.list(t, "response.set", "applicationID"); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", query, got, want)
			}
			if len(want) == 0 && !strings.Contains(string(a.Body), `"set":[]`) {
				t.Errorf("%s: an empty set of applications is []: %s", query, a.Body)
			}
		}
		if got := fmt.Sprint(h.admin.GET(t, "/application/?page=9&perPage=2").Get(t, "response.filter.count")); got != "3" {
			t.Errorf("count %s", got)
		}
		// Rules decide what is listed; where none speaks, an application is read by its id, but not listed.
		a := ann.GET(t, "/application/?query=red")
		if a.Get(t, "response.set.0.canGrant") != false || a.Get(t, "response.set.0.canUpdateApplication") != false || a.Get(t, "response.set.0.canDeleteApplication") != false {
			t.Errorf("flags: %s", a.Body)
		}
		h.rule(t, "1", "system:application:"+red, "read", "deny")
		if got := ann.GET(t, "/application/").list(t, "response.set", "applicationID"); !slices.Equal(got, []string{"1", blue}) {
			t.Errorf("one is denied: %v", got)
		}
		ann.GET(t, "/application/"+red).fails(t, "not allowed to read this application")
		h.rule(t, "1", "system:application:*", "read", "inherit")
		if a := ann.GET(t, "/application/"); len(a.list(t, "response.set", "")) != 0 || fmt.Sprint(a.Get(t, "response.filter.count")) != "0" {
			t.Errorf("no rule: %s", a.Body)
		}
		ann.GET(t, "/application/"+blue).Text(t, "response.name")
		h.rule(t, h.role(t, "Blue", ann.id), "system:application:"+blue, "update", "allow")
		if a := ann.PUT(t, "/application/"+blue, `{"name":"Bluer"}`); a.Get(t, "response.canUpdateApplication") != true || a.Get(t, "response.canDeleteApplication") != false {
			t.Errorf("with the right to one: %s", a.Body)
		}
	})
}
