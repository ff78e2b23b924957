package dialecttest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"muster/internal/httpx"
)

// root is the top of the project, seen from the tests of a façade.
const root = "../../.."

// A Page is what the documentation of a wire, docs/dialects/<Wire>.md, has to tell the truth about.
type Page struct {
	Wire      string
	Routes    []httpx.Route // all of them
	Endpoints int           // how many its contract counts; 0: it does not
	// Also is the other name under which an endpoint is a route, "" if it has none; nil: none has.
	Also func(method, path string) string
	// Tests are the folders, besides the façade's own, with tests that the page names; from the top of the project.
	Tests []string
}

// CheckPage keeps a page true: its endpoints, each with a test, are the routes that there are, and the tests and files that it
// names exist. It answers the text of the page.
func CheckPage(t *testing.T, p Page) string {
	t.Helper()
	text := read(t, root+"/docs/dialects/"+p.Wire+".md")
	tests := testsIn(t, append([]string{"internal/dialect/" + p.Wire}, p.Tests...))
	for _, wrong := range slices.Concat(p.endpoints(text), missingTests(text, tests)) {
		t.Error(wrong)
	}
	for _, name := range regexp.MustCompile("`((?:test|internal)/[^`]+)`").FindAllStringSubmatch(text, -1) {
		if _, err := os.Stat(filepath.Join(root, name[1])); err != nil {
			t.Errorf("the page names a file that is not there: %v", err)
		}
	}
	return text
}

// endpoints says what is wrong with the endpoints of a page.
func (p Page) endpoints(text string) (wrong []string) {
	there := map[string]bool{}
	rows := regexp.MustCompile("(?m)^\\| `([A-Z]+) (/[^`]*)` \\|.*`Test\\w+` \\|$").FindAllStringSubmatch(text, -1)
	for _, row := range rows {
		there[row[1]+" "+row[2]] = true
		if p.Also != nil {
			there[p.Also(row[1], row[2])] = true
		}
	}
	delete(there, "")
	if p.Endpoints != 0 && len(rows) != p.Endpoints {
		wrong = append(wrong, fmt.Sprintf("the page has %d endpoints, want %d", len(rows), p.Endpoints))
	}
	for _, route := range p.Routes {
		if !there[route.String()] {
			wrong = append(wrong, route.String()+" is a route, and the page has no row with a test for it")
		}
		delete(there, route.String())
	}
	for _, name := range slices.Sorted(maps.Keys(there)) {
		wrong = append(wrong, name+" is no route, and the page says it is")
	}
	return wrong
}

// missingTests says which tests a page names that are not in the text of all tests.
func missingTests(page, tests string) (wrong []string) {
	for _, name := range regexp.MustCompile("`((?:Test|Fuzz|Benchmark)\\w+)`").FindAllStringSubmatch(page, -1) {
		if !strings.Contains(tests, "\nfunc "+name[1]+"(") {
			wrong = append(wrong, "the page names "+name[1]+", which is no test")
		}
	}
	return wrong
}

// testsIn is the text of all tests in some folders.
func testsIn(t *testing.T, folders []string) string {
	t.Helper()
	var all strings.Builder
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no tests in %s: %v", folder, err)
		}
		for _, name := range files {
			all.WriteString(read(t, name))
		}
	}
	return all.String()
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
