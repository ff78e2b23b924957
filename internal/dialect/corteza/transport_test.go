package corteza_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestTransport: contract, 1.
func TestTransport(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		id := regexp.MustCompile(`^[A-Za-z0-9-]+/[A-Za-z0-9]{10}-\d{6}$`)
		seen := map[string]bool{}
		for _, a := range []answer{
			h.admin.GET(t, "/users/"), h.nobody().GET(t, "/users/"), h.admin.GET(t, "/users/0"), h.admin.GET(t, "/no/such"),
			h.admin.Do(t, "PATCH", "/users/", nil), h.admin.POST(t, "/users/", `{"broken`), h.admin.GET(t, "/users"), h.admin.GET(t, "/users/1/"),
		} {
			request := a.Header.Get("X-Request-Id")
			if !id.MatchString(request) || seen[request] {
				t.Errorf("request id %q", request)
			}
			seen[request] = true
			if a.Header.Get("Vary") != "Origin" {
				t.Errorf("Vary %q", a.Header.Get("Vary"))
			}
			if a.Status == http.StatusOK && a.Header.Get("Content-Type") != "application/json" {
				t.Errorf("content type %q", a.Header.Get("Content-Type"))
			}
			if a.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Error("an origin was allowed that nobody named")
			}
		}
		for _, path := range []string{"", "/", "/users", "/roles", "/auth", "/users//", "/users/1/", "/auth/internal/", "/nothing"} {
			if a := h.admin.GET(t, path); a.Status != 404 || string(a.Body) != "404 page not found\n" || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") {
				t.Errorf("%s: %d %q", path, a.Status, a.Body)
			}
		}
		for _, c := range [][2]string{{"PATCH", "/users/"}, {"PUT", "/auth/check"}, {"GET", "/auth/internal/login"}, {"DELETE", "/users/1/suspend"}, {"HEAD", "/users/"}, {"OPTIONS", "/users/"}} {
			if a := h.admin.Do(t, c[0], c[1], nil); a.Status != 405 || len(a.Body) != 0 {
				t.Errorf("%s %s: %d %q", c[0], c[1], a.Status, a.Body)
			}
		}
	})
}

// TestOrigins: any origin may ask, with credentials; a literal asterisk would not do.
func TestOrigins(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		const app = "https://app.example"
		for _, a := range []answer{
			h.admin.send(t, "GET", "/users/", "", "", "Origin", app),
			h.nobody().send(t, "GET", "/nothing", "", "", "Origin", app),
			h.nobody().send(t, "OPTIONS", "/users/", "", "", "Origin", app, "Access-Control-Request-Method", "PATCH"),
		} {
			if a.Header.Get("Access-Control-Allow-Origin") != app || a.Header.Get("Access-Control-Allow-Credentials") != "true" || a.Header.Get("Vary") != "Origin" {
				t.Errorf("headers %v", a.Header)
			}
		}
		a := h.nobody().send(t, "OPTIONS", "/users/", "", "", "Origin", app, "Access-Control-Request-Method", "PATCH")
		for name, want := range map[string]string{
			"Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, PATCH, OPTIONS",
			"Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, X-CSRF-Token",
			"Access-Control-Max-Age":       "300",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if a.Status != 200 || len(a.Body) > 0 {
			t.Errorf("preflight: %d %q", a.Status, a.Body)
		}
	})
}

// TestParameters: contract, 1.2. All forms say the same.
func TestParameters(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		const form, json = "application/x-www-form-urlencoded", "application/json"
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		for i, c := range []struct{ query, contentType, body string }{
			{"", json, `{"name":"R%d","handle":"r%d","members":["` + ann.id + `","` + bob.id + `"]}`},
			{"", "Application/JSON; charset=utf-8", `{"NAME":"R%d","Handle":"r%d","mEmbers":["` + ann.id + `","` + bob.id + `"],"unknown":[1]}`},
			{"", form, "name=R%d&handle=r%d&members=" + ann.id + "&members=" + bob.id},
			{"?name=R%d&handle=r%d&members=" + ann.id + "&members=" + bob.id, "", ""},
			{"?name=R%d&handle=r%d&members[]=" + ann.id + "&members[]=" + bob.id, "", ""},
			{"?name=R%d&members=" + bob.id + "&members=" + ann.id, json, `{"name":"lost","handle":"r%d","members":["` + ann.id + `"]}`},
			{"?handle=r%d", form, "name=R%d&handle=lost&members=" + ann.id + "&members=" + bob.id},
		} {
			fill := func(s string) string { return strings.ReplaceAll(s, "%d", fmt.Sprint(i)) }
			a := h.admin.send(t, "POST", "/roles/"+fill(c.query), c.contentType, fill(c.body))
			if a.Text(t, "response.name") != fmt.Sprintf("R%d", i) || a.Text(t, "response.handle") != fmt.Sprintf("r%d", i) {
				t.Errorf("case %d: %s", i, a.Body)
			}
			if got := h.admin.GET(t, "/roles/"+a.Text(t, "response.roleID")+"/members").list(t, "response", ""); strings.Join(got, " ") != ann.id+" "+bob.id {
				t.Errorf("case %d: members %v", i, got)
			}
		}
		// members[] is not understood in bodies.
		a := h.admin.send(t, "POST", "/roles/", form, "name=Brackets&members[]="+ann.id)
		if got := h.admin.GET(t, "/roles/"+a.Text(t, "response.roleID")+"/members").list(t, "response", ""); len(got) != 0 {
			t.Errorf("members %v", got)
		}
		// The path wins over members of the same name.
		h.admin.PUT(t, "/users/"+ann.id+"?userID="+bob.id, `{"userID":"`+bob.id+`","email":"ann@example.org","name":"Path"}`).Text(t, "response.userID")
		if got := h.admin.GET(t, "/users/"+bob.id).Text(t, "response.name"); got == "Path" {
			t.Error("the body named the user")
		}
		// An empty body is an empty object.
		for _, contentType := range []string{"", json, form, "text/plain"} {
			h.admin.send(t, "POST", "/users/", contentType, "").fails(t, "invalid email")
		}
	})
}

// TestBools: the words that are true, and some that are not.
func TestBools(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		for word, want := range map[string]string{
			"t": "1", "T": "1", "true": "1", "TRUE": "1", "y": "1", "Yes": "1", "1": "1", "%20true%20": "1",
			"on": "0", "0": "0", "false": "0", "": "0", "2": "0", "truely": "0",
		} {
			a := h.admin.GET(t, "/users/?incSuspended="+word)
			if got := fmt.Sprint(a.Get(t, "response.filter.suspended")); got != want {
				t.Errorf("%q: suspended %s, want %s", word, got, want)
			}
		}
	})
}

// TestMalformed: each is told after the token and before the right, and changes nothing.
func TestMalformed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const prefix = "error parsing http request body: "
		const form, json = "application/x-www-form-urlencoded", "application/json"
		weak := h.person(t, "weak")
		before := h.Rows(t)
		for name, c := range map[string][2]string{
			"broken":              {json, `{"name":`},
			"no object":           {json, `["name"]`},
			"text":                {json, `"name"`},
			"number for text":     {json, `{"name":1}`},
			"object for text":     {json, `{"name":{"a":1}}`},
			"id as number":        {json, `{"members":[1]}`},
			"id as text":          {json, `{"members":["ann"]}`},
			"negative id":         {json, `{"members":["-1"]}`},
			"text for list":       {json, `{"members":"1"}`},
			"two values":          {json, `{} {}`},
			"trailing bytes":      {json, `{}x`},
			"a name twice":        {json, `{"name":"a","name":"b"}`},
			"a name twice, case":  {json, `{"name":"a","NAME":"b"}`},
			"byte order mark":     {json, "\xef\xbb\xbf{}"},
			"not UTF-8":           {json, "{\"name\":\"\xff\"}"},
			"NUL":                 {json, `{"name":"a\u0000b"}`},
			"deep":                {json, strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000)},
			"50,001 members":      {json, `{"members":["1"` + strings.Repeat(`,"1"`, 50_001) + `]}`},
			"too large":           {json, `{"name":"` + strings.Repeat("x", 1<<20) + `"}`},
			"other charset":       {json + "; charset=latin1", `{}`},
			"JSON as form":        {form, `{"name":"a;b"}`},
			"form as JSON":        {json, "name=a"},
			"form with NUL":       {form, "name=a%00b"},
			"form, not UTF-8":     {form, "name=%ff"},
			"form, broken":        {form, "name=%zz"},
			"form, twice":         {form, "name=a&name=b"},
			"form, large":         {form, "name=" + strings.Repeat("x", 1<<20)},
			"form, 300 values":    {form, "name=a" + strings.Repeat("&members=1", 300)},
			"no type":             {"", `{"name":"a"}`},
			"text/plain":          {"text/plain", `{"name":"a"}`},
			"multipart":           {"multipart/form-data; boundary=x", "--x--"},
			"type that is broken": {"application/json;;", `{}`},
		} {
			for _, c2 := range []*client{weak.client, h.admin} {
				a := c2.send(t, "POST", "/roles/", c[0], c[1])
				if a.failsWith(t, prefix); t.Failed() {
					t.Fatal(name)
				}
				if len(a.Body) > 250 || strings.Contains(string(a.Body), "corteza") || strings.Contains(string(a.Body), "idParam") || strings.Contains(string(a.Body), "roleParams") {
					t.Errorf("%s: the answer tells too much: %s", name, a.Body)
				}
			}
		}
		weak.send(t, "POST", "/roles/", json, `{}`, "Content-Encoding", "gzip").failsWith(t, prefix)
		for _, query := range []string{"?name=%00", "?name=%ff", "?name=%zz", "?name=a;b"} {
			weak.POST(t, "/roles/"+query, nil).failsWith(t, prefix)
		}
		for _, body := range []string{`{"broken`, `[]`} { // calls that read nothing from the body, too
			h.admin.POST(t, "/users/"+weak.id+"/suspend", body).failsWith(t, prefix)
			h.admin.Do(t, "DELETE", "/users/"+weak.id, body).failsWith(t, prefix)
			h.admin.POST(t, "/roles/2/member/"+weak.id, body).failsWith(t, prefix)
		}
		if after := h.Rows(t); after != before {
			t.Errorf("something has changed: was\n%s\nis\n%s", before, after)
		}
		h.admin.POST(t, "/roles/", `{"name":"next"}`).Text(t, "response.roleID")
	})
}

// TestIDs: contract, 1.2 and one-core, 6.
func TestIDs(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		before := h.Rows(t)
		for _, id := range []string{"0", "00", "-1", "abc", "1e3", "%20", "0x1", "+1", "1.5", "%D9%A1", strings.Repeat("a", 4000)} {
			h.admin.GET(t, "/users/"+id).fails(t, "invalid ID")
			h.admin.GET(t, "/roles/"+id).fails(t, "invalid ID")
			h.admin.DELETE(t, "/users/"+id).fails(t, "invalid ID")
			h.admin.PUT(t, "/users/"+id, `{"email":"a@example.org"}`).fails(t, "invalid ID")
			h.admin.POST(t, "/users/"+id+"/password", `{"password":"correct-horse"}`).fails(t, "invalid ID")
			h.admin.POST(t, "/roles/2/member/"+id, nil).fails(t, "invalid ID")
			h.admin.GET(t, "/users/"+id+"/membership").is(t, `{"response":[]}`)
		}
		for _, id := range []string{"999", "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", strings.Repeat("9", 4000)} {
			h.admin.GET(t, "/users/"+id).fails(t, "user not found")
			h.admin.GET(t, "/roles/"+id).fails(t, masked)
			h.admin.DELETE(t, "/users/"+id).fails(t, masked)
			h.admin.DELETE(t, "/roles/"+id).fails(t, masked)
			h.admin.PUT(t, "/users/"+id, `{"email":"a@example.org"}`).fails(t, masked)
			h.admin.PUT(t, "/roles/"+id, `{"name":"a"}`).fails(t, masked)
			for _, verb := range []string{"suspend", "unsuspend", "undelete"} {
				h.admin.POST(t, "/users/"+id+"/"+verb, nil).fails(t, masked)
			}
			h.admin.POST(t, "/users/"+id+"/password", `{"password":"correct-horse"}`).fails(t, masked)
			h.admin.POST(t, "/roles/2/member/"+id, nil).fails(t, masked)
			h.admin.POST(t, "/roles/"+id+"/member/"+"2", nil).fails(t, masked)
			h.admin.GET(t, "/roles/"+id+"/members").fails(t, masked)
			h.admin.GET(t, "/users/"+id+"/membership").is(t, `{"response":[]}`)
			h.admin.POST(t, "/roles/", `{"name":"x","members":["`+id+`"]}`).fails(t, masked)
			a := h.admin.GET(t, "/users/?userID="+id)
			if a.Get(t, "response.set") != nil || strings.Contains(string(a.Body), "-") {
				t.Errorf("listed by %s: %s", id, a.Body)
			}
		}
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
	})
}
