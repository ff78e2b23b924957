package tellius_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"muster/internal/dialect/tellius"
)

// TestDocumentation keeps docs/dialects/tellius.md true: its endpoints are the routes that there are, each below /api too, and the
// tests that it names exist.
func TestDocumentation(t *testing.T) {
	const root = "../../.."
	text, err := os.ReadFile(root + "/docs/dialects/tellius.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	rows := regexp.MustCompile("(?m)^\\| `([A-Z]+) (/[^`]*)` \\|.*`Test\\w+` \\|$").FindAllStringSubmatch(page, -1)
	there := map[string]bool{}
	for _, row := range rows {
		there[row[1]+" "+row[2]] = true
		if !strings.HasPrefix(row[2], "/api/") {
			there[row[1]+" /api"+row[2]] = true
		}
	}
	routes := map[string]bool{}
	for _, route := range tellius.Routes() {
		if routes[route.String()] = true; !there[route.String()] {
			t.Errorf("%s is a route, which the page does not say", route)
		}
	}
	for name := range there {
		if !routes[name] {
			t.Errorf("%s is no route, and the page says it is", name)
		}
	}
	if len(rows) != 12 {
		t.Errorf("the page has %d endpoints", len(rows))
	}
	tests := testsOf(t, root+"/internal/dialect/tellius", root+"/internal/core")
	for _, name := range regexp.MustCompile("`((?:Test|Benchmark)\\w+)`").FindAllStringSubmatch(page, -1) {
		if !strings.Contains(tests, "func "+name[1]+"(") {
			t.Errorf("the page names %s, which is no test", name[1])
		}
	}
	for _, name := range regexp.MustCompile("`((?:test|internal)/[^`]+)`").FindAllStringSubmatch(page, -1) {
		if _, err := os.Stat(filepath.Join(root, name[1])); err != nil {
			t.Errorf("the page names a file that is not there: %v", err)
		}
	}
}

// testsOf is the text of all tests of some packages.
func testsOf(t *testing.T, folders ...string) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range folders {
		files, err := fs.Glob(os.DirFS(folder), "*_test.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
	}
	return all.String()
}
