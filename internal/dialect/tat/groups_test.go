package tat_test

import (
	"fmt"
	"strings"
	"testing"
)

func member(group, user string) string {
	return fmt.Sprintf(`{"groupname":%q,"username":%q}`, group, user)
}

// TestGroups: making, changing and deleting, with both spellings of a change.
func TestGroups(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		a := h.admin.POST(t, "/group", `{"name":"crew","description":"who sails"}`)
		a.is(t, 201, fmt.Sprintf(`{"_id":%q,"name":"crew","description":"who sails","dateCreation":%d}`, a.String(t, "_id"), a.number(t, "dateCreation")))
		for name, status := range map[string]int{"crew": 409, "CREW": 409, "Administrators": 409, "SuperUsers": 409, "everyone": 409, "": 400, "  ": 400, strings.Repeat("x", 201): 400} {
			h.admin.POST(t, "/group", map[string]string{"name": name, "description": "d"}).refused(t, status)
		}
		h.admin.POST(t, "/group", `{"name":"crew","description":"d"}`).fails(t, 409, "group crew already exists")
		bob.POST(t, "/group", `{"name":["x"]`).fails(t, 403, "user is not admin")
		bob.PUT(t, "/group/edit/crew", `{"newName":"x"}`).fails(t, 403, "user is not admin")
		bob.DELETE(t, "/group/edit/crew").fails(t, 403, "user is not admin")

		h.admin.PUT(t, "/group/edit/crew", `{"newName":"Crew 1","newDescription":"old salts"}`).is(t, 200, `""`)
		h.admin.PUT(t, "/group/edit/Crew%201", `{"name":"crew","description":""}`).is(t, 200, `""`)
		if g := h.admin.GET(t, "/groups?name=crew"); g.number(t, "count") != 1 || g.String(t, "groups.0.description") != "" {
			t.Errorf("%s", g.Body)
		}
		h.admin.POST(t, "/group", `{"name":"other"}`)
		h.admin.PUT(t, "/group/edit/crew", `{"newName":"Other"}`).fails(t, 409, "group Other already exists")
		h.admin.PUT(t, "/group/edit/crew", `{"newName":""}`).refused(t, 400)
		h.admin.PUT(t, "/group/edit/none", `{"newName":"x"}`).fails(t, 400, "group none does not exist")
		h.admin.PUT(t, "/group/edit/Crew", `{"newName":"x"}`).fails(t, 400, "group Crew does not exist")
		h.admin.PUT(t, "/group/edit/Administrators", `{"newName":"x"}`).refused(t, 400)
		h.admin.PUT(t, "/group/edit/Everyone", `{"newName":"x"}`).refused(t, 400)

		h.admin.topic(t, "/Team")
		for _, x := range [][3]string{
			{"/group/add/user", "/group/remove/user", member("crew", "bob")},
			{"/group/add/adminuser", "/group/remove/adminuser", member("crew", "bob")},
			{"/topic/add/rwgroup", "/topic/remove/rwgroup", right("/Team", "crew")},
		} {
			h.admin.PUT(t, x[0], x[2]).is(t, 201, `""`)
			h.admin.DELETE(t, "/group/edit/crew").refused(t, 400)
			h.admin.PUT(t, x[1], x[2]).is(t, 200, `""`)
		}
		h.admin.DELETE(t, "/group/edit/none").fails(t, 404, "group none does not exist")
		h.admin.DELETE(t, "/group/edit/Administrators").refused(t, 400)
		h.admin.DELETE(t, "/group/edit/crew").is(t, 200, `""`)
		h.admin.DELETE(t, "/group/edit/crew").fails(t, 404, "group crew does not exist")
	})
}

// TestGroupManagers: who manages a group says who is in it and who else says so, and nothing of other groups.
func TestGroupManagers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob, cid := h.join(t, "bob"), h.join(t, "cid")
		h.admin.POST(t, "/group", `{"name":"crew"}`)
		h.admin.POST(t, "/group", `{"name":"other"}`)
		for _, part := range []string{"add/user", "remove/user", "add/adminuser", "remove/adminuser"} {
			bob.PUT(t, "/group/"+part, member("crew", "bob")).fails(t, 403, "user is not admin on group crew")
			bob.PUT(t, "/group/"+part, member("Administrators", "bob")).fails(t, 403, "user is not admin on group Administrators")
			h.admin.PUT(t, "/group/"+part, member("none", "bob")).fails(t, 400, "group none does not exist")
			h.admin.PUT(t, "/group/"+part, member("Everyone", "bob")).fails(t, 400, "group Everyone does not exist")
			h.admin.PUT(t, "/group/"+part, member("crew", "nobody")).fails(t, 400, "user with username nobody does not exist")
			h.admin.PUT(t, "/group/"+part, `{"groupname":{}}`).refused(t, 400)
		}
		h.admin.PUT(t, "/group/add/adminuser", member("Administrators", "bob")).refused(t, 400)
		h.admin.PUT(t, "/group/remove/user", member("Administrators", "ada")).refused(t, 400) // the last one
		h.admin.PUT(t, "/group/add/adminuser", member("crew", "bob")).is(t, 201, `""`)
		bob.PUT(t, "/group/add/user", member("crew", "cid")).is(t, 201, `""`)
		bob.PUT(t, "/group/add/adminuser", member("crew", "cid")).is(t, 201, `""`)
		bob.PUT(t, "/group/add/user", member("other", "cid")).fails(t, 403, "user is not admin on group other")
		a := cid.GET(t, "/groups")
		a.is(t, 200, fmt.Sprintf(`{"count":3,"groups":[{"_id":"000000000000000000000002","name":"Administrators","description":"","users":["ada"],"dateCreation":%d},`+
			`{"_id":%q,"name":"crew","description":"","users":["cid"],"adminUsers":["bob","cid"],"dateCreation":%d},`+
			`{"_id":%q,"name":"other","description":"","dateCreation":%d}]}`, a.number(t, "groups.0.dateCreation"), a.String(t, "groups.1._id"),
			a.number(t, "groups.1.dateCreation"), a.String(t, "groups.2._id"), a.number(t, "groups.2.dateCreation")))
		if got := cid.me(t, "groups"); got != "[crew]" {
			t.Errorf("groups of cid %s", got)
		}
		bob.PUT(t, "/group/remove/user", member("crew", "cid")).is(t, 200, `""`)
		bob.PUT(t, "/group/remove/adminuser", member("crew", "bob")).is(t, 200, `""`)
		bob.PUT(t, "/group/add/user", member("crew", "bob")).refused(t, 403)
	})
}

func TestListGroups(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, name := range []string{"crew", "Zoo", "a.b", "axb"} {
			h.admin.POST(t, "/group", map[string]string{"name": name, "description": "About " + name})
		}
		zoo := h.admin.GET(t, "/groups?name=Zoo").String(t, "groups.0._id")
		date := h.admin.GET(t, "/groups?name=Zoo").number(t, "groups.0.dateCreation")
		for query, want := range map[string]string{
			"": "a.b Administrators axb crew Zoo", "?limit=0&skip=0&name=&nameRegex=&idGroup=&description=&dateMinCreation=&dateMaxCreation=": "a.b Administrators axb crew Zoo",
			"?skip=1&limit=2": "Administrators axb", "?name=Zoo,crew,none": "crew Zoo", "?name=ZOO": "", "?name=Everyone": "", "?idGroup=" + zoo: "Zoo", "?idGroup=x": "",
			"?idGroup=000000000000000000000001": "", "?description=About+axb": "axb", "?nameRegex=%5Ea.b%24": "a.b axb", "?nameRegex=o": "Administrators Zoo",
			"?nameRegex=o&skip=1": "Zoo", "?nameRegex=(%3Fi)z": "Zoo", fmt.Sprint("?name=Zoo&dateMinCreation=", date, "&dateMaxCreation=", date): "Zoo",
			fmt.Sprint("?name=Zoo&dateMinCreation=", date+1): "", fmt.Sprint("?name=Zoo&dateMaxCreation=", date-1): "",
		} {
			if got := h.admin.GET(t, "/groups"+query).column(t, "groups", "name"); got != want {
				t.Errorf("%s: got %q", query, got)
			}
		}
		if a := h.admin.GET(t, "/groups?nameRegex=o&limit=1"); a.number(t, "count") != 2 {
			t.Errorf("%s", a.Body)
		}
		for _, bad := range []string{"nameRegex=(", "nameRegex=" + strings.Repeat("x", 101), "nameRegex=((x{30}){30})", "nameRegex=x{1000}", "nameRegex=(%3F=x)", "dateMinCreation=x", "dateMaxCreation=1.5", "name=%00"} {
			h.admin.GET(t, "/groups?"+bad).refused(t, 400)
		}
	})
}
