package tat_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// names are the usernames of a list.
func (a answer) names(t *testing.T) string {
	t.Helper()
	list, _ := a.Get(t, "users").([]any)
	names := make([]string, len(list))
	for i, v := range list {
		names[i] = v.(map[string]any)["username"].(string)
	}
	return strings.Join(names, " ")
}

func TestListUsers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		root := h.Administrator(t)
		for _, name := range []string{"bob", "carl", "dora", "gone", "locked"} {
			h.Clock.Advance(10 * time.Second)
			h.join(t, name)
		}
		h.Clock.Advance(10 * time.Second)
		h.register(t, "late") // not verified yet, and listed
		h.admin.PUT(t, "/user/archive", `{"username":"gone"}`).is(t, 201, `""`)
		locked := root.GET(t, "/corteza/system/users/?username=locked").String(t, "response.set.0.userID")
		root.POST(t, "/corteza/system/users/"+locked+"/suspend", "")
		bob := h.admin.GET(t, "/users?username=bob")
		id := bob.String(t, "users.0._id")
		made := fmt.Sprint(bob.Get(t, "users.0.dateCreation"))
		var second int64
		if _, err := fmt.Sscan(made, &second); err != nil {
			t.Fatal(err)
		}
		const everybody = "late dora carl bob ada admin"
		for query, want := range map[string]string{
			"": everybody, "skip=&limit=&username=&fullname=&idUser=&dateMinCreation=&dateMaxCreation=&withGroups=": everybody,
			"limit=0": everybody, "limit=2": "late dora", "limit=2&skip=2": "carl bob", "skip=-3&limit=x": everybody, "skip=x&limit=1": "late", "skip=99": "", "limit=-1": everybody,
			"username=bob": "bob", "username=Bob": "", "username=bob,dora,nobody": "dora bob", "username=bob,dora&fullname=Name of bob": "bob",
			"fullname=Name of bob": "bob", "fullname=name of bob": "", "fullname=Name of bob,Name of carl": "carl bob", "fullname=Name": "",
			"idUser=" + id: "bob", "idUser=" + id + "," + id: "bob", "idUser=x": "", "idUser=" + strings.ToUpper(id): "", "idUser=bob," + id: "bob",
			"username=gone": "", "username=locked": "", "username=%25": "", "username=b_b": "", "username=bob%00": "!",
			"dateMinCreation=" + made: "late dora carl bob", "dateMaxCreation=" + made: "bob ada admin", "dateMinCreation=" + made + "&dateMaxCreation=" + made: "bob",
			fmt.Sprintf("dateMinCreation=%d", second+1): "late dora carl", fmt.Sprintf("dateMaxCreation=%d", second-1): "ada admin",
			"dateMinCreation=9223372036854775807": "", "dateMaxCreation=-9223372036854775808": "", "dateMaxCreation=9223372036854775807": everybody,
			"dateMinCreation=yesterday": "!", "dateMaxCreation=1.5": "!", "dateMaxCreation=99999999999999999999": "!",
		} {
			a := h.admin.GET(t, "/users?"+strings.ReplaceAll(query, " ", "+"))
			if want == "!" {
				a.refused(t, 400)
				continue
			}
			if a.Status != 200 || a.names(t) != want {
				t.Errorf("%q: %d %s, want %q", query, a.Status, a.names(t), want)
			}
		}
		// The number is of all that match.
		h.admin.GET(t, "/users?limit=1&skip=50").is(t, 200, `{"count":6,"users":null}`)
	}, withAdministrator)
}

// TestViews: administrators see e-mails and more, others names.
func TestViews(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		h.Administrator(t).POST(t, "/corteza/system/roles/", fmt.Sprintf(`{"name":"Reds","members":[%q]}`, h.Administrator(t).GET(t, "/corteza/system/users/?username=bob").String(t, "response.set.0.userID")))
		a := h.admin.GET(t, "/users?username=bob")
		id, made := a.String(t, "users.0._id"), a.Get(t, "users.0.dateCreation")
		full := fmt.Sprintf(`"_id":%q,"username":"bob","fullname":"Name of bob","email":"bob@example.org"`, id)
		a.is(t, 200, fmt.Sprintf(`{"count":1,"users":[{%s,"dateCreation":%v}]}`, full, made))
		h.admin.GET(t, "/users?username=bob&withGroups=true").is(t, 200, fmt.Sprintf(`{"count":1,"users":[{%s,"groups":["Reds"],"dateCreation":%v}]}`, strings.Replace(full, `,"groups"`, "", 1)+"", made))
		short := fmt.Sprintf(`{"count":1,"users":[{"_id":%q,"username":"bob","fullname":"Name of bob"}]}`, id)
		bob.GET(t, "/users?username=bob&withGroups=true").is(t, 200, short)
		bob.GET(t, "/users?username=bob").is(t, 200, short)
		bob.GET(t, "/user/me").is(t, 200, fmt.Sprintf(`{"user":{%s,"groups":["Reds"],"dateCreation":%v}}`, full, made))
		if a := h.admin.GET(t, "/users?username=ada&withGroups=true"); fmt.Sprintf("%v %v", a.Get(t, "users.0.groups"), a.Get(t, "users.0.isAdmin")) != "[Administrators] true" {
			t.Errorf("%s", a.Body)
		}
	}, withAdministrator)
}

// TestHiddenFromReaders: whom a rule hides is not listed.
func TestHiddenFromReaders(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		root := h.Administrator(t)
		bob := h.join(t, "bob")
		id := root.GET(t, "/corteza/system/users/?username=ada").String(t, "response.set.0.userID")
		root.Do(t, "PATCH", "/corteza/system/permissions/1/rules", fmt.Sprintf(`{"rules":[{"resource":"system:user:%s","operation":"read","access":"deny"}]}`, id))
		if a := bob.GET(t, "/users"); a.names(t) != "bob admin" || fmt.Sprint(a.Get(t, "count")) != "2" {
			t.Errorf("%s", a.Body)
		}
	}, withAdministrator)
}

// TestHostileQueries: what means something elsewhere means nothing here.
func TestHostileQueries(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		for _, text := range []string{"' OR 1=1 --", `"; DROP TABLE "user"; --`, "%", "_", `\`, "$1", "?", "*", ".*", "{{.}}", "<script>", "\u202e", strings.Repeat("x", 3000), "\U0001F600"} {
			for _, name := range []string{"username", "fullname", "idUser"} {
				a := h.admin.GET(t, "/users?"+name+"="+url.QueryEscape(text))
				if a.Status != 400 && (a.Status != 200 || a.names(t) != "") {
					t.Errorf("%s=%.30s: %d %.200s", name, text, a.Status, a.Body)
				}
			}
		}
	})
}
