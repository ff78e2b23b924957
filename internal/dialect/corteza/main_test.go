package corteza_test

import (
	"fmt"
	"os"
	"testing"

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
	read  map[string]bool // files of mails
}

// each runs f on a fresh house of each engine.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	storetest.Each(t, func(t *testing.T, engine string) { f(t, newHouse(t, engine)) })
}

// one runs f on a fresh house of the embedded engine, for what the engine has no part in.
func one(t *testing.T, f func(t *testing.T, h *house)) { f(t, newHouse(t, storetest.SQLite)) }

func newHouse(t *testing.T, engine string, options ...mustertest.Option) *house {
	h := &house{Server: mustertest.Start(t, engine, options...), read: map[string]bool{}}
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
	id := h.admin.POST(t, "/users/", fmt.Sprintf(`{"email":%q,"name":%q,"handle":%q}`, email, "Name of "+handle, handle)).Text(t, "response.userID")
	h.admin.POST(t, "/users/"+id+"/password", fmt.Sprintf(`{"password":%q}`, goodPassword)).ok(t)
	return person{h.signIn(t, email, goodPassword), id, email}
}

// role makes a role with those members.
func (h *house) role(t *testing.T, name string, members ...string) string {
	t.Helper()
	body := map[string]any{"name": name, "members": members}
	return h.admin.POST(t, "/roles/", body).Text(t, "response.roleID")
}

// rule sets a rule of a role.
func (h *house) rule(t *testing.T, role, resource, operation, access string) {
	t.Helper()
	rule := map[string]string{"resource": resource, "operation": operation, "access": access}
	h.admin.Do(t, "PATCH", "/permissions/"+role+"/rules", map[string]any{"rules": []any{rule}}).ok(t)
}

// setting sets a setting of the house.
func (h *house) setting(t *testing.T, name string, value any) {
	t.Helper()
	values := []any{map[string]any{"name": name, "value": value}}
	h.admin.Do(t, "PATCH", "/settings/", map[string]any{"values": values}).is(t, `{"response":true}`)
}

// mail is the next mail to somebody.
func (h *house) mail(t *testing.T, to string) mustertest.Mail {
	t.Helper()
	m := h.Mail(t, func(m mustertest.Mail) bool { return m.To() == to && !h.read[m.File] })
	h.read[m.File] = true
	return m
}
