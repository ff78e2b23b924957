package corteza_test

import "testing"

// TestOwnSettings: with ownerID, people read and set what is personal for themselves, without any right, and nothing else.
func TestOwnSettings(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		set := func(c person, owner, values string) answer {
			t.Helper()
			return c.Do(t, "PATCH", "/settings/", `{"ownerID":"`+owner+`","values":[`+values+`]}`)
		}
		const mail = `{"name":"reminder.mail","value":true}`
		set(ann, ann.id, mail).is(t, `{"response":true}`)
		if a := ann.GET(t, "/settings/reminder.mail?ownerID="+ann.id); a.Get(t, "response.value") != true {
			t.Errorf("ann reads %s", a.Body)
		}
		set(ann, bob.id, mail).fails(t, "not allowed to manage settings")
		ann.GET(t, "/settings/reminder.mail?ownerID="+bob.id).fails(t, "not allowed to read settings")
		bob.GET(t, "/settings/reminder.mail?ownerID="+bob.id).is(t, `{"response":null}`)
		for _, values := range []string{`{"name":"auth.internal.enabled","value":false}`, `{"name":"reminder.mail","value":"yes"}`, mail + `,{"name":"mine","value":1}`} {
			if a := set(bob, bob.id, values); a.Error(t) == "" {
				t.Errorf("%s: %s", values, a.Body)
			}
		}
		bob.GET(t, "/settings/reminder.mail?ownerID="+bob.id).is(t, `{"response":null}`)
		set(ann, ann.id, `{"name":"reminder.mail"}`).is(t, `{"response":true}`)
		ann.GET(t, "/settings/reminder.mail?ownerID="+ann.id).is(t, `{"response":null}`)
	})
}
