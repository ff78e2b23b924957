package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"muster"
	"muster/internal/mustertest"
)

// A state is what somebody is in (one-core, 2).
type state string

const (
	isUnconfirmed state = "unconfirmed"
	isActive      state = "active"
	isSuspended   state = "suspended"
	isDeleted     state = "deleted"
)

// A wire is one dialect, as far as all of them can do the same. What a dialect has not stays nil, and is then neither asked nor
// expected of it. Each new dialect adds a row to wires.
type wire struct {
	name string

	listed, read, signsIn []state // who is in its lists, who can be read, who gets in

	signIn     func(t *testing.T, s *mustertest.Server, name, password string) (token string) // "" for a refusal
	enter      func(t *testing.T, s *mustertest.Server, name string) (token string)           // in place of signIn, where the wire has credentials of its own
	lets       func(t *testing.T, s *mustertest.Server, token string) bool                    // the token opens something
	list       func(c asking) []muster.ID
	readUser   func(c asking, user muster.ID) (shown, bool)
	createUser func(c asking, name string) muster.ID // called so in all ways, with that e-mail at example.org, and the password known
	rename     func(c asking, user muster.ID, name string)
	password   func(c asking, user muster.ID, fresh string)
	suspend    func(c asking, user muster.ID)
	unsuspend  func(c asking, user muster.ID)
	delete     func(c asking, user muster.ID)
	undelete   func(c asking, user muster.ID)

	createGroup  func(c asking, name string, members ...muster.ID) muster.ID
	renameGroup  func(c asking, group muster.ID, name string)
	readGroup    func(c asking, group muster.ID) (name string, there bool)
	addMember    func(c asking, group, user muster.ID)
	removeMember func(c asking, group, user muster.ID)
	archiveGroup func(c asking, group muster.ID)
	deleteGroup  func(c asking, group muster.ID)
}

// shown is what a wire shows of somebody. Groups are the ids of those he is in, as far as the wire shows groups.
type shown struct {
	Username, Email, Name string
	Groups                map[muster.ID]bool
}

// asking is somebody who asks by a wire.
type asking struct {
	t testing.TB
	*mustertest.Client
}

// known is the password of everybody in these tests.
const known = "correct-horse"

func wires() []wire { return []wire{corteza(), crust(), tat()} }

// send sends JSON, or nothing for nil, and fails for a refusal.
func (c asking) send(method, path string, body map[string]any) mustertest.Answer {
	c.t.Helper()
	a := c.try(method, path, body)
	if a.Status >= 400 || a.Error(c.t) != "" {
		c.t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
	}
	return a
}

// try is send, but a refusal is an answer.
func (c asking) try(method, path string, body map[string]any) mustertest.Answer {
	c.t.Helper()
	text := ""
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		text = string(b)
	}
	return c.Do(c.t, method, path, text)
}

// ids are the ids at that name in all rows of the list at a path.
func (c asking) ids(a mustertest.Answer, path, name string) []muster.ID {
	c.t.Helper()
	rows, _ := a.Get(c.t, path).([]any)
	var ids []muster.ID
	for _, row := range rows {
		text, _ := row.(map[string]any)[name].(string)
		ids = append(ids, c.id(text))
	}
	return ids
}

func (c asking) id(text string) muster.ID {
	c.t.Helper()
	id, ok := muster.ParseID(text)
	if !ok {
		c.t.Fatalf("%q is no id", text)
	}
	return id
}

func set(ids []muster.ID) map[muster.ID]bool {
	m := map[muster.ID]bool{}
	for _, id := range ids {
		m[id] = true
	}
	return m
}

func corteza() wire {
	const users, roles = "/corteza/system/users/", "/corteza/system/roles/"
	on := func(verb string) func(asking, muster.ID) {
		return func(c asking, user muster.ID) { c.t.Helper(); c.send("POST", users+user.String()+verb, nil) }
	}
	return wire{
		name: "corteza", listed: []state{isUnconfirmed, isActive}, read: []state{isUnconfirmed, isActive, isSuspended, isDeleted}, signsIn: []state{isActive},
		signIn: func(t *testing.T, s *mustertest.Server, name, password string) string {
			t.Helper()
			a := asking{t, s.Nobody()}.try("POST", "/corteza/system/auth/internal/login", map[string]any{"email": name + "@example.org", "password": password})
			return a.String(t, "response.jwt")
		},
		lets: func(t *testing.T, s *mustertest.Server, token string) bool {
			t.Helper()
			return asking{t, &mustertest.Client{URL: s.URL, Token: token}}.try("GET", users, nil).Error(t) == ""
		},
		list: func(c asking) []muster.ID {
			c.t.Helper()
			return c.ids(c.send("GET", users, nil), "response.set", "userID")
		},
		readUser: func(c asking, user muster.ID) (shown, bool) {
			c.t.Helper()
			a := c.try("GET", users+user.String(), nil)
			if a.Error(c.t) != "" {
				return shown{}, false
			}
			groups := map[muster.ID]bool{}
			list, _ := c.send("GET", users+user.String()+"/membership", nil).Get(c.t, "response").([]any)
			for _, id := range list {
				groups[c.id(id.(string))] = true
			}
			return shown{a.String(c.t, "response.username"), a.String(c.t, "response.email"), a.String(c.t, "response.name"), groups}, true
		},
		createUser: func(c asking, name string) muster.ID {
			c.t.Helper()
			id := c.id(c.send("POST", users, map[string]any{"email": name + "@example.org", "name": name, "handle": name}).String(c.t, "response.userID"))
			c.send("POST", users+id.String()+"/password", map[string]any{"password": known})
			return id
		},
		rename: func(c asking, user muster.ID, name string) {
			c.t.Helper()
			was := c.send("GET", users+user.String(), nil)
			c.send("PUT", users+user.String(), map[string]any{"email": was.String(c.t, "response.email"), "handle": was.String(c.t, "response.handle"), "name": name})
		},
		password: func(c asking, user muster.ID, fresh string) {
			c.t.Helper()
			c.send("POST", users+user.String()+"/password", map[string]any{"password": fresh})
		},
		suspend: on("/suspend"), unsuspend: on("/unsuspend"), undelete: on("/undelete"),
		delete: func(c asking, user muster.ID) { c.t.Helper(); c.send("DELETE", users+user.String(), nil) },
		createGroup: func(c asking, name string, members ...muster.ID) muster.ID {
			c.t.Helper()
			return c.id(c.send("POST", roles, map[string]any{"name": name, "members": texts(members)}).String(c.t, "response.roleID"))
		},
		renameGroup: func(c asking, group muster.ID, name string) {
			c.t.Helper()
			c.send("PUT", roles+group.String(), map[string]any{"name": name})
		},
		readGroup: func(c asking, group muster.ID) (string, bool) {
			c.t.Helper()
			a := c.try("GET", roles+group.String(), nil)
			there := a.Error(c.t) == "" && a.String(c.t, "response.archivedAt")+a.String(c.t, "response.deletedAt") == ""
			return a.String(c.t, "response.name"), there
		},
		addMember: func(c asking, group, user muster.ID) {
			c.t.Helper()
			c.send("POST", roles+group.String()+"/member/"+user.String(), nil)
		},
		removeMember: func(c asking, group, user muster.ID) {
			c.t.Helper()
			c.send("DELETE", roles+group.String()+"/member/"+user.String(), nil)
		},
		archiveGroup: func(c asking, group muster.ID) { c.t.Helper(); c.send("POST", roles+group.String()+"/archive", nil) },
		deleteGroup:  func(c asking, group muster.ID) { c.t.Helper(); c.send("DELETE", roles+group.String(), nil) },
	}
}

func crust() wire {
	const users, teams = "/crust/users/", "/crust/teams/"
	on := func(verb string) func(asking, muster.ID) {
		return func(c asking, user muster.ID) { c.t.Helper(); c.send("POST", users+user.String()+verb, nil) }
	}
	there := func(a mustertest.Answer, c asking) bool {
		message := a.Error(c.t)
		if message != "" && !strings.HasSuffix(message, "NotFound") {
			c.t.Fatalf("crust answered %s", a.Body)
		}
		return message == ""
	}
	return wire{
		name: "crust", listed: []state{isUnconfirmed, isActive}, read: []state{isUnconfirmed, isActive}, signsIn: []state{isActive},
		signIn: func(t *testing.T, s *mustertest.Server, name, password string) string {
			t.Helper()
			a := asking{t, s.Nobody()}.try("POST", "/crust/auth/login", map[string]any{"username": name + "@example.org", "password": password})
			for _, c := range (&http.Response{Header: a.Header}).Cookies() {
				return c.Value
			}
			return ""
		},
		lets: func(t *testing.T, s *mustertest.Server, token string) bool {
			t.Helper()
			return asking{t, &mustertest.Client{URL: s.URL, Token: token}}.try("GET", users, nil).Error(t) == ""
		},
		list: func(c asking) []muster.ID {
			c.t.Helper()
			return c.ids(c.send("GET", users, nil), "response", "userID")
		},
		readUser: func(c asking, user muster.ID) (shown, bool) {
			c.t.Helper()
			a := c.try("GET", users+user.String(), nil)
			if !there(a, c) {
				return shown{}, false
			}
			return shown{a.String(c.t, "response.username"), a.String(c.t, "response.email"), a.String(c.t, "response.name"), set(c.ids(a, "response.teams", "teamID"))}, true
		},
		createUser: func(c asking, name string) muster.ID {
			c.t.Helper()
			return c.id(c.send("POST", users, map[string]any{
				"username": name, "email": name + "@example.org", "name": name, "handle": name, "password": known,
			}).String(c.t, "response.userID"))
		},
		rename: func(c asking, user muster.ID, name string) {
			c.t.Helper()
			c.send("PUT", users+user.String(), map[string]any{"name": name})
		},
		password: func(c asking, user muster.ID, fresh string) {
			c.t.Helper()
			c.send("PUT", users+user.String(), map[string]any{"password": fresh})
		},
		suspend: on("/suspend"), unsuspend: on("/unsuspend"),
		delete: func(c asking, user muster.ID) { c.t.Helper(); c.send("DELETE", users+user.String(), nil) },
		createGroup: func(c asking, name string, members ...muster.ID) muster.ID {
			c.t.Helper()
			return c.id(c.send("POST", teams, map[string]any{"name": name, "members": texts(members)}).String(c.t, "response.teamID"))
		},
		renameGroup: func(c asking, group muster.ID, name string) {
			c.t.Helper()
			c.send("PUT", teams+group.String(), map[string]any{"name": name})
		},
		readGroup: func(c asking, group muster.ID) (string, bool) {
			c.t.Helper()
			a := c.try("GET", teams+group.String(), nil)
			return a.String(c.t, "response.name"), there(a, c)
		},
		addMember: func(c asking, group, user muster.ID) {
			c.t.Helper()
			c.send("POST", teams+group.String()+"/memberAdd", map[string]any{"userID": user.String()})
		},
		removeMember: func(c asking, group, user muster.ID) {
			c.t.Helper()
			c.send("POST", teams+group.String()+"/memberRemove", map[string]any{"userID": user.String()})
		},
		archiveGroup: func(c asking, group muster.ID) { c.t.Helper(); c.send("POST", teams+group.String()+"/archive", nil) },
		deleteGroup:  func(c asking, group muster.ID) { c.t.Helper(); c.send("DELETE", teams+group.String(), nil) },
	}
}

func texts(ids []muster.ID) []string {
	list := []string{}
	for _, id := range ids {
		list = append(list, id.String())
	}
	return list
}
