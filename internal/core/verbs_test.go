package core

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
)

// noVerbs are the exported methods of Core that ask for nothing and change nothing.
func noVerbs() []string {
	return []string{
		"Close", // ends what New began
	}
}

// TestEachVerbIsInTheCatalogue: each exported method of Core names exactly one entry, and no two name the same.
func TestEachVerbIsInTheCatalogue(t *testing.T) {
	by := map[string]string{}
	verbs := 0
	for _, f := range coreFuncs(t) {
		if receiver(f) != "Core" || !f.Name.IsExported() || slices.Contains(noVerbs(), f.Name.Name) {
			continue
		}
		verbs++
		actions := actionsIn(f.Body)
		if len(actions) != 1 {
			t.Errorf("%s names %v: a verb names exactly one entry of the catalogue (action.go), and do or view gets it", f.Name.Name, actions)
			continue
		}
		if other := by[actions[0]]; other != "" {
			t.Errorf("%s and %s are both %s: give one of them an entry of its own", f.Name.Name, other, actions[0])
		}
		by[actions[0]] = f.Name.Name
	}
	if verbs < 20 {
		t.Fatalf("only %d verbs found: this test looks in the wrong place", verbs)
	}
}

// TestClosuresKeepToTheirTx: what runs on the group writer must not wait for it. A closure that used the caller's context, or
// called a verb, would do just that.
func TestClosuresKeepToTheirTx(t *testing.T) {
	funcs := coreFuncs(t)
	verbs := verbNames(funcs)
	closures := 0
	for _, f := range funcs {
		for _, body := range closuresOf(f) {
			closures++
			for _, wrong := range strays(body, verbs) {
				t.Errorf("%s: its closure %s", f.Name.Name, wrong)
			}
		}
	}
	if closures < 30 {
		t.Fatalf("only %d closures found: this test looks in the wrong place", closures)
	}
}

func TestStrayClosuresAreCaught(t *testing.T) {
	for body, want := range map[string]int{
		"do(ctx, c, a, func(tx *Tx) (int, error) { return tx.NewID(), nil })":                            0,
		"do(ctx, c, a, func(tx *Tx) (int, error) { return other(ctx) })":                                 1,
		"do(ctx, c, a, func(tx *Tx) (int, error) { return do(tx.Context(), c, b, nil) })":                1,
		"view(ctx, c, a, func(v *View) (int, error) { return view(nil, c, b, nil) })":                    1,
		"do(ctx, c, a, func(tx *Tx) (int, error) { return c.Verb(tx.Context()) })":                       1,
		"do(ctx, c, a, func(tx *Tx) (int, error) { return tx.core.Verb(nil) })":                          1,
		"do(ctx, c, a, func(tx *Tx) (int, error) { return tx.Verb(nil) })":                               0,
		"c.changeState(ctx, a, id, nil, func(tx *Tx, u *User) error { return c.store.Write(ctx, nil) })": 2,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "a.go", "package a; func (c *Core) F(ctx context.Context) { "+body+" }", 0)
		if err != nil {
			t.Fatal(err)
		}
		var wrong []string
		for _, b := range closuresOf(file.Decls[0].(*ast.FuncDecl)) {
			wrong = append(wrong, strays(b, map[string]bool{"Verb": true})...)
		}
		if len(wrong) != want {
			t.Errorf("%s: got %q", body, wrong)
		}
	}
}

// closuresOf are the bodies that run inside a transaction: function literals handed to do, view or one of the helpers that
// hand them on, and methods of Tx and View as a whole.
func closuresOf(f *ast.FuncDecl) (bodies []ast.Node) {
	if r := receiver(f); r == "Tx" || r == "View" {
		return []ast.Node{f.Body}
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !slices.Contains([]string{"do", "view", "changeState", "changeGroup", "changeMember", "changeTopicRight", "changeContact", "changeMuted"}, called(call)) {
			return true
		}
		for _, a := range call.Args {
			if lit, ok := a.(*ast.FuncLit); ok {
				bodies = append(bodies, lit.Body)
			}
		}
		return true
	})
	return bodies
}

// strays says how a closure leaves its transaction.
func strays(body ast.Node, verbs map[string]bool) (wrong []string) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if n.Name == "ctx" {
				wrong = append(wrong, "uses ctx: tx.Context() is the closure's own")
			}
		case *ast.CallExpr:
			name := called(n)
			sel, method := n.Fun.(*ast.SelectorExpr)
			switch {
			case !method && (name == "do" || name == "view"):
				wrong = append(wrong, "calls "+name+": verbs share functions that take a Tx")
			case method && verbs[name] && onCore(sel.X):
				wrong = append(wrong, "calls the verb "+name+": verbs share functions that take a Tx")
			case method && name == "Write":
				wrong = append(wrong, "writes past its Tx")
			}
		}
		return true
	})
	return wrong
}

func onCore(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "c"
	case *ast.SelectorExpr:
		return x.Sel.Name == "core"
	}
	return false
}

// called is the name of what is called, without what it is called on.
func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func actionsIn(body ast.Node) (names []string) {
	ast.Inspect(body, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if ok && strings.HasPrefix(sel.Sel.Name, "Action") && !slices.Contains(names, sel.Sel.Name) {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "muster" {
				names = append(names, sel.Sel.Name)
			}
		}
		return true
	})
	return names
}

func verbNames(funcs []*ast.FuncDecl) map[string]bool {
	names := map[string]bool{}
	for _, f := range funcs {
		if receiver(f) == "Core" && f.Name.IsExported() {
			names[f.Name.Name] = true
		}
	}
	return names
}

// receiver is the name of the type that f is a method of.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	x := f.Recv.List[0].Type
	if star, ok := x.(*ast.StarExpr); ok {
		x = star.X
	}
	if id, ok := x.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// coreFuncs parses the functions of this package that are no tests.
func coreFuncs(t *testing.T) (funcs []*ast.FuncDecl) {
	t.Helper()
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
				funcs = append(funcs, f)
			}
		}
	}
	return funcs
}
