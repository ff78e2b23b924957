package server_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"muster"
	"muster/internal/mustertest"
)

// tat goes by names, and has a password of its own: a token of it is a username, a blank and that password.
func tat() wire {
	return wire{
		name: "tat", listed: []state{isUnconfirmed, isActive}, read: []state{isUnconfirmed, isActive}, signsIn: []state{isActive},
		enter: func(t *testing.T, s *mustertest.Server, name string) string { t.Helper(); return enterTat(t, s, name) },
		lets: func(t *testing.T, s *mustertest.Server, token string) bool {
			t.Helper()
			return tatAsking{asking{t, &mustertest.Client{URL: s.URL, Token: token}}}.try("GET", "/user/me", nil).Status == http.StatusOK
		},
		list: func(c asking) []muster.ID {
			c.t.Helper()
			return hexes(tatAsking{c}.send("GET", "/users?limit=0", nil), c.t, "users")
		},
		readUser: func(c asking, user muster.ID) (shown, bool) {
			c.t.Helper()
			a := tatAsking{c}.try("GET", "/users?withGroups=true&idUser="+user.Hex(), nil)
			if a.String(c.t, "users.0.username") == "" {
				return shown{}, false
			}
			groups := map[muster.ID]bool{}
			names, _ := a.Get(c.t, "users.0.groups").([]any)
			for _, name := range names {
				for _, id := range hexes(tatAsking{c}.send("GET", "/groups?name="+url.QueryEscape(name.(string)), nil), c.t, "groups") {
					groups[id] = true
				}
			}
			return shown{a.String(c.t, "users.0.username"), a.String(c.t, "users.0.email"), a.String(c.t, "users.0.fullname"), groups}, true
		},
		rename: func(c asking, user muster.ID, name string) {
			c.t.Helper()
			a := tatAsking{c}.send("GET", "/users?idUser="+user.Hex(), nil)
			tatAsking{c}.send("PUT", "/user/update", map[string]any{"username": a.String(c.t, "users.0.username"), "newFullname": name, "newEmail": a.String(c.t, "users.0.email")})
		},
		delete: func(c asking, user muster.ID) {
			c.t.Helper()
			tatAsking{c}.send("PUT", "/user/archive", map[string]any{"username": tatAsking{c}.username(user)})
		},
		createGroup: func(c asking, name string, members ...muster.ID) muster.ID {
			c.t.Helper()
			id, ok := muster.ParseHexID(tatAsking{c}.send("POST", "/group", map[string]any{"name": name, "description": "d"}).String(c.t, "_id"))
			if !ok {
				c.t.Fatalf("%q has no id", name)
			}
			for _, m := range members {
				tatAsking{c}.member("add", id, m)
			}
			return id
		},
		renameGroup: func(c asking, group muster.ID, name string) {
			c.t.Helper()
			tatAsking{c}.send("PUT", "/group/edit/"+url.PathEscape(tatAsking{c}.group(group)), map[string]any{"newName": name, "newDescription": "d"})
		},
		readGroup: func(c asking, group muster.ID) (string, bool) {
			c.t.Helper()
			name := tatAsking{c}.group(group)
			return name, name != ""
		},
		addMember:    func(c asking, group, user muster.ID) { c.t.Helper(); tatAsking{c}.member("add", group, user) },
		removeMember: func(c asking, group, user muster.ID) { c.t.Helper(); tatAsking{c}.member("remove", group, user) },
		deleteGroup: func(c asking, group muster.ID) { // which has to be empty
			c.t.Helper()
			a := tatAsking{c}.send("GET", "/groups?idGroup="+group.Hex(), nil)
			name := a.String(c.t, "groups.0.name")
			users, _ := a.Get(c.t, "groups.0.users").([]any)
			for _, user := range users {
				tatAsking{c}.send("PUT", "/group/remove/user", map[string]any{"groupname": name, "username": user})
			}
			tatAsking{c}.send("DELETE", "/group/edit/"+url.PathEscape(name), nil)
		},
	}
}

// enterTat has a password mailed.
func enterTat(t testing.TB, s *mustertest.Server, name string) string {
	t.Helper()
	nobody, email := tatAsking{asking{t, s.Nobody()}}, name+"@example.org"
	had := map[string]bool{}
	for _, m := range s.Mails(t) {
		had[m.File] = true
	}
	nobody.send("POST", "/user/reset", map[string]any{"username": name, "email": email})
	m := s.Mail(t, func(m mustertest.Mail) bool { return m.To() == email && !had[m.File] })
	return name + " " + nobody.send("GET", "/user/verify/"+name+"/"+m.Token(), nil).String(t, "password")
}

// tatAsking is somebody who asks by Tat.
type tatAsking struct{ asking }

func (c tatAsking) send(method, path string, body map[string]any) mustertest.Answer {
	c.t.Helper()
	a := c.try(method, path, body)
	if a.Status >= 400 {
		c.t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
	}
	return a
}

func (c tatAsking) try(method, path string, body map[string]any) mustertest.Answer {
	c.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		c.t.Fatal(err)
	}
	req, err := http.NewRequest(method, c.URL+"/tat"+path, strings.NewReader(string(text)))
	if err != nil {
		c.t.Fatal(err)
	}
	name, password, _ := strings.Cut(c.Token, " ")
	req.Header["Tat_username"], req.Header["Tat_password"], req.Header["Content-Type"] = []string{name}, []string{password}, []string{"application/json"}
	return (&mustertest.Client{URL: c.URL}).Send(c.t, req)
}

// username is what somebody is called; "" for one who is not there.
func (c tatAsking) username(user muster.ID) string {
	c.t.Helper()
	return c.send("GET", "/users?idUser="+user.Hex(), nil).String(c.t, "users.0.username")
}

// group is what a group is called; "" for one that is not there.
func (c tatAsking) group(group muster.ID) string {
	c.t.Helper()
	return c.send("GET", "/groups?idGroup="+group.Hex(), nil).String(c.t, "groups.0.name")
}

func (c tatAsking) member(verb string, group, user muster.ID) {
	c.t.Helper()
	c.send("PUT", "/group/"+verb+"/user", map[string]any{"groupname": c.group(group), "username": c.username(user)})
}

// hexes are the ids of the rows of a list.
func hexes(a mustertest.Answer, t testing.TB, path string) []muster.ID {
	t.Helper()
	rows, _ := a.Get(t, path).([]any)
	var ids []muster.ID
	for _, row := range rows {
		text, _ := row.(map[string]any)["_id"].(string)
		id, ok := muster.ParseHexID(text)
		if !ok {
			t.Fatalf("%q is no id", text)
		}
		ids = append(ids, id)
	}
	return ids
}
