package tellius_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"muster"
	"muster/internal/config"
	"muster/internal/core"
)

const superUsersID = "000000000000000000000002"

// TestWhoMayWhat: the table of the contract, with good bodies; all but the open routes.
func TestWhoMayWhat(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, plain := h.person(t, "anna", "admin"), h.person(t, "paul", "power")
		super := h.person(t, "sue", "superUser")
		for i, who := range []struct {
			name   string
			client *client
			may    string // the routes that he has, below
		}{
			{"superUser", super, "create list update group-create group-list group-update hand-over delete group-delete"},
			{"admin", admin, "create group-create group-list"},
			{"a plain user", plain, ""},
		} {
			victim, group := h.person(t, fmt.Sprint("victim", i), ""), h.group(t, fmt.Sprint("Group ", i))
			for _, r := range []struct{ name, method, path, body string }{
				{"create", "POST", "/users", fmt.Sprintf(`{"username":"new%d","email":"new%d@example.org","password":"teLLius@123"}`, i, i)},
				{"list", "GET", "/users", ""},
				{"update", "PUT", "/users/" + victim.id, `{"lastName":"X"}`},
				{"group-create", "POST", "/groups", fmt.Sprintf(`{"name":"New %d","role":"power"}`, i)},
				{"group-list", "GET", "/groups", ""},
				{"group-update", "PUT", "/groups/" + group, `{"role":"viewer"}`},
				{"hand-over", "POST", "/assignUserObjects", `{"previousOwnerId":"` + victim.id + `","newOwnerId":"` + plain.id + `"}`},
				{"delete", "DELETE", "/users/" + victim.id, ""},
				{"group-delete", "DELETE", "/groups/" + group, ""},
			} {
				want := http.StatusForbidden
				if strings.Contains(" "+who.may+" ", " "+r.name+" ") {
					want = http.StatusOK
				}
				if a := who.client.Do(t, r.method, r.path, r.body); a.Status != want {
					t.Errorf("%s, %s: %d %s", who.name, r.name, a.Status, a.Body)
				}
				h.nobody().Do(t, r.method, r.path, r.body).is(t, http.StatusUnauthorized)
			}
		}
	})
}

// TestOrderOfTests: 401, 403, 400, 409, whatever else is wrong.
func TestOrderOfTests(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, plain := h.person(t, "anna", "admin"), h.person(t, "paul", "")
		before := h.Rows(t)
		const broken, taken, weak = `{"broken`, `{"username":"paul","email":"paul@example.org","password":"teLLius@123"}`, `{"username":"paul","email":"paul@example.org","password":"x"}`
		for _, body := range []string{broken, "", "[]", taken, weak} {
			h.nobody().POST(t, "/users", body).is(t, http.StatusUnauthorized)
			plain.POST(t, "/users", body).is(t, http.StatusForbidden)
			plain.PUT(t, "/users/x", body).is(t, http.StatusForbidden)
			plain.PUT(t, "/groups/x", body).is(t, http.StatusForbidden)
		}
		for _, body := range []string{broken, "", "[]", weak} {
			h.admin.POST(t, "/users", body).is(t, http.StatusBadRequest)
		}
		h.admin.POST(t, "/users", taken).is(t, http.StatusConflict)
		for _, more := range []string{`"role":"superUser"`, `"groupsIds":["` + superUsersID + `"]`, `"groupsIds":["` + superUsersID + `","x"]`} {
			for _, body := range []string{taken, weak, `{"username":"x"}`} {
				admin.POST(t, "/users", strings.TrimSuffix(body, "}")+","+more+"}").is(t, http.StatusForbidden)
			}
		}
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
	})
}

// TestNobodyMakesAMightierOne: an admin is stopped at whatever gives more than he has.
func TestNobodyMakesAMightierOne(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin := h.person(t, "anna", "admin")
		mighty, wardens := h.group(t, "Mighty"), h.group(t, "Wardens")
		rule := muster.Rule{Resource: muster.Resource{Noun: muster.NounUser}, Operation: muster.OpDelete, Access: muster.Allow}
		if err := h.Core.SetRules(muster.WithActor(t.Context(), muster.House()), idOf(t, mighty), []muster.Rule{rule}); err != nil {
			t.Fatal(err)
		}
		h.admin.PUT(t, "/groups/"+wardens, `{"role":"admin"}`).is(t, http.StatusOK)
		body := func(name, more string) string {
			return `{"username":"` + name + `","email":"` + name + `@example.org","password":"teLLius@123",` + more + `}`
		}
		admin.POST(t, "/users", body("x", `"groupsIds":["`+mighty+`"]`)).is(t, http.StatusForbidden)
		admin.POST(t, "/groups", `{"name":"x","role":"admin"}`).is(t, http.StatusForbidden)
		admin.POST(t, "/users", body("peer", `"role":"Admin"`)).is(t, http.StatusOK)
		admin.POST(t, "/users", body("warden", `"groupsIds":["`+wardens+`"]`)).is(t, http.StatusOK)

		// What a group says of its members holds for them, and ends with it.
		warden := h.signIn(t, "warden", goodPassword)
		warden.POST(t, "/users", body("made", `"role":"viewer"`)).is(t, http.StatusOK)
		h.admin.DELETE(t, "/groups/"+wardens).empty(t)
		warden.POST(t, "/users", body("made2", `"role":"viewer"`)).is(t, http.StatusForbidden)
		if groups := h.users(t)["warden"]["groups"].([]any); len(groups) != 0 {
			t.Errorf("the members of a deleted group are in %v", groups)
		}
	})
}

// TestRightsAreNotInTheToken: what somebody may, and whether he may be here, is looked up at each call.
func TestRightsAreNotInTheToken(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		sue := h.person(t, "sue", "superUser")
		sue.GET(t, "/users").is(t, http.StatusOK)
		h.admin.PUT(t, "/users/"+sue.id, `{"role":"admin"}`).is(t, http.StatusOK)
		sue.GET(t, "/users").is(t, http.StatusForbidden)
		sue.GET(t, "/groups").is(t, http.StatusOK)
		h.admin.PUT(t, "/users/"+sue.id, `{"groups":["`+superUsersID+`"]}`).is(t, http.StatusOK)
		sue.GET(t, "/users").is(t, http.StatusOK)
		h.admin.DELETE(t, "/users/"+sue.id).empty(t)
		sue.GET(t, "/users").is(t, http.StatusUnauthorized)
		h.nobody().POST(t, "/api/refreshToken", map[string]string{"refreshToken": sue.refresh}).is(t, http.StatusUnauthorized)
		h.nobody().login(t, "sue", goodPassword).is(t, http.StatusUnauthorized)
	})
}

// TestANewPasswordEndsSessions: all of the user's but the one in which he has changed it himself.
func TestANewPasswordEndsSessions(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		paul := h.person(t, "paul", "admin")
		h.admin.PUT(t, "/users/"+paul.id, `{"password":"another-secret"}`).is(t, http.StatusOK)
		paul.GET(t, "/groups").is(t, http.StatusUnauthorized)
		h.nobody().POST(t, "/api/refreshToken", map[string]string{"refreshToken": paul.refresh}).is(t, http.StatusUnauthorized)
		h.nobody().login(t, "paul", goodPassword).is(t, http.StatusUnauthorized)
		h.signIn(t, "paul", "another-secret")

		other := h.signIn(t, "admin", "correct-horse")
		h.admin.PUT(t, "/users/"+h.admin.id, `{"password":"another-secret"}`).is(t, http.StatusOK)
		h.admin.GET(t, "/users").is(t, http.StatusOK)
		other.GET(t, "/users").is(t, http.StatusUnauthorized)
		h.nobody().POST(t, "/api/refreshToken", map[string]string{"refreshToken": h.admin.refresh}).is(t, http.StatusOK)
	})
}

// TestARefusedUpdateChangesNothing: whatever part of it is refused.
func TestARefusedUpdateChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		paul, group := h.person(t, "paul", "power"), h.group(t, "Readers")
		h.admin.PUT(t, "/users/"+paul.id, map[string]any{"groups": []string{group}, "config": map[string]int{"a": 1}}).is(t, http.StatusOK)
		before := h.Rows(t)
		const good = `{"firstName":"New","lastName":"Name","email":"new@example.org","username":"neu","password":"another-secret","role":"viewer","config":{"a":2},"groups":[]`
		for bad, status := range map[string]int{
			`,"groupsIds":5`:               http.StatusBadRequest,
			`,"groups":["` + group + `x"]`: http.StatusBadRequest, // groups twice
			`x`:                            http.StatusBadRequest,
		} {
			h.admin.PUT(t, "/users/"+paul.id, good+bad+"}").is(t, status)
		}
		for from, to := range map[string]string{
			`"groups":[]`:                  `"groups":["` + strings.Repeat("0", 24) + `"]`,
			`"username":"neu"`:             `"username":"ADMIN"`,
			`"email":"new@example.org"`:    `"email":"admin@example.org"`,
			`"password":"another-secret"`:  `"password":"short"`,
			`"role":"viewer"`:              `"role":"wizard"`,
			`"config":{"a":2}`:             `"config":{"a":"` + strings.Repeat("x", 16<<10) + `"}`,
			`"firstName":"New"`:            `"firstName":"a\u0007b"`,
			`"lastName":"Name"`:            `"lastName":null`,
			`"username":"neu","password"`:  `"username":" ","password"`,
			`"config":{"a":2},"groups":[]`: `"config":[],"groups":[]`,
		} {
			if a := h.admin.PUT(t, "/users/"+paul.id, strings.Replace(good, from, to, 1)+"}"); a.Status != http.StatusBadRequest && a.Status != http.StatusConflict {
				t.Errorf("%s: %d %s", to, a.Status, a.Body)
			}
		}
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
		paul.GET(t, "/groups").is(t, http.StatusForbidden) // his session lives
		h.admin.PUT(t, "/users/"+paul.id, good+"}").is(t, http.StatusOK)
	})
}

// TestARecordCanBeSentBack: also that of somebody without an e-mail, who still can't be left without one by this.
func TestARecordCanBeSentBack(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		robot := h.person(t, "tat.system.robot", "power")
		if _, err := h.Core.ConvertUser(muster.WithActor(t.Context(), muster.House()), idOf(t, robot.id), false); err != nil {
			t.Fatal(err)
		}
		h.person(t, "paul", "")
		for name, u := range h.users(t) {
			a := h.admin.PUT(t, "/users/"+u["id"].(string), u).is(t, http.StatusOK)
			if got := a.String(t, "email"); got != u["email"] {
				t.Errorf("%s: e-mail %q became %q", name, u["email"], got)
			}
		}
		h.admin.PUT(t, "/users/"+h.admin.id, `{"email":" "}`).is(t, http.StatusBadRequest)
		h.admin.PUT(t, "/users/"+robot.id, `{"email":"robot@example.org"}`).is(t, http.StatusOK)
		h.admin.PUT(t, "/users/"+robot.id, `{"email":""}`).is(t, http.StatusBadRequest)
	})
}

// TestTheDefaultGroupStays: it can't be deleted here, configured or not.
func TestTheDefaultGroupStays(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		id := h.group(t, "Members")
		h.admin.DELETE(t, "/groups/"+id).is(t, http.StatusForbidden)
	})
	one(t, func(t *testing.T, h *house) {
		h.admin.DELETE(t, "/groups/"+h.group(t, "Members")).empty(t)
		for _, g := range h.admin.GET(t, "/groups").Get(t, "groups").([]any) {
			if g := g.(map[string]any); g["name"] == "Newcomers" {
				h.admin.DELETE(t, "/groups/"+g["id"].(string)).is(t, http.StatusForbidden)
				return
			}
		}
		t.Error("there is no default group")
	}, func(c *config.Config) { c.DefaultGroup = "Newcomers" })
}

// TestStatesOfOtherWires: who was suspended elsewhere is listed and can't sign in; groups that were archived are not there, and
// keep their names.
func TestStatesOfOtherWires(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		house := muster.WithActor(t.Context(), muster.House())
		paul, group := h.person(t, "paul", ""), h.group(t, "Readers")
		h.admin.PUT(t, "/users/"+paul.id, map[string]any{"groups": []string{group}}).is(t, http.StatusOK)
		for _, err := range []error{h.Core.SuspendUser(house, idOf(t, paul.id)), h.Core.ArchiveGroup(house, idOf(t, group))} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if u := h.users(t)["paul"]; u == nil || len(u["groups"].([]any)) != 0 {
			t.Errorf("listed %v", u)
		}
		h.nobody().login(t, "paul", goodPassword).is(t, http.StatusUnauthorized)
		h.admin.PUT(t, "/groups/"+group, `{"name":"x"}`).is(t, http.StatusNotFound)
		h.admin.DELETE(t, "/groups/"+group).is(t, http.StatusNotFound)
		h.admin.POST(t, "/groups", `{"name":"readers"}`).is(t, http.StatusConflict)
		h.admin.PUT(t, "/users/"+paul.id, map[string]any{"groups": []string{group}}).is(t, http.StatusBadRequest)
		h.admin.PUT(t, "/users/"+paul.id, map[string]any{"groups": []string{}, "lastName": "X"}).is(t, http.StatusOK)
		if err := h.Core.UnarchiveGroup(house, idOf(t, group)); err != nil {
			t.Fatal(err)
		}
		if u := h.users(t)["paul"]; len(u["groups"].([]any)) != 1 {
			t.Errorf("replacing what is shown has touched what is not: %v", u)
		}
		made, err := h.Core.CreateUser(house, core.Profile{Email: "made@example.org", Name: "Ann van Dyk", Handle: "made"})
		if err != nil {
			t.Fatal(err)
		}
		if u := h.users(t)["made"]; u["firstName"] != "Ann van" || u["lastName"] != "Dyk" || u["id"] != made.ID.Hex() {
			t.Errorf("listed %v", u)
		}
	})
}
