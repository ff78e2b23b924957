package server_test

import (
	"testing"

	"muster"
	"muster/internal/config"
	"muster/internal/mustertest"
)

// withApplication has an application whose users are the people of the house. Its part of the administrator is the application
// itself: none acts for an administrator.
func withApplication(c *config.Config) {
	c.Agora.Apps = []config.AgoraApp{{Org: "acme", Name: "house", ClientID: "house", ClientSecret: "sixteen bytes or more", Realm: "main"}}
}

// agora knows its people by their usernames and shows neither e-mails nor groups; it makes nobody who has an e-mail.
func agora() wire {
	const base = "/agora/acme/house"
	at := func(user muster.ID) string { return base + "/users/" + user.UUID() }
	entity := func(c asking, a mustertest.Answer, i string) (muster.ID, shown) {
		c.t.Helper()
		id, ok := muster.ParseUUID(a.String(c.t, "entities."+i+".uuid"))
		if !ok {
			c.t.Fatalf("no user in %s", a.Body)
		}
		return id, shown{Username: a.String(c.t, "entities."+i+".username"), Name: a.String(c.t, "entities."+i+".nickname")}
	}
	return wire{
		name: "agora", listed: []state{isUnconfirmed, isActive, isSuspended}, read: []state{isUnconfirmed, isActive, isSuspended}, signsIn: []state{isActive}, noEmails: true,
		signIn: func(t *testing.T, s *mustertest.Server, name, password string) string {
			t.Helper()
			proof := map[string]any{"grant_type": "password", "username": name, "password": password}
			if name == "admin" {
				proof = map[string]any{"grant_type": "client_credentials", "client_id": "house", "client_secret": "sixteen bytes or more"}
			}
			return asking{t, s.Nobody()}.try("POST", base+"/token", proof).String(t, "access_token")
		},
		lets: func(t *testing.T, s *mustertest.Server, token string) bool {
			t.Helper()
			c := asking{t, &mustertest.Client{URL: s.URL, Token: token}}
			return c.try("POST", base+"/metadata/user/get", map[string]any{"targets": []string{"nobody"}}).Status == 200
		},
		list: func(c asking) (ids []muster.ID) {
			c.t.Helper()
			a := c.send("GET", base+"/users?limit=100", nil)
			rows, _ := a.Get(c.t, "entities").([]any)
			for _, row := range rows {
				id, _ := muster.ParseUUID(row.(map[string]any)["uuid"].(string))
				ids = append(ids, id)
			}
			return ids
		},
		readUser: func(c asking, user muster.ID) (shown, bool) {
			c.t.Helper()
			a := c.try("GET", at(user), nil)
			if a.Status == 404 {
				return shown{}, false
			}
			id, s := entity(c, a, "0")
			return s, id == user
		},
		rename: func(c asking, user muster.ID, name string) {
			c.t.Helper()
			c.send("PUT", at(user), map[string]any{"nickname": name})
		},
		password: func(c asking, user muster.ID, fresh string) {
			c.t.Helper()
			c.send("PUT", at(user)+"/password", map[string]any{"newpassword": fresh})
		},
		suspend:   func(c asking, user muster.ID) { c.t.Helper(); c.send("POST", at(user)+"/deactivate", nil) },
		unsuspend: func(c asking, user muster.ID) { c.t.Helper(); c.send("POST", at(user)+"/activate", nil) },
		delete:    func(c asking, user muster.ID) { c.t.Helper(); c.send("DELETE", at(user), nil) },
	}
}
