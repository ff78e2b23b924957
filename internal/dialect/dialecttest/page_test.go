package dialecttest

import (
	"slices"
	"testing"

	"muster/internal/httpx"
)

// TestPageIsHeldToTheRoutes shows that the check of a page bites.
func TestPageIsHeldToTheRoutes(t *testing.T) {
	route := func(method, pattern string) httpx.Route { return httpx.Public(method, pattern, nil) }
	const users, user = "| `GET /users` | list | `TestList` |\n", "| `GET /users/{id}` | read | `TestRead` |\n"
	p := Page{Routes: []httpx.Route{route("GET", "/users"), route("GET", "/users/{id}")}, Endpoints: 2}
	for text, want := range map[string][]string{
		users + user: nil,
		users + user + "| `DELETE /users` | delete | `TestDelete` |\n": {"the page has 3 endpoints, want 2", "DELETE /users is no route, and the page says it is"},
		users: {"the page has 1 endpoints, want 2", "GET /users/{id} is a route, and the page has no row with a test for it"},
		users + "| `GET /users/{id}` | read | to come |\n": {"the page has 1 endpoints, want 2", "GET /users/{id} is a route, and the page has no row with a test for it"},
	} {
		if got := p.endpoints(text); !slices.Equal(got, want) {
			t.Errorf("%s\ngot %q, want %q", text, got, want)
		}
	}
	p.Also = func(method, path string) string { return method + " /api" + path }
	if got := p.endpoints(users + user); len(got) != 2 {
		t.Errorf("other names that are no routes: %q", got)
	}
	if got := missingTests("`TestList` and `BenchmarkList`", "\nfunc TestList(t *testing.T) {"); len(got) != 1 {
		t.Errorf("a benchmark is missing: %q", got)
	}
}
