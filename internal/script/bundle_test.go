package script_test

import (
	"strings"
	"testing"
	"time"

	"modernc.org/quickjs"

	"muster/internal/script"
)

// inBrowser runs a bundle as a web app does, as the body of a function, and gives what an expression then says.
func inBrowser(t *testing.T, code []byte, expression string) any {
	t.Helper()
	vm, err := quickjs.NewVM()
	if err != nil {
		t.Fatal(err)
	}
	defer vm.Close()
	if _, err := vm.Eval("globalThis.window = globalThis; globalThis.document = { title: 't' }", quickjs.EvalGlobal); err != nil {
		t.Fatal(err)
	}
	if _, err := vm.Eval("(function () {"+string(code)+"\n})()", quickjs.EvalGlobal); err != nil {
		t.Fatalf("%v in %s", err, code)
	}
	got, err := vm.Eval(expression, quickjs.EvalGlobal)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestBundles(t *testing.T) {
	h := newHouse(
		t,
		"a/client-scripts/compose/one.js", `
			import { word } from '../../lib/word'
			const title = document.title.trim()
			window.addEventListener?.('x', () => {})
			export default {
				label: 'One', security: { allow: ['staff'] },
				triggers: ({ on }) => on('manual').for('ui:compose').uiProp('app', 'compose'),
				exec (args) { return word + args.x + this.name }
			}`,
		"a/lib/word.js", "export const word = 'w'",
		"b/client-scripts/compose/deep/two.js", manual("return 2"),
		"b/client-scripts/compose/broken.js", "export default {",
		"b/client-scripts/compose/lost.js", "import x from 'vue'\n"+manual("return x"),
		"b/client-scripts/my-app/three.js", manual(""),
		"a/server-scripts/one.js", manual(""),
	)
	h.wantListed("/server-scripts/one",
		"/client-scripts/compose/broken: b/client-scripts/compose/broken.js:1: invalid property name",
		"/client-scripts/compose/deep/two",
		`/client-scripts/compose/lost: b/client-scripts/compose/lost.js:1: "vue" can't be imported: only files of the same extension can, as ./ or ../`,
		"/client-scripts/compose/one", "/client-scripts/my-app/three")
	if _, _, ok := h.Bundle("server-scripts"); ok {
		t.Error("server scripts are given to browsers")
	}
	code, etag, ok := h.Bundle("compose")
	if !ok || !strings.HasPrefix(etag, `"`) || !strings.HasSuffix(etag, `"`) || len(etag) < 10 {
		t.Fatalf("got %q, %v", etag, ok)
	}
	for expression, want := range map[string]any{
		"window.composeClientScripts.scripts.map(s => s.name).join()": "/client-scripts/compose/deep/two.js:default,/client-scripts/compose/one.js:default",
		"composeClientScripts.scripts[1].exec({ x: 7 })":              "w7/client-scripts/compose/one.js:default",
		"JSON.stringify(composeClientScripts.scripts[1].triggers)": `[{"eventTypes":["onManual"],"resourceTypes":["ui:compose"],` +
			`"constraints":[],"uiProps":[{"name":"app","value":"compose"}]}]`,
		"JSON.stringify(composeClientScripts.scripts[1].security.allow)": `["staff"]`,
		"composeClientScripts.scripts[1].label":                          "One",
	} {
		if got := inBrowser(t, code, expression); got != want {
			t.Errorf("%s: got %v, want %v", expression, got, want)
		}
	}
	if code, _, ok := h.Bundle("my-app"); !ok || inBrowser(t, code, "window['my-appClientScripts'].scripts.length") != 1 {
		t.Errorf("got %s, %v", code, ok)
	}

	h.write("a/lib/word.js", "export const word = 'other'")
	if _, same, _ := h.Bundle("compose"); same != etag {
		t.Error("it changed before anybody could know")
	}
	h.turn(time.Second)
	code, changed, _ := h.Bundle("compose")
	if changed == etag || inBrowser(t, code, "composeClientScripts.scripts[1].exec({ x: 7 })") != "other7/client-scripts/compose/one.js:default" {
		t.Error("the change is not seen")
	}
	if _, again, _ := h.Bundle("compose"); again != changed {
		t.Error("the tag of what did not change changed")
	}
}

// TestBundleOfNothing: a bundle whose scripts are all broken is there, and empty.
func TestBundleOfNothing(t *testing.T) {
	h := newHouse(t, "a/client-scripts/compose/broken.js", "export default {")
	code, _, ok := h.Bundle("compose")
	if !ok || inBrowser(t, code, "composeClientScripts.scripts.length") != 0 {
		t.Errorf("got %s, %v", code, ok)
	}
	for _, name := range []string{"", "admin", "../compose", "__proto__"} {
		if _, _, ok := h.Bundle(name); ok {
			t.Errorf("there is a bundle %q", name)
		}
	}
}

// TestClientScriptsAreNotRun: asking a client script what it is gives it nothing to reach, whatever it does at once.
func TestClientScriptsAreNotRun(t *testing.T) {
	tail := "export default { triggers: ({ on }) => on('manual').for('ui:admin'), exec () {} }"
	h := newHouse(
		t,
		"a/client-scripts/admin/1.js", "import vue, { a } from '../../lib/gone'\n"+tail,
		"a/client-scripts/admin/2.js", "const x = window.a.b.c(document.querySelector('x').y[0], new URL('x')); localStorage.z = `${x}`; x.y = 1; delete x.y;\n"+
			"for (const y of x) {}; class A extends window.Base {}; new A(); Object.keys(x)\n"+tail,
		"a/client-scripts/admin/3.js", "for (;;);\n"+tail,
	)
	h.wantListed(
		`/client-scripts/admin/1: a/client-scripts/admin/1.js:1: there is no "../../lib/gone"`,
		"/client-scripts/admin/2",
		"/client-scripts/admin/3: it takes more time than it may to say what it is",
	)
	if _, err := h.Run(t.Context(), script.Call{Script: "/client-scripts/admin/2.js:default"}); err != script.ErrUnknown {
		t.Error(err)
	}
}
