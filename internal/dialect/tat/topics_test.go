package tat_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"muster/internal/config"
)

// column is a member of each element of a list, which may be null.
func (a answer) column(t *testing.T, list, member string) string {
	t.Helper()
	items, _ := a.Get(t, list).([]any)
	var names []string
	for _, x := range items {
		names = append(names, fmt.Sprint(x.(map[string]any)[member]))
	}
	return strings.Join(names, " ")
}

// topic makes a topic.
func (c *client) topic(t *testing.T, name string) answer {
	t.Helper()
	a := c.POST(t, "/topic", map[string]string{"topic": name, "description": "About " + name})
	if a.Status != 201 {
		t.Fatalf("making %s: %d %s", name, a.Status, a.Body)
	}
	return a
}

// grant puts somebody on a list of a topic: rouser, rwuser, …
func (c *client) grant(t *testing.T, list, topic, name string) {
	t.Helper()
	c.PUT(t, "/topic/add/"+list, right(topic, name)).is(t, 201, `""`)
}

// right names a topic, and somebody as user and as group.
func right(topic, name string) string {
	return fmt.Sprintf(`{"topic":%q,"username":%q,"groupname":%q,"recursive":"false"}`, topic, name, name)
}

// TestTopics: who makes, reads, lists and deletes them.
func TestTopics(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob, cid := h.join(t, "bob"), h.join(t, "cid")
		a := h.admin.topic(t, " Team/ ")
		a.is(t, 201, fmt.Sprintf(`{"_id":%q,"collection":"","topic":"/Team","description":"About  Team/ ","rwUsers":["ada"],"history":null,"maxlength":1000,`+
			`"maxreplies":30,"canForceDate":false,"canUpdateMsg":false,"canDeleteMsg":false,"canUpdateAllMsg":false,"canDeleteAllMsg":false,`+
			`"adminCanUpdateAllMsg":false,"adminCanDeleteAllMsg":false,"isAutoComputeTags":true,"isAutoComputeLabels":true,"dateCreation":%d,"filters":null}`,
			a.String(t, "_id"), a.number(t, "dateCreation")))
		bob.POST(t, "/topic", `{"topic":"/Mine","description":"x"}`).fails(t, 401, "No write access to create parent topic /Mine")
		bob.POST(t, "/topic", `{"topic":"/Team/x","description":"x"}`).fails(t, 401, "No RW access to parent topic /Team")
		h.admin.POST(t, "/topic", `{"topic":"None/x","description":"x"}`).fails(t, 404, "Parent Topic not found /None/x")
		h.admin.POST(t, "/topic", `{"topic":"Team/","description":"x"}`).fails(t, 409, "Topic Already Exists : /Team")
		for _, name := range []string{"", "/", "ab", "/ab/", strings.Repeat("x", 100), "/a//b"} {
			h.admin.POST(t, "/topic", map[string]string{"topic": name}).fails(t, 400, "Invalid topic length (4 to 100 characters, beginning with slash. Ex: /ABC): "+name)
		}
		h.admin.grant(t, "adminuser", "/Team", "bob")
		h.admin.grant(t, "rouser", "/Team", "cid")
		below := bob.topic(t, "/Team/a b/").Get(t, "rwUsers")
		if fmt.Sprint(below) != "[ada bob]" {
			t.Errorf("writers %v", below)
		}
		for path, want := range map[string]string{
			"/topic/Team/a%20b": "/Team/a b", "/topic/%2FTeam%2Fa%20b": "/Team/a b", "/topic/Team/": "/Team", "/topic/Team": "/Team",
		} {
			if a := cid.GET(t, path); a.Status != 200 || a.String(t, "topic.topic") != want || a.Get(t, "isTopicRw") != false || a.Get(t, "isTopicAdmin") != false {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		}
		if a := bob.GET(t, "/topic/Team"); a.Get(t, "isTopicRw") != true || a.Get(t, "isTopicAdmin") != true || fmt.Sprint(a.Get(t, "topic.roUsers")) != "[cid]" {
			t.Errorf("%s", a.Body)
		}
		for path, name := range map[string]string{"/topic/none": "/none", "/topic/team": "/team", "/topic/Private/bob": "/Private/bob", "/topic/Private": "/Private", "/topic/x": "x", "/topic/%252e": "/%2e"} {
			h.admin.GET(t, path).fails(t, 400, "topic "+name+" does not exist or you have no access on it")
		}
		cid.DELETE(t, "/topic/Team").fails(t, 403, "No RW access to topic /Team")
		bob.DELETE(t, "/topic/none").fails(t, 400, "topic /none does not exist or you have no access on it")
		bob.DELETE(t, "/topic/Team/a%20b").is(t, 200, `{"info":"Topic /Team/a b is deleted"}`)
		h.admin.DELETE(t, "/topic/Private").refused(t, 403)
	})
}

// TestPrivateTopics: the names match exactly or are below, and nobody but their owner learns of them.
func TestPrivateTopics(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob, bobby := h.join(t, "bob"), h.join(t, "bobby")
		a := bob.GET(t, "/topic/Private/bob")
		if a.String(t, "topic.description") != "Private Topic - bob" || fmt.Sprint(a.Get(t, "topic.rwUsers")) != "[bob]" || a.Get(t, "topic.canUpdateMsg") != true ||
			a.Get(t, "topic.canDeleteMsg") != true || a.Get(t, "isTopicRw") != true || a.Get(t, "isTopicAdmin") != false {
			t.Errorf("%s", a.Body)
		}
		bob.topic(t, "/Private/bob/Tasks")
		before := h.Rows(t)
		bob.POST(t, "/topic", `{"topic":"/Private/bobby/x"}`).fails(t, 401, "No RW access to parent topic /Private/bobby")
		h.admin.POST(t, "/topic", `{"topic":"/Private/bob/x"}`).fails(t, 401, "No RW access to parent topic /Private/bob")
		for _, c := range []*client{h.admin, bobby} {
			c.GET(t, "/topic/Private/bob").fails(t, 400, "topic /Private/bob does not exist or you have no access on it")
			c.DELETE(t, "/topic/Private/bob").refused(t, 403)
			c.PUT(t, "/topic/add/rouser", right("/Private/bob", c.name)).fails(t, 403, "No RW access to topic /Private/bob")
			c.POST(t, "/user/me/topics/Private/bob", nil).refused(t, 400)
			c.POST(t, "/presenceget/Private/bob", `{"status":"online"}`).refused(t, 400)
		}
		if after := h.Rows(t); after != before {
			t.Errorf("something has changed: was\n%s\nis\n%s", before, after)
		}
		if got := h.admin.GET(t, "/topics?getForTatAdmin=true").column(t, "topics", "topic"); got != "/Private" {
			t.Errorf("the administrator sees %q", got)
		}
		if got := bobby.GET(t, "/topics?getForTatAdmin=true").column(t, "topics", "topic"); got != "/Private/bobby" {
			t.Errorf("bobby sees %q", got)
		}
		bob.grant(t, "rouser", "/Private/bob/Tasks", "bobby")
		h.admin.PUT(t, "/user/rename", `{"username":"bob","newUsername":"rob"}`).is(t, 201, `{"info":"user is renamed"}`)
		if got := bobby.GET(t, "/topics").column(t, "topics", "topic"); got != "/Private/bobby /Private/rob/Tasks" {
			t.Errorf("bobby reads %q", got)
		}
		h.admin.PUT(t, "/user/archive", `{"username":"rob"}`).is(t, 201, `""`)
		if got := bobby.GET(t, "/topics").column(t, "topics", "topic"); got != "/Private/bobby" {
			t.Errorf("bobby reads %q", got)
		}
	})
}

// TestTopicRights walks the twelve routes.
func TestTopicRights(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		h.admin.POST(t, "/group", `{"name":"crew","description":"d"}`)
		h.admin.topic(t, "/Team")
		h.admin.topic(t, "/Team/a")
		h.admin.topic(t, "/Teams")
		for list, member := range map[string]string{"rouser": "roUsers", "adminuser": "adminUsers", "rogroup": "roGroups", "rwgroup": "rwGroups", "admingroup": "adminGroups"} {
			name := "bob"
			if strings.HasSuffix(list, "group") {
				name = "crew"
			}
			shown := func() string { t.Helper(); return fmt.Sprint(h.admin.GET(t, "/topic/Team").Get(t, "topic."+member)) }
			before := shown()
			h.admin.PUT(t, "/topic/add/"+list, right("Team/", name)).is(t, 201, `""`)
			h.admin.PUT(t, "/topic/add/"+list, right("/Team", name)).is(t, 201, `""`)
			if got := shown(); got != "["+name+"]" {
				t.Errorf("%s: %s", list, got)
			}
			h.admin.PUT(t, "/topic/remove/"+list, right("/Team", name)).is(t, 200, `""`)
			h.admin.PUT(t, "/topic/remove/"+list, right("/Team", name)).is(t, 200, `""`)
			if got := shown(); got != before {
				t.Errorf("%s: %s", list, got)
			}
		}
		h.admin.PUT(t, "/topic/add/rwuser", `{"topic":"/Team","username":"bob","recursive":true}`).is(t, 201, `""`)
		if got := bob.GET(t, "/topics?topicPath=/Team").column(t, "topics", "topic"); got != "/Team /Team/a" {
			t.Errorf("bob reads %q", got)
		}
		h.admin.PUT(t, "/topic/remove/rwuser", `{"topic":"/Team","username":"bob","recursive":"true"}`).is(t, 200, `""`)
		before := h.Rows(t)
		for _, verb := range []string{"add", "remove"} {
			h.admin.PUT(t, "/topic/"+verb+"/rouser", right("/Team", "nobody")).fails(t, 400, "user with username nobody does not exist")
			h.admin.PUT(t, "/topic/"+verb+"/rogroup", right("/Team", "nobody")).fails(t, 404, "group nobody does not exist")
			h.admin.PUT(t, "/topic/"+verb+"/rogroup", `{"topic":"/Team"}`).fails(t, 404, "group  does not exist")
			h.admin.PUT(t, "/topic/"+verb+"/rogroup", right("/Team", "Everyone")).fails(t, 404, "group Everyone does not exist")
			h.admin.PUT(t, "/topic/"+verb+"/rouser", right("/None", "bob")).fails(t, 400, "topic /None does not exist or you have no access on it")
			h.admin.PUT(t, "/topic/"+verb+"/rouser", `{}`).refused(t, 400)
			h.admin.PUT(t, "/topic/"+verb+"/rouser", `{"topic":"/Team","username":"bob","recursive":1}`).refused(t, 400)
			h.admin.PUT(t, "/topic/"+verb+"/rouser", `{"topic":["/Team"],"username":"bob"}`).refused(t, 400)
			bob.PUT(t, "/topic/"+verb+"/rouser", right("/Team", "bob")).fails(t, 403, "No RW access to topic /Team")
		}
		if after := h.Rows(t); after != before {
			t.Errorf("something has changed: was\n%s\nis\n%s", before, after)
		}
	})
}

func TestListTopics(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, name := range []string{"/Zoo", "/Team", "/Team/a", "/Team-x"} {
			h.admin.topic(t, name)
		}
		h.admin.POST(t, "/user/me/topics/Zoo", nil)
		zoo := h.admin.GET(t, "/topic/Zoo").String(t, "topic._id")
		for query, want := range map[string]string{
			"": "/Private/ada /Team /Team-x /Team/a /Zoo", "?limit=0&skip=0&topic=&topicPath=&idTopic=&description=&onlyFavorites=&getForTatAdmin=": "/Private/ada /Team /Team-x /Team/a /Zoo",
			"?limit=2&skip=1": "/Team /Team-x", "?skip=-1&limit=x": "/Private/ada /Team /Team-x /Team/a /Zoo", "?topic=/Zoo,/Team/a,/none": "/Team/a /Zoo", "?topic=/zoo": "",
			"?topicPath=Team/": "/Team /Team/a", "?topicPath=/Tea": "", "?idTopic=" + zoo: "/Zoo", "?idTopic=x": "", "?description=About+/Zoo": "/Zoo",
			"?onlyFavorites=true": "/Zoo", "?onlyFavorites=true&topic=/Team": "", "?topic=%25": "", "?topicPath=/%25": "",
		} {
			if got := h.admin.GET(t, "/topics"+query).column(t, "topics", "topic"); got != want {
				t.Errorf("%s: got %q", query, got)
			}
		}
		if a := h.admin.GET(t, "/topics?limit=1&getNbMsgUnread=true"); a.number(t, "count") != 5 || a.number(t, "countTopicsMsgUnread") != 0 || a.Get(t, "topicsMsgUnread") != nil {
			t.Errorf("%s", a.Body)
		}
		h.admin.DELETE(t, "/user/me/topics/Zoo").is(t, 200, `{"info":"Topic /Zoo removed from favorites"}`)
		h.admin.GET(t, "/topics?onlyFavorites=true").is(t, 200, `{"count":0,"topics":null,"countTopicsMsgUnread":0,"topicsMsgUnread":null}`)
		h.admin.GET(t, "/topics?topic=%00").refused(t, 400)
		h.admin.GET(t, "/topics?topic=%ff").refused(t, 400)
	})
}

// number is the whole number at a dotted path.
func (a answer) number(t *testing.T, path string) int64 {
	t.Helper()
	n, ok := a.Get(t, path).(json.Number)
	if !ok {
		t.Fatalf("no number at %s: %s", path, a.Body)
	}
	i, err := n.Int64()
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// TestMessageLength: the operator says how long the messages of new topics may be; those below follow the one above.
func TestMessageLength(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.admin.topic(t, "/Team")
		h.admin.topic(t, "/Private/ada/Tasks")
		for _, name := range []string{"/Team", "/Private/ada", "/Private/ada/Tasks"} {
			if got := h.admin.GET(t, "/topic"+name).number(t, "topic.maxlength"); got != 140 {
				t.Errorf("%s: %d", name, got)
			}
		}
	}, func(c *config.Config) { c.Tat.MessageLength = 140 })
}
