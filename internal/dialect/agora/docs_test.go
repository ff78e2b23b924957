package agora_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"muster/internal/dialect/agora"
)

// TestDocumentation keeps docs/dialects/agora.md true: the endpoints that it does not call "to come" are the routes that there
// are, and the tests that it names exist.
func TestDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../../docs/dialects/agora.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z]+ /[^`]*)` \\|.*\\| (.*) \\|$").FindAllStringSubmatch(string(page), -1) {
		there[row[1]] = row[2] != "to come"
	}
	for _, route := range agora.Routes() {
		if !there[route.String()] {
			t.Errorf("%s is a route, which the page does not say", route)
		}
		delete(there, route.String())
	}
	for name, is := range there {
		if is {
			t.Errorf("%s is no route, and the page says it is", name)
		}
	}
	tests := sources(t, "*_test.go") + sources(t, "../../*/*_test.go") + sources(t, "../../../test/*_test.go")
	for _, name := range regexp.MustCompile("`((?:Test|Fuzz|Benchmark)\\w+)`").FindAllStringSubmatch(string(page), -1) {
		if !strings.Contains(tests, "func "+name[1]+"(") {
			t.Errorf("the page names %s, which is no test", name[1])
		}
	}
}

// sources is the text of all files of a pattern.
func sources(t *testing.T, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}
