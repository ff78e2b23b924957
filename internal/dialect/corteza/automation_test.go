package corteza_test

import (
	"fmt"
	"testing"
)

// TestAutomation: contract, 11, as long as there is no script runner.
func TestAutomation(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		for query, want := range map[string]string{
			"": `"resourceTypePrefixes":null,"resourceTypes":null,"eventTypes":null,"excludeServerScripts":false,"excludeClientScripts":false,"excludeInvalid":false`,
			"resourceTypes[]=system&eventTypes[]=onManual&eventTypes[]=x&excludeServerScripts=1&excludeClientScripts=yes&resourceTypePrefixes[]=a": `"resourceTypePrefixes":["a"],"resourceTypes":["system"],"eventTypes":["onManual","x"],"excludeServerScripts":true,"excludeClientScripts":true,"excludeInvalid":false`,
			"excludeInvalid=true": `"resourceTypePrefixes":["system","ui:"],"resourceTypes":null,"eventTypes":null,"excludeServerScripts":false,"excludeClientScripts":false,"excludeInvalid":true`,
			"excludeInvalid=true&resourceTypePrefixes[]=user&resourceTypePrefixes[]=ui:page&resourceTypePrefixes[]=system:role&resourceTypes=a": `"resourceTypePrefixes":["system:user","ui:page","system:role","system","ui:"],"resourceTypes":["a"],"eventTypes":null,"excludeServerScripts":false,"excludeClientScripts":false,"excludeInvalid":true`,
			"excludeInvalid=true&resourceTypePrefixes[]=system&resourceTypePrefixes[]=ui:":                                                      `"resourceTypePrefixes":["system","ui:"],"resourceTypes":null,"eventTypes":null,"excludeServerScripts":false,"excludeClientScripts":false,"excludeInvalid":true`,
		} {
			ann.get(t, "/automation/?"+query).is(t, `{"response":{"filter":{`+want+`,"count":0},"set":null}}`)
		}
		for _, bundle := range []string{"default-client-scripts.js", "a-b.c"} {
			if a := ann.get(t, "/automation/"+bundle); a.Status != 404 || len(a.Body) > 0 {
				t.Errorf("%s: %d %q", bundle, a.Status, a.Body)
			}
		}
		if a := ann.get(t, "/automation/other"); a.Status != 404 || string(a.Body) != "404 page not found\n" {
			t.Errorf("no bundle's name: %d %q", a.Status, a.Body)
		}
		if a := ann.get(t, "/automation/trigger"); a.Status != 405 || len(a.Body) > 0 {
			t.Errorf("wrong method: %d %q", a.Status, a.Body)
		}
		for _, body := range []any{nil, `{}`, `{"script":"/server-scripts/any.js:default"}`} {
			ann.post(t, "/automation/trigger", body).ok(t)
		}
	})
}

// TestTrigger: scripts on objects answer these as they are, to who may read them.
func TestTrigger(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		role, application := h.role(t, "Red"), h.application(t, "Red")
		before := h.Rows(t)
		const script = `{"script":"/server-scripts/any.js:default"}`
		for _, c := range []*client{h.admin, ann.client} { // masked, where the caller sees a mask
			if got, want := c.post(t, "/users/"+bob.id+"/trigger", script), c.get(t, "/users/"+bob.id); string(got.Body) != string(want.Body) {
				t.Errorf("user: %s, want %s", got.Body, want.Body)
			}
			if got := fmt.Sprint(c.post(t, "/roles/"+role+"/trigger", script).members(t, "response")); got != "[createdAt handle name roleID]" {
				t.Errorf("role: %s", got)
			}
			if got := fmt.Sprint(c.post(t, "/application/"+application+"/trigger", script).members(t, "response")); got != "[applicationID createdAt enabled name ownerID]" {
				t.Errorf("application: %s", got)
			}
		}
		for path, want := range map[string]string{
			"/users/999": "user not found", "/users/0": "invalid ID", "/roles/999": masked, "/roles/x": "invalid ID", "/application/999": masked, "/application/0": "invalid ID",
		} {
			ann.post(t, path+"/trigger", script).fails(t, want)
		}
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
		h.rule(t, "1", "system:role:"+role, "read", "deny")
		ann.post(t, "/roles/"+role+"/trigger", script).fails(t, "not allowed to read this role")
	})
}

// TestSubscription: there is no licence, for anybody.
func TestSubscription(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.person(t, "ann").get(t, "/subscription/").ok(t)
		h.nobody().get(t, "/subscription/").fails(t, "Unauthorized")
	})
}
