package corteza_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// TestUserList: contract, 1.3 and 4.
func TestUserList(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob, cid := h.person(t, "ann"), h.person(t, "bob"), h.person(t, "cid")
		h.admin.POST(t, "/users/"+bob.id+"/suspend", nil).ok(t)
		h.admin.DELETE(t, "/users/"+cid.id).ok(t)
		red, blue := h.role(t, "Red", ann.id), h.role(t, "Blue", ann.id, bob.id)
		admin := h.admin.GET(t, "/auth/check").Text(t, "response.user.userID")
		for query, want := range map[string][]string{
			"":                                   {admin, ann.id},
			"suspended=1":                        {admin, ann.id, bob.id},
			"suspended=2":                        {bob.id},
			"deleted=1":                          {admin, ann.id, cid.id},
			"deleted=2":                          {cid.id},
			"incDeleted=true&incSuspended=1":     {admin, ann.id, bob.id, cid.id},
			"incDeleted=true&deleted=2":          {cid.id},
			"suspended=3":                        {admin, ann.id},
			"suspended=-1":                       {admin, ann.id},
			"suspended=x":                        {admin, ann.id},
			"query=ann":                          {ann.id},
			"query=ANN@exam":                     {ann.id},
			"query=name%20of%20a":                {ann.id},
			"query=adm":                          {admin},
			"query=xann":                         {},
			"query=nn":                           {}, // a prefix, not a part
			"query=%25":                          {}, // no wildcards
			"query=a_n":                          {},
			"query=a%25":                         {},
			"query=%5C":                          {},
			"query='%20OR%201=1--":               {},
			"query=%F0%9F%98%80":                 {},
			"query=" + strings.Repeat("a", 4000): {},
			"email=ANN@example.org":              {ann.id},
			"email=ann@example":                  {},
			"username=ADMIN":                     {admin},
			"username=ann":                       {}, // a made username is not seen
			"handle=Ann":                         {ann.id},
			"kind=bot":                           {},
			"userID=" + ann.id:                   {ann.id},
			"userID[]=" + ann.id + "&userID[]=" + admin: {admin, ann.id},
			"userID=abc":    {},
			"roleID=" + red: {ann.id},
			"roleID=" + red + "&roleID=" + blue + "&suspended=1": {ann.id, bob.id},
			"roleID[]=999":               {},
			"sort=id%20DESC":             {ann.id, admin},
			"sort=name":                  {admin, ann.id},
			"sort=handle%20desc,id":      {ann.id, admin},
			"sort=createdAt%20DESC":      {ann.id, admin},
			"limit=1":                    {admin},
			"limit=1&offset=1":           {ann.id},
			"offset=1":                   {ann.id},
			"limit=1&page=2&perPage=1":   {admin},
			"page=1&perPage=1":           {admin},
			"page=2&perPage=1":           {ann.id},
			"perPage=1":                  {admin},
			"page=0&perPage=1":           {admin},
			"page=3&perPage=1":           {},
			"offset=5":                   {},
			"limit=-1":                   {admin, ann.id},
			"limit=NaN":                  {admin, ann.id},
			"limit=4294967296":           {admin, ann.id},
			"limit=99999999999999999999": {admin, ann.id},
			"page=18446744073709551615&perPage=18446744073709551615": {},
			"offset=18446744073709551615":                            {},
		} {
			a := h.admin.GET(t, "/users/?"+query)
			if got := a.list(t, "response.set", "userID"); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", query, got, want)
			}
			if len(want) == 0 && !strings.Contains(string(a.Body), `"set":null`) {
				t.Errorf("%s: an empty set of users is null: %s", query, a.Body)
			}
		}
		for query, count := range map[string]string{"limit=1": "2", "page=9&perPage=1": "2", "offset=9": "2", "query=none": "0", "deleted=1&suspended=1&limit=2": "4"} {
			if got := fmt.Sprint(h.admin.GET(t, "/users/?"+query).Get(t, "response.filter.count")); got != count {
				t.Errorf("%s: count %s, want %s", query, got, count)
			}
		}
		// Who may not see what is deleted.
		for _, query := range []string{"deleted=1", "deleted=2", "incDeleted=true", "deleted=1&query=nobody"} {
			ann.GET(t, "/users/?"+query).fails(t, "not allowed to list users")
		}
		ann.GET(t, "/users/?deleted=0&suspended=2").list(t, "response.set", "userID")
	})
}

// TestRoleList: contract, 1.3 and 5.
func TestRoleList(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		red, blue, old := h.role(t, "Red"), h.role(t, "Blue"), h.role(t, "Old")
		h.admin.DELETE(t, "/roles/"+blue).ok(t)
		h.admin.POST(t, "/roles/"+old+"/archive", nil).ok(t)
		for query, want := range map[string][]string{
			"": {"1", "2", red}, "deleted=1": {"1", "2", red, blue}, "deleted=2": {blue}, "archived=1": {"1", "2", red, old}, "archived=2": {old},
			"query=RE": {red}, "query=ed": {}, "query=%25": {}, "query=adm": {"2"}, "sort=name%20DESC": {red, "1", "2"},
			"sort=id&limit=1&offset=2": {red}, "page=2&perPage=2": {red}, "page=3&perPage=2": {}, "offset=9": {},
		} {
			a := h.admin.GET(t, "/roles/?"+query)
			if got := a.list(t, "response.set", "roleID"); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", query, got, want)
			}
			if len(want) == 0 && !strings.Contains(string(a.Body), `"set":[]`) {
				t.Errorf("%s: an empty set of roles is []: %s", query, a.Body)
			}
		}
		ann.GET(t, "/roles/?deleted=1").fails(t, "not allowed to list roles")
		ann.GET(t, "/roles/?deleted=2").fails(t, "not allowed to list roles")
		if got := ann.GET(t, "/roles/?archived=1").list(t, "response.set", "roleID"); len(got) != 4 {
			t.Errorf("roles that anybody sees: %v", got)
		}
	})
}

// TestFilterEcho: what the filter of a list says, to the last member.
func TestFilterEcho(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		for path, want := range map[string]string{
			"/users/?query=zz": `{"userID":[],"roleID":[],"query":"zz","email":"","username":"","handle":"","kind":"","deleted":0,"suspended":0,"sort":"id","count":0}`,
			"/users/?userID=7&roleID[]=8&query=q&email=e&username=u&handle=h&kind=k&deleted=2&incSuspended=yes&limit=3&offset=4&page=5&perPage=6&sort=createdAt+DESC": `{"userID":[7],"roleID":[8],"query":"q","email":"e","username":"u","handle":"h","kind":"k","deleted":2,"suspended":1,"sort":"created_at DESC","limit":3,"offset":4,"page":5,"perPage":6,"count":0}`,
			"/users/?query=zz&sort=updatedAt,deletedAt+asc,email_confirmed":                                                                                           `{"userID":[],"roleID":[],"query":"zz","email":"","username":"","handle":"","kind":"","deleted":0,"suspended":0,"sort":"updated_at, deleted_at asc, email_confirmed","count":0}`,
			"/roles/?query=zz&page=2&perPage=3":               `{"roleID":null,"memberID":0,"query":"zz","handle":"","name":"","deleted":0,"archived":0,"sort":"id","page":2,"perPage":3,"count":0}`,
			"/roles/?query=zz&deleted=1&archived=2&sort=name": `{"roleID":null,"memberID":0,"query":"zz","handle":"","name":"","deleted":1,"archived":2,"sort":"name","count":0}`,
			"/application/?query=zz":                          `{"name":"","query":"zz","deleted":0,"sort":"id","count":0}`,
			"/application/?query=zz&name=n&deleted=2&sort=createdAt,rel_owner+DESC&page=2&perPage=3": `{"name":"n","query":"zz","deleted":2,"sort":"created_at, rel_owner DESC","page":2,"perPage":3,"count":0}`,
			"/reminder/?resource=zz": `{"reminderID":null,"resource":"zz","assignedTo":0,"scheduledFrom":null,"scheduledUntil":null,"excludeDismissed":false,"scheduledOnly":false,"sort":"r.remind_at","count":0}`,
			"/reminder/?reminderID[]=9007199254740993&reminderID[]=7&resource=zz&assignedTo=9007199254740993&scheduledFrom=2020-01-02T03:04:05Z&scheduledUntil=2020-01-02T03:04:05%2B02:00&excludeDismissed=1&scheduledOnly=y&limit=1": `{"reminderID":[9007199254740993,7],"resource":"zz","assignedTo":9007199254740993,"scheduledFrom":"2020-01-02T03:04:05Z","scheduledUntil":"2020-01-02T03:04:05+02:00","excludeDismissed":true,"scheduledOnly":true,"sort":"r.remind_at","limit":1,"count":0}`,
			"/actionlog/?resource=none": `{"from":null,"to":null,"actorID":[],"resource":"none","action":"","count":0}`,
			"/actionlog/?resource=none&from=2020-01-02T03:04:05Z&to=2020-01-02T03:04:05%2B02:00&actorID[]=9007199254740993&limit=1": `{"from":"2020-01-02T03:04:05Z","to":"2020-01-02T03:04:05+02:00","actorID":[9007199254740993],"resource":"none","action":"","limit":1,"count":0}`,
		} {
			var a struct {
				Response struct{ Filter json.RawMessage }
			}
			text := h.admin.GET(t, path)
			if err := json.Unmarshal(text.Body, &a); err != nil || string(a.Response.Filter) != want {
				t.Errorf("%s:\n got %s\nwant %s", path, a.Response.Filter, want)
			}
			want := []string{"filter", "set"}
			if strings.HasPrefix(path, "/reminder/") {
				want = want[:1] // the one list that has no set when it is empty
			}
			if got := text.members(t, "response"); !slices.Equal(got, want) {
				t.Errorf("%s: members %q", path, got)
			}
		}
	})
}

// TestSort: every column of the contract, and what is none.
func TestSort(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for path, columns := range map[string]string{
			"/users/":       "id email username name handle meta kind rel_organisation email_confirmed created_at updated_at suspended_at deleted_at createdAt updatedAt deletedAt",
			"/roles/":       "id name handle created_at updated_at archived_at deleted_at createdAt updatedAt deletedAt",
			"/application/": "id rel_owner name enabled unify created_at updated_at deleted_at createdAt updatedAt deletedAt",
		} {
			for column := range strings.FieldsSeq(columns) {
				for _, direction := range []string{"", " ASC", " desc"} {
					if e := h.admin.GET(t, path+"?sort="+url.QueryEscape(column+direction)).Error(t); e != "" {
						t.Errorf("%s by %s%s: %s", path, column, direction, e)
					}
				}
			}
			for _, sort := range []string{
				"bogus", "password", "ID", "name;drop table", "name desc desc", "name sideways", "(select 1)", "name,", ",", "1", "version",
				"name--", "id" + strings.Repeat(",id", 40), "\u202ename",
			} {
				if a := h.admin.GET(t, path+"?sort="+url.QueryEscape(sort)); a.Error(t) == "" || strings.Contains(strings.ToLower(string(a.Body)), "sql") || strings.Contains(string(a.Body), "column") {
					t.Errorf("sort by %q: %s", sort, a.Body)
				}
			}
		}
	})
}

// TestReadFilter: lists hold what the caller may read, and totals count no more.
func TestReadFilter(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		role := h.role(t, "Blind", ann.id)
		h.rule(t, role, "system:user:*", "read", "deny")
		a := ann.GET(t, "/users/")
		if got := a.list(t, "response.set", "userID"); !slices.Equal(got, []string{ann.id}) || fmt.Sprint(a.Get(t, "response.filter.count")) != "1" {
			t.Errorf("reads %s", a.Body)
		}
		ann.GET(t, "/users/"+bob.id).fails(t, "not allowed to read this user")
		ann.GET(t, "/users/"+bob.id+"/membership").fails(t, "not allowed to read this user")
		ann.GET(t, "/users/"+ann.id).Text(t, "response.userID")
		h.rule(t, role, "system:user:"+bob.id, "read", "allow") // one beats all
		if got := ann.GET(t, "/users/").list(t, "response.set", "userID"); !slices.Equal(got, []string{ann.id, bob.id}) {
			t.Errorf("reads %v", got)
		}
		h.rule(t, role, "system:role:2", "read", "deny")
		if got := ann.GET(t, "/roles/?query=adm").list(t, "response.set", "roleID"); len(got) != 0 {
			t.Errorf("reads roles %v", got)
		}
		ann.GET(t, "/roles/2").fails(t, "not allowed to read this role")
		ann.GET(t, "/roles/2/members").fails(t, "not allowed to read this role")
	})
}

// TestMasking: contract, 4. What is hidden is neither shown nor found nor sorted by.
func TestMasking(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob, cid := h.person(t, "ann"), h.person(t, "bob"), h.person(t, "cid")
		for _, a := range []answer{ann.GET(t, "/users/"+bob.id), ann.GET(t, "/users/?handle=bob")} {
			if !strings.Contains(string(a.Body), `"email":"####.#######@######.###","name":"##### ##########","handle":"bob"`) || strings.Contains(string(a.Body), bob.email) {
				t.Errorf("seen: %s", a.Body)
			}
		}
		for _, query := range []string{"query=bob@", "query=Name%20of%20bob", "email=bob@example.org", "query=%23", "email=%23%23%23%23.%23%23%23%23%23%23%23@%23%23%23%23%23%23.%23%23%23"} {
			if got := ann.GET(t, "/users/?"+query).list(t, "response.set", "userID"); len(got) != 0 {
				t.Errorf("%s finds %v", query, got)
			}
		}
		for _, query := range []string{"query=ann@", "query=Name%20of%20ann", "email=ann@example.org"} { // own data
			if got := ann.GET(t, "/users/?"+query).list(t, "response.set", "email"); !slices.Equal(got, []string{ann.email}) {
				t.Errorf("%s finds %v", query, got)
			}
		}
		// By moving his own e-mail about, somebody could find out another's from the order.
		h.admin.PUT(t, "/users/"+bob.id, `{"email":"zz@example.org","name":"Aa","handle":"bob"}`).Text(t, "response.userID")
		byID := ann.GET(t, "/users/").list(t, "response.set", "userID")
		for _, sort := range []string{"email", "name", "email%20DESC", "name%20DESC"} {
			if got := ann.GET(t, "/users/?sort="+sort).list(t, "response.set", "userID"); !slices.Equal(got, byID) {
				t.Errorf("sort=%s: %v, want %v", sort, got, byID)
			}
		}
		role := h.role(t, "Sees", ann.id)
		h.rule(t, role, "system:user:"+bob.id, "unmask.email", "allow")
		if a := ann.GET(t, "/users/"+bob.id); a.Text(t, "response.email") != "zz@example.org" || a.Text(t, "response.name") != "##### ##########" {
			t.Errorf("with the right to one e-mail: %s", a.Body)
		}
		if got := ann.GET(t, "/users/?email=zz@example.org").list(t, "response.set", "email"); !slices.Equal(got, []string{"zz@example.org"}) {
			t.Errorf("finds %v", got)
		}
		h.rule(t, role, "system:user:*", "unmask.name", "allow")
		if got := ann.GET(t, "/users/?sort=name").list(t, "response.set", "name"); !slices.Equal(got, []string{"Aa", "admin", "Name of ann", "Name of cid"}) {
			t.Errorf("sorted by names that all are seen: %v", got)
		}
		if a := ann.GET(t, "/users/"+cid.id); a.Text(t, "response.name") != "Name of cid" || a.Text(t, "response.email") == cid.email {
			t.Errorf("with the right to all names: %s", a.Body)
		}
		// Who changes a user is answered all of him.
		h.rule(t, role, "system:user:*", "update", "allow")
		h.rule(t, role, "system:user:*", "unmask.name", "deny")
		if a := ann.PUT(t, "/users/"+cid.id, `{"email":"cid@example.org","name":"Cid","handle":"cid"}`); a.Text(t, "response.name") != "Cid" || a.Text(t, "response.email") != cid.email {
			t.Errorf("updated: %s", a.Body)
		}
	})
}
