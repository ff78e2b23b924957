package muster_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The house is built in layers, and this file is the law: cmd → cli → server → {façades, work} → live → core → store → muster,
// with the engines beside core. A room that is not in the table below fails the build too, so whoever adds one decides where
// it stands.

// A room is a package, or with a star at its end all packages whose path begins so, and what it may import of the house.
type room struct {
	name string
	may  []string
	hint string // for somebody who has just broken the rule
}

const (
	vocabulary = "muster"
	anything   = "*"
)

func engines() []string {
	return []string{"perm", "password", "token", "totp", "passkey", "script", "blob", "preview", "locale", "bus", "mailer", "throttle", "presence"}
}

func rooms() []room {
	const facade = "a façade decodes, calls verbs of core and encodes: what it needs from elsewhere becomes a verb or comes from server as a small function"
	wire := []string{vocabulary, "core", "live", "httpx"}
	list := []room{
		{vocabulary, nil, "the vocabulary holds nouns and knows nobody: put what does something into internal/core"},
		{"cmd/*", []string{"cli"}, "main is ten lines: put a command into internal/cli"},
		{"client", []string{vocabulary}, "the client is for other people's programs, which can't import internal packages"},
		{"cli", append(engines(), vocabulary, "bench", "config", "obs", "server"), "a command talks to internal/server, which puts the house together"},
		{"bench", []string{vocabulary, "config", "core", "obs", "server"}, "bench seeds a house by core's verbs and measures it from the outside"},
		{"server", []string{anything}, "nobody imports the command line or test helpers"},
		{"work", append(engines(), vocabulary, "core", "live"), "work takes what is due from core and hands it to an engine"},
		{"live", []string{vocabulary, "core", "httpx", "bus"}, "live stands between the façades and core"},
		{"core", append(engines(), vocabulary, "store"), "core knows the store, the engines and the vocabulary: what it needs from above comes as a small function in core.Options"},
		{"store", []string{vocabulary}, "the store holds SQL and nouns: move decisions to internal/core and algorithms to an engine"},
		{"config", nil, "configuration is data that server hands on"},
		{"obs", nil, "logs and metrics know nobody; others hand them names and numbers"},
		{"httpx", []string{vocabulary}, "httpx knows requests, not what they ask for: that is a façade's"},
		{"api", wire, facade},
		{"oidc", wire, facade},
		{"scim", wire, facade},
		{"console", wire, facade},
		{"dialect", wire, facade},
		{"dialect/*", append(wire, "dialect"), facade},
		{"mustertest", []string{anything}, ""},
		{"store/storetest", []string{anything}, ""},
		{"blob/blobtest", []string{anything}, ""},
		{"dialect/dialecttest", []string{anything}, ""},
		{"test", nil, "stories run the real binary and see it from the outside"},
	}
	for _, e := range engines() {
		list = append(list, room{e, nil, "an engine is an algorithm without nouns: take plain values, or a small function that server wires"})
	}
	return list
}

// banned are packages of the library that no shipped file imports.
func banned() map[string]string {
	const random = "crypto/rand is the only source of randomness"
	const digest = "use SHA-256; MD5 and SHA-1 are broken"
	return map[string]string{
		"os/exec":      "the server starts no programs",
		"plugin":       "the server loads no code; scripts run in internal/script",
		"unsafe":       "memory safety is not for sale",
		"math/rand":    random,
		"math/rand/v2": random,
		"crypto/md5":   digest,
		"crypto/sha1":  digest,
	}
}

// lifted reports whether a ban does not hold for a package.
func lifted(pkg, imported string) bool {
	// bench measures servers as processes of their own: in its own process it could not tell their time and memory from
	// the client's. It starts this same binary and nothing else.
	return shorten(pkg) == "bench" && imported == "os/exec"
}

// roomOf finds the room of a package by its path in the house: an exact name first, then the longest star.
func roomOf(name string) (found room, ok bool) {
	for _, r := range rooms() {
		prefix, star := strings.CutSuffix(r.name, "*")
		if r.name == name {
			return r, true
		}
		if star && strings.HasPrefix(name, prefix) && len(r.name) > len(found.name) {
			found, ok = r, true
		}
	}
	return found, ok
}

// shorten is the path of a package inside the house: internal/core is core; "" for what is not of the house.
func shorten(importPath string) string {
	if importPath == "muster" {
		return vocabulary
	}
	name, ok := strings.CutPrefix(importPath, "muster/")
	if !ok {
		return ""
	}
	return strings.TrimPrefix(name, "internal/")
}

func testHelper(name string) bool {
	return name == "mustertest" || name == "store/storetest" || name == "blob/blobtest" || name == "dialect/dialecttest" || name == "test"
}

// breaches says what is wrong with a package that imports these paths.
func breaches(pkg string, imports []string) (wrong []string) {
	name := shorten(pkg)
	switch path.Base(name) {
	case "common", "util", "utils", "types", "helpers":
		wrong = append(wrong, pkg+": a package is called after what it does; put each function beside its only caller, or name the thing they share")
	}
	r, known := roomOf(name)
	if !known {
		return append(wrong, pkg+": a new room: say in rooms() of layers_test.go what it may import")
	}
	if testHelper(name) {
		return wrong
	}
	for _, i := range imports {
		wrong = append(wrong, breach(pkg, r, i)...)
	}
	return wrong
}

func breach(pkg string, r room, imported string) []string {
	if why, ok := banned()[imported]; ok && !lifted(pkg, imported) {
		return []string{pkg + " imports " + imported + ": " + why}
	}
	if strings.HasPrefix(imported, "database/sql") && shorten(pkg) != "store" {
		return []string{pkg + " imports " + imported + ": all SQL is in internal/store; add a method to its Reader or Tx"}
	}
	if strings.Contains(imported, "/prometheus/") && shorten(pkg) != "obs" {
		return []string{pkg + " imports " + imported + ": metrics are in internal/obs; keep count, and let server read it"}
	}
	if strings.Contains(imported, "/minio/") && shorten(pkg) != "blob" {
		return []string{pkg + " imports " + imported + ": S3 is in internal/blob, and what it needs of the house comes by its methods"}
	}
	if pkg := shorten(pkg); pkg != "script" && (strings.Contains(imported, "/quickjs") || strings.Contains(imported, "/esbuild/")) {
		return []string{pkg + " imports " + imported + ": scripts are run and built in internal/script, within its limits"}
	}
	name := shorten(imported)
	switch {
	case name == "":
		return nil
	case testHelper(name):
		return []string{pkg + " imports " + imported + ": only tests may"}
	case slices.Contains(r.may, name), r.may != nil && r.may[0] == anything && name != "cli" && !strings.HasPrefix(name, "cmd/"):
		return nil
	case strings.HasPrefix(imported, pkg+"/") && pkg != "muster":
		return nil // a part of itself
	}
	return []string{pkg + " imports " + imported + ": " + r.hint}
}

func TestLayers(t *testing.T) {
	for pkg, imports := range houseImports(t) {
		for _, wrong := range breaches(pkg, imports) {
			t.Error(wrong)
		}
	}
}

// TestLayersCatchBreaches shows that the law bites.
func TestLayersCatchBreaches(t *testing.T) {
	for _, x := range []struct {
		pkg, imports string
		legal        bool
	}{
		{"muster/internal/core", "muster/internal/store", true},
		{"muster/internal/core", "muster/internal/mailer", true},
		{"muster/internal/core", "muster/internal/httpx", false},
		{"muster/internal/core", "muster/internal/live", false},
		{"muster/internal/core", "database/sql", false},
		{"muster/internal/store", "database/sql/driver", true},
		{"muster/internal/obs", "github.com/prometheus/client_golang/prometheus", true},
		{"muster/internal/core", "github.com/prometheus/client_golang/prometheus", false},
		{"muster/internal/server", "github.com/prometheus/client_golang/prometheus", false},
		{"muster/internal/store", "muster/internal/core", false},
		{"muster/internal/store", "muster/internal/perm", false},
		{"muster/internal/perm", "muster", false},
		{"muster/internal/script", "muster/internal/store", false},
		{"muster/internal/script", "muster/internal/script/parser", true},
		{"muster", "muster/internal/core", false},
		{"muster", "muster/internal/perm", false},
		{"muster/internal/api", "muster/internal/core", true},
		{"muster/internal/api", "muster/internal/dialect/tat", false},
		{"muster/internal/dialect/tat", "muster/internal/dialect", true},
		{"muster/internal/dialect/tat", "muster/internal/dialect/crust", false},
		{"muster/internal/dialect/tat", "muster/internal/password", false},
		{"muster/internal/dialect/tat", "muster/internal/store", false},
		{"muster/internal/dialect/tat", "database/sql", false},
		{"muster/internal/dialect/tat", "muster/internal/config", false},
		{"muster/internal/work", "muster/internal/mailer", true},
		{"muster/internal/work", "muster/internal/api", false},
		{"muster/internal/live", "muster/internal/api", false},
		{"muster/internal/server", "muster/internal/api", true},
		{"muster/internal/server", "muster/internal/cli", false},
		{"muster/internal/server", "muster/internal/mustertest", false},
		{"muster/internal/httpx", "muster/internal/core", false},
		{"muster/internal/cli", "muster/internal/server", true},
		{"muster/internal/cli", "muster/internal/core", false},
		{"muster/cmd/muster", "muster/internal/cli", true},
		{"muster/cmd/muster", "muster/internal/server", false},
		{"muster/client", "muster/internal/httpx", false},
		{"muster/internal/mustertest", "os/exec", true},
		{"muster/internal/bench", "os/exec", true},
		{"muster/internal/bench", "math/rand/v2", false},
		{"muster/internal/bench", "muster/internal/store", false},
		{"muster/internal/blob", "os/exec", false},
		{"muster/internal/blob", "github.com/minio/minio-go/v7", true},
		{"muster/internal/server", "github.com/minio/minio-go/v7", false},
		{"muster/internal/server", "muster/internal/blob/blobtest", false},
		{"muster/internal/script", "modernc.org/quickjs", true},
		{"muster/internal/core", "modernc.org/quickjs", false},
		{"muster/internal/script", "github.com/evanw/esbuild/pkg/api", true},
		{"muster/internal/server", "github.com/evanw/esbuild/pkg/api", false},
		{"muster/internal/token", "math/rand/v2", false},
		{"muster/internal/token", "crypto/sha1", false},
		{"muster/internal/token", "unsafe", false},
		{"muster/internal/cli", "plugin", false},
		{"muster/internal/core/util", "fmt", false},
		{"muster/internal/novelty", "fmt", false},
	} {
		wrong := breaches(x.pkg, []string{x.imports})
		if (len(wrong) == 0) != x.legal {
			t.Errorf("%s imports %s: got %q, legal: %v", x.pkg, x.imports, wrong, x.legal)
		}
	}
}

// TestFilesAreTame looks for what no import shows.
func TestFilesAreTame(t *testing.T) {
	for _, f := range houseFiles(t, 0) {
		if !testHelper(shorten(f.pkg)) {
			for _, wrong := range wildness(f.name, f.syntax) {
				t.Error(wrong)
			}
		}
	}
}

func TestWildFilesAreCaught(t *testing.T) {
	for source, want := range map[string]int{
		"package a; func init() {}": 1,
		"package a; import \"crypto/tls\"; var c = tls.Config{InsecureSkipVerify: true}":                1,
		"package a; import \"crypto/tls\"; func f(c *tls.Config) { c.InsecureSkipVerify = true }":       1,
		"package a; type t struct{}; func (t) init() {}; func f() { t{}.init() } // InsecureSkipVerify": 0,
	} {
		syntax, err := parser.ParseFile(token.NewFileSet(), "a.go", source, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := wildness("a.go", syntax); len(got) != want {
			t.Errorf("%s: got %q", source, got)
		}
	}
}

func wildness(file string, syntax *ast.File) (wrong []string) {
	ast.Inspect(syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				wrong = append(wrong, file+": no init(): make the value where it is used, and hand it on")
			}
		case *ast.Ident:
			if n.Name == "InsecureSkipVerify" {
				wrong = append(wrong, file+": certificates are checked; give the target a CA file of its own")
			}
		}
		return true
	})
	return wrong
}

// houseImports maps each package of the house to what its shipped files import.
func houseImports(t *testing.T) map[string][]string {
	t.Helper()
	seen := map[string]map[string]bool{}
	for _, f := range houseFiles(t, parser.ImportsOnly) {
		if seen[f.pkg] == nil {
			seen[f.pkg] = map[string]bool{}
		}
		for _, i := range f.syntax.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			seen[f.pkg][name] = true
		}
	}
	imports := map[string][]string{}
	for pkg, set := range seen {
		imports[pkg] = slices.Sorted(maps.Keys(set))
	}
	return imports
}

type houseFile struct {
	name, pkg string
	syntax    *ast.File
}

// houseFiles parses the files of the house that are no tests, whatever system they are for.
func houseFiles(t *testing.T, mode parser.Mode) (files []houseFile) {
	t.Helper()
	house := os.DirFS(".")
	err := fs.WalkDir(house, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && skipped(name):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(house, name)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), name, text, mode)
		files = append(files, houseFile{name, path.Join("muster", path.Dir(name)), syntax})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 50 {
		t.Fatalf("only %d files found: this test looks in the wrong place", len(files))
	}
	return files
}

// skipped reports whether a folder holds nothing of ours: hidden ones, test data, tools with a go.mod of their own.
func skipped(folder string) bool {
	base := path.Base(folder)
	return folder != "." && strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules" || folder == "tools" || folder == "bin"
}
