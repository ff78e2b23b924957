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
	return c.get(t, "/user/me").String(t, "user._id")
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
				h.admin.put(t, route.Pattern(), body).fails(t, 400, fmt.Sprintf("user with username %s does not exist", name))
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
		h.admin.put(t, "/user/convert", user("bob")).fails(t, 400, "Username does not begin with tat.system (bob), it's not possible to convert this user")
		h.admin.put(t, "/user/updatesystem", user("bob")).fails(t, 400, "Username does not begin with tat.system (bob), it's not possible to update this user")
		h.admin.put(t, "/user/resetsystem", user("bob")).fails(t, 400, "Username does not begin with tat.system (bob), it's not possible to reset password for this user")
		h.admin.put(t, "/user/updatesystem", user("tat.system.bot")).fails(t, 400, "user with username tat.system.bot is not a system user")
		h.admin.put(t, "/user/resetsystem", user("tat.system.bot")).fails(t, 400, "user with username tat.system.bot is not a system user")
		for _, flag := range []string{`"yes"`, `1`, `null`, `"TRUE"`, `[true]`} {
			h.admin.put(t, "/user/convert", user("tat.system.bot", `,"canListUsersAsAdmin":`, flag)).refused(t, 400)
		}
		if a := bot.get(t, "/user/me"); a.Get(t, "user.isSystem") != nil || a.String(t, "user.email") == "" {
			t.Errorf("a refused conversion has done something: %s", a.Body)
		}

		password := h.admin.put(t, "/user/convert", user("tat.system.bot", `,"canListUsersAsAdmin":"false"`)).key(t, 201, "Verification successful", "tat.system.bot")
		bot.get(t, "/user/me").fails(t, 401, "Invalid Tat credentials for username tat.system.bot")
		bot = h.showing("tat.system.bot", password)
		me := bot.get(t, "/user/me")
		if me.Get(t, "user.isSystem") != true || me.Get(t, "user.email") != nil || me.Get(t, "user.canListUsersAsAdmin") != nil {
			t.Errorf("%s", me.Body)
		}
		h.admin.put(t, "/user/convert", user("tat.system.bot")).fails(t, 400, "user with username tat.system.bot is already a system user")
		// The address is free.
		h.nobody().post(t, "/user", `{"username":"heir","fullname":"Heir","email":"tat.system.bot@example.org"}`).is(t, 201, `{"info":"please check your mail to validate your account."}`)

		if a := bot.get(t, "/users?username=bob"); a.Get(t, "users.0.email") != nil {
			t.Errorf("%s", a.Body)
		}
		h.admin.put(t, "/user/updatesystem", user("tat.system.bot", `,"canListUsersAsAdmin":"true"`)).is(t, 201, `{"message":"Update successful"}`)
		if a := bot.get(t, "/users?username=bob"); a.String(t, "users.0.email") != "bob@example.org" {
			t.Errorf("the flag has no effect: %s", a.Body)
		}
		if bot.get(t, "/user/me").Get(t, "user.canListUsersAsAdmin") != true {
			t.Error("the flag is not shown")
		}
		h.admin.put(t, "/user/updatesystem", user("tat.system.bot", `,"canListUsersAsAdmin":false`)).is(t, 201, `{"message":"Update successful"}`)
		if a := bot.get(t, "/users?username=bob"); a.Get(t, "users.0.email") != nil {
			t.Errorf("the flag is not taken away: %s", a.Body)
		}
		next := h.admin.put(t, "/user/resetsystem", user("tat.system.bot")).key(t, 201, "Reset password successful", "tat.system.bot")
		bot.get(t, "/user/me").fails(t, 401, "Invalid Tat credentials for username tat.system.bot")
		if h.showing("tat.system.bot", next).get(t, "/user/me").Status != 200 || bob.get(t, "/user/me").Status != 200 {
			t.Error("a password does not work")
		}
	})
}

// TestSetAdministrator: at once, in every wire, and not twice.
func TestSetAdministrator(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		bob.put(t, "/user/setadmin", `{"username":"bob"}`).fails(t, 403, "user is not admin")
		h.admin.put(t, "/user/setadmin", `{"username":"bob"}`).is(t, 201, `""`)
		h.admin.put(t, "/user/setadmin", `{"username":"bob"}`).fails(t, 400, "user with username bob is already an admin user")
		if bob.get(t, "/user/me").Get(t, "user.isAdmin") != true {
			t.Error("he is none")
		}
		bob.put(t, "/user/setadmin", `{"username":"bob"}`).fails(t, 400, "user with username bob is already an admin user")
		members := h.Administrator(t).GET(t, "/corteza/system/roles/2/members").Get(t, "response").([]any)
		if len(members) != 3 { // who was made at the start, ada, bob
			t.Errorf("%v", members)
		}
	}, withAdministrator)
}

// TestRename: same id, same password, and the old name is free at once.
func TestRename(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob, bobby := h.join(t, "bob"), h.join(t, "bobby")
		h.join(t, "axb")
		id := bob.id(t)
		for _, to := range []string{"", "ro", "a b", "a/b", "bobby", "BOBBY", "bobby@example.org", "ada", strings.Repeat("r", 81), "$robert", " "} {
			h.admin.put(t, "/user/rename", map[string]string{"username": "bob", "newUsername": to}).fails(t, 400, "Rename bob user to "+to+" failed")
		}
		h.admin.put(t, "/user/rename", `{"username":"bob"}`).fails(t, 400, "Rename bob user to  failed")
		if bob.get(t, "/user/me").Status != 200 {
			t.Fatal("a refused rename has done something")
		}
		h.nobody().post(t, "/user/reset", `{"username":"bob","email":"bob@example.org"}`)
		token := h.token(t, "bob")
		h.admin.put(t, "/user/rename", `{"username":"bob","newUsername":"a.b"}`).is(t, 201, `{"info":"user is renamed"}`)
		bob.get(t, "/user/me").fails(t, 401, "Invalid Tat credentials for username bob")
		robert := h.showing("a.b", bob.password)
		if got := robert.id(t); got != id {
			t.Errorf("id %s, want %s", got, id)
		}
		for _, name := range []string{"bob", "a.b"} {
			h.nobody().get(t, "/user/verify/"+name+"/"+token).fails(t, 500, "Error on verify token for username "+name)
		}
		robert.get(t, "/topic/Private/bob").fails(t, 400, "topic /Private/bob does not exist or you have no access on it")
		if a := robert.get(t, "/topic/Private/a.b"); a.String(t, "topic.topic") != "/Private/a.b" || fmt.Sprint(a.Get(t, "topic.rwUsers")) != "[a.b]" {
			t.Errorf("%s", a.Body)
		}
		// Neither whose name begins so, nor whom the old name would match as a pattern.
		if a := bobby.get(t, "/topic/Private/bobby"); a.Status != 200 {
			t.Errorf("bobby's topic: %d %s", a.Status, a.Body)
		}
		h.nobody().post(t, "/user", `{"username":"bob","fullname":"New Bob","email":"newbob@example.org"}`).is(t, 201, `{"info":"please check your mail to validate your account."}`)
		h.admin.put(t, "/user/rename", `{"username":"a.b","newUsername":"A.B"}`).is(t, 201, `{"info":"user is renamed"}`)
		h.admin.put(t, "/user/rename", `{"username":"A.B","newUsername":"A.B"}`).is(t, 201, `{"info":"user is renamed"}`)
		if h.showing("A.B", bob.password).id(t) != id {
			t.Error("another id")
		}
	})
}

// TestUpdate: name and e-mail, as at creation; one's own present values are fine.
func TestUpdate(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		h.join(t, "carl")
		update := func(name, email string) answer {
			t.Helper()
			return h.admin.put(t, "/user/update", map[string]string{"username": "bob", "newFullname": name, "newEmail": email})
		}
		for _, in := range [][2]string{{"", "x@example.org"}, {"Bob", ""}, {" ", "x@example.org"}, {"Bo", "x@example.org"}, {"Bob", "notanemail"}, {"Bob", "a@b.c"}, {strings.Repeat("B", 201), "x@example.org"}} {
			update(in[0], in[1]).fails(t, 400, fmt.Sprintf("Invalid Fullname %s or Email %s", strings.TrimSpace(in[0]), in[1]))
		}
		update("NAME of carl", "x@example.org").fails(t, 400, "Update bob user to fullname NAME of carl and email x@example.org failed : Fullname NAME of carl already exists")
		update("Bob", "CARL@example.org").fails(t, 400, "Update bob user to fullname Bob and email CARL@example.org failed : Email CARL@example.org already exists")
		update("Name of bob", "bob@example.org").is(t, 201, `{"info":"user updated"}`)
		if n := h.unread(t); n != 0 {
			t.Errorf("%d mails of what changed nothing", n)
		}
		update(" Robert B ", " robert@example.org ").is(t, 201, `{"info":"user updated"}`)
		me := bob.get(t, "/user/me")
		if me.String(t, "user.fullname") != "Robert B" || me.String(t, "user.email") != "robert@example.org" || me.Status != 200 {
			t.Errorf("%s", me.Body)
		}
		if m := h.mail(t, "bob"); m.Subject() != "Your email address was changed" {
			t.Errorf("the old address is told %q", m.Subject())
		}
		if n := h.unread(t); n != 0 {
			t.Errorf("%d mails to the new one", n)
		}
		h.nobody().post(t, "/user", account("bob2")).is(t, 201, `{"info":"please check your mail to validate your account."}`)
		h.admin.put(t, "/user/update", `{"username":"ada","newFullname":"Ada L","newEmail":"ada.l@example.org"}`).is(t, 201, `{"info":"user updated"}`)
		if h.admin.get(t, "/user/me").String(t, "user.fullname") != "Ada L" {
			t.Error("she can't change herself")
		}
	})
}

// TestUpdateAtOnce: of many who want one name one gets it.
func TestUpdateAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for i := range 6 {
			h.join(t, fmt.Sprintf("bob%d", i))
		}
		var mu sync.Mutex
		made := 0
		var all sync.WaitGroup
		for i := range 6 {
			all.Go(func() {
				a := h.admin.put(t, "/user/update", fmt.Sprintf(`{"username":"bob%[1]d","newFullname":"The Only","newEmail":"bob%[1]d@example.org"}`, i))
				mu.Lock()
				defer mu.Unlock()
				if a.Status == 201 {
					made++
				}
			})
		}
		all.Wait()
		if made != 1 {
			t.Errorf("%d have it", made)
		}
	})
}

// TestArchive: the names are free, who takes them inherits nothing, and Corteza can bring him back.
func TestArchive(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		root := h.Administrator(t)
		admin := h.join(t, "chief")
		chief := root.GET(t, "/corteza/system/users/?username=chief").String(t, "response.set.0.userID")
		root.POST(t, "/corteza/system/roles/2/member/"+chief, "")
		bob := h.join(t, "bob")
		id := root.GET(t, "/corteza/system/users/?username=bob").String(t, "response.set.0.userID")
		bob.put(t, "/user/archive", `{"username":"bob"}`).fails(t, 403, "user is not admin")
		admin.put(t, "/user/archive", `{"username":"chief"}`).refused(t, 400)
		if bob.get(t, "/topic/Private/bob").Status != 200 {
			t.Error("no private topic")
		}
		admin.put(t, "/user/archive", `{"username":"bob"}`).is(t, 201, `""`)
		bob.get(t, "/user/me").fails(t, 401, "Invalid Tat credentials for username bob")
		admin.put(t, "/user/archive", `{"username":"bob"}`).fails(t, 400, "user with username bob does not exist")
		admin.get(t, "/users?username=bob").is(t, 200, `{"count":0,"users":null}`)

		heir := h.join(t, "bob")
		if heir.id(t) == spelled(t, id) {
			t.Error("one id for two")
		}
		if a := heir.get(t, "/topic/Private/bob"); a.Status != 200 || fmt.Sprint(a.Get(t, "topic.rwUsers")) != "[bob]" {
			t.Errorf("%s", a.Body)
		}
		if a := root.POST(t, "/corteza/system/users/"+id+"/undelete", ""); a.Error(t) == "" {
			t.Error("two of one name")
		}
		admin.put(t, "/user/rename", `{"username":"bob","newUsername":"heir"}`).is(t, 201, `{"info":"user is renamed"}`)
		admin.put(t, "/user/update", `{"username":"heir","newFullname":"Heir","newEmail":"heir@example.org"}`).is(t, 201, `{"info":"user updated"}`)
		if a := root.POST(t, "/corteza/system/users/"+id+"/undelete", ""); a.Error(t) != "" {
			t.Fatalf("%s", a.Body)
		}
		if a := bob.get(t, "/user/me"); a.Status != 200 || a.String(t, "user._id") != spelled(t, id) {
			t.Errorf("back: %d %s", a.Status, a.Body)
		}
		// The last administrator stays.
		root.DELETE(t, "/corteza/system/roles/2/member/"+chief)
		admin.put(t, "/user/archive", `{"username":"bob"}`).fails(t, 403, "user is not admin")
	}, withAdministrator)
}

// TestLastAdministrator: nobody is left without one, however many try.
func TestLastAdministrator(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		h.admin.put(t, "/user/setadmin", `{"username":"bob"}`).is(t, 201, `""`)
		var all sync.WaitGroup
		all.Go(func() { h.admin.put(t, "/user/archive", `{"username":"bob"}`) })
		all.Go(func() { bob.put(t, "/user/archive", `{"username":"ada"}`) })
		all.Wait()
		left := h.admin
		if left.get(t, "/user/me").Status != 200 {
			left = bob
		}
		if left.get(t, "/user/me").Get(t, "user.isAdmin") != true {
			t.Fatal("nobody is left")
		}
		left.put(t, "/user/archive", fmt.Sprintf(`{"username":%q}`, left.name)).refused(t, 400)
	})
}

// TestConvertLastAdministrator: a system user is no administrator to count on.
func TestConvertLastAdministrator(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		bot := h.join(t, "tat.system.chief")
		h.admin.put(t, "/user/setadmin", `{"username":"tat.system.chief"}`).is(t, 201, `""`)
		bot.put(t, "/user/archive", `{"username":"ada"}`).is(t, 201, `""`)
		bot.put(t, "/user/convert", `{"username":"tat.system.chief"}`).refused(t, 400)
		if bot.get(t, "/user/me").Get(t, "user.isSystem") != nil {
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
		carl := h.admin.get(t, "/users?fullname=Carl").String(t, "users.0.username")
		check := func(name string, more string) answer {
			return h.admin.put(t, "/user/check", fmt.Sprintf(`{"username":%q%s}`, name, more))
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
		if groups := fmt.Sprint(bob.get(t, "/user/me").Get(t, "user.groups")); groups != "[Newcomers]" {
			t.Errorf("groups %s", groups)
		}
	}, withAdministrator, func(c *config.Config) { c.DefaultGroup = "Newcomers" })
}

// TestCheckWithoutDefaultGroup: a house without one has none to name.
func TestCheckWithoutDefaultGroup(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.admin.put(t, "/user/check", `{"username":"ada","fixPrivateTopics":false,"fixDefaultGroup":true}`).
			is(t, 201, `{"topics":" /Private/ada OK; ","defaultGroup":"user in default group  KO"}`)
	})
}
