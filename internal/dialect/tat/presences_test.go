package tat_test

import (
	"fmt"
	"testing"
)

func TestPresences(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		h.admin.topic(t, "/Team")
		h.admin.topic(t, "/Other")
		h.admin.grant(t, "rouser", "/Team", "bob")
		a := bob.POST(t, "/presenceget/Team", `{"status":"online","topic":""}`)
		a.is(t, 200, fmt.Sprintf(`{"count":1,"presences":[{"_id":"","status":"online","topic":"/Team","datePresence":%d,"dateTimePresence":%q,`+
			`"userPresence":{"username":"bob","fullname":"Name of bob"}}]}`, a.number(t, "presences.0.datePresence"), a.String(t, "presences.0.dateTimePresence")))
		h.admin.POST(t, "/presenceget/%2FTeam", `{"status":"busy"}`)
		h.admin.POST(t, "/presenceget/Other/", `{"status":"offline"}`)
		if got := bob.POST(t, "/presenceget/Team", `{"status":"offline"}`).column(t, "presences", "status"); got != "offline busy" {
			t.Errorf("presences %q", got) // one for each, the latest first
		}
		for _, status := range []string{"Online", "", "away", "online "} {
			bob.POST(t, "/presenceget/Team", map[string]string{"status": status}).fails(t, 400, "Invalid Status, should be online or offline or busy :"+status)
		}
		bob.POST(t, "/presenceget/Team", `{"status":1}`).refused(t, 400)
		for _, name := range []string{"/Other", "/None", "/Private/ada"} {
			bob.POST(t, "/presenceget"+name, `{"status":"online"}`).fails(t, 400, "topic "+name+" does not exist or you have no access on it")
			bob.GET(t, "/presences"+name).fails(t, 400, "topic "+name+" does not exist or you have no access on it")
			bob.Do(t, "DELETE", "/presences"+name, `{}`).fails(t, 400, "topic "+name+" does not exist or you have no access on it")
		}
		date := bob.GET(t, "/presences/Team?username=bob").number(t, "presences.0.datePresence")
		for query, want := range map[string]string{
			"": "bob ada", "/Team": "bob ada", "/Team?skip=1": "ada", "?limit=1": "bob", "?username=ada,nobody": "ada", "?username=ADA": "", "?status=BUSY,online": "ada", "?status=x": "",
			fmt.Sprint("?username=bob&dateMinPresence=", date, "&dateMaxPresence=", date): "bob", fmt.Sprint("?username=bob&dateMinPresence=", date+1): "",
			fmt.Sprint("?username=bob&dateMaxPresence=", date-1): "", "?skip=&limit=&status=&username=&dateMinPresence=&dateMaxPresence=": "bob ada",
		} {
			a := bob.GET(t, "/presences"+query)
			items, _ := a.Get(t, "presences").([]any)
			got := ""
			for i := range items {
				got += " " + a.String(t, fmt.Sprintf("presences.%d.userPresence.username", i))
			}
			if got != "" {
				got = got[1:]
			}
			if got != want {
				t.Errorf("%s: got %q", query, got)
			}
		}
		if a := bob.GET(t, "/presences?limit=1"); a.number(t, "count") != 2 {
			t.Errorf("%s", a.Body)
		}
		bob.GET(t, "/presences?dateMinPresence=x").refused(t, 400)
	})
}

// TestRemovePresence: nobody but administrators does it to others, and no status is needed.
func TestRemovePresence(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob, cid := h.join(t, "bob"), h.join(t, "cid")
		h.admin.topic(t, "/Team")
		for _, c := range []*client{bob, cid} {
			h.admin.grant(t, "rouser", "/Team", c.name)
			c.POST(t, "/presenceget/Team", `{"status":"online"}`)
		}
		count := func() int64 { t.Helper(); return bob.GET(t, "/presences/Team").number(t, "count") }
		bob.Do(t, "DELETE", "/presences/Team", `{"username":"cid","status":""}`).fails(t, 403, "user is not admin")
		h.admin.Do(t, "DELETE", "/presences/Team", `{"username":"nobody"}`).fails(t, 400, "user with username nobody does not exist")
		bob.Do(t, "DELETE", "/presences/Team", `{"username":7}`).refused(t, 400)
		if count() != 2 {
			t.Error("a refusal has taken one away")
		}
		bob.DELETE(t, "/presences/Team").is(t, 200, `null`)
		bob.Do(t, "DELETE", "/presences/Team", `{"username":"bob","status":""}`).is(t, 200, `null`)
		if count() != 1 {
			t.Error("his own is still there")
		}
		h.admin.Do(t, "DELETE", "/presences/Team", `{"username":"cid","status":"online"}`).is(t, 200, `null`)
		bob.GET(t, "/presences/Team").is(t, 200, `{"count":0,"presences":null}`)
		if a := h.admin.GET(t, "/stats/count"); a.number(t, "presences") != 0 || a.number(t, "topics") != 5 {
			t.Errorf("%s", a.Body)
		}
	})
}
