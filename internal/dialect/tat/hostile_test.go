package tat_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"muster/internal/dialect/tat"
)

// leaks are words that no answer may hold: of the machinery, of Go, of SQL.
var leaks = []string{
	"sql", "select", "syntax", "pgx", "constraint", "muster.", "goroutine", ".go:", "panic", "runtime", "reflect", "unmarshal", "nil pointer", "marker-in-input",
}

// harmless checks an answer to bad input: one of this wire, small, and telling nothing.
func harmless(t *testing.T, what string, a answer) {
	t.Helper()
	if a.Status < 400 || a.Status >= 500 || a.String(t, "error") == "" {
		t.Errorf("%s: %d %s", what, a.Status, a.Body)
	}
	for _, leak := range leaks {
		if strings.Contains(strings.ToLower(string(a.Body)), leak) {
			t.Errorf("%s: %q leaks: %s", what, leak, a.Body)
		}
	}
}

// TestBadBodiesOnEveryRoute walks the table with bodies that no route takes. Routes that take none look at none.
func TestBadBodiesOnEveryRoute(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.admin.topic(t, "/Team")
		h.admin.POST(t, "/group", `{"name":"crew"}`)
		fill := strings.NewReplacer("{name}", "crew", "{topic...}", "Team")
		before := h.Rows(t)
		for _, route := range tat.Routes() {
			if route.Method() != "PUT" && route.Pattern() != "/topic" && route.Pattern() != "/group" && !strings.HasPrefix(route.Pattern(), "/presence") || route.Method() == "GET" {
				continue
			}
			for name, body := range map[string][2]string{
				"broken":     {"application/json", `{"marker-in-input`},
				"list":       {"application/json", `["marker-in-input"]`},
				"twice":      {"application/json", `{"marker-in-input":1,"MARKER-in-input":2}`},
				"two values": {"application/json", `{} {"marker-in-input":1}`},
				"deep":       {"application/json", strings.Repeat("[", 10_000)},
				"NUL":        {"application/json", `{"username":"marker-in-input\u0000"}`},
				"no UTF-8":   {"application/json", "{\"username\":\"marker-in-input\xff\"}"},
				"large":      {"application/json", `{"username":"` + strings.Repeat("x", 1<<20) + `"}`},
				"other type": {"text/html", `<form>marker-in-input`},
				"a form":     {"application/x-www-form-urlencoded", `marker-in-input=1`},
			} {
				a := h.admin.With(t, route.Method(), fill.Replace(route.Pattern()), body[1], "Content-Type", body[0])
				harmless(t, route.String()+" "+name, a)
			}
		}
		if after := h.Rows(t); after != before {
			t.Errorf("something has changed: was\n%s\nis\n%s", before, after)
		}
	})
}

// TestBadPaths: what can name nothing is an error of this wire, whatever route it goes to.
func TestBadPaths(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		before := h.Rows(t)
		for _, route := range tat.Routes() {
			at := strings.IndexByte(route.Pattern(), '{')
			if at < 0 || strings.HasPrefix(route.Pattern(), "/user/verify/") {
				continue
			}
			for _, part := range []string{
				"%00", "%ff", "%c0%af", "..%2f..%2fetc", "%2e%2e", "a%0Ab", "a%0d%0aX:%20y", "%E2%80%AEa", "'%20OR%201=1", "%25", "_", "%5C", "Private%2Fbob%2F..",
				"%252e%252e", strings.Repeat("x", 4000), "9223372036854775808", "-0x1", "{{.}}", "$%7B7%7D", "a%2F%2Fb", "%3Cscript%3E",
			} {
				body := `{"status":"online","newName":"x"}`
				a := h.admin.With(t, route.Method(), route.Pattern()[:at]+part, body, "Content-Type", "application/json")
				// A tag may be called anything that can be read, and presences are listed by whatever number there is.
				if strings.Contains(route.Pattern(), "{tag}") && route.Method() == "POST" && a.Status == http.StatusCreated {
					h.admin.With(t, "DELETE", route.Pattern()[:at]+part, "").is(t, 200, `""`)
					continue
				}
				harmless(t, route.String()+" "+part, a)
			}
		}
		if after := h.Rows(t); after != before {
			t.Errorf("something has changed: was\n%s\nis\n%s", before, after)
		}
	})
}

// TestOneWinner: of equal requests at the same time one does it.
func TestOneWinner(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.join(t, "bob")
		h.admin.topic(t, "/Team")
		for _, x := range []struct {
			path, body string
			won, lost  int
		}{
			{"/topic", `{"topic":"/New"}`, 201, 409},
			{"/group", `{"name":"new"}`, 201, 409},
			{"/user/me/contacts/bob", "", 201, 400},
			{"/user/me/topics/Team", "", 201, 400},
			{"/user/me/tags/new", "", 201, 400},
			{"/user/me/disable/notifications/topics/Team", "", 201, 400},
		} {
			got := map[int]int{}
			var mu sync.Mutex
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					a := h.admin.With(t, "POST", x.path, x.body, "Content-Type", "application/json")
					mu.Lock()
					defer mu.Unlock()
					got[a.Status]++
				})
			}
			all.Wait()
			if fmt.Sprint(got) != fmt.Sprint(map[int]int{x.won: 1, x.lost: 7}) {
				t.Errorf("%s: %v", x.path, got)
			}
		}
	})
}
