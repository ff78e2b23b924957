package corteza_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"muster/internal/dialect/corteza"
)

// leaks are words that no answer may hold: of the machinery, of Go, of SQL.
var leaks = []string{
	"sql", "select", "syntax", "pgx", "sqlite", "constraint", "muster.", "*", "goroutine", ".go:", "panic", "runtime", "reflect", "struct", "unmarshal", "nil pointer",
	"argon2", "marker-in-input",
}

// harmless checks an answer to bad input: one of this wire, small, and telling nothing.
func harmless(t *testing.T, what string, a answer) {
	t.Helper()
	if a.Status != http.StatusOK && a.Status != http.StatusNotFound && a.Status != http.StatusMethodNotAllowed {
		t.Errorf("%s: status %d: %s", what, a.Status, a.Body)
	}
	if a.Status == http.StatusOK && strings.Join(a.members(t, ""), "") != "error" {
		t.Errorf("%s: no error: %s", what, a.Body)
	}
	for _, leak := range leaks {
		if strings.Contains(strings.ToLower(string(a.Body)), leak) {
			t.Errorf("%s: %q leaks: %s", what, leak, a.Body)
		}
	}
}

// TestBadBodiesOnEveryRoute walks the table with bodies that no route takes.
func TestBadBodiesOnEveryRoute(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, role := h.person(t, "ann"), h.role(t, "Red")
		fill := strings.NewReplacer("{userID}", ann.id, "{roleID}", role, "{key}", "ui.one.title", "{reminderID}", ann.remind(t, "r", ""),
			"{organisationID}", h.admin.POST(t, "/organisations/", `{"name":"Red"}`).Text(t, "response.organisationID"), "{applicationID}", h.application(t, "Red"))
		before := h.Rows(t)
		for _, route := range corteza.Routes() {
			if route.Method() == "GET" {
				continue
			}
			for name, c := range map[string][2]string{
				"broken":     {"application/json", `{"marker-in-input`},
				"list":       {"application/json", `["marker-in-input"]`},
				"twice":      {"application/json", `{"marker-in-input":1,"MARKER-in-input":2}`},
				"deep":       {"application/json", strings.Repeat("[", 10_000)},
				"NUL":        {"application/json", `{"email":"marker-in-input\u0000"}`},
				"large":      {"application/json", `{"email":"` + strings.Repeat("x", 1<<20) + `"}`},
				"other type": {"text/html", `<form>marker-in-input`},
				"bad form":   {"application/x-www-form-urlencoded", `marker-in-input=%00`},
			} {
				what := fmt.Sprint(route, ", ", name)
				a := h.admin.send(t, route.Method(), fill.Replace(route.Pattern()), c[0], c[1])
				harmless(t, what, a)
				if !strings.HasPrefix(a.Error(t), "error parsing http request body: ") {
					t.Errorf("%s: %s", what, a.Body)
				}
			}
		}
		if after := h.Rows(t); after != before {
			t.Errorf("something has changed: was\n%s\nis\n%s", before, after)
		}
	})
}

// TestHostileValues: values that mean something elsewhere are refused, or nothing but themselves.
func TestHostileValues(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		before := h.Rows(t)
		for _, value := range []string{
			"' OR 1=1 --", `"; DROP TABLE "user"; --`, "%", "_", `\`, "$1", "?", "{{.}}", "${}", "=cmd", "<script>alert(1)</script>", "a\r\nSet-Cookie: x=y", "\u202e", "\u0007",
			strings.Repeat("marker-in-input", 700), "\U0001F600", "../../etc/passwd", "NaN", "-1", "2147483648", "null",
		} {
			for _, path := range []string{
				"/users/?query=%s", "/users/?email=%s", "/users/?username=%s", "/users/?handle=%s", "/users/?kind=%s", "/users/?userID=%s", "/users/?roleID[]=%s",
				"/users/?limit=%s&query=nobody", "/users/?deleted=%s&query=nobody", "/roles/?query=%s&archived=%s", "/actionlog/?resource=%s", "/actionlog/?action=%s", "/actionlog/?actorID[]=7&action=%s",
			} {
				path = strings.ReplaceAll(path, "%s", url.QueryEscape(value))
				a := h.admin.GET(t, path)
				if len(path)+len(base) > 8<<10 {
					if a.Status != http.StatusRequestURITooLong {
						t.Errorf("%.60s…: %d", path, a.Status)
					}
					continue
				}
				if a.Status != 200 || a.Error(t) != "" || len(a.list(t, "response.set", "userID")) != 0 {
					t.Errorf("%.200s: %d %.200s", path, a.Status, a.Body)
				}
			}
			for _, path := range []string{"/users/?sort=%s", "/roles/?sort=%s", "/actionlog/?from=%s", "/users/%s", "/roles/%s", "/users/%s/password"} {
				path = strings.ReplaceAll(path, "%s", url.PathEscape(value))
				if len(path)+len(base) <= 8<<10 && !strings.Contains(path, "%2F") && value != "?" && !strings.Contains(path, "from=") {
					harmless(t, path[:min(len(path), 100)], h.admin.GET(t, strings.ReplaceAll(path, "&", "%26")))
				}
			}
		}
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
		h.admin.GET(t, "/users/?limit=1").list(t, "response.set", "userID")
	})
}

// raw sends bytes and reads the first answer's status line and body.
func (h *house) raw(t *testing.T, text string) (status int, body string) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(h.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%.80q: %v", text, err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

// TestPathsAndMethods: tricks of the request line reach no handler.
func TestPathsAndMethods(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		before := h.Rows(t)
		for _, path := range []string{
			"/users/..%2froles/", "/users/%2e%2e/roles/", "/users/../roles/", "//users/", "/users//", "/users/%00", "/users/" + ann.id + "%00", "/users/./" + ann.id, "/users/" + ann.id + "/",
			"/users/" + ann.id + "/../" + ann.id, "/users/%2F", "/users/%c0%ae", "/users%2f", "/users/" + ann.id + "%2fsuspend", "/%75sers/../users/", "/users/%ff", "/../system/users/",
		} {
			for _, method := range []string{"GET", "DELETE", "POST"} {
				status, body := h.raw(t, method+" "+base+path+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+h.admin.Token+"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
				if status != 404 && status != 400 && status != 405 {
					t.Errorf("%s %s: %d %.200s", method, path, status, body)
				}
			}
		}
		for _, method := range []string{"HEAD", "TRACE", "CONNECT", "OPTIONS", "PROPFIND", "get", "PATCH"} {
			status, body := h.raw(t, method+" "+base+"/users/"+ann.id+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+h.admin.Token+"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			if status != 405 || body != "" {
				t.Errorf("%s: %d %q", method, status, body)
			}
		}
		for _, header := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
			h.admin.send(t, "POST", "/users/"+ann.id, "", "", header, "DELETE")
			h.admin.send(t, "GET", "/users/"+ann.id+"?_method=DELETE", "", "", header, "DELETE").Text(t, "response.userID")
		}
		// Prefetching ends no session.
		if h.admin.send(t, "GET", "/auth/logout", "", "", "Sec-Purpose", "prefetch").Error(t) == "" {
			t.Error("prefetched")
		}
		// What a client says of its address counts for nothing.
		a := h.admin.send(t, "GET", "/users/999", "", "", "X-Forwarded-For", "6.6.6.6", "X-Real-IP", "6.6.6.6", "X-Request-Id", "mine", "User-Agent", "bad\tagent")
		if e := h.last(t, a); e.ActorIPAddr != "127.0.0.1" || e.RequestID == "mine" {
			t.Errorf("logged: %+v", e)
		}
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
	})
}

// TestExtraMembers: what a client may not set is not set, whatever it is called.
func TestExtraMembers(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		extra := map[string]any{
			"email": ann.email, "name": "Ann", "handle": "ann", "kind": "system", "username": "root", "isAdmin": true, "admin": true, "id": "1", "userID": "1", "realm": "2",
			"createdAt": "2000-01-01T00:00:00Z", "updatedAt": "2000-01-01T00:00:00Z", "deletedAt": "2000-01-01T00:00:00Z", "suspendedAt": "2000-01-01T00:00:00Z",
			"emailConfirmed": true, "password": "root-horse", "roles": []string{"2"}, "members": []string{"2"}, "memberOf": "2", "organisationID": "9", "meta": map[string]string{"avatar": "x"},
		}
		a := ann.PUT(t, "/users/"+ann.id, extra)
		for member, want := range map[string]any{"userID": ann.id, "username": "", "kind": "", "organisationID": "0"} {
			if got := a.Get(t, "response."+member); got != want {
				t.Errorf("%s is %v", member, got)
			}
		}
		if got := a.members(t, "response"); strings.Contains(strings.Join(got, " "), "deletedAt") || strings.Contains(strings.Join(got, " "), "suspendedAt") || a.Text(t, "response.createdAt")[:4] == "2000" {
			t.Errorf("replaced: %s", a.Body)
		}
		if got := ann.GET(t, "/users/"+ann.id+"/membership").list(t, "response", ""); len(got) != 0 {
			t.Errorf("member of %v", got)
		}
		h.nobody().login(t, ann.email, goodPassword).Text(t, "response.jwt")
		var rest map[string]any
		if json.Unmarshal(a.Body, &rest) != nil || len(rest) != 1 {
			t.Errorf("answered %s", a.Body)
		}
	})
}
