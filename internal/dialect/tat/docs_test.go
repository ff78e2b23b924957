package tat_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"muster/internal/dialect/tat"
)

// TestDocumentation keeps docs/dialects/tat.md true: its endpoints are the routes that there are, and the tests that it names
// exist.
func TestDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../../docs/dialects/tat.md")
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z]+ /[^`]*)` \\|").FindAllStringSubmatch(string(page), -1) {
		there[row[1]] = true
	}
	for _, route := range tat.Routes() {
		if !there[route.String()] {
			t.Errorf("%s is a route, which the page does not say", route)
		}
		delete(there, route.String())
	}
	for name := range there {
		t.Errorf("%s is no route, and the page says it is", name)
	}
	tests := testNames(t)
	for _, name := range regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(string(page), -1) {
		if !strings.Contains(tests, "func "+name[1]+"(") {
			t.Errorf("the page names %s, which is no test", name[1])
		}
	}
}

// testNames is the text of all tests of this package.
func testNames(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
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
