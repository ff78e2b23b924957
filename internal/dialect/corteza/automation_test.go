package corteza_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"muster/internal/config"
	"muster/internal/store/storetest"
)

// A folder of scripts that a test writes.
type folder struct {
	path string
	h    *house // nil before it is there
}

// withFolder runs f on each engine in a house with those scripts: file names and what is in them.
func withFolder(t *testing.T, files map[string]string, f func(t *testing.T, h *house, scripts *folder)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, engine string) {
		scripts := &folder{path: t.TempDir()}
		for name, text := range files {
			scripts.write(t, name, text)
		}
		h := newHouse(t, engine, func(c *config.Config) { c.Scripts = scripts.path })
		scripts.h = h
		f(t, h, scripts)
	})
}

// write writes a script, which is there from then on.
func (f *folder) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(f.path, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if f.h != nil {
		f.h.Clock.Advance(2 * time.Second) // it is looked at once a second
		f.h.Work(t)                        // by the runner of scripts, for example
	}
}

// onEvent is a script that runs body on an event: "before create system:user".
func onEvent(event, body string, more ...string) string {
	words := strings.Fields(event)
	return fmt.Sprintf("export default {\n  %s\n  triggers: ({ %[2]s }) => [%[2]s('%[3]s').for('%[4]s')],\n  async exec (args, { System, SystemAPI, Compose, console }) {\n%[5]s\n  }\n}\n",
		strings.Join(more, "\n  "), words[0], words[1], words[2], body)
}

const asAdmin = "security: { runAs: 'admin' },"

// TestAutomation: contract, 11, in a house without scripts.
func TestAutomation(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		for query, want := range map[string]string{
			"": `"resourceTypePrefixes":null,"resourceTypes":null,"eventTypes":null,"excludeServerScripts":false,"excludeClientScripts":false,"excludeInvalid":false`,
			"resourceTypes[]=system&eventTypes[]=onManual&eventTypes[]=x&excludeServerScripts=1&excludeClientScripts=yes&resourceTypePrefixes[]=a": `"resourceTypePrefixes":["a"],"resourceTypes":["system"],"eventTypes":["onManual","x"],"excludeServerScripts":true,"excludeClientScripts":true,"excludeInvalid":false`,
			"excludeInvalid=true": `"resourceTypePrefixes":["system","ui:"],"resourceTypes":null,"eventTypes":null,"excludeServerScripts":false,"excludeClientScripts":false,"excludeInvalid":true`,
			"excludeInvalid=true&resourceTypePrefixes[]=user&resourceTypePrefixes[]=ui:page&resourceTypePrefixes[]=system:role&resourceTypes=a": `"resourceTypePrefixes":["system:user","ui:page","system:role","system","ui:"],"resourceTypes":["a"],"eventTypes":null,"excludeServerScripts":false,"excludeClientScripts":false,"excludeInvalid":true`,
			"excludeInvalid=true&resourceTypePrefixes[]=system&resourceTypePrefixes[]=ui:":                                                      `"resourceTypePrefixes":["system","ui:"],"resourceTypes":null,"eventTypes":null,"excludeServerScripts":false,"excludeClientScripts":false,"excludeInvalid":true`,
		} {
			ann.GET(t, "/automation/?"+query).is(t, `{"response":{"filter":{`+want+`,"count":0},"set":null}}`)
		}
		for _, bundle := range []string{"default-client-scripts.js", "a-b.c"} {
			if a := ann.GET(t, "/automation/"+bundle); a.Status != 404 || len(a.Body) > 0 {
				t.Errorf("%s: %d %q", bundle, a.Status, a.Body)
			}
		}
		if a := ann.GET(t, "/automation/other"); a.Status != 404 || string(a.Body) != "404 page not found\n" {
			t.Errorf("no bundle's name: %d %q", a.Status, a.Body)
		}
		if a := ann.GET(t, "/automation/trigger"); a.Status != 405 || len(a.Body) > 0 {
			t.Errorf("wrong method: %d %q", a.Status, a.Body)
		}
		for _, body := range []any{nil, `{}`, `{"script":"/server-scripts/any.js:default"}`} {
			ann.POST(t, "/automation/trigger", body).ok(t)
		}
	})
}

// TestTrigger: in a house without scripts, those on objects answer these as they are, to who may read them.
func TestTrigger(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		role, application := h.role(t, "Red"), h.application(t, "Red")
		before := h.Rows(t)
		const script = `{"script":"/server-scripts/any.js:default"}`
		for _, c := range []*client{h.admin, ann.client} { // masked, where the caller sees a mask
			if got, want := c.POST(t, "/users/"+bob.id+"/trigger", script), c.GET(t, "/users/"+bob.id); string(got.Body) != string(want.Body) {
				t.Errorf("user: %s, want %s", got.Body, want.Body)
			}
			if got := fmt.Sprint(c.POST(t, "/roles/"+role+"/trigger", script).members(t, "response")); got != "[createdAt handle name roleID]" {
				t.Errorf("role: %s", got)
			}
			if got := fmt.Sprint(c.POST(t, "/application/"+application+"/trigger", script).members(t, "response")); got != "[applicationID createdAt enabled name ownerID]" {
				t.Errorf("application: %s", got)
			}
		}
		for path, want := range map[string]string{
			"/users/999": "user not found", "/users/0": "invalid ID", "/roles/999": masked, "/roles/x": "invalid ID", "/application/999": masked, "/application/0": "invalid ID",
		} {
			ann.POST(t, path+"/trigger", script).fails(t, want)
		}
		if h.Rows(t) != before {
			t.Error("something has changed")
		}
		h.rule(t, "1", "system:role:"+role, "read", "deny")
		ann.POST(t, "/roles/"+role+"/trigger", script).fails(t, "not allowed to read this role")
	})
}

// TestSubscription: there is no licence, for anybody.
func TestSubscription(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.person(t, "ann").GET(t, "/subscription/").ok(t)
		h.nobody().GET(t, "/subscription/").fails(t, "Unauthorized")
	})
}

// TestScriptList: what the list leaves out when it is asked to.
func TestScriptList(t *testing.T) {
	files := map[string]string{
		"server-scripts/user.js":       onEvent("on manual system:user", ""),
		"server-scripts/role.js":       onEvent("before update system:role", ""),
		"server-scripts/record.js":     onEvent("after create compose:record", ""),
		"server-scripts/nobody.js":     onEvent("on manual system:user", "", "security: { runAs: 'nobody', allow: ['gone'] },"),
		"server-scripts/broken.js":     "export default {",
		"client-scripts/admin/page.js": onEvent("on manual ui:page", ""),
	}
	withFolder(t, files, func(t *testing.T, h *house, _ *folder) {
		ann := h.person(t, "ann")
		for query, want := range map[string]string{
			"":                       "broken nobody record role user page",
			"excludeServerScripts=1": "page",
			"excludeClientScripts=1": "broken nobody record role user",
			"excludeServerScripts=1&excludeClientScripts=1":                  "",
			"resourceTypes[]=system:role&resourceTypes[]=system:user":        "nobody role user",
			"eventTypes[]=onManual":                                          "nobody user page",
			"eventTypes[]=onManual&resourceTypes[]=system:user":              "nobody user",
			"eventTypes[]=beforeUpdate&resourceTypes[]=system:user":          "",
			"resourceTypePrefixes[]=system":                                  "nobody role user",
			"resourceTypePrefixes[]=user":                                    "",
			"excludeInvalid=true":                                            "role user page",
			"excludeInvalid=true&resourceTypePrefixes[]=user":                "role user page",
			"excludeInvalid=true&excludeClientScripts=1&eventTypes=onManual": "user",
		} {
			a := ann.GET(t, "/automation/?"+query)
			var got []string
			for _, name := range a.list(t, "response.set", "name") {
				got = append(got, strings.TrimSuffix(filepath.Base(name), ".js:default"))
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %q, want %q", query, got, want)
			}
			if n := fmt.Sprint(a.Get(t, "response.filter.count")); n != fmt.Sprint(len(got)) {
				t.Errorf("%s: counted %s", query, n)
			}
		}
		a := ann.GET(t, "/automation/?resourceTypes[]=system:user")
		if got, want := fmt.Sprint(a.Get(t, "response.set")), "could not load security user: nobody: no such user could not load security role: gone: no such group"; !strings.Contains(got, want) {
			t.Errorf("the list says %s", got)
		}
		h.nobody().GET(t, "/automation/").fails(t, "Unauthorized")
	})
}

// TestBundle: what browsers run is theirs to keep until it changes.
func TestBundle(t *testing.T) {
	withFolder(t, map[string]string{"client-scripts/admin/a.js": onEvent("on manual system:user", "console.log('one')")}, func(t *testing.T, h *house, scripts *folder) {
		ann := h.person(t, "ann")
		const path = "/automation/admin-client-scripts.js"
		first := ann.GET(t, path)
		etag := first.Header.Get("ETag")
		if first.Status != 200 || first.Header.Get("Content-Type") != "text/plain" || etag == "" || !strings.Contains(string(first.Body), `"one"`) {
			t.Fatalf("%d %v %s", first.Status, first.Header, first.Body)
		}
		if a := ann.send(t, "GET", path, "", "", "If-None-Match", etag, "Authorization", "Bearer "+ann.Token); a.Status != 304 || len(a.Body) > 0 || a.Header.Get("ETag") != etag {
			t.Errorf("again: %d %v", a.Status, a.Header)
		}
		scripts.write(t, "client-scripts/admin/a.js", onEvent("on manual system:user", "console.log('another')"))
		if a := ann.send(t, "GET", path, "", "", "If-None-Match", etag, "Authorization", "Bearer "+ann.Token); a.Status != 200 || a.Header.Get("ETag") == etag || !strings.Contains(string(a.Body), "another") {
			t.Errorf("changed: %d %s", a.Status, a.Body)
		}
		for _, none := range []string{"other-client-scripts.js", "admin-server-scripts.js", "-client-scripts.js", "a-b.c"} {
			if a := ann.GET(t, "/automation/"+none); a.Status != 404 || len(a.Body) > 0 {
				t.Errorf("%s: %d %q", none, a.Status, a.Body)
			}
		}
		h.nobody().GET(t, path).fails(t, "Unauthorized")
	})
}

// TestScriptsHaveTheirSay: before, they change what is stored or refuse it in their own words, which the log keeps; what comes
// after a change does it no harm. What is changed on the disk holds at once, and what is broken stops nobody.
func TestScriptsHaveTheirSay(t *testing.T) {
	files := map[string]string{
		"a/server-scripts/name.js": onEvent("before create system:user", "args.$user.name += ' of ' + args.$invoker.handle; return args.$user"),
		"a/server-scripts/fail.js": onEvent("after create system:user", "throw new Error('whatever')"),
		"b/server-scripts/bad.js":  "syntax error",
	}
	withFolder(t, files, func(t *testing.T, h *house, scripts *folder) {
		a := h.admin.POST(t, "/users/", `{"email":"ann@example.org","name":"Ann"}`)
		if got := a.Text(t, "response.name"); got != "Ann of admin" {
			t.Errorf("made %q", got)
		}
		h.Work(t)
		h.Clock.Advance(time.Hour)
		h.Work(t)
		h.Clock.Advance(time.Hour)
		h.Work(t)
		log := h.admin.GET(t, "/actionlog/?resource=system:automation")
		if got := log.list(t, "response.set", "error"); !slices.Equal(got, []string{"whatever"}) || log.list(t, "response.set", "requestOrigin")[0] != "system" {
			t.Errorf("the log says %s", log.Body)
		}
		scripts.write(t, "a/server-scripts/name.js", onEvent("before create system:user", "if (args.$user.email.endsWith('@evil.example')) throw new Error('not from there')"))
		h.admin.POST(t, "/users/", `{"email":"eve@evil.example"}`).fails(t, "not from there")
		log = h.admin.GET(t, "/actionlog/?resource=system:user&action=create&limit=1")
		if got := log.list(t, "response.set", "description"); !slices.Equal(got, []string{"failed to create users; /server-scripts/name.js:default: not from there"}) ||
			!slices.Equal(log.list(t, "response.set", "error"), []string{"not from there"}) || fmt.Sprint(log.Get(t, "response.set.0.severity")) != "4" {
			t.Errorf("the log says %s", log.Body)
		}
		h.admin.POST(t, "/users/", `{"email":"bob@example.org","name":"Bob"}`).Text(t, "response.userID")
		scripts.write(t, "a/server-scripts/name.js", onEvent("before create system:user", "return { user: { name: 5 } }"))
		h.admin.POST(t, "/users/", `{"email":"carol@example.org"}`).fails(t, "failed to execute corredor script")
		scripts.write(t, "a/server-scripts/name.js", "now I am broken")
		h.admin.POST(t, "/users/", `{"email":"carol@example.org"}`).Text(t, "response.userID")
	})
}

// TestScriptsCanCall: all that a script can call, as an administrator; what it answers is what the wire has.
func TestScriptsCanCall(t *testing.T) {
	const body = `
    const user = await SystemAPI.userCreate({ email: 'new@example.org', name: 'New', handle: 'new' })
    const userID = user.userID
    if ((await SystemAPI.userRead({ userID })).handle !== 'new') throw new Error('user.read')
    if ((await SystemAPI.userUpdate({ ...user, name: 'Newer' })).name !== 'Newer') throw new Error('user.update')
    if ((await SystemAPI.userList({ query: 'newer' })).set.length !== 1) throw new Error('user.find')
    await SystemAPI.userSuspend({ userID })
    await SystemAPI.userUnsuspend({ userID })
    await SystemAPI.userSetPassword({ userID, password: 'correct-horse' })
    await SystemAPI.userDelete({ userID })
    await SystemAPI.userUndelete({ userID })
    const role = await SystemAPI.roleCreate({ name: 'Red', handle: 'red' })
    const roleID = role.roleID
    await SystemAPI.roleUpdate({ ...role, name: 'Redder' })
    if ((await SystemAPI.roleRead({ roleID })).name !== 'Redder') throw new Error('group.read')
    if ((await SystemAPI.roleList({ query: 'redder' })).set.length !== 1) throw new Error('group.find')
    await SystemAPI.roleMemberAdd({ roleID, userID })
    if ((await SystemAPI.roleMemberList({ roleID })).join() !== userID) throw new Error('member.list')
    await SystemAPI.roleMemberRemove({ roleID, userID })
    await SystemAPI.permissionsUpdate({ roleID, rules: [{ resource: 'system:user:*', operation: 'read', access: 'deny' }] })
    await SystemAPI.roleArchive({ roleID })
    await SystemAPI.roleUnarchive({ roleID })
    await SystemAPI.roleDelete({ roleID })
    await SystemAPI.roleUndelete({ roleID })
    const app = await SystemAPI.applicationCreate({ name: 'Chat', enabled: true })
    const applicationID = app.applicationID
    await SystemAPI.applicationUpdate({ ...app, name: 'Chatter' })
    if ((await SystemAPI.applicationRead({ applicationID })).name !== 'Chatter') throw new Error('application.read')
    if ((await SystemAPI.applicationList({ query: 'chatter' })).set.length !== 1) throw new Error('application.find')
    await SystemAPI.applicationDelete({ applicationID })
    await SystemAPI.reminderCreate({ resource: 'a:b:1', payload: { x: 1 }, assignedTo: userID })
    if ((await SystemAPI.reminderList({ resource: 'a:b' })).set.length !== 1) throw new Error('reminder.find')
    let refused = ''
    await SystemAPI.userRead({ userID: '999' }).catch(e => { refused += e.message })
    await SystemAPI.roleRead({ roleID: '999' }).catch(e => { refused += ', ' + e.message })
    await SystemAPI.userCreate({ email: 5 }).catch(e => { refused += ', ' + e.message })
    if (refused !== 'user not found, group: no such group, error parsing http request body: must be a string') throw new Error(refused)
    await Compose.sendMail('new@example.org', 'Hello {{.URL}}', { html: '<p>Dear {{.EmailAddress}}</p>' })
`
	withFolder(t, map[string]string{"server-scripts/all.js": onEvent("on manual system", body, asAdmin)}, func(t *testing.T, h *house, _ *folder) {
		ann := h.person(t, "ann")
		ann.POST(t, "/automation/trigger", `{"script":"/server-scripts/all.js:default"}`).ok(t)
		if m := h.mail(t, "new@example.org"); m.Subject() != "Hello {{.URL}}" || !strings.Contains(m.HTML, "<p>Dear {{.EmailAddress}}</p>") {
			t.Errorf("mailed %q: %s", m.Subject(), m.HTML)
		}
		h.signIn(t, "new@example.org", goodPassword)
		if h.Log.Contains("correct-horse") {
			t.Error("the log has a password")
		}
	})
}

// TestScriptsOfPeople: a script may no more than who runs it; a before-script never sees a password, and sends no mail.
func TestScriptsOfPeople(t *testing.T) {
	files := map[string]string{
		"server-scripts/mine.js":   onEvent("on manual system", "await SystemAPI.userCreate({ email: 'x@example.org' })"),
		"server-scripts/read.js":   onEvent("on manual system:user", "throw new Error(args.$user.email + ' ' + Object.keys(args).sort())"),
		"server-scripts/signup.js": onEvent("before signup system:auth", "if (JSON.stringify(args).includes('correct-horse')) throw new Error('seen'); if (args.$user.handle === 'mailer') await Compose.sendMail('admin@example.org', 'x', { html: 'y' })", asAdmin),
	}
	withFolder(t, files, func(t *testing.T, h *house, _ *folder) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		ann.POST(t, "/automation/trigger", `{"script":"/server-scripts/mine.js:default"}`).fails(t, "not allowed to create users")
		ann.POST(t, "/users/"+bob.id+"/trigger", `{"script":"/server-scripts/read.js:default"}`).failsWith(t, "####.#######@######.### ")
		ann.POST(t, "/users/"+ann.id+"/trigger", `{"script":"/server-scripts/read.js:default"}`).failsWith(t, "ann@example.org ")
		h.setting(t, "auth.internal.signup.email-confirmation-required", false)
		signUp := func(handle string) answer {
			return h.nobody().POST(t, "/auth/internal/signup", fmt.Sprintf(`{"email":"%s@example.org","password":"correct-horse","handle":%q}`, handle, handle))
		}
		signUp("carol").Text(t, "response.jwt")
		signUp("mailer").failsWith(t, "mail.send") // there is no such thing
		h.signIn(t, "carol@example.org", goodPassword)
		h.nobody().login(t, "mailer@example.org", goodPassword).fails(t, "invalid username and password combination")
	})
}

// TestWhatScriptsAnswer: what is taken of it, and what is not.
func TestWhatScriptsAnswer(t *testing.T) {
	files := map[string]string{
		"server-scripts/update.js": onEvent("before update system:user", "args.$user.handle = 'h' + args.$user.userID; return args.$user"),
		"server-scripts/role.js":   onEvent("before create system:role", "return { role: { name: args.$role.name + '!', roleID: '2', handle: null } }"),
		"server-scripts/app.js":    onEvent("before create system:application", "return { application: { enabled: true, unify: args.$application.name === 'Plain' ? null : { name: 'Shown', listed: true } } }"),
		"server-scripts/member.js": onEvent("before add system:role:member", "if (args.$role.name === 'Closed!') throw new Error(args.$user.handle + ' stays out'); args.$user.name = 'Nobody'; return { result: args.$user }"),
	}
	withFolder(t, files, func(t *testing.T, h *house, scripts *folder) {
		ann, bob := h.person(t, "ann"), h.person(t, "bob")
		h.rule(t, h.role(t, "Helpers", ann.id), "system:user:*", "update", "allow")
		a := ann.PUT(t, "/users/"+bob.id, `{"email":"bob@example.org","name":"Robert","handle":"bob"}`) // she sees neither e-mail nor name of his
		if a.Text(t, "response.handle") != "h"+bob.id || a.Text(t, "response.email") != "bob@example.org" || a.Text(t, "response.name") != "Robert" {
			t.Errorf("stored %s", a.Body)
		}
		if name := h.admin.POST(t, "/roles/", `{"name":"Closed","handle":"closed"}`); name.Text(t, "response.name") != "Closed!" || name.Text(t, "response.handle") != "closed" {
			t.Errorf("made %s", name.Body)
		}
		closed := h.admin.GET(t, "/roles/?query=closed").list(t, "response.set", "roleID")[0]
		h.admin.POST(t, "/roles/"+closed+"/member/"+bob.id, nil).fails(t, "h"+bob.id+" stays out")
		h.admin.POST(t, "/roles/", map[string]any{"name": "Open", "members": []string{bob.id}}).Text(t, "response.roleID")
		if name := h.admin.GET(t, "/users/"+bob.id).Text(t, "response.name"); name != "Robert" {
			t.Errorf("he is called %s now", name)
		}
		if a := h.admin.POST(t, "/application/", `{"name":"Chat"}`); a.Get(t, "response.enabled") != true || a.Text(t, "response.unify.name") != "Shown" {
			t.Errorf("made %s", a.Body)
		}
		if a := h.admin.POST(t, "/application/", `{"name":"Plain","unify":{"name":"x"}}`); strings.Contains(string(a.Body), "unify") {
			t.Errorf("made %s", a.Body)
		}
		for _, nonsense := range []string{"{ role: 5 }", "{ role: { name: {} } }", "{ role: [] }"} {
			scripts.write(t, "server-scripts/role.js", onEvent("before create system:role", "return "+nonsense))
			h.admin.POST(t, "/roles/", `{"name":"Nonsense"}`).fails(t, "failed to execute corredor script")
		}
		for _, nothing := range []string{"{}", "true", "'x'", "{ other: 1 }", "null", "{ role: null }"} {
			scripts.write(t, "server-scripts/role.js", onEvent("before create system:role", "return "+nothing))
			if a := h.admin.POST(t, "/roles/", map[string]string{"name": "Given " + nothing}); a.Text(t, "response.name") != "Given "+nothing {
				t.Errorf("%s: made %s", nothing, a.Body)
			}
		}
	})
}

// TestScriptsByTheClock: every minute, once, whatever the time that has passed.
func TestScriptsByTheClock(t *testing.T) {
	script := strings.Replace(onEvent("on manual system", "await SystemAPI.roleCreate({ name: 'Made at ' + new Date().toISOString() })", asAdmin), "on('manual')", "on('manual').every('* * * * *')", 1)
	withFolder(t, map[string]string{"server-scripts/minute.js": script}, func(t *testing.T, h *house, _ *folder) {
		made := func() int { return len(h.admin.GET(t, "/roles/?query=Made").list(t, "response.set", "name")) }
		h.Work(t)
		if n := made(); n != 0 {
			t.Errorf("%d times at the start", n)
		}
		for want := range 3 {
			h.Clock.Advance(time.Duration(want*want) * time.Minute)
			h.Work(t)
			h.Work(t)
			if n := made(); n != want {
				t.Errorf("%d times, want %d", n, want)
			}
		}
	})
}
