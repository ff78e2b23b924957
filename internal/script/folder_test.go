package script_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"muster/internal/script"
)

// listed is what a list shows of scripts, in short: names, and errors after a colon.
func (h *house) listed() (lines []string) {
	for _, s := range h.Scripts() {
		line := strings.TrimSuffix(s.Name, ".js:default")
		if len(s.Errors) > 0 {
			line += ": " + strings.Join(s.Errors, " | ")
		}
		lines = append(lines, line)
	}
	return lines
}

func (h *house) wantListed(want ...string) {
	h.t.Helper()
	if diff := cmp.Diff(want, h.listed(), cmpopts.EquateEmpty()); diff != "" {
		h.t.Error(diff)
	}
}

func TestLayout(t *testing.T) {
	h := newHouse(
		t,
		"b/server-scripts/z.js", manual(""),
		"b/server-scripts/deep/er/y.js", manual(""),
		"a/client-scripts/compose/sub/c.js", manual(""),
		"a/client-scripts/admin/c.js", manual(""),
		"a/client-scripts/loose.js", manual(""),
		"server-scripts/own.js", manual(""),
		"client-scripts/admin/own.js", manual(""),
		"a/lib/helper.js", "export const x = 1",
		"a/server-scripts/x.test.js", manual(""),
		"a/server-scripts/.hidden.js", manual(""),
		"a/server-scripts/.hidden/x.js", manual(""),
		"a/server-scripts/node_modules/x.js", manual(""),
		"a/server-scripts/readme.md", "no script",
		"a/loose.js", manual(""),
	)
	h.wantListed(
		"/server-scripts/deep/er/y", "/server-scripts/own", "/server-scripts/z",
		"/client-scripts/admin/c", "/client-scripts/admin/own", "/client-scripts/compose/sub/c",
	)
	list := h.Scripts()
	own, client := list[1], list[5]
	if own.Extension != "" || own.Client() || own.Bundle != "" || own.UpdatedAt.IsZero() {
		t.Errorf("got %+v", own)
	}
	if client.Extension != "a" || !client.Client() || client.Bundle != "compose" || client.Type != "client-scripts" {
		t.Errorf("got %+v", client)
	}
	if s, ok := h.Script("/server-scripts/z.js:default"); !ok || s.Extension != "b" {
		t.Errorf("got %+v, %v", s, ok)
	}
}

func TestErrorsOfOneScriptStopNoOther(t *testing.T) {
	head := "export default { triggers: ({ on }) => on('manual').for('system'), exec () {} }\n"
	h := newHouse(
		t,
		"a/server-scripts/00-good.js", manual("return { a: 1 }"),
		"a/server-scripts/01-syntax.js", "export default {",
		"a/server-scripts/02-empty.js", "",
		"a/server-scripts/03-number.js", "export default 7",
		"a/server-scripts/04-null.js", "export default null",
		"a/server-scripts/05-nothing.js", "export default {}",
		"a/server-scripts/06-no-exec.js", "export default { triggers: ({ on }) => on('manual').for('system') }",
		"a/server-scripts/07-exec.js", "export default { triggers: ({ on }) => on('manual').for('system'), exec: 7 }",
		"a/server-scripts/08-no-triggers.js", "export default { triggers: [], exec () {} }",
		"a/server-scripts/09-throws.js", head+"throw new Error('at once')",
		"a/server-scripts/10-loops.js", head+"for (;;);",
		"a/server-scripts/11-passwd.js", "import x from '../../../../../etc/passwd'\n"+head,
		"a/server-scripts/12-npm.js", "import axios from 'axios'\n"+head,
		"a/server-scripts/13-absolute.js", "import x from '/etc/passwd'\n"+head,
		"a/server-scripts/14-neighbour.js", "import x from '../../b/lib/x.js'\n"+head,
		"a/server-scripts/15-missing.js", "import x from './missing'\n"+head,
		"a/server-scripts/16-url.js", "import x from 'https://example.com/x.js'\n"+head,
		"a/server-scripts/17-require.js", head+"require('fs')",
		"a/server-scripts/18-cron.js", "export default { triggers: ({ every }) => every('often'), exec () {} }",
		"a/server-scripts/19-instant.js", "export default { triggers: ({ at }) => at('tomorrow'), exec () {} }",
		"a/server-scripts/20-resource.js", "export default { triggers: ({ on }) => on('manual'), exec () {} }",
		"a/server-scripts/21-operator.js", "export default { triggers: t => t.on('manual').for('system').where('a', 'is', 'b'), exec () {} }",
		"a/server-scripts/22-pattern.js", "export default { triggers: t => t.on('manual').for('system').where('a', '~', '('), exec () {} }",
		"a/server-scripts/23-security.js", "export default { security: 7, triggers: t => t.on('manual').for('system'), exec () {} }",
		"a/server-scripts/24-iterator.js", "export default { iterator: () => 7, exec () {} }",
		"a/server-scripts/25-long.js", head+"// "+strings.Repeat("x", 5<<20),
		"a/server-scripts/26-label.js", "export default { label: 'x'.repeat(300), triggers: t => t.on('manual').for('system'), exec () {} }",
		"a/server-scripts/27-many.js", "export default { triggers: t => Array(200).fill(t.on('manual').for('system')), exec () {} }",
		"a/server-scripts/28-await.js", "await null\n"+head,
		"a/server-scripts/29-never.js", "export default { triggers: ({ every }) => every('0 0 30 2 *'), exec () {} }",
		"a/server-scripts/30-imports-long.js", "import '../long1'\n"+head,
		"a/server-scripts/31-throws-itself.js", "export default { get triggers () { throw { toString () { throw 1 } } }, exec () {} }",
		"a/server-scripts/32-deep.js", head+strings.Repeat("!", 60<<10)+"1",
		"a/server-scripts/33-deep.js", head+strings.Repeat("[", 60<<10),
		"a/server-scripts/34-deep.js", "import x from './deep.json'\n"+head+"console.log(x)",
		"a/server-scripts/deep.json", strings.Repeat("[", 30<<10)+strings.Repeat("]", 30<<10),
		"a/server-scripts/35-chain.js", head+"const f = () => a"+strings.Repeat("()", 30<<10),
		"b/lib/x.js", "export default 1",
		"a/long1.js", "import './long2' // "+strings.Repeat("x", 60<<10),
		"a/long2.js", "import './long3' // "+strings.Repeat("x", 60<<10),
		"a/long3.js", "import './long4' // "+strings.Repeat("x", 60<<10),
		"a/long4.js", "import './long5' // "+strings.Repeat("x", 60<<10),
		"a/long5.js", "import './long6' // "+strings.Repeat("x", 60<<10),
		"a/long6.js", "import './long7' // "+strings.Repeat("x", 60<<10),
		"a/long7.js", "import './long8' // "+strings.Repeat("x", 60<<10),
		"a/long8.js", "import './long9' // "+strings.Repeat("x", 60<<10),
		"a/long9.js", "// "+strings.Repeat("x", 60<<10),
		"b/server-scripts/00-good.js", manual(""),
	)
	only := `can't be imported: only files of the same extension can, as ./ or ../`
	h.wantListed(
		"/server-scripts/00-good",
		"/server-scripts/00-good: the extension a has a script of this name",
		`/server-scripts/01-syntax: a/server-scripts/01-syntax.js:1: invalid property name`,
		"/server-scripts/02-empty: SyntaxError: expecting default export",
		"/server-scripts/03-number: SyntaxError: expecting object as default export",
		"/server-scripts/04-null: SyntaxError: expecting object as default export",
		"/server-scripts/05-nothing: SyntaxError: triggers or iterator definition missing",
		"/server-scripts/06-no-exec: SyntaxError: exec function missing",
		"/server-scripts/07-exec: SyntaxError: exec is not a function",
		"/server-scripts/08-no-triggers: SyntaxError: triggers not defined",
		"/server-scripts/09-throws: Error: at once",
		"/server-scripts/10-loops: it takes more time than it may to say what it is",
		`/server-scripts/11-passwd: a/server-scripts/11-passwd.js:1: "../../../../../etc/passwd" is outside of the extension`,
		`/server-scripts/12-npm: a/server-scripts/12-npm.js:1: "axios" `+only,
		`/server-scripts/13-absolute: a/server-scripts/13-absolute.js:1: "/etc/passwd" `+only,
		`/server-scripts/14-neighbour: a/server-scripts/14-neighbour.js:1: "../../b/lib/x.js" is outside of the extension`,
		`/server-scripts/15-missing: a/server-scripts/15-missing.js:1: there is no "./missing"`,
		`/server-scripts/16-url: a/server-scripts/16-url.js:1: "https://example.com/x.js" `+only,
		`/server-scripts/17-require: a/server-scripts/17-require.js:2: "fs" `+only,
		`/server-scripts/18-cron: trigger 1: "often" is no cron expression of five fields`,
		`/server-scripts/19-instant: trigger 1: "tomorrow" is no instant like 2026-01-02T15:04:05Z`,
		"/server-scripts/20-resource: trigger 1: it says for no resource",
		`/server-scripts/21-operator: trigger 1: no such operator: "is"`,
		"/server-scripts/22-pattern: trigger 1: a regular expression is wrong",
		"/server-scripts/23-security: SyntaxError: unknown security definition format",
		"/server-scripts/24-iterator: SyntaxError: iterator not defined",
		"/server-scripts/25-long: it is longer than 64 KiB",
		"/server-scripts/26-label: its label or description is too long",
		"/server-scripts/27-many: it has too many triggers",
		`/server-scripts/28-await: a/server-scripts/28-await.js:1: Top-level await is currently not supported with the "iife" output format`,
		`/server-scripts/29-never: trigger 1: "0 0 30 2 *" never comes`,
		"/server-scripts/30-imports-long: a/long8.js:1: with what it imports, it is longer than 512 KiB",
		"/server-scripts/31-throws-itself: it throws something that says nothing",
		"/server-scripts/32-deep: it is nested too deeply",
		"/server-scripts/33-deep: it is nested too deeply",
		"/server-scripts/34-deep: a/server-scripts/34-deep.js:1: it is no JSON",
		"/server-scripts/35-chain",
	)
	got, err := h.Run(t.Context(), script.Call{Script: "/server-scripts/00-good.js:default"})
	if err != nil || string(got.Value) != `{"a":1}` {
		t.Errorf("got %s, %v", got.Value, err)
	}
}

func TestImports(t *testing.T) {
	h := newHouse(
		t,
		"a/server-scripts/deep/one.js", `
			import { twice } from '../../lib'
			import words from './words.json'
			import * as all from '../../lib/index.js'
			export default {
				triggers: ({ on }) => on('manual').for('system'),
				exec () { return { n: twice(words.n), same: all.twice === twice } }
			}`,
		"a/server-scripts/deep/words.json", `{"n": 21}`,
		"a/lib/index.js", "import { two } from './two'\nexport const twice = x => x * two",
		"a/lib/two.mjs", "export const two = 2",
	)
	got, err := h.Run(t.Context(), script.Call{Script: "/server-scripts/deep/one.js:default"})
	if err != nil || string(got.Value) != `{"n":42,"same":true}` {
		t.Errorf("got %s, %v, %q", got.Value, err, h.listed())
	}
}

func TestChangesAreSeen(t *testing.T) {
	var log bytes.Buffer
	h := newHouse(t, "a/server-scripts/one.js", "import { n } from '../n'\n"+manual("return { n }"), "a/n.js", "export const n = 1",
		"a/server-scripts/other.js", manual("return {}"))
	folder, err := script.Open(script.Config{Dir: h.dir, Now: h.now, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	h.Folder = folder
	want := func(want string) {
		t.Helper()
		got, err := h.Run(t.Context(), script.Call{Script: "/server-scripts/one.js:default"})
		if err != nil || string(got.Value) != want {
			t.Errorf("got %s, %v; want %s", got.Value, err, want)
		}
	}
	want(`{"n":1}`)

	h.write("a/n.js", "export const n = 22")
	want(`{"n":1}`) // it looked a moment ago
	h.turn(time.Second)
	want(`{"n":22}`)

	h.write("a/n.js", "export const n = ")
	h.turn(time.Second)
	h.wantListed("/server-scripts/one: a/n.js:1: unexpected token in expression: ''", "/server-scripts/other")
	if _, err := h.Run(t.Context(), script.Call{Script: "/server-scripts/one.js:default"}); err != script.ErrUnknown {
		t.Error(err)
	}
	if n := strings.Count(log.String(), "a script has an error"); n != 1 {
		t.Errorf("logged %d times: %s", n, log.String())
	}

	h.write("a/n.js", "export const n = 3")
	h.turn(time.Second)
	want(`{"n":3}`)

	h.write("a/server-scripts/two.js", manual(""))
	if err := os.Remove(filepath.Join(h.dir, "a/server-scripts/other.js")); err != nil {
		t.Fatal(err)
	}
	h.turn(time.Second)
	h.wantListed("/server-scripts/one", "/server-scripts/two")

	// An import means another file as soon as there is one.
	h.write("a/server-scripts/one.js", "import { n } from '../m'\n"+manual("return { n }"), "a/m/index.js", "export const n = 4")
	h.turn(time.Second)
	want(`{"n":4}`)
	h.write("a/m.js", "export const n = 5")
	h.turn(time.Second)
	want(`{"n":5}`)

	if err := os.RemoveAll(filepath.Join(h.dir, "a")); err != nil {
		t.Fatal(err)
	}
	h.turn(time.Second)
	h.wantListed()
}

// TestTouchedFilesAreReadAgain: a file of the same size that is written again is seen by its time.
func TestTouchedFilesAreReadAgain(t *testing.T) {
	h, name := one(t, manual("return { n: 1 }"))
	h.write("a/server-scripts/one.js", manual("return { n: 2 }"))
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(h.dir, "a/server-scripts/one.js"), later, later); err != nil {
		t.Fatal(err)
	}
	h.turn(time.Second)
	got, err := h.Run(t.Context(), script.Call{Script: name})
	if err != nil || string(got.Value) != `{"n":2}` {
		t.Errorf("got %s, %v", got.Value, err)
	}
}

// TestWatch: what changes is found when nobody asks, and who asks does not wait for it.
func TestWatch(t *testing.T) {
	h := newHouse(t, "a/server-scripts/one.js", manual(""))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan bool)
	go func() {
		h.Watch(ctx)
		close(ended)
	}()
	h.write("a/server-scripts/two.js", manual("")) // the clock that is asked otherwise stands still
	for began := time.Now(); len(h.Scripts()) < 2; time.Sleep(time.Millisecond) {
		if time.Since(began) > 10*time.Second {
			t.Fatal("it is not found")
		}
	}
	stop()
	<-ended
}

func TestLinks(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret.js")
	if err := os.WriteFile(outside, []byte(manual("return { secret: 1 }")), 0o644); err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, "a/server-scripts/real.js", manual("return { n: 1 }"), "b/server-scripts/imports.js", "import x from '../out'\n"+manual("return x"))
	for link, target := range map[string]string{
		"a/server-scripts/inside.js":   "real.js",
		"a/server-scripts/outside.js":  outside,
		"a/server-scripts/relative.js": "../../../" + filepath.Base(filepath.Dir(outside)) + "/secret.js",
		"a/server-scripts/nowhere.js":  "missing.js",
		"b/out.js":                     outside,
		"c":                            filepath.Dir(outside),
		"a/server-scripts/folder":      "/etc",
	} {
		if err := os.Symlink(target, filepath.Join(h.dir, filepath.FromSlash(link))); err != nil {
			t.Skip(err)
		}
	}
	h.turn(time.Second)
	const out = "a link that leads nowhere, or out of the folder"
	h.wantListed("/server-scripts/imports: b/server-scripts/imports.js:1: "+out, "/server-scripts/inside", "/server-scripts/nowhere: "+out,
		"/server-scripts/outside: "+out, "/server-scripts/real", "/server-scripts/relative: "+out)
	got, err := h.Run(t.Context(), script.Call{Script: "/server-scripts/inside.js:default"})
	if err != nil || string(got.Value) != `{"n":1}` {
		t.Errorf("got %s, %v", got.Value, err)
	}
}

func TestNoFolder(t *testing.T) {
	if _, err := script.Open(script.Config{Dir: filepath.Join(t.TempDir(), "missing")}); err == nil {
		t.Error("it opened what is not there")
	}
	h := newHouse(t)
	h.wantListed()
	if err := os.RemoveAll(h.dir); err != nil {
		t.Fatal(err)
	}
	h.turn(time.Second)
	h.wantListed()
}

func TestDescriptions(t *testing.T) {
	for _, x := range []struct {
		what, text string
		want       script.Script
	}{
		{"one trigger", "label: 'L', description: 'D', triggers: ({ on }) => on('manual').for('system')", script.Script{
			Label: "L", Description: "D",
			Triggers: []script.Trigger{{EventTypes: []string{"onManual"}, ResourceTypes: []string{"system"}}},
		}},
		{
			"a chain", "triggers (t) { return t.before('create', 'update').after('delete', 'delete').for('system:user', 'system:role').where('user.email', 'a@b').where('user.handle', 'like', ['x%', 'y%']).where('k', '!=', 1, true).where('only').uiProp('app', 'admin').uiProp('n', 7) }",
			script.Script{Triggers: []script.Trigger{{
				EventTypes: []string{"beforeCreate", "beforeUpdate", "afterDelete"}, ResourceTypes: []string{"system:user", "system:role"},
				Constraints: []script.Constraint{
					{"user.email", "", []string{"a@b"}},
					{"user.handle", "like", []string{"x%", "y%"}},
					{"k", "!=", []string{"1", "true"}},
					{"", "", []string{"only"}},
				},
				UIProps: []script.UIProp{{"app", "admin"}, {"n", "7"}},
			}}},
		},
		{
			"words taken off", "triggers: ({ before, after }) => [before('login').for('system:auth'), after('signup').for('system:auth')]",
			script.Script{Triggers: []script.Trigger{
				{EventTypes: []string{"beforeLogin"}, ResourceTypes: []string{"system:auth"}},
				{EventTypes: []string{"afterSignup"}, ResourceTypes: []string{"system:auth"}},
			}},
		},
		{
			"a generator", "* triggers ({ on, every, at }) { yield on('manual').for('system'); yield every('*/5 * * * *', '@daily'); yield at('2026-01-02T03:04:05Z') }",
			script.Script{Triggers: []script.Trigger{
				{EventTypes: []string{"onManual"}, ResourceTypes: []string{"system"}},
				{
					EventTypes: []string{"onInterval"}, ResourceTypes: []string{"system"}, Interval: []string{"*/5 * * * *", "@daily"},
					Constraints: []script.Constraint{{"interval", "", []string{"*/5 * * * *", "@daily"}}},
				},
				{
					EventTypes: []string{"onTimestamp"}, ResourceTypes: []string{"system"}, Timestamp: []string{"2026-01-02T03:04:05Z"},
					Constraints: []script.Constraint{{"timestamp", "", []string{"2026-01-02T03:04:05Z"}}},
				},
			}},
		},
		{
			"a plain list", "triggers: [{ eventTypes: ['onManual'], resourceTypes: ['system:user'] }, 7, null, {}, 'x']",
			script.Script{Triggers: []script.Trigger{{EventTypes: []string{"onManual"}, ResourceTypes: []string{"system:user"}}}},
		},
		{
			"a plain list of all", "triggers: [{ eventTypes: ['onManual'], resourceTypes: ['system'], constraints: [{ name: 'a', op: '=', value: ['b'] }], uiProps: [{ name: 'x', value: 'y' }] }]",
			script.Script{Triggers: []script.Trigger{{
				EventTypes: []string{"onManual"}, ResourceTypes: []string{"system"},
				Constraints: []script.Constraint{{"a", "=", []string{"b"}}}, UIProps: []script.UIProp{{"x", "y"}},
			}}},
		},
		{
			"an iterator", "iterator: each => each({ resourceType: 'system:user', action: 'update', filter: { query: 'x', limit: 5 } }).every('0 3 * * *')",
			script.Script{Iterator: &script.Iterator{
				ResourceType: "system:user", EventType: "onInterval", Action: "update",
				Filter: []byte(`{"query":"x","limit":5}`), Deferred: []string{"0 3 * * *"},
			}},
		},
		{"security by name", "security: 'bot', triggers: ({ on }) => on('manual').for('system')", script.Script{
			Security: &script.Security{RunAs: "bot"},
			Triggers: []script.Trigger{{EventTypes: []string{"onManual"}, ResourceTypes: []string{"system"}}},
		}},
		{"security", "security: { runAs: 'bot', allow: 'staff', deny: ['a', 'b'] }, triggers: ({ on }) => on('manual').for('system')", script.Script{
			Security: &script.Security{RunAs: "bot", Allow: []string{"staff"}, Deny: []string{"a", "b"}},
			Triggers: []script.Trigger{{EventTypes: []string{"onManual"}, ResourceTypes: []string{"system"}}},
		}},
		{"no security", "security: {}, label: 7, triggers: ({ on }) => on('manual').for('system')", script.Script{
			Triggers: []script.Trigger{{EventTypes: []string{"onManual"}, ResourceTypes: []string{"system"}}},
		}},
	} {
		h := newHouse(t, "a/server-scripts/one.js", "export default { "+x.text+", exec () {} }")
		got := h.Scripts()[0]
		ignored := cmpopts.IgnoreFields(script.Script{}, "Name", "UpdatedAt", "Extension")
		if diff := cmp.Diff(x.want, got, ignored, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", x.what, diff)
		}
	}
}
