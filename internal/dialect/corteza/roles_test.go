package corteza_test

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestRoleObject: which members there are, and when.
func TestRoleObject(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		always := []string{"canDeleteRole", "canGrant", "canUpdateRole", "createdAt", "handle", "name", "roleID"}
		ann := h.person(t, "ann")
		a := h.admin.POST(t, "/roles/", `{"name":" Red ","handle":"red","members":["`+ann.id+`"],"roleID":"7","archivedAt":"2000-01-01T00:00:00Z","createdAt":"2000-01-01T00:00:00Z"}`)
		id := a.Text(t, "response.roleID")
		if !slices.Equal(a.members(t, "response"), always) || !nanoseconds.MatchString(a.Text(t, "response.createdAt")) || a.Text(t, "response.name") != "Red" || id == "7" {
			t.Errorf("created: %s", a.Body)
		}
		read := func() answer { return h.admin.GET(t, "/roles/"+id) }
		for _, change := range []func() answer{
			func() answer { return h.admin.DELETE(t, "/roles/"+id+"/member/"+ann.id) },
			func() answer { return h.admin.DELETE(t, "/roles/"+id+"/member/"+ann.id) },
			func() answer { return h.admin.POST(t, "/roles/"+id+"/member/"+ann.id, nil) },
			func() answer { return h.admin.POST(t, "/users/"+ann.id+"/membership/"+id, nil) },
			func() answer { return h.admin.POST(t, "/roles/"+id+"/archive", nil) },
			func() answer { return h.admin.POST(t, "/roles/"+id+"/unarchive", nil) },
			func() answer { return h.admin.DELETE(t, "/roles/"+id) },
			func() answer { return h.admin.POST(t, "/roles/"+id+"/undelete", nil) },
		} {
			if change().ok(t); slices.Contains(read().members(t, "response"), "updatedAt") {
				t.Errorf("updatedAt moved: %s", read().Body)
			}
		}
		if a := read(); !slices.Equal(a.members(t, "response"), always) || !seconds.MatchString(a.Text(t, "response.createdAt")) {
			t.Errorf("read: %s", a.Body)
		}
		h.Clock.Advance(5 * time.Second)
		a = h.admin.PUT(t, "/roles/"+id, `{"name":"Red","handle":"red","members":[]}`)
		if !seconds.MatchString(a.Text(t, "response.updatedAt")) || string(a.Body) != string(read().Body) {
			t.Errorf("replaced: %s", a.Body)
		}
		if got := h.admin.GET(t, "/roles/"+id+"/members").list(t, "response", ""); !slices.Equal(got, []string{ann.id}) {
			t.Errorf("no members leave them: %v", got)
		}
		h.admin.POST(t, "/roles/"+id+"/archive", nil).ok(t)
		h.admin.DELETE(t, "/roles/"+id).ok(t)
		if got := read().members(t, "response"); !slices.Contains(got, "archivedAt") || !slices.Contains(got, "deletedAt") {
			t.Errorf("archived and deleted: %s", read().Body)
		}
		if got := ann.GET(t, "/auth/check").list(t, "response.user.roles", ""); len(got) != 0 {
			t.Errorf("roles %v", got)
		}
		if got := ann.GET(t, "/users/"+ann.id+"/membership").list(t, "response", ""); !slices.Equal(got, []string{id}) {
			t.Errorf("membership %v: archived and deleted ones are in it", got)
		}
		for path, flags := range map[string]string{"/roles/1": "true false false", "/roles/2": "true true true"} {
			got := h.admin.GET(t, path)
			var have []string
			for _, m := range []string{"canGrant", "canUpdateRole", "canDeleteRole"} {
				have = append(have, map[any]string{true: "true", false: "false"}[got.Get(t, "response."+m)])
			}
			if strings.Join(have, " ") != flags {
				t.Errorf("%s: %v, want %s", path, have, flags)
			}
		}
	})
}

// TestRoleErrors: contract, 5, in the order of the errors.
func TestRoleErrors(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		h.admin.POST(t, "/roles/", `{"name":"Red","handle":"red"}`).Text(t, "response.roleID")
		blue := h.admin.POST(t, "/roles/", `{"name":"Blue","handle":"blue"}`).Text(t, "response.roleID")
		before := h.Rows(t)
		ann.POST(t, "/roles/", `{"handle":"-"}`).fails(t, "invalid handle")
		ann.POST(t, "/roles/", `{"handle":"red"}`).fails(t, "not allowed to create roles")
		h.admin.POST(t, "/roles/", `{"name":"RED","handle":"Red"}`).fails(t, "role handle not unique")
		h.admin.POST(t, "/roles/", `{"name":"Red"}`).fails(t, "role name not unique")
		h.admin.POST(t, "/roles/", `{"name":"everyone"}`).fails(t, "role name not unique")
		h.admin.POST(t, "/roles/", `{"name":"x","handle":"Everyone"}`).fails(t, "role handle not unique")
		h.admin.POST(t, "/roles/", `{"name":"SuperUsers"}`).fails(t, "role name not unique")
		h.admin.POST(t, "/roles/", `{}`).fails(t, "invalid name")
		h.admin.POST(t, "/roles/", `{"name":"a\nb"}`).fails(t, "invalid name")
		h.admin.POST(t, "/roles/", map[string]string{"name": strings.Repeat("x", 10_000)}).fails(t, "invalid name")
		h.admin.POST(t, "/roles/", `{"name":"half","members":["`+ann.id+`","999"]}`).fails(t, masked) // all or nothing
		ann.PUT(t, "/roles/"+blue, `{"handle":"-"}`).fails(t, "invalid handle")
		ann.PUT(t, "/roles/999", `{"name":"x"}`).fails(t, "not allowed to update this role") // before it says whether there is one
		h.admin.PUT(t, "/roles/"+blue, `{"name":"Red","handle":"red"}`).fails(t, "role handle not unique")
		h.admin.PUT(t, "/roles/"+blue, `{"name":"Red","handle":"blue"}`).fails(t, "role name not unique")
		h.admin.PUT(t, "/roles/"+blue, `{"name":"Blue","handle":"blue","members":["999"]}`).fails(t, masked)
		for _, path := range []string{"/roles/1/member/" + ann.id, "/roles/0/member/" + ann.id, "/roles/" + blue + "/member/0", "/users/" + ann.id + "/membership/1", "/users/0/membership/" + blue} {
			h.admin.POST(t, path, nil).fails(t, "invalid ID")
			h.admin.DELETE(t, path).fails(t, "invalid ID")
			ann.POST(t, path, nil).fails(t, "invalid ID")
		}
		h.admin.GET(t, "/roles/1/members").fails(t, "invalid ID")
		h.admin.GET(t, "/roles/0/members").fails(t, "invalid ID")
		h.admin.POST(t, "/roles/"+blue+"/merge", nil).fails(t, "invalid ID")
		h.admin.POST(t, "/roles/0/merge", `{"destination":"`+blue+`"}`).fails(t, "invalid ID")
		h.admin.POST(t, "/roles/"+blue+"/merge", `{"destination":"999"}`).fails(t, masked)
		h.admin.POST(t, "/roles/2/merge", `{"destination":"`+blue+`"}`).fails(t, "not allowed to update this role")
		h.admin.POST(t, "/roles/"+blue+"/move", `{"organisationID":"1"}`).fails(t, masked)
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
		// A name that is empty becomes the handle.
		if a := h.admin.POST(t, "/roles/", `{"handle":"green"}`); a.Text(t, "response.name") != "green" {
			t.Errorf("created: %s", a.Body)
		}
	})
}

// TestRoleNames: archived roles keep their names, deleted ones free them.
func TestRoleNames(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		red := h.admin.POST(t, "/roles/", `{"name":"Red","handle":"red"}`).Text(t, "response.roleID")
		h.admin.POST(t, "/roles/"+red+"/archive", nil).ok(t)
		h.admin.POST(t, "/roles/", `{"name":"Red"}`).fails(t, "role name not unique")
		h.admin.POST(t, "/roles/", `{"name":"Other","handle":"red"}`).fails(t, "role handle not unique")
		h.admin.POST(t, "/roles/"+red+"/unarchive", nil).ok(t)
		h.admin.DELETE(t, "/roles/"+red).ok(t)
		heir := h.admin.POST(t, "/roles/", `{"name":"Red"}`).Text(t, "response.roleID")
		h.admin.POST(t, "/roles/"+red+"/undelete", nil).fails(t, "role name not unique")
		h.admin.PUT(t, "/roles/"+heir, `{"name":"Heir","handle":"red"}`).Text(t, "response.roleID")
		h.admin.POST(t, "/roles/"+red+"/undelete", nil).fails(t, "role handle not unique")
		h.admin.DELETE(t, "/roles/"+heir).ok(t)
		h.admin.POST(t, "/roles/"+red+"/undelete", nil).ok(t)
	})
}

// TestMerge: what the original never did.
func TestMerge(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		red, blue := h.role(t, "Red", ann.id, bob.id), h.role(t, "Blue", bob.id)
		h.admin.POST(t, "/roles/"+red+"/merge", `{"destination":"`+blue+`"}`).ok(t)
		if got := h.admin.GET(t, "/roles/"+blue+"/members").list(t, "response", ""); !slices.Equal(got, []string{ann.id, bob.id}) {
			t.Errorf("members %v", got)
		}
		if a := h.admin.GET(t, "/roles/"+red); a.Text(t, "response.deletedAt") == "" {
			t.Errorf("the source: %s", a.Body)
		}
	})
}
