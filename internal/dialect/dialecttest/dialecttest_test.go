package dialecttest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		name, got, want string
		differs         string // begins the one difference; empty: none
	}{
		{"members in any order", `{"a":1,"b":[true,null]}`, `{"b": [true, null], "a": 1}`, ""},
		{"additional member", `{"a":1,"b":2}`, `{"a":1}`, ".b: got 2, want no such member"},
		{"missing member", `{}`, `{"a":1}`, ".a: got nothing, want 1"},
		{"null is not absent", `{"a":null}`, `{}`, ".a: got null"},
		{"exact numbers", `[9007199254740993]`, `[9007199254740992]`, "[0]: got 9007199254740993"},
		{"number is not text", `["1"]`, `[1]`, `[0]: got "1", want 1`},
		{"empty list is not null", `{"a":[]}`, `{"a":null}`, ".a: got []"},
		{"order of lists", `[1,2,3]`, `[1,3,3]`, "[1]: got 2"},
		{"length of lists", `[1]`, `[1,2]`, ": got 1 elements, want 2"},
		{"class", `{"id":"42"}`, `{"id":"<id>"}`, ""},
		{"class of text is no number", `{"id":42}`, `{"id":"<id>"}`, ".id: got 42"},
		{"class of numbers", `{"id":42}`, `{"id":"<#id>"}`, ""},
		{"class of numbers is no text", `{"id":"42"}`, `{"id":"<#id>"}`, ".id"},
		{"class inside text", `"user 42 was made"`, `"user <id> was made"`, ""},
		{"no class", `"<script>"`, `"<script>"`, ""},
		{"seconds", `"2026-11-21T19:23:38Z"`, `"<time>"`, ""},
		{"fraction where none should be", `"2026-11-21T19:23:38.5Z"`, `"<time>"`, ": got"},
		{"one value only", `{} {}`, `{}`, "body: got no JSON"},
		{"text", "404 page not found\n", "404 page not found", ""},
		{"nothing", "", "", ""},
		{"something for nothing", "{}", "", "body: got"},
	} {
		m := newMatcher(nil)
		if err := m.body([]byte(c.got), []byte(c.want)); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		switch {
		case c.differs == "" && len(m.differences) > 0, c.differs != "" && (len(m.differences) != 1 || !strings.HasPrefix(m.differences[0], c.differs)):
			t.Errorf("%s: differences %q, want %q", c.name, m.differences, c.differs)
		}
	}
}

func TestPlay(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("X-Seen", r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type"))
		_, _ = w.Write(append([]byte("user 7 says "), body...))
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "exchanges.txt")
	err := os.WriteFile(file, []byte(`=== first
# A comment.
POST /a

{"x": "{{given}}"}
----------
200 text/plain
X-Seen: POST /a application/json
Etag: -

user <id:who> says {"x": "y"}

=== called
do note {{who}} b
=== second
GET /{{who}}
----------
200 text/plain
X-Seen: GET /8

user 7 says
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	var noted []string
	p := &Player{URL: server.URL, Values: map[string]string{"given": "y"}, Do: map[string]func(*testing.T, []string){
		"note": func(_ *testing.T, arguments []string) { noted = arguments },
	}}
	exchanges, err := readFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range exchanges[:2] {
		if err := p.play(t, e); err != nil {
			t.Error(err)
		}
	}
	if !slices.Equal(noted, []string{"7", "b"}) {
		t.Errorf("noted %q", noted)
	}
	// The blank at the end of the body is a real difference, too.
	err = p.play(t, exchanges[2])
	if err == nil || !strings.Contains(err.Error(), "body: got") || !strings.Contains(err.Error(), "X-Seen: got") {
		t.Errorf("the differences are told as %v", err)
	}
}

func TestPlayRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no exchange":    "GET /\n",
		"no request":     "=== x\n",
		"no answer":      "=== x\nGET /\n",
		"no status":      "=== x\nGET /\n----------\nOK\n",
		"no header":      "=== x\nGET /\nwhatever\n----------\n200\n",
		"do with a tail": "=== x\ndo it\n----------\n200\n",
	} {
		if _, err := parse("file", text); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := (&Player{}).fill("{{nobody}}"); err == nil {
		t.Error("a name without a value: no error")
	}
}
