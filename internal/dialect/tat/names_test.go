package tat_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestRename: same id, same password, and the old name is free at once.
func TestRename(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob, bobby := h.join(t, "bob"), h.join(t, "bobby")
		h.join(t, "axb")
		id := bob.id(t)
		for _, to := range []string{"", "ro", "a b", "a/b", "bobby", "BOBBY", "bobby@example.org", "ada", strings.Repeat("r", 81), "$robert", " "} {
			h.admin.PUT(t, "/user/rename", map[string]string{"username": "bob", "newUsername": to}).fails(t, 400, "Rename bob user to "+to+" failed")
		}
		h.admin.PUT(t, "/user/rename", `{"username":"bob"}`).fails(t, 400, "Rename bob user to  failed")
		if bob.GET(t, "/user/me").Status != 200 {
			t.Fatal("a refused rename has done something")
		}
		h.nobody().POST(t, "/user/reset", `{"username":"bob","email":"bob@example.org"}`)
		token := h.token(t, "bob")
		h.admin.PUT(t, "/user/rename", `{"username":"bob","newUsername":"a.b"}`).is(t, 201, `{"info":"user is renamed"}`)
		bob.GET(t, "/user/me").fails(t, 401, "Invalid Tat credentials for username bob")
		robert := h.showing("a.b", bob.password)
		if got := robert.id(t); got != id {
			t.Errorf("id %s, want %s", got, id)
		}
		for _, name := range []string{"bob", "a.b"} {
			h.nobody().GET(t, "/user/verify/"+name+"/"+token).fails(t, 500, "Error on verify token for username "+name)
		}
		robert.GET(t, "/topic/Private/bob").fails(t, 400, "topic /Private/bob does not exist or you have no access on it")
		if a := robert.GET(t, "/topic/Private/a.b"); a.String(t, "topic.topic") != "/Private/a.b" || fmt.Sprint(a.Get(t, "topic.rwUsers")) != "[a.b]" {
			t.Errorf("%s", a.Body)
		}
		// Neither whose name begins so, nor whom the old name would match as a pattern.
		if a := bobby.GET(t, "/topic/Private/bobby"); a.Status != 200 {
			t.Errorf("bobby's topic: %d %s", a.Status, a.Body)
		}
		h.nobody().POST(t, "/user", `{"username":"bob","fullname":"New Bob","email":"newbob@example.org"}`).is(t, 201, `{"info":"please check your mail to validate your account."}`)
		h.admin.PUT(t, "/user/rename", `{"username":"a.b","newUsername":"A.B"}`).is(t, 201, `{"info":"user is renamed"}`)
		h.admin.PUT(t, "/user/rename", `{"username":"A.B","newUsername":"A.B"}`).is(t, 201, `{"info":"user is renamed"}`)
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
			return h.admin.PUT(t, "/user/update", map[string]string{"username": "bob", "newFullname": name, "newEmail": email})
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
		me := bob.GET(t, "/user/me")
		if me.String(t, "user.fullname") != "Robert B" || me.String(t, "user.email") != "robert@example.org" || me.Status != 200 {
			t.Errorf("%s", me.Body)
		}
		if m := h.mail(t, "bob"); m.Subject() != "Your email address was changed" {
			t.Errorf("the old address is told %q", m.Subject())
		}
		if n := h.unread(t); n != 0 {
			t.Errorf("%d mails to the new one", n)
		}
		h.nobody().POST(t, "/user", account("bob2")).is(t, 201, `{"info":"please check your mail to validate your account."}`)
		h.admin.PUT(t, "/user/update", `{"username":"ada","newFullname":"Ada L","newEmail":"ada.l@example.org"}`).is(t, 201, `{"info":"user updated"}`)
		if h.admin.GET(t, "/user/me").String(t, "user.fullname") != "Ada L" {
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
				a := h.admin.PUT(t, "/user/update", fmt.Sprintf(`{"username":"bob%[1]d","newFullname":"The Only","newEmail":"bob%[1]d@example.org"}`, i))
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
		bob.PUT(t, "/user/archive", `{"username":"bob"}`).fails(t, 403, "user is not admin")
		admin.PUT(t, "/user/archive", `{"username":"chief"}`).refused(t, 400)
		if bob.GET(t, "/topic/Private/bob").Status != 200 {
			t.Error("no private topic")
		}
		admin.PUT(t, "/user/archive", `{"username":"bob"}`).is(t, 201, `""`)
		bob.GET(t, "/user/me").fails(t, 401, "Invalid Tat credentials for username bob")
		admin.PUT(t, "/user/archive", `{"username":"bob"}`).fails(t, 400, "user with username bob does not exist")
		admin.GET(t, "/users?username=bob").is(t, 200, `{"count":0,"users":null}`)

		heir := h.join(t, "bob")
		if heir.id(t) == spelled(t, id) {
			t.Error("one id for two")
		}
		if a := heir.GET(t, "/topic/Private/bob"); a.Status != 200 || fmt.Sprint(a.Get(t, "topic.rwUsers")) != "[bob]" {
			t.Errorf("%s", a.Body)
		}
		if a := root.POST(t, "/corteza/system/users/"+id+"/undelete", ""); a.Error(t) == "" {
			t.Error("two of one name")
		}
		admin.PUT(t, "/user/rename", `{"username":"bob","newUsername":"heir"}`).is(t, 201, `{"info":"user is renamed"}`)
		admin.PUT(t, "/user/update", `{"username":"heir","newFullname":"Heir","newEmail":"heir@example.org"}`).is(t, 201, `{"info":"user updated"}`)
		if a := root.POST(t, "/corteza/system/users/"+id+"/undelete", ""); a.Error(t) != "" {
			t.Fatalf("%s", a.Body)
		}
		if a := bob.GET(t, "/user/me"); a.Status != 200 || a.String(t, "user._id") != spelled(t, id) {
			t.Errorf("back: %d %s", a.Status, a.Body)
		}
		// The last administrator stays.
		root.DELETE(t, "/corteza/system/roles/2/member/"+chief)
		admin.PUT(t, "/user/archive", `{"username":"bob"}`).fails(t, 403, "user is not admin")
	}, withAdministrator)
}
