package tat_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"muster"
	"muster/internal/config"
	"muster/internal/dialect/tat"
)

// id is the _id of whom the client is.
func (c *client) id(t *testing.T) string {
	t.Helper()
	return c.GET(t, "/user/me").String(t, "user._id")
}

// spelled is a decimal id as this wire spells it.
func spelled(t *testing.T, decimal string) string {
	t.Helper()
	id, ok := muster.ParseID(decimal)
	if !ok {
		t.Fatalf("%q is no id", decimal)
	}
	return id.Hex()
}

// TestUnknownUser: all eight say the same, also of somebody who is named in another letter case.
func TestUnknownUser(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join(t, "bob")
		before := h.Rows(t)
		for _, route := range tat.Routes() {
			if route.Method() != "PUT" || route.Demand() == "" || !strings.HasPrefix(route.Pattern(), "/user/") {
				continue
			}
			for _, name := range []string{"nobody", "Bob", "bob@example.org", "", "a/b", "b%"} {
				body := map[string]any{"username": name, "newUsername": "else", "newFullname": "Else", "newEmail": "else@example.org"}
				h.admin.PUT(t, route.Pattern(), body).fails(t, 400, fmt.Sprintf("user with username %s does not exist", name))
			}
		}
		if after := h.Rows(t); after != before {
			t.Errorf("something has changed: was\n%s\nis\n%s", before, after)
		}
	})
}

// TestSystemUsers: conversion, its flag, its passwords.
func TestSystemUsers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob, bot := h.join(t, "bob"), h.join(t, "tat.system.bot")
		user := func(name string, more ...string) string {
			return fmt.Sprintf(`{"username":%q%s}`, name, strings.Join(more, ""))
		}
		h.admin.PUT(t, "/user/convert", user("bob")).fails(t, 400, "Username does not begin with tat.system (bob), it's not possible to convert this user")
		h.admin.PUT(t, "/user/updatesystem", user("bob")).fails(t, 400, "Username does not begin with tat.system (bob), it's not possible to update this user")
		h.admin.PUT(t, "/user/resetsystem", user("bob")).fails(t, 400, "Username does not begin with tat.system (bob), it's not possible to reset password for this user")
		h.admin.PUT(t, "/user/updatesystem", user("tat.system.bot")).fails(t, 400, "user with username tat.system.bot is not a system user")
		h.admin.PUT(t, "/user/resetsystem", user("tat.system.bot")).fails(t, 400, "user with username tat.system.bot is not a system user")
		for _, flag := range []string{`"yes"`, `1`, `null`, `"TRUE"`, `[true]`} {
			h.admin.PUT(t, "/user/convert", user("tat.system.bot", `,"canListUsersAsAdmin":`, flag)).refused(t, 400)
		}
		if a := bot.GET(t, "/user/me"); a.Get(t, "user.isSystem") != nil || a.String(t, "user.email") == "" {
			t.Errorf("a refused conversion has done something: %s", a.Body)
		}

		password := h.admin.PUT(t, "/user/convert", user("tat.system.bot", `,"canListUsersAsAdmin":"false"`)).key(t, 201, "Verification successful", "tat.system.bot")
		bot.GET(t, "/user/me").fails(t, 401, "Invalid Tat credentials for username tat.system.bot")
		bot = h.showing("tat.system.bot", password)
		me := bot.GET(t, "/user/me")
		if me.Get(t, "user.isSystem") != true || me.Get(t, "user.email") != nil || me.Get(t, "user.canListUsersAsAdmin") != nil {
			t.Errorf("%s", me.Body)
		}
		h.admin.PUT(t, "/user/convert", user("tat.system.bot")).fails(t, 400, "user with username tat.system.bot is already a system user")
		// The address is free.
		h.nobody().POST(t, "/user", `{"username":"heir","fullname":"Heir","email":"tat.system.bot@example.org"}`).is(t, 201, `{"info":"please check your mail to validate your account."}`)

		if a := bot.GET(t, "/users?username=bob"); a.Get(t, "users.0.email") != nil {
			t.Errorf("%s", a.Body)
		}
		h.admin.PUT(t, "/user/updatesystem", user("tat.system.bot", `,"canListUsersAsAdmin":"true"`)).is(t, 201, `{"message":"Update successful"}`)
		if a := bot.GET(t, "/users?username=bob"); a.String(t, "users.0.email") != "bob@example.org" {
			t.Errorf("the flag has no effect: %s", a.Body)
		}
		if bot.GET(t, "/user/me").Get(t, "user.canListUsersAsAdmin") != true {
			t.Error("the flag is not shown")
		}
		h.admin.PUT(t, "/user/updatesystem", user("tat.system.bot", `,"canListUsersAsAdmin":false`)).is(t, 201, `{"message":"Update successful"}`)
		if a := bot.GET(t, "/users?username=bob"); a.Get(t, "users.0.email") != nil {
			t.Errorf("the flag is not taken away: %s", a.Body)
		}
		next := h.admin.PUT(t, "/user/resetsystem", user("tat.system.bot")).key(t, 201, "Reset password successful", "tat.system.bot")
		bot.GET(t, "/user/me").fails(t, 401, "Invalid Tat credentials for username tat.system.bot")
		if h.showing("tat.system.bot", next).GET(t, "/user/me").Status != 200 || bob.GET(t, "/user/me").Status != 200 {
			t.Error("a password does not work")
		}
	})
}

// TestSetAdministrator: at once, in every wire, and not twice.
func TestSetAdministrator(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		bob.PUT(t, "/user/setadmin", `{"username":"bob"}`).fails(t, 403, "user is not admin")
		h.admin.PUT(t, "/user/setadmin", `{"username":"bob"}`).is(t, 201, `""`)
		h.admin.PUT(t, "/user/setadmin", `{"username":"bob"}`).fails(t, 400, "user with username bob is already an admin user")
		if bob.GET(t, "/user/me").Get(t, "user.isAdmin") != true {
			t.Error("he is none")
		}
		bob.PUT(t, "/user/setadmin", `{"username":"bob"}`).fails(t, 400, "user with username bob is already an admin user")
		members := h.Administrator(t).GET(t, "/corteza/system/roles/2/members").Get(t, "response").([]any)
		if len(members) != 3 { // who was made at the start, ada, bob
			t.Errorf("%v", members)
		}
	}, withAdministrator)
}

// TestLastAdministrator: nobody is left without one, however many try.
func TestLastAdministrator(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		h.admin.PUT(t, "/user/setadmin", `{"username":"bob"}`).is(t, 201, `""`)
		var all sync.WaitGroup
		all.Go(func() { h.admin.PUT(t, "/user/archive", `{"username":"bob"}`) })
		all.Go(func() { bob.PUT(t, "/user/archive", `{"username":"ada"}`) })
		all.Wait()
		left := h.admin
		if left.GET(t, "/user/me").Status != 200 {
			left = bob
		}
		if left.GET(t, "/user/me").Get(t, "user.isAdmin") != true {
			t.Fatal("nobody is left")
		}
		left.PUT(t, "/user/archive", fmt.Sprintf(`{"username":%q}`, left.name)).refused(t, 400)
	})
}

// TestConvertLastAdministrator: a system user is no administrator to count on.
func TestConvertLastAdministrator(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		bot := h.join(t, "tat.system.chief")
		h.admin.PUT(t, "/user/setadmin", `{"username":"tat.system.chief"}`).is(t, 201, `""`)
		bot.PUT(t, "/user/archive", `{"username":"ada"}`).is(t, 201, `""`)
		bot.PUT(t, "/user/convert", `{"username":"tat.system.chief"}`).refused(t, 400)
		if bot.GET(t, "/user/me").Get(t, "user.isSystem") != nil {
			t.Error("converted all the same")
		}
	})
}

// TestCheck: looks, and mends what it is asked to.
func TestCheck(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		root := h.Administrator(t)
		bob := h.join(t, "bob")
		root.POST(t, "/corteza/system/users/", `{"email":"carl@example.org","name":"Carl","username":"carl","handle":"carl"}`)
		carl := h.admin.GET(t, "/users?fullname=Carl").String(t, "users.0.username")
		check := func(name string, more string) answer {
			return h.admin.PUT(t, "/user/check", fmt.Sprintf(`{"username":%q%s}`, name, more))
		}
		check("bob", "").is(t, 201, `{"topics":" /Private/bob OK; ","defaultGroup":"user in Newcomers OK"}`)
		before := h.Rows(t)
		missing := fmt.Sprintf(`{"topics":" /Private/%s KO : not exist; ","defaultGroup":"user in default group Newcomers KO"}`, carl)
		check(carl, "").is(t, 201, missing)
		check(carl, `,"fixPrivateTopics":false,"fixDefaultGroup":"false"`).is(t, 201, missing)
		if after := h.Rows(t); after != before {
			t.Errorf("something has changed: was\n%s\nis\n%s", before, after)
		}
		check(carl, `,"fixPrivateTopics":"true"`).is(t, 201, fmt.Sprintf(`{"topics":" /Private/%[1]s KO : not exist;  /Private/%[1]s created; ","defaultGroup":"user in default group Newcomers KO"}`, carl))
		check(carl, `,"fixDefaultGroup":true`).is(t, 201, fmt.Sprintf(`{"topics":" /Private/%s OK; ","defaultGroup":"user added in default group Newcomers"}`, carl))
		check(carl, `,"fixPrivateTopics":true,"fixDefaultGroup":true`).is(t, 201, fmt.Sprintf(`{"topics":" /Private/%s OK; ","defaultGroup":"user in Newcomers OK"}`, carl))
		if groups := fmt.Sprint(bob.GET(t, "/user/me").Get(t, "user.groups")); groups != "[Newcomers]" {
			t.Errorf("groups %s", groups)
		}
	}, withAdministrator, func(c *config.Config) { c.DefaultGroup = "Newcomers" })
}

// TestCheckWithoutDefaultGroup: a house without one has none to name.
func TestCheckWithoutDefaultGroup(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.admin.PUT(t, "/user/check", `{"username":"ada","fixPrivateTopics":false,"fixDefaultGroup":true}`).
			is(t, 201, `{"topics":" /Private/ada OK; ","defaultGroup":"user in default group  KO"}`)
	})
}
