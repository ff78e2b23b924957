package server_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"muster"
	"muster/internal/mustertest"
)

// telliusUser and telliusGroup are what Tellius shows.
type telliusUser struct {
	ID, Username, FirstName, LastName, Email string
	Groups                                   []telliusGroup
}

type telliusGroup struct{ ID, Name string }

func tellius() wire {
	const users, groups = "/tellius/users", "/tellius/groups"
	id := func(c asking, text string) muster.ID {
		c.t.Helper()
		id, ok := muster.ParseHexID(text)
		if !ok {
			c.t.Fatalf("%q is no id", text)
		}
		return id
	}
	do := func(c asking, method, path string, body map[string]any) mustertest.Answer {
		c.t.Helper()
		a := c.try(method, path, body)
		if a.Status != http.StatusOK {
			c.t.Fatalf("%s %s: %d %s", method, path, a.Status, a.Body)
		}
		return a
	}
	all := func(c asking) (list []telliusUser) {
		c.t.Helper()
		a := c.try("GET", users, nil)
		if a.Status == http.StatusForbidden {
			return nil // who may not list sees nobody
		}
		var v struct{ Users []telliusUser }
		decode(c.t, a, &v)
		return v.Users
	}
	find := func(c asking, user muster.ID) (telliusUser, bool) {
		c.t.Helper()
		list := all(c)
		i := slices.IndexFunc(list, func(u telliusUser) bool { return u.ID == user.Hex() })
		if i < 0 {
			return telliusUser{}, false
		}
		return list[i], true
	}
	// member changes the groups of a user, which are replaced as a whole.
	member := func(c asking, user muster.ID, change func([]string) []string) {
		c.t.Helper()
		u, _ := find(c, user)
		ids := []string{}
		for _, g := range u.Groups {
			ids = append(ids, g.ID)
		}
		do(c, "PUT", users+"/"+user.Hex(), map[string]any{"groups": change(ids)})
	}
	add := func(c asking, group, user muster.ID) {
		c.t.Helper()
		member(c, user, func(ids []string) []string { return append(ids, group.Hex()) })
	}
	return wire{
		name: "tellius", listed: []state{isUnconfirmed, isActive, isSuspended}, read: []state{isUnconfirmed, isActive, isSuspended}, signsIn: []state{isActive},
		signIn: func(t *testing.T, s *mustertest.Server, name, password string) string {
			t.Helper()
			a := asking{t, s.Nobody()}.try("POST", "/tellius/api/login", map[string]any{"username": name + "@example.org", "password": password})
			if a.Status != http.StatusOK {
				return ""
			}
			return a.String(t, "token")
		},
		lets: func(t *testing.T, s *mustertest.Server, token string) bool {
			t.Helper()
			return asking{t, &mustertest.Client{URL: s.URL, Token: token}}.try("GET", groups, nil).Status != http.StatusUnauthorized
		},
		list: func(c asking) (ids []muster.ID) {
			c.t.Helper()
			for _, u := range all(c) {
				ids = append(ids, id(c, u.ID))
			}
			return ids
		},
		readUser: func(c asking, user muster.ID) (shown, bool) {
			c.t.Helper()
			u, there := find(c, user)
			in := map[muster.ID]bool{}
			for _, g := range u.Groups {
				in[id(c, g.ID)] = true
			}
			return shown{u.Username, u.Email, strings.TrimSpace(u.FirstName + " " + u.LastName), in}, there
		},
		createUser: func(c asking, name string) muster.ID {
			c.t.Helper()
			body := map[string]any{"username": name, "email": name + "@example.org", "firstName": name, "password": known}
			return id(c, do(c, "POST", users, body).String(c.t, "id"))
		},
		rename: func(c asking, user muster.ID, name string) {
			c.t.Helper()
			first, last, _ := strings.Cut(name, " ")
			do(c, "PUT", users+"/"+user.Hex(), map[string]any{"firstName": first, "lastName": last})
		},
		password: func(c asking, user muster.ID, fresh string) {
			c.t.Helper()
			do(c, "PUT", users+"/"+user.Hex(), map[string]any{"password": fresh})
		},
		delete: func(c asking, user muster.ID) { c.t.Helper(); do(c, "DELETE", users+"/"+user.Hex(), nil) },
		createGroup: func(c asking, name string, members ...muster.ID) muster.ID {
			c.t.Helper()
			group := id(c, do(c, "POST", groups, map[string]any{"name": name}).String(c.t, "id"))
			for _, user := range members {
				add(c, group, user)
			}
			return group
		},
		renameGroup: func(c asking, group muster.ID, name string) {
			c.t.Helper()
			do(c, "PUT", groups+"/"+group.Hex(), map[string]any{"name": name})
		},
		readGroup: func(c asking, group muster.ID) (string, bool) {
			c.t.Helper()
			var v struct{ Groups []telliusGroup }
			decode(c.t, do(c, "GET", groups, nil), &v)
			for _, g := range v.Groups {
				if g.ID == group.Hex() {
					return g.Name, true
				}
			}
			return "", false
		},
		addMember: add,
		removeMember: func(c asking, group, user muster.ID) {
			c.t.Helper()
			member(c, user, func(ids []string) []string {
				return slices.DeleteFunc(ids, func(id string) bool { return id == group.Hex() })
			})
		},
		deleteGroup: func(c asking, group muster.ID) { c.t.Helper(); do(c, "DELETE", groups+"/"+group.Hex(), nil) },
	}
}

func decode(t testing.TB, a mustertest.Answer, into any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, into); err != nil || a.Status != http.StatusOK {
		t.Fatalf("answered %d %s: %v", a.Status, a.Body, err)
	}
}
