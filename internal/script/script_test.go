package script_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"muster/internal/script"
)

// A house is a folder of scripts with a clock that stands still until it is turned.
type house struct {
	*script.Folder
	t   *testing.T
	dir string
	mu  sync.Mutex
	at  time.Time
}

// newHouse opens a folder with files, which are given by name and text.
func newHouse(t *testing.T, files ...string) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), at: time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)}
	h.write(files...)
	folder, err := script.Open(script.Config{Dir: h.dir, Now: h.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { folder.Close() })
	h.Folder = folder
	return h
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.at
}

func (h *house) turn(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = h.at.Add(d)
}

func (h *house) write(files ...string) {
	h.t.Helper()
	for i := 0; i < len(files); i += 2 {
		name := filepath.Join(h.dir, filepath.FromSlash(files[i]))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			h.t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(files[i+1]), 0o644); err != nil {
			h.t.Fatal(err)
		}
	}
}

// manual is a script that is run by hand, with this body.
func manual(body string) string {
	return "export default {\n  triggers: ({ on }) => on('manual').for('system'),\n  async exec (args, ctx) {\n" + body + "\n  }\n}\n"
}

// one opens a folder with a single script and gives its name.
func one(t *testing.T, text string) (*house, string) {
	t.Helper()
	h := newHouse(t, "a/server-scripts/one.js", text)
	if errs := h.Scripts()[0].Errors; len(errs) > 0 {
		t.Fatal(errs)
	}
	return h, "/server-scripts/one.js:default"
}

// runs runs the body of a script.
func runs(t *testing.T, body string, c script.Call) (script.Result, error) {
	t.Helper()
	h, name := one(t, manual(body))
	c.Script = name
	return h.Run(t.Context(), c)
}

func TestRunGivesWhatExecReturns(t *testing.T) {
	for _, x := range []struct{ body, want string }{
		{"return { a: 1, b: 'two' }", `{"a":1,"b":"two"}`},
		{"", `{}`},
		{"return 'text'", `{"result":"text"}`},
		{"return true", `{"result":true}`},
		{"return null", `{"result":null}`},
		{"return [1, 2]", `{"result":[1,2]}`},
		{"return Promise.resolve({ a: 1 })", `{"a":1}`},
		{"await null; await Promise.resolve(); return { a: await (async () => 7)() }", `{"a":7}`},
		{"return Object.assign(Object.create(null), { a: 1 })", `{"a":1}`},
		{"class A { x = 1 }; return new A()", `{"result":{"x":1}}`},
		{"return { a: new Date(0), b: undefined, c () {} }", `{"a":"1970-01-01T00:00:00.000Z"}`},
		{"return { a: new Date(), b: Date.now() }", `{"a":"2026-01-02T03:04:05.678Z","b":1767323045678}`},
		{"const e = new Error('x'); e.name = 'Mine'; return { e: String(e), o: { toString: 1 }.toString }", `{"e":"Mine: x","o":1}`},
		{"function F () {}; F.prototype.toString = () => 'f'; return { f: `${new F()}` }", `{"f":"f"}`},
	} {
		got, err := runs(t, x.body, script.Call{})
		if err != nil || string(got.Value) != x.want {
			t.Errorf("%s: got %s, %v; want %s", x.body, got.Value, err, x.want)
		}
	}
}

// TestBuiltInsStillWork sees that what tame.js puts in place of built-in functions does what they did.
func TestBuiltInsStillWork(t *testing.T) {
	for _, x := range []struct{ expression, want string }{
		{"[1, 2, 3].indexOf(2) + [1, 2].indexOf(3) + [1, 2, 1].indexOf(1, 1) + [1, 2, 1].indexOf(1, -1)", "4"},
		{"[1, 2, 1].lastIndexOf(1) + ',' + [1, 2, 1].lastIndexOf(1, 1) + ',' + [1].lastIndexOf(2) + ',' + [1, 2].lastIndexOf(2, -2)", `"2,0,-1,-1"`},
		{"[[NaN].includes(NaN), [NaN].indexOf(NaN), [,].includes(undefined), [,].indexOf(undefined), [1].includes(1, 1)]", "[true,-1,true,-1,false]"},
		{"[1].concat([2, 3], 4, [[5]])", "[1,2,3,4,[5]]"},
		{"[1, [2, [3, [4]]]].flat()", "[1,2,[3,[4]]]"},
		{"[1, [2, [3, [4]]]].flat(Infinity)", "[1,2,3,4]"},
		{"[1, 2].flatMap((x, i) => [x, [i]])", "[1,[0],2,[1]]"},
		{"[3, 20, 1, undefined].sort()", "[1,20,3,null]"},
		{"[3, 20, 1].sort((a, b) => a - b)", "[1,3,20]"},
		{"[3, 1].toSorted().concat([[2, 1].toReversed()])", "[1,3,[1,2]]"},
		{"Array.prototype.map.call('ab', x => x + x)", `["aa","bb"]`},
		{"(function () { return Array.prototype.slice.call(arguments, 1) })(1, 2, 3)", "[2,3]"},
		{"[1, 2, 3].map(x => x * 2).filter(x => x > 2).reduce((a, b) => a + b)", "10"},
		{"'a-b-c'.split('-').join('+') + 'a1b2'.split(/\\d/)", `"a+b+ca,b,"`},
		{"['ab'.split(), 'ab'.split(''), 'a,b,c'.split(',', 2)]", `[["ab"],["a","b"],["a","b"]]`},
		{"'aXbX'.replace('X', 'y') + 'aXbX'.replaceAll('X', m => m + m) + 'aXbX'.replace(/x/gi, '$&.')", `"aybXaXXbXXaX.bX."`},
		{"'abcabc'.indexOf('c', 3) + 'abcabc'.lastIndexOf('c') + 'abcabc'.lastIndexOf('c', 3) + 'abc'.indexOf('')", "12"},
		{"['abc'.includes('b'), 'abc'.includes('b', 2), 'null'.includes(null), 'x7'.includes(7)]", "[true,false,true,true]"},
		{"[...'a1b2'.matchAll(/\\d/g)].map(m => m[0] + m.index)", `["11","23"]`},
		{"['ab'.match(/b/).index, 'ab'.match('b').index, 'ab'.search('b'), 'abb'.match(/b/g), 'a'.match('x')]", `[1,1,1,["b","b"],null]`},
		{
			"[new RegExp('a+', 'g').flags, RegExp('b').test('b'), /x/ instanceof RegExp, new RegExp(/c/i).flags, /d/.constructor === RegExp]",
			`["g",true,true,"i",true]`,
		},
		{"String.raw`a\\n${1}b` + String.raw({ raw: ['x', 'y'] }, 1, 2)", `"a\\n1bx1y"`},
		{
			"JSON.stringify({ a: 1, b: { a: 2, c: 3 } }, ['a', 'b']) + JSON.stringify([1], null, 1) + JSON.stringify({ a: 1 }, (k, v) => k ? v + 1 : v)",
			`"{\"a\":1,\"b\":{\"a\":2}}[\n 1\n]{\"a\":2}"`,
		},
		{"JSON.parse('[1, 2]', (k, v) => Array.isArray(v) ? v : v * 2)", "[2,4]"},
		{"'\\u0041\\u030a'.normalize('NFC').length + 'a'.localeCompare('b') + [...new Uint8Array([3, 1, 2]).sort()].join('')", `"0123"`},
		{
			"[new Date(0).toISOString(), new Date(2020, 0, 2).getDate(), Date.UTC(2020, 0), new Date('2020-01-02').getTime(), typeof Date()]",
			`["1970-01-01T00:00:00.000Z",2,1577836800000,1577923200000,"string"]`,
		},
		{"[new Date() instanceof Date, new Date().constructor === Date, Object.prototype.toString.call(new Date())]", `[true,true,"[object Date]"]`},
		{
			"[(() => {}) instanceof Function, new Map([[1, 2]]).get(1), [...new Set([1, 1])], Object.groupBy([1, 2], x => x % 2 ? 'o' : 'e').o]",
			"[true,2,[1],[1]]",
		},
	} {
		got, err := runs(t, "return { r: "+x.expression+" }", script.Call{})
		if want := `{"r":` + x.want + `}`; err != nil || string(got.Value) != want {
			t.Errorf("%s: got %s, %v; want %s", x.expression, got.Value, err, want)
		}
	}
}

func TestScriptsSayNo(t *testing.T) {
	for _, x := range []struct{ body, want string }{
		{"return false", "Aborted"},
		{"throw new Error('not today')", "not today"},
		{"return Promise.reject(new Error('not today'))", "not today"},
		{"await null; throw new TypeError('not today')", "not today"},
		{"throw 'a text'", "a text"},
		{"throw 7", "7"},
		{"throw { message: 'from an object' }", "from an object"},
		{"throw { get message () { throw 1 } }", "Aborted"},
		{"throw { message: { toString () { throw 1 } } }", "Aborted"},
		{"throw Symbol('s')", "Symbol(s)"},
		{"throw undefined", "Aborted"},
		{"throw null", "Aborted"},
		{"throw new Error('a\\nb\\u0007')", "a b "},
		{"throw new Error('x'.repeat(5000))", strings.Repeat("x", 1000)},
		{"return new Promise(() => {})", "the script waits for what never comes"},
		{"missing()", "'missing' is not defined"},
		{"return { toJSON () { return 7 } }", "the script returned what is no object"},
		{"return { n: 1n }", "'BigInt' is not defined"},
		{"const a = {}; a.a = a; return a", "circular reference"},
	} {
		_, err := runs(t, x.body, script.Call{})
		var aborted *script.Aborted
		if !errors.As(err, &aborted) || aborted.Message != x.want {
			t.Errorf("%s: got %v, want %q", x.body, err, x.want)
		}
	}
}

func TestUnknownScripts(t *testing.T) {
	h := newHouse(t, "a/server-scripts/broken.js", "export default {", "a/client-scripts/admin/c.js", manual(""))
	for _, name := range []string{"", "x", "/server-scripts/broken.js:default", "/client-scripts/admin/c.js:default"} {
		if _, err := h.Run(t.Context(), script.Call{Script: name}); !errors.Is(err, script.ErrUnknown) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestArguments(t *testing.T) {
	args := `{"eventType":"beforeUpdate","resourceType":"system:user","provider":"local",
		"user":{"userID":"7","email":"a@b.c","kind":"bot","meta":{"x":1},"createdAt":"2026-01-01T00:00:00Z","deletedAt":null},
		"oldUser":{"userID":"7","email":"old@b.c"},"role":{"roleID":"9","name":"R"},
		"application":{"applicationID":"11","name":"A"},"invoker":{"userID":"1"},"authUser":{"userID":"2"},"oldRole":null}`
	for _, x := range []struct{ body, want string }{
		{"return { keys: Object.keys(args).sort() }", `{"keys":["$application","$authUser","$invoker","$oldRole","$oldUser",` +
			`"$role","$user","eventType","provider","rawApplication","rawAuthUser","rawInvoker","rawOldRole","rawOldUser","rawRole",` +
			`"rawUser","resourceType"]}`},
		{"args.$user.email = 'new@b.c'; return args.$user", `{"result":{"userID":"7","handle":"","username":"",` +
			`"email":"new@b.c","name":"","kind":"bot","meta":{"x":1},"createdAt":"2026-01-01T00:00:00.000Z"}}`},
		{
			"return { user: args.$user.resourceID, type: args.$role.resourceType, app: args.$application.resourceID }",
			`{"user":"system:user:7","type":"system:role","app":"system:application:11"}`,
		},
		{"try { args.$oldUser.email = 'x' } catch (e) { return { e: e.name, old: args.$oldUser.email } }", `{"e":"TypeError","old":"old@b.c"}`},
		{"try { args.eventType = 'x' } catch (e) { return { e: e.name } }", `{"e":"TypeError"}`},
		{"return { instant: args.$user.createdAt instanceof Date, none: args.$oldRole === undefined }", `{"instant":true,"none":true}`},
		{"return { who: (await ctx.$authUser).userID, by: ctx.$invoker.userID }", `{"who":"2","by":"1"}`},
		{"return { raw: args.rawOldUser }", `{"raw":{"userID":"7","email":"old@b.c"}}`},
		{
			"return { token: args.authToken, ctx: Object.keys(ctx).sort() }",
			`{"ctx":["$authUser","$invoker","Compose","System","SystemAPI","console","log"]}`,
		},
	} {
		got, err := runs(t, x.body, script.Call{Args: json.RawMessage(args)})
		if err != nil || string(got.Value) != x.want {
			t.Errorf("%s: got %s, %v; want %s", x.body, got.Value, err, x.want)
		}
	}
}

// answering is a set of host functions that note what they were asked.
type answering struct {
	asked []string
	host  map[string]script.HostFunc
}

func answers(given map[string]string) *answering {
	a := &answering{host: map[string]script.HostFunc{}}
	for name, text := range given {
		a.host[name] = func(_ context.Context, args []json.RawMessage) (json.RawMessage, error) {
			line := name
			for _, arg := range args {
				line += " " + string(arg)
			}
			a.asked = append(a.asked, line)
			if message, failed := strings.CutPrefix(text, "!"); failed {
				return nil, errors.New(message)
			}
			if text == "" {
				return nil, nil
			}
			return json.RawMessage(text), nil
		}
	}
	return a
}

func TestLibraryAsksTheHost(t *testing.T) {
	const user, role = `{"userID":"7","handle":"ann"}`, `{"roleID":"9","handle":"staff"}`
	host := map[string]string{
		"user.find": `{"set":[` + user + `],"filter":{"count":1}}`, "user.read": user, "user.create": user, "user.update": user,
		"user.delete": "", "user.password": "", "user.suspend": "", "group.find": `{"set":[{"roleID":"8","handle":"staffing"},` + role + `]}`,
		"group.read": role, "group.create": role, "group.update": role, "group.delete": "", "member.add": "", "member.remove": "",
		"member.list": `["7"]`, "rule.update": "", "mail.send": "", "reminder.create": `{"reminderID":"3"}`, "application.find": `{"set":null}`,
	}
	for _, x := range []struct{ body, value, asked string }{
		{"return { n: (await System.findUsers('an')).set.length }", `{"n":1}`, `user.find {"query":"an"}`},
		{"return { f: (await System.findUsers({ email: 'x' })).filter.count }", `{"f":1}`, `user.find {"email":"x"}`},
		{
			"return System.findUserByHandle('ann')", `{"result":{"userID":"7","handle":"ann","username":"","email":"","name":""}}`,
			`user.find {"handle":"ann"}`,
		},
		{"return { e: (await System.findUserByEmail('a@b')).resourceID }", `{"e":"system:user:7"}`, `user.find {"email":"a@b"}`},
		{"return { i: (await System.findUserByID('7')).handle }", `{"i":"ann"}`, `user.read "7"`},
		{"await System.saveUser({ email: 'n@b' })", `{}`, `user.create {"email":"n@b"}`},
		{"await System.saveUser({ userID: '7', email: 'n@b' })", `{}`, `user.update {"userID":"7","email":"n@b"}`},
		{"await System.deleteUser({ userID: '7' })", `{}`, `user.delete "7"`},
		{"await System.deleteUser('nobody')", `{}`, ``},
		{"await System.setPassword('pw', '7')", `{}`, `user.read "7"; user.password "7" "pw"`},
		{"return { r: (await System.findRoleByHandle('staff')).roleID }", `{"r":"9"}`, `group.find {"handle":"staff"}`},
		{"return { r: (await System.findRoleByHandle('none').catch(e => e.message)) }", `{"r":"role not found"}`, `group.find {"handle":"none"}`},
		{"await System.saveRole({ name: 'R' })", `{}`, `group.create {"name":"R"}`},
		{"await System.deleteRole({ roleID: '9' })", `{}`, `group.delete "9"`},
		{"await System.addUserToRole({ userID: '7' }, 'staff')", `{}`, `group.find {"handle":"staff"}; member.add "9" "7"`},
		{"await System.addUserToRole('ann', { roleID: '9' })", `{}`, `user.find {"handle":"ann"}; member.add "9" "7"`},
		{"await System.removeUserFromRole('7', '9')", `{}`, `user.read "7"; group.read "9"; member.remove "9" "7"`},
		{
			"await System.allow({ role: { roleID: '9' }, resource: { resourceID: 'system:user:7' }, operation: 'read' })", `{}`,
			`rule.update "9" [{"resource":"system:user:7","operation":"read","access":"allow"}]`,
		},
		{"return { m: await SystemAPI.roleMemberList({ roleID: '9' }) }", `{"m":["7"]}`, `member.list "9"`},
		{"return { s: await SystemAPI.userSuspend({ userID: '7' }) === undefined }", `{"s":true}`, `user.suspend "7"`},
		{"return SystemAPI.reminderCreate({ resource: 'x' })", `{"reminderID":"3"}`, `reminder.create {"resource":"x"}`},
		{"return SystemAPI.applicationList()", `{"set":null}`, `application.find {}`},
		{
			"await ctx.Compose.sendMail('a@b', 'Hi', { html: '<p>x</p>' })", `{}`,
			`mail.send {"to":["a@b"],"cc":[],"subject":"Hi","html":"<p>x</p>"}`,
		},
		{"return { e: await SystemAPI.roleArchive({ roleID: '9' }).catch(e => e.message) }", `{"e":"group.archive is not offered here"}`, ``},
	} {
		a := answers(host)
		got, err := runs(t, "const { System, SystemAPI } = ctx\n"+x.body, script.Call{Host: a.host})
		if err != nil || string(got.Value) != x.value {
			t.Errorf("%s: got %s, %v; want %s", x.body, got.Value, err, x.value)
		}
		if asked := strings.Join(a.asked, "; "); asked != x.asked {
			t.Errorf("%s: asked %s; want %s", x.body, asked, x.asked)
		}
	}
}

func TestErrorsOfTheHostAreExceptions(t *testing.T) {
	a := answers(map[string]string{"user.read": "!user not found"})
	a.host["user.create"] = func(context.Context, []json.RawMessage) (json.RawMessage, error) { panic("secret") }
	got, err := runs(t, `try { await ctx.SystemAPI.userRead({ userID: '7' }) } catch (e) { return { e: e.message, c: e instanceof Error } }`,
		script.Call{Host: a.host})
	if err != nil || string(got.Value) != `{"e":"user not found","c":true}` {
		t.Errorf("got %s, %v", got.Value, err)
	}
	for body, want := range map[string]string{
		"return ctx.System.findUserByID('7')":                       "user not found",
		"return ctx.SystemAPI.userCreate({})":                       "internal error",
		"const a = {}; a.a = a; return ctx.SystemAPI.userUpdate(a)": "circular reference",
		"return ctx.SystemAPI.userRead(undefined)":                  "cannot convert to object",
	} {
		var aborted *script.Aborted
		if _, err := runs(t, body, script.Call{Host: a.host}); !errors.As(err, &aborted) || aborted.Message != want {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestHostCallsEndWithTheRun(t *testing.T) {
	host := map[string]script.HostFunc{"user.read": func(ctx context.Context, _ []json.RawMessage) (json.RawMessage, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	_, err := runs(t, "for (;;) try { await ctx.System.findUserByID('7') } catch {}", script.Call{Host: host, Limits: script.Limits{Time: 50 * time.Millisecond}})
	wantLimit(t, "waiting host", err, script.LimitTime)
}

func wantLimit(t *testing.T, what string, err error, which ...string) {
	t.Helper()
	var limit *script.LimitError
	if !errors.As(err, &limit) || !slices.Contains(which, limit.Which) {
		t.Errorf("%s: got %v, want the limit of %s", what, err, which)
	}
}

func TestLogIsKept(t *testing.T) {
	got, err := runs(t, `
		console.log('a', 1, { b: [2] }, null, undefined, new Error('e'))
		ctx.log.warn('two\nlines\u0000')
		ctx.console.error(Symbol('s'), 1, { toJSON () { throw 1 } })
		throw new Error('over')`, script.Call{})
	var aborted *script.Aborted
	if !errors.As(err, &aborted) {
		t.Error(err)
	}
	want := []string{`info a 1 {"b":[2]} null undefined Error: e`, "warn two lines ", "error Symbol(s) 1 ?"}
	if diff := cmp.Diff(want, got.Log); diff != "" {
		t.Error(diff)
	}
}

func TestCallerLeaves(t *testing.T) {
	h, name := one(t, manual("for (;;);"))
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := h.Run(ctx, script.Call{Script: name}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := h.Run(ctx, script.Call{Script: name}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestGate fills all places and the queue, and sees who is refused, who gets in, and who leaves.
func TestGate(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "server-scripts"), 0o755); err != nil {
		t.Fatal(err)
	}
	text := manual("return { x: await ctx.SystemAPI.userRead({ userID: '1' }) }")
	if err := os.WriteFile(filepath.Join(dir, "server-scripts", "w.js"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := script.Open(script.Config{Dir: dir, VMs: 2, Queue: 3})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	inside, open := make(chan bool, 10), make(chan bool)
	call := script.Call{Script: "/server-scripts/w.js:default", Host: map[string]script.HostFunc{
		"user.read": func(context.Context, []json.RawMessage) (json.RawMessage, error) {
			inside <- true
			<-open
			return json.RawMessage(`1`), nil
		},
	}}
	ended := make(chan error, 10)
	run := func(ctx context.Context) {
		_, err := f.Run(ctx, call)
		ended <- err
	}
	go run(t.Context())
	go run(t.Context())
	<-inside
	<-inside
	leaving, leave := context.WithCancel(t.Context())
	go run(t.Context())
	go run(t.Context())
	go run(leaving)
	for f.Stats().Waiting < 3 {
		time.Sleep(time.Millisecond)
	}
	if _, err := f.Run(t.Context(), call); !errors.Is(err, script.ErrBusy) {
		t.Errorf("beyond the queue: %v", err)
	}
	leave()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("who left: %v", err)
	}
	close(open)
	for range 4 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	want := script.Stats{Runs: 4, Refused: 2}
	if diff := cmp.Diff(want, f.Stats()); diff != "" {
		t.Error(diff)
	}
}

func TestRunsShareNothing(t *testing.T) {
	h, name := one(t, "let n = 0\n"+manual("globalThis.m = (globalThis.m ?? 0) + 1; return { n: ++n, m: globalThis.m }"))
	for range 3 {
		got, err := h.Run(t.Context(), script.Call{Script: name})
		if err != nil || string(got.Value) != `{"n":1,"m":1}` {
			t.Errorf("got %s, %v", got.Value, err)
		}
	}
}

func BenchmarkTrivialRun(b *testing.B) {
	dir := b.TempDir()
	_ = os.MkdirAll(filepath.Join(dir, "server-scripts"), 0o755)
	_ = os.WriteFile(filepath.Join(dir, "server-scripts", "t.js"), []byte(manual("return { a: 1 }")), 0o644)
	f, err := script.Open(script.Config{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Run(b.Context(), script.Call{Script: "/server-scripts/t.js:default", Args: json.RawMessage(`{"user":{"userID":"1"}}`)}); err != nil {
			b.Fatal(err)
		}
	}
}
