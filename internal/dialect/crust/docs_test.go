package crust_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"muster/internal/dialect/crust"
)

// TestDocumentation keeps docs/dialects/crust.md true: its endpoints are the routes that there are, the tests that it names
// exist, and each of the contract's differences has its own.
func TestDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../../docs/dialects/crust.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	there := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z]+ /[^`]*)` \\|").FindAllStringSubmatch(page, -1) {
		there[row[1]] = true
	}
	if len(there) != 26 {
		t.Errorf("the page has %d endpoints", len(there))
	}
	for _, route := range crust.Routes() {
		if name := route.String(); !there[name] && !there[name+"/"] {
			t.Errorf("%s is a route, which the page does not say", name)
		}
	}
	for name := range there {
		if !hasRoute(name) {
			t.Errorf("%s is no route, and the page says it is", name)
		}
	}
	tests := testNames(t)
	for _, name := range regexp.MustCompile("`((?:Test|Benchmark)\\w+)`").FindAllStringSubmatch(page, -1) {
		if !strings.Contains(tests, "func "+name[1]+"(") {
			t.Errorf("the page names %s, which is no test", name[1])
		}
	}
	if rows := regexp.MustCompile("(?m)^\\| (D[0-9]+) \\|.*`TestD[0-9]+` \\|$").FindAllStringSubmatch(page, -1); len(rows) != 18 {
		t.Errorf("the page has %d differences", len(rows))
	}
}

func hasRoute(name string) bool {
	for _, route := range crust.Routes() {
		if route.String() == name {
			return true
		}
	}
	return false
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
