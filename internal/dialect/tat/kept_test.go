package tat_test

import (
	"fmt"
	"strings"
	"testing"
)

func (c *client) me(t *testing.T, member string) string {
	t.Helper()
	return fmt.Sprint(c.GET(t, "/user/me").Get(t, "user."+member))
}

// TestFavouriteTopics: adding needs read access, removing only that it is there.
func TestFavouriteTopics(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		h.admin.topic(t, "/Team")
		h.admin.topic(t, "/Other")
		h.admin.grant(t, "rouser", "/Team", "bob")
		bob.POST(t, "/user/me/topics/Team", `{"ignored`).is(t, 201, `{"info":"Topic /Team added to favorites"}`)
		bob.POST(t, "/user/me/topics/Private/bob/", nil).is(t, 201, `{"info":"Topic /Private/bob added to favorites"}`)
		bob.POST(t, "/user/me/topics/%2FTeam", nil).fails(t, 400, "Error while add favorite topic to user:bob")
		for _, name := range []string{"/Other", "/None", "/Private/ada"} {
			bob.POST(t, "/user/me/topics"+name, nil).fails(t, 400, "topic "+name+" does not exist or you have no Read Access on it")
		}
		bob.POST(t, "/user/me/topics/ab", nil).fails(t, 400, "Invalid topic length (4 to 100 characters, beginning with slash. Ex: /ABC): ab")
		if got := bob.me(t, "favoritesTopics"); got != "[/Team /Private/bob]" {
			t.Errorf("favourites %s", got)
		}
		h.admin.PUT(t, "/topic/remove/rouser", right("/Team", "bob")).is(t, 200, `""`)
		bob.DELETE(t, "/user/me/topics/Team").is(t, 200, `{"info":"Topic /Team removed from favorites"}`)
		bob.DELETE(t, "/user/me/topics/Team").fails(t, 400, "Error while remove favorite topic to user:bob")
		h.admin.PUT(t, "/user/rename", `{"username":"bob","newUsername":"rob"}`)
		if got := h.showing("rob", bob.password).me(t, "favoritesTopics"); got != "[/Private/rob]" {
			t.Errorf("favourites %s", got)
		}
	})
}

// TestFavouriteTags: any text of 1 to 100 characters, compared exactly.
func TestFavouriteTags(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, tag := range []string{"b", "a%20c", "B", "x%2Fy", "%25", "caf%C3%A9"} {
			h.admin.POST(t, "/user/me/tags/"+tag, nil).is(t, 201, `""`)
		}
		h.admin.POST(t, "/user/me/tags/b", nil).fails(t, 400, "Error while add favorite tag to user:ada")
		h.admin.POST(t, "/user/me/tags/"+strings.Repeat("x", 101), nil).fails(t, 400, "Error while add favorite tag to user:ada")
		h.admin.POST(t, "/user/me/tags/a%0Ab", nil).fails(t, 400, "Error while add favorite tag to user:ada")
		if got := h.admin.me(t, "favoritesTags"); got != "[b a c B x/y % café]" {
			t.Errorf("tags %s", got)
		}
		h.admin.DELETE(t, "/user/me/tags/x%2fy").is(t, 200, `""`)
		h.admin.DELETE(t, "/user/me/tags/x%2fy").fails(t, 400, "Error while remove favorite tag to user:ada")
	})
}

// TestNotifications: on by default; all off leaves out what is private, and topics made later are on.
func TestNotifications(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, name := range []string{"/Team", "/Other"} {
			h.admin.topic(t, name)
		}
		bob := h.join(t, "bob")
		h.admin.grant(t, "rouser", "/Team", "bob")
		bob.POST(t, "/user/me/enable/notifications/topics/Team", nil).fails(t, 400, "Error while enable notifications on topic to user:bob")
		bob.POST(t, "/user/me/disable/notifications/topics/Team", nil).is(t, 201, `{"info":"Notications disabled on topic /Team"}`)
		bob.POST(t, "/user/me/disable/notifications/topics/Team", nil).fails(t, 400, "Error while disable notifications on topic to user:bob")
		for _, name := range []string{"/Other", "/None"} {
			bob.POST(t, "/user/me/disable/notifications/topics"+name, nil).fails(t, 400, "topic "+name+" does not exist or you have no Read Access on it")
			bob.POST(t, "/user/me/enable/notifications/topics"+name, nil).fails(t, 400, "topic "+name+" does not exist or you have no Read Access on it")
		}
		bob.POST(t, "/user/me/enable/notifications/topics/Team", nil).is(t, 201, `{"info":"Notications enabled on Topic /Team"}`)
		bob.POST(t, "/user/me/disable/notifications/topics/Private/bob", nil).is(t, 201, `{"info":"Notications disabled on topic /Private/bob"}`)
		bob.POST(t, "/user/me/disable/notifications/alltopics", nil).is(t, 201, `{"info":"Notications disabled on all topics"}`)
		h.admin.topic(t, "/Late")
		h.admin.grant(t, "rouser", "/Late", "bob")
		if got := bob.me(t, "offNotificationsTopics"); got != "[/Team]" {
			t.Errorf("off are %s", got)
		}
		bob.POST(t, "/user/me/enable/notifications/alltopics", nil).is(t, 201, `{"info":"Notications enabled on all topics"}`)
		if got := bob.me(t, "offNotificationsTopics"); got != "<nil>" {
			t.Errorf("off are %s", got)
		}
	})
}

func TestContacts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob, cid := h.join(t, "bob"), h.join(t, "cid")
		h.admin.topic(t, "/Team")
		h.admin.POST(t, "/presenceget/Team", `{"status":"online"}`)
		bob.GET(t, "/user/me/contacts/3600").is(t, 200, `{"contacts":[],"countContactsPresences":0,"contactsPresence":null}`)
		bob.POST(t, "/user/me/contacts/cid", nil).is(t, 201, `""`)
		bob.POST(t, "/user/me/contact/ada", nil).is(t, 201, `""`)
		bob.POST(t, "/user/me/contacts/bob", nil).is(t, 201, `""`)
		bob.POST(t, "/user/me/contacts/cid", nil).fails(t, 400, "Error while add contact cid to user:bob")
		for _, name := range []string{"nobody", "CID", "cid@example.org"} {
			bob.POST(t, "/user/me/contacts/"+name, nil).fails(t, 400, "user with username "+name+" does not exist")
		}
		a := bob.GET(t, "/user/me/contacts/3600")
		date := a.number(t, "contactsPresence.0.datePresence")
		a.is(t, 200, fmt.Sprintf(`{"contacts":[{"username":"cid","fullname":"Name of cid"},{"username":"ada","fullname":"Name of ada"},{"username":"bob","fullname":"Name of bob"}],`+
			`"countContactsPresences":1,"contactsPresence":[{"_id":"","status":"online","topic":"","datePresence":%d,"dateTimePresence":%q,`+
			`"userPresence":{"username":"ada","fullname":"Name of ada"}}]}`, date, a.String(t, "contactsPresence.0.dateTimePresence")))
		h.admin.grant(t, "rouser", "/Team", "bob")
		if got := bob.GET(t, "/user/me/contacts/3600").column(t, "contactsPresence", "topic"); got != "/Team" {
			t.Errorf("at %q", got)
		}
		bob.POST(t, "/user/me/contacts/3600", nil).is(t, 200, string(bob.GET(t, "/user/me/contacts/3600").Body))
		if a := bob.GET(t, "/user/me/contacts/-5"); a.Status != 200 || a.number(t, "countContactsPresences") != 0 || a.column(t, "contacts", "username") != "cid ada bob" {
			t.Errorf("%s", a.Body)
		}
		if a := bob.GET(t, "/user/me/contacts/9223372036854775807"); a.number(t, "countContactsPresences") != 1 {
			t.Errorf("%s", a.Body)
		}
		for _, since := range []string{"x", "1.5", "1e3", "9223372036854775808"} {
			bob.GET(t, "/user/me/contacts/"+since).fails(t, 400, "Invalid since parameter : must be an interger")
		}
		h.admin.PUT(t, "/user/rename", `{"username":"cid","newUsername":"sid"}`)
		h.admin.PUT(t, "/user/update", `{"username":"sid","newFullname":"Sid S","newEmail":"cid@example.org"}`)
		if got := bob.me(t, "contacts"); got != "[map[fullname:Sid S username:sid] map[fullname:Name of ada username:ada] map[fullname:Name of bob username:bob]]" {
			t.Errorf("contacts %s", got)
		}
		h.admin.PUT(t, "/user/archive", `{"username":"sid"}`)
		if got := bob.GET(t, "/user/me/contacts/1").column(t, "contacts", "username"); got != "ada bob" {
			t.Errorf("contacts %s", got)
		}
		bob.DELETE(t, "/user/me/contacts/bob").is(t, 200, `{"info":"Contact bob is removed"}`)
		for _, name := range []string{"bob", "sid", "nobody"} {
			bob.DELETE(t, "/user/me/contacts/"+name).fails(t, 400, "Error while remove contact "+name+" to user:bob")
		}
		_ = cid
	})
}
