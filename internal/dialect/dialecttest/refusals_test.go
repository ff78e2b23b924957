package dialecttest

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// tableOnPaper is where people read of the table.
const tableOnPaper = "../../../docs/ops/refusals.md"

// TestEveryFacadeJoins: a package with a table of routes plays the table of refusals against it, and stands on the page. The
// server's own table is three public pages; httpx only makes tables.
func TestEveryFacadeJoins(t *testing.T) {
	page := read(t, tableOnPaper)
	joined := 0
	for pkg, text := range packages(t, "../..") {
		if pkg == "server" || pkg == "httpx" || !strings.Contains(text.code, "[]httpx.Route{") {
			continue
		}
		if !strings.Contains(text.tests, "dialecttest.Refuse(") {
			t.Errorf("internal/%s has a table of routes, and no test of it calls dialecttest.Refuse", pkg)
		}
		if !strings.Contains(page, "`internal/"+pkg+"`") {
			t.Errorf("docs/ops/refusals.md does not say that internal/%s has joined", pkg)
		}
		joined++
	}
	if joined == 0 {
		t.Error("no façade was found: this test looks in the wrong place")
	}
}

// TestTableOnPaper keeps docs/ops/refusals.md true: it has all rows, and the tests that it names are there.
func TestTableOnPaper(t *testing.T) {
	page := read(t, tableOnPaper)
	for i, r := range rows() {
		if r.number != i+1 || !strings.Contains(page, fmt.Sprintf("\n| %d | %s |", r.number, r.name)) {
			t.Errorf("row %d, %q, is not on the page", r.number, r.name)
		}
	}
	var tests strings.Builder
	for _, text := range packages(t, "../../..") {
		tests.WriteString(text.tests)
	}
	for word := range strings.FieldsFuncSeq(page, func(r rune) bool { return strings.ContainsRune("` \n(,", r) }) {
		if (strings.HasPrefix(word, "Test") || strings.HasPrefix(word, "Benchmark")) && !strings.Contains(tests.String(), "func "+word+"(") {
			t.Errorf("the page names %s, which is no test", word)
		}
	}
}

type sources struct{ code, tests string }

// packages are the sources of all packages below a folder.
func packages(t *testing.T, folder string) map[string]sources {
	t.Helper()
	all := map[string]sources{}
	below := os.DirFS(folder)
	err := fs.WalkDir(below, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == "tools" || d.Name() == "testdata" || len(name) > 1 && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		text, err := fs.ReadFile(below, name)
		s := all[path.Dir(name)]
		if strings.HasSuffix(name, "_test.go") {
			s.tests += string(text)
		} else {
			s.code += string(text)
		}
		all[path.Dir(name)] = s
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
