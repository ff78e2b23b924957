package muster_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"muster"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestCatalogue: names are well-formed and unique, and every Action of action.go is in the list that everybody walks.
func TestCatalogue(t *testing.T) {
	form := regexp.MustCompile(`^[a-z]+(\.[a-z]+(-[a-z]+)*)$`)
	names := map[string]bool{}
	for _, a := range muster.Actions() {
		switch {
		case !form.MatchString(a.Name):
			t.Errorf("%q: want noun.verb, lower case, dashes between words", a.Name)
		case names[a.Name]:
			t.Errorf("%q is there twice", a.Name)
		case a.Doc == "" || strings.HasSuffix(a.Doc, ".") || strings.ToLower(a.Doc[:1]) != a.Doc[:1]:
			t.Errorf("%q: the doc is a phrase: lower case, no full stop; got %q", a.Name, a.Doc)
		case a.Resource == "":
			t.Errorf("%q is on no noun", a.Name)
		case a.Open && a.Operation != "":
			t.Errorf("%q is open to nobody in particular and yet needs %q", a.Name, a.Operation)
		}
		names[a.Name] = true
	}
	declared, listed := actionVariables(t)
	for _, name := range declared {
		if !slices.Contains(listed, name) {
			t.Errorf("%s is not in muster.Actions()", name)
		}
	}
}

// actionVariables reads from action.go which actions are declared and which are listed.
func actionVariables(t *testing.T) (declared, listed []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "action.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "Actions" {
				ast.Inspect(n.Body, func(n ast.Node) bool {
					if id, ok := n.(*ast.Ident); ok && strings.HasPrefix(id.Name, "Action") {
						listed = append(listed, id.Name)
					}
					return true
				})
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				if strings.HasPrefix(id.Name, "Action") {
					declared = append(declared, id.Name)
				}
			}
		}
		return true
	})
	if len(declared) == 0 || len(listed) == 0 {
		t.Fatal("action.go has another shape than this test knows")
	}
	return declared, listed
}

// TestActionsPage keeps docs/actions.md true: go test . -run ActionsPage -update
func TestActionsPage(t *testing.T) {
	const page = "docs/actions.md"
	want := actionsPage()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the catalogue says; run: go test . -run ActionsPage -update", page)
	}
}

func actionsPage() string {
	var b strings.Builder
	b.WriteString(`# What can be asked of Muster

Made from the catalogue in action.go; don't edit it here.

Each line is one verb of the core, whichever wire it is asked by. The name is what the audit trail, webhooks and scripts call
it. "Needs" is the operation that rules have to allow, and on what; "signed in" means that the verb itself says who may, and
"nobody" that no session is needed. Verbs that leave an event do so also when they are refused.

| name | what it does | needs | event |
|---|---|---|---|
`)
	for _, a := range muster.Actions() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", a.Name, a.Doc, needs(a), map[bool]string{true: "yes"}[a.Write])
	}
	return b.String()
}

func needs(a muster.Action) string {
	switch {
	case a.Open:
		return "nobody"
	case a.Operation == "":
		return "signed in"
	case a.Resource == muster.NounRealm:
		return "`" + a.Operation + "`"
	}
	return "`" + a.Operation + "` on the " + string(a.Resource)
}
