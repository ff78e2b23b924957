package corteza_test

import (
	"cmp"
	"fmt"
	"os"
	"testing"
	"time"

	"muster"
	"muster/internal/core"
	"muster/internal/mustertest"
	"muster/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// base is where the system API is mounted.
const base = "/corteza/system"

// A house is a running server as the tests of this wire see it.
type house struct {
	*mustertest.Server
	admin *client
	mails []core.Letter
}

// each runs f on a fresh house of each engine.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	storetest.Each(t, func(t *testing.T, engine string) { f(t, newHouse(t, engine)) })
}

// one runs f on a fresh house of the embedded engine, for what the engine has no part in.
func one(t *testing.T, f func(t *testing.T, h *house)) { f(t, newHouse(t, storetest.SQLite)) }

func newHouse(t *testing.T, engine string, options ...mustertest.Option) *house {
	h := &house{Server: mustertest.Start(t, engine, options...)}
	if h.Config.Admin.Email != "" {
		h.admin = h.signIn(t, mustertest.AdminEmail, mustertest.AdminPassword)
	}
	return h
}

// A person is somebody whom an administrator has made, and who has signed in.
type person struct {
	*client
	id, email string
}

const goodPassword = "correct-horse"

// person makes a user with a password; the handle is the local part of the e-mail.
func (h *house) person(t *testing.T, handle string) person {
	t.Helper()
	email := handle + "@example.org"
	id := h.admin.post(t, "/users/", fmt.Sprintf(`{"email":%q,"name":%q,"handle":%q}`, email, "Name of "+handle, handle)).str(t, "response.userID")
	h.admin.post(t, "/users/"+id+"/password", fmt.Sprintf(`{"password":%q}`, goodPassword)).ok(t)
	return person{h.signIn(t, email, goodPassword), id, email}
}

// role makes a role with those members.
func (h *house) role(t *testing.T, name string, members ...string) string {
	t.Helper()
	body := map[string]any{"name": name, "members": members}
	return h.admin.post(t, "/roles/", body).str(t, "response.roleID")
}

// rule sets a rule, as a PATCH of the rules will. It moves updatedAt of the role, by which the server learns of the change.
func (h *house) rule(t *testing.T, role, noun, id, operation, access string) {
	t.Helper()
	code := map[string]int{"allow": 1, "deny": 2}[access]
	h.Exec(t, `DELETE FROM rule WHERE group_id = $1 AND noun = $2 AND resource_id = $3 AND operation = $4`, number(t, role), noun, number(t, id), operation)
	h.Exec(t, `INSERT INTO rule (group_id, noun, resource_id, operation, access) VALUES ($1, $2, $3, $4, $5)`, number(t, role), noun, number(t, id), operation, code)
	r := h.admin.get(t, "/roles/"+role)
	h.admin.put(t, "/roles/"+role, map[string]any{"name": r.str(t, "response.name"), "handle": r.str(t, "response.handle")}).str(t, "response.roleID")
}

// setting sets a setting, as a PATCH of the settings will.
func (h *house) setting(t *testing.T, name, value string) {
	t.Helper()
	h.Exec(t, `DELETE FROM setting WHERE name = $1 AND user_id = 0`, name)
	h.Exec(t, `INSERT INTO setting (realm, name, user_id, value, updated_at) VALUES (1, $1, 0, $2, 0)`, name, value)
}

// mailedToken is what the link in the next mail to somebody carries.
func (h *house) mailedToken(t *testing.T, to string) string {
	t.Helper()
	letters, err := h.Core.Outbox.Lease(t.Context(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	h.mails = append(h.mails, letters...)
	for i, m := range h.mails {
		if m.To == to {
			h.mails = append(h.mails[:i:i], h.mails[i+1:]...)
			return m.Token
		}
	}
	t.Fatalf("no mail to %s", to)
	return ""
}

func number(t *testing.T, id string) int64 {
	t.Helper()
	n, ok := muster.ParseID(cmp.Or(id, "x"))
	if !ok && id != "0" {
		t.Fatalf("%q is no id", id)
	}
	return int64(n)
}
