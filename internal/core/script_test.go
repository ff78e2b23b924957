package core

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"muster"
	"muster/internal/script"
)

// A fakeFolder runs functions in place of scripts, so that these scenarios are about the house and not about an engine.
type fakeFolder struct {
	mu   sync.Mutex
	list []script.Script
	runs map[string]func(context.Context, *Core, ScriptRun) error
	due  []script.Due
	ran  []string
}

func (f *fakeFolder) Scripts() []script.Script {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.list)
}

func (f *fakeFolder) Bundle(name string) ([]byte, string, bool) {
	return []byte("code of " + name), `"1"`, name == "admin"
}

func (f *fakeFolder) Due(after, until time.Time) (due []script.Due) {
	for _, d := range f.due {
		if d.At.After(after) && !d.At.After(until) {
			due = append(due, d)
		}
	}
	return due
}

func (f *fakeFolder) Run(ctx context.Context, c *Core, r ScriptRun) error {
	f.mu.Lock()
	f.ran = append(f.ran, r.Script+" "+r.Event)
	run := f.runs[r.Script]
	f.mu.Unlock()
	return run(ctx, c, r)
}

// since answers what has run since the last look.
func (f *fakeFolder) since() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	ran := f.ran
	f.ran = nil
	return ran
}

// on adds a script for an event of a resource: "system:user beforeCreate". Options change it.
func (f *fakeFolder) on(name, when string, run func(context.Context, *Core, ScriptRun) error, options ...func(*script.Script)) {
	resource, event, _ := strings.Cut(when, " ")
	s := script.Script{Name: name, Triggers: []script.Trigger{{EventTypes: []string{event}, ResourceTypes: []string{resource}}}}
	for _, o := range options {
		o(&s)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, s)
	f.runs[name] = run
}

// touch has a script's file changed.
func (f *fakeFolder) touch(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := slices.IndexFunc(f.list, func(s script.Script) bool { return s.Name == name })
	f.list[at].UpdatedAt = f.list[at].UpdatedAt.Add(time.Second)
}

func runAs(name string) func(*script.Script) {
	return func(s *script.Script) { s.Security = &script.Security{RunAs: name} }
}

func fine(context.Context, *Core, ScriptRun) error { return nil }

func says(text string) func(context.Context, *Core, ScriptRun) error {
	return func(context.Context, *Core, ScriptRun) error { return &script.Aborted{Message: text} }
}

// scripted runs a scenario in a house with a folder of scripts, and an administrator.
func scripted(t *testing.T, f func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn)) {
	t.Helper()
	each(t, func(t *testing.T, h *house) {
		s := &fakeFolder{runs: map[string]func(context.Context, *Core, ScriptRun) error{}}
		admin := h.join("admin")
		h.scripts.folder = s
		h.quiet()
		f(t, h, s, admin)
	})
}

// run does all errands that are due, and answers their errors.
func (h *house) run() (errs []error) {
	h.t.Helper()
	for {
		list, err := h.Errands.Lease(h.context(), time.Minute)
		h.must(err)
		if len(list) == 0 {
			return errs
		}
		for _, r := range list {
			err := h.RunErrand(h.system(), r, true)
			if err != nil {
				errs = append(errs, err)
			}
			h.must(h.Errands.Finish(h.context(), r, fmt.Sprint(err)))
		}
	}
}

func TestScriptChangesWhatIsStored(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		rename := func(_ context.Context, _ *Core, r ScriptRun) error {
			if r.User != nil {
				r.User.Name += "!"
			}
			if r.Group != nil {
				r.Group.Name += "!"
			}
			if r.Application != nil {
				r.Application.Name, r.Application.Enabled = r.Application.Name+"!", true
			}
			return nil
		}
		for _, when := range []string{
			"system:user beforeCreate", "system:user beforeUpdate", "system:role beforeCreate", "system:role beforeUpdate",
			"system:application beforeCreate", "system:application beforeUpdate", "system:auth beforeSignup",
		} {
			s.on("/"+when, when, rename)
		}
		as := h.as(admin)
		u, err := h.CreateUser(as, Profile{Email: "bob@example.org", Name: "Bob"})
		h.must(err)
		if got := h.user(u.ID).Name; got != "Bob!" {
			t.Errorf("made %q", got)
		}
		_, err = h.UpdateUser(as, u.ID, Profile{Email: "bob@example.org", Name: "Robert"})
		h.must(err)
		if got := h.user(u.ID).Name; got != "Robert!" {
			t.Errorf("changed to %q", got)
		}
		g, err := h.CreateGroup(as, GroupForm{Name: "Red"})
		h.must(err)
		g, err = h.UpdateGroup(as, g.ID, GroupForm{Name: g.Name + "der"})
		h.must(err)
		a, err := h.CreateApplication(as, ApplicationForm{Name: "Chat"})
		h.must(err)
		if !a.Enabled {
			t.Error("what the script has switched on is off")
		}
		a, err = h.UpdateApplication(as, a.ID, ApplicationForm{Name: a.Name + "room"})
		h.must(err)
		in, err := h.SignUp(h.nobody(), NewAccount{Email: "ann@example.org", Password: pass, Name: "Ann"})
		h.must(err)
		if g.Name != "Red!der!" || a.Name != "Chat!room!" || h.user(in.User.ID).Name != "Ann!" {
			t.Errorf("got %q, %q, %q", g.Name, a.Name, in.User.Name)
		}
		events := h.emitted("user.create", "user.update", "group.create", "group.update", "application.create", "application.update", "user.sign-up", "session.open")
		if events[0].Changes["new.name"] != "Bob!" {
			t.Errorf("the audit trail says %v", events[0].Changes)
		}
	})
}

// What scripts make of the input is checked like any other.
func TestScriptsInputIsChecked(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		s.on("/spoil", "system:user beforeCreate", func(_ context.Context, _ *Core, r ScriptRun) error {
			r.User.Email = "nonsense"
			return nil
		})
		_, err := h.CreateUser(h.as(admin), Profile{Email: "bob@example.org"})
		h.refused(err, muster.InvalidField("email", ""))
		h.emitted("user.create:invalid")
	})
}

// TestScriptSaysNo: an abort changes nothing and leaves one line.
func TestScriptSaysNo(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		as := h.as(admin)
		ann, bob := h.join("ann"), h.join("bob")
		red, blue := h.group("Red", nil, ann), h.group("Blue", nil)
		a, err := h.CreateApplication(as, ApplicationForm{Name: "Chat"})
		h.must(err)
		for _, when := range []string{
			"system:user beforeCreate", "system:user beforeUpdate", "system:user beforeDelete", "system:role beforeCreate", "system:role beforeUpdate",
			"system:role beforeDelete", "system:role:member beforeAdd", "system:role:member beforeRemove", "system:application beforeCreate",
			"system:application beforeUpdate", "system:application beforeDelete", "system:auth beforeLogin", "system:auth beforeSignup",
		} {
			s.on("/"+when, when, says("not on a Sunday"))
		}
		h.quiet()
		before := h.everything(red)
		for event, f := range map[string]func() error{
			"user.create":         func() error { _, err := h.CreateUser(as, Profile{Email: "new@example.org"}); return err },
			"user.update":         func() error { _, err := h.UpdateUser(as, ann.User.ID, Profile{Email: "x@example.org"}); return err },
			"user.delete":         func() error { return h.DeleteUser(as, ann.User.ID) },
			"group.create":        func() error { _, err := h.CreateGroup(as, GroupForm{Name: "New"}); return err },
			"group.update":        func() error { _, err := h.UpdateGroup(as, red, GroupForm{Name: "New"}); return err },
			"group.delete":        func() error { return h.DeleteGroup(as, red) },
			"group.merge":         func() error { return h.MergeGroups(as, red, blue) },
			"group.member-add":    func() error { return h.AddMember(as, red, bob.User.ID) },
			"group.member-remove": func() error { return h.RemoveMember(as, red, ann.User.ID) },
			"application.create":  func() error { _, err := h.CreateApplication(as, ApplicationForm{Name: "New"}); return err },
			"application.update":  func() error { _, err := h.UpdateApplication(as, a.ID, ApplicationForm{Name: "New"}); return err },
			"application.delete":  func() error { return h.DeleteApplication(as, a.ID) },
			"session.open":        func() error { _, err := h.signIn("ann", pass); return err },
			"user.sign-up": func() error {
				_, err := h.SignUp(h.nobody(), NewAccount{Email: "new@example.org", Password: pass})
				return err
			},
		} {
			err := f()
			h.refused(err, muster.ErrAborted)
			if err == nil || err.Error() != "not on a Sunday" {
				t.Errorf("%s says %v", event, err)
			}
			if e := h.emitted(event + ":aborted"); len(e) == 1 && (e[0].Changes["script.says"] != "not on a Sunday" || e[0].Changes["script"] == "") {
				t.Errorf("%s: %v", event, e[0].Changes)
			}
			if h.everything(red) != before {
				t.Errorf("%s changed something", event)
			}
		}
	})
}

// everything is all that scripts have a say in, as text.
func (h *house) everything(group muster.ID) string {
	h.t.Helper()
	users, err := h.ListUsers(h.system(), muster.UserFilter{Deleted: muster.With, Suspended: muster.With})
	h.must(err)
	groups, err := h.ListGroups(h.system(), muster.GroupFilter{Deleted: muster.With, Archived: muster.With})
	h.must(err)
	applications, err := h.ListApplications(h.system(), muster.ApplicationFilter{Deleted: muster.With})
	h.must(err)
	members, err := h.ListMembers(h.system(), group)
	h.must(err)
	text, err := json.Marshal([]any{users, groups, applications, members})
	h.must(err)
	return string(text)
}

// TestNoDoorBesideScripts: who is let in by a mailed link, joins by a change of a group, or moves by a merge, meets the same
// scripts.
func TestNoDoorBesideScripts(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		as := h.as(admin)
		ann, bob := h.join("ann"), h.join("bob")
		red, blue := h.group("Red", nil, ann), h.group("Blue", nil, bob)
		h.must(h.RequestPasswordReset(h.nobody(), "ann@example.org"))
		link := h.letters()[0].Token
		x, err := h.ExchangeResetToken(h.nobody(), link)
		h.must(err)
		s.on("/join", "system:role:member beforeAdd", says("no"))
		s.on("/leave", "system:role:member beforeRemove", says("no"))
		s.on("/login", "system:auth beforeLogin", says("no"))
		h.quiet()
		_, err = h.ResetPassword(h.nobody(), x.Token, pass+"2")
		h.refused(err, muster.ErrAborted)
		_, err = h.SignUp(h.nobody(), NewAccount{Email: "new@example.org", Password: pass})
		h.refused(err, muster.ErrAborted)
		_, err = h.CreateGroup(as, GroupForm{Name: "New", Members: []muster.ID{ann.User.ID}})
		h.refused(err, muster.ErrAborted)
		_, err = h.UpdateGroup(as, red, GroupForm{Name: "Red", Members: []muster.ID{ann.User.ID, bob.User.ID}})
		h.refused(err, muster.ErrAborted)
		_, err = h.UpdateGroup(as, red, GroupForm{Name: "Red", Members: []muster.ID{}})
		h.refused(err, muster.ErrAborted)
		h.refused(h.MergeGroups(as, red, blue), muster.ErrAborted)
		h.emitted("user.reset-password:aborted", "user.sign-up:aborted", "group.create:aborted", "group.update:aborted", "group.update:aborted", "group.merge:aborted")
		s.since()
		_, err = h.UpdateGroup(as, red, GroupForm{Name: "Redder", Members: []muster.ID{ann.User.ID}}) // nobody comes or goes
		h.must(err)
		if ran := s.since(); len(ran) > 0 {
			t.Errorf("%q were told of what does not happen", ran)
		}
		_, err = h.signIn("ann", "wrong")
		h.refused(err, muster.ErrBadCredentials)
		if ran := s.since(); len(ran) > 0 {
			t.Errorf("%q were told of somebody who knows no password", ran)
		}
	})
}

// TestDoorsOfOtherWires: nor is there one in a wire that signs up without passwords, renames, converts, or lets managers fill
// groups.
func TestDoorsOfOtherWires(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		as := h.as(admin)
		ann := h.join("ann")
		crew := h.group("Crew", nil)
		h.must(h.AddManager(as, crew, ann.User.ID))
		robot, err := h.CreateUser(as, Profile{Email: "robot@example.org", Username: "tat.system.robot"})
		h.must(err)
		h.newcomers = "Newcomers"
		h.must(h.EnsureDefaultGroup(h.context()))
		for _, when := range []string{"system:auth beforeSignup", "system:user beforeUpdate", "system:role:member beforeAdd"} {
			s.on("/"+when, when, says("no"))
		}
		s.on("/joined", "system:role:member afterAdd", fine)
		h.quiet()
		_, err = h.SignUpForKey(h.tatNobody(), NewKeyAccount{Username: "bob", Name: "Bob", Email: "bob@example.org"})
		h.refused(err, muster.ErrAborted)
		_, err = h.RenameUser(as, ann.User.ID, NewNames{Username: "anna"})
		h.refused(err, muster.ErrAborted)
		_, err = h.ConvertUser(as, robot.ID, true)
		h.refused(err, muster.ErrAborted)
		h.refused(h.AddMember(h.as(ann), crew, ann.User.ID), muster.ErrAborted)
		h.emitted("user.sign-up-for-key:aborted", "user.rename:aborted", "user.convert:aborted", "group.member-add:aborted")
		if ran := s.since(); len(ran) != 4 {
			t.Errorf("ran %q", ran)
		}

		s.list = slices.DeleteFunc(s.list, func(x script.Script) bool { return x.Name == "/system:auth beforeSignup" })
		s.on("/name", "system:auth beforeSignup", func(_ context.Context, _ *Core, r ScriptRun) error { r.User.Name = "Robert"; return nil })
		if k := h.key("bob"); h.user(k.User.ID).Name != "Robert" {
			t.Errorf("he is called %q", h.user(k.User.ID).Name)
		}
		// The default group is the operator's choice, in which nobody else has a say; but who listens hears of it.
		if n, err := h.Errands.Waiting(h.context()); n != 1 || err != nil {
			t.Errorf("%d errands, %v", n, err)
		}
		s.list = nil
		s.on("/rename", "system:user beforeUpdate", func(_ context.Context, _ *Core, r ScriptRun) error {
			r.User.Name, r.User.Username = "Anna", "mallory"
			return nil
		})
		s.on("/fill", "system:role:member beforeAdd", fine)
		_, err = h.RenameUser(as, ann.User.ID, NewNames{Username: "anna"})
		h.must(err)
		if u := h.user(ann.User.ID); u.Username != "anna" || u.Name != "Anna" {
			t.Errorf("she is %q, %q", u.Username, u.Name)
		}
		_, err = h.ConvertUser(as, robot.ID, true)
		h.must(err)
		h.must(h.AddMember(h.as(ann), crew, ann.User.ID))
	})
}

// TestScriptsSeeWhatIsChanged: whoever changes the object meanwhile has the scripts look again, three times at most.
func TestScriptsSeeWhatIsChanged(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		ann := h.join("ann")
		interfere := 1
		saw := []string{}
		s.on("/look", "system:user beforeUpdate", func(_ context.Context, c *Core, r ScriptRun) error {
			saw = append(saw, r.OldUser.Handle)
			if interfere > 0 {
				interfere--
				return c.store.Write(context.Background(), func(tx *storeTx) error {
					u, err := tx.User(muster.MainRealm, ann.User.ID)
					if err == nil {
						u.Handle = fmt.Sprintf("ann%d", interfere)
						err = tx.UpdateUser(u)
					}
					return err
				}, nil)
			}
			return nil
		})
		h.quiet()
		_, err := h.UpdateUser(h.as(admin), ann.User.ID, Profile{Email: "ann@example.org", Name: "Ann"})
		h.must(err)
		if !slices.Equal(saw, []string{"", "ann0"}) {
			t.Errorf("the script saw %q", saw)
		}
		h.emitted("user.update")

		interfere, saw = 100, nil
		_, err = h.UpdateUser(h.as(admin), ann.User.ID, Profile{Email: "ann@example.org", Name: "Anna"})
		h.refused(err, muster.ErrConflictingWrite)
		if len(saw) != scriptTries || h.user(ann.User.ID).Name != "Ann" {
			t.Errorf("%d looks, and the name is %q", len(saw), h.user(ann.User.ID).Name)
		}
		h.emitted("user.update:changed")
	})
}

// TestRunawayScript: what can't say anything says no, and is logged and counted; nothing is changed.
func TestRunawayScript(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		errs := []error{&script.LimitError{Which: script.LimitTime}, script.ErrUnknown, errors.New("anything"), script.ErrBusy}
		at := 0
		s.on("/loop", "system:user beforeCreate", func(context.Context, *Core, ScriptRun) error { at++; return errs[at-1] })
		for range errs[:3] {
			_, err := h.CreateUser(h.as(admin), Profile{Email: "bob@example.org"})
			h.refused(err, muster.ErrScriptFailed)
		}
		_, err := h.CreateUser(h.as(admin), Profile{Email: "bob@example.org"})
		h.refused(err, muster.ErrBusy)
		h.emitted("user.create:script-failed", "user.create:script-failed", "user.create:script-failed")
		if n := h.Stats.Numbers().Scripts; n["failed"] != 3 || n["busy"] != 1 {
			t.Errorf("counted %v", n)
		}
		list, err := h.ListScripts(h.as(admin), ScriptFilter{})
		h.must(err)
		if len(list) != 1 || !slices.Equal(list[0].Errors, []string{"the last run failed: anything"}) {
			t.Errorf("the list says %+v", list)
		}
		at, errs[0] = 0, nil
		_, err = h.CreateUser(h.as(admin), Profile{Email: "bob@example.org"})
		h.must(err)
		if list, _ = h.ListScripts(h.as(admin), ScriptFilter{}); len(list[0].Errors) > 0 {
			t.Errorf("it went well, and the list says %q", list[0].Errors)
		}
		for what, ends := range map[string]func(){
			"the script was changed": func() { s.touch("/loop") },
			"the script has said no": func() { _, _ = h.CreateUser(h.as(admin), Profile{Email: "carol@example.org"}) },
		} {
			at, errs[0], errs[1] = 0, errors.New("anything"), &script.Aborted{Message: "no"}
			_, err = h.CreateUser(h.as(admin), Profile{Email: "carol@example.org"})
			h.refused(err, muster.ErrScriptFailed)
			ends()
			if list, _ = h.ListScripts(h.as(admin), ScriptFilter{}); len(list[0].Errors) > 0 {
				t.Errorf("%s, and the list says %q", what, list[0].Errors)
			}
		}
	})
}

// TestScriptsOfTheWeak: a script may what who runs it may, unless it runs as somebody; and it is never the house.
func TestScriptsOfTheWeak(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		weak, victim := h.join("weak"), h.join("victim")
		var got error
		suspend := func(ctx context.Context, c *Core, _ ScriptRun) error {
			got = c.SuspendUser(ctx, victim.User.ID)
			return nil
		}
		s.on("/mine", "system onManual", suspend)
		s.on("/theirs", "system onManual", suspend, runAs("admin"))
		s.on("/nobodys", "system onManual", suspend, runAs("nobody@example.org"))
		h.quiet()
		h.must(h.RunScript(h.as(weak), "/mine"))
		h.refused(got, muster.ErrDenied)
		e := h.emitted("script.run", "user.suspend:denied")
		if e[0].Actor != weak.User.ID || e[0].Changes["script"] != "/mine" || e[1].Actor != weak.User.ID || e[1].Origin.Wire != "system" || e[1].Origin.Agent != "/mine" {
			t.Errorf("the audit trail says %+v, %+v", e[0], e[1])
		}
		h.must(h.RunScript(h.as(weak), "/theirs"))
		h.must(got)
		if e = h.emitted("script.run", "user.suspend"); e[1].Actor != admin.User.ID || e[1].Session != 0 || e[1].Origin.Agent != "/theirs" {
			t.Errorf("the audit trail says %+v", e[1])
		}
		h.refused(h.RunScript(h.as(weak), "/nobodys"), muster.ErrScriptNotFound)
		h.must(h.RunScript(h.system(), "/mine"))
		h.refused(got, muster.ErrUnauthenticated)
		h.must(h.DeleteUser(h.as(admin), weak.User.ID))
		h.refused(h.RunScript(h.as(admin), ""), muster.ErrScriptUnnamed)
	})
}

// TestScriptSeesNoMore: what the script's actor may not see is not there, and what he may is not handed on.
func TestScriptSeesNoMore(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		weak, other := h.join("weak"), h.join("other")
		h.group("Cleaners", []muster.Permission{{Noun: muster.NounUser, Operation: muster.OpDelete}}, weak)
		var saw string
		look := func(_ context.Context, _ *Core, r ScriptRun) error { saw = r.User.Email; return nil }
		s.on("/look", "system:user beforeDelete", look)
		s.on("/manual", "system:user onManual", look, runAs("admin"))
		u, err := h.RunOnUser(h.as(weak), other.User.ID, "/manual")
		h.must(err)
		if !u.EmailHidden || u.Email != "" {
			t.Errorf("he is told %q by the administrator's script", u.Email)
		}
		h.must(h.DeleteUser(h.as(weak), other.User.ID))
		if saw != "" {
			t.Errorf("his script saw %q", saw)
		}
	})
}

// TestScriptsRunEachOther: three deep and no deeper, before and after.
func TestScriptsRunEachOther(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		n := 0
		again := func(ctx context.Context, c *Core, _ ScriptRun) error {
			n++
			_, err := c.CreateGroup(ctx, GroupForm{Name: fmt.Sprintf("Group %d", n)})
			return err
		}
		s.on("/before", "system:role beforeCreate", again)
		_, err := h.CreateGroup(h.as(admin), GroupForm{Name: "First"})
		h.refused(err, muster.ErrScriptFailed)
		if ran := s.since(); len(ran) != maxScriptDepth {
			t.Errorf("ran %q", ran)
		}
		if list, _ := h.ListGroups(h.system(), muster.GroupFilter{}); list.Total != 2 {
			t.Errorf("%d groups", list.Total)
		}
		s.list, n = nil, 0
		s.on("/after", "system:role afterCreate", again)
		_, err = h.CreateGroup(h.as(admin), GroupForm{Name: "First"})
		h.must(err)
		if errs := h.run(); len(errs) > 0 {
			t.Error(errs)
		}
		if list, _ := h.ListGroups(h.system(), muster.GroupFilter{}); list.Total != 2+1+maxScriptDepth {
			t.Errorf("%d groups", list.Total)
		}
		if h.Stats.Numbers().Scripts["too-deep"] == 0 {
			t.Error("nobody counted")
		}
	})
}

// TestScriptsAfterwards: each change sends out those that want to hear of it, in its transaction; they may fail without harm.
func TestScriptsAfterwards(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		as := h.as(admin)
		var names []string
		fail := false
		note := func(_ context.Context, _ *Core, r ScriptRun) error {
			if r.User != nil && r.OldUser != nil {
				names = append(names, r.OldUser.Name+" became "+r.User.Name)
			}
			if fail {
				return &script.LimitError{Which: script.LimitTime}
			}
			return nil
		}
		for _, when := range []string{
			"system:user afterCreate", "system:user afterUpdate", "system:user afterDelete", "system:role afterCreate", "system:role afterUpdate",
			"system:role afterDelete", "system:role:member afterAdd", "system:role:member afterRemove", "system:application afterCreate",
			"system:application afterUpdate", "system:application afterDelete", "system:auth afterLogin", "system:auth afterSignup",
		} {
			_, event, _ := strings.Cut(when, " ")
			s.on("/"+strings.Split(when, " ")[0]+"/"+event, when, note)
		}
		u, err := h.CreateUser(as, Profile{Email: "bob@example.org", Name: "Bob"})
		h.must(err)
		_, err = h.UpdateUser(as, u.ID, Profile{Email: "bob@example.org", Name: "Robert"})
		h.must(err)
		g, err := h.CreateGroup(as, GroupForm{Name: "Red", Members: []muster.ID{u.ID}})
		h.must(err)
		_, err = h.UpdateGroup(as, g.ID, GroupForm{Name: "Redder", Members: []muster.ID{}})
		h.must(err)
		h.must(h.AddMember(as, g.ID, u.ID))
		h.must(h.AddMember(as, g.ID, u.ID)) // changes nothing
		h.must(h.RemoveMember(as, g.ID, u.ID))
		h.must(h.DeleteGroup(as, g.ID))
		a, err := h.CreateApplication(as, ApplicationForm{Name: "Chat"})
		h.must(err)
		_, err = h.UpdateApplication(as, a.ID, ApplicationForm{Name: "Chat"})
		h.must(err)
		h.must(h.DeleteApplication(as, a.ID))
		h.must(h.DeleteApplication(as, a.ID))
		h.must(h.DeleteUser(as, u.ID))
		h.join("ann")
		if n, err := h.Errands.Waiting(h.context()); n != 15 || err != nil {
			t.Errorf("%d wait, %v", n, err)
		}
		if ran := s.since(); len(ran) > 0 {
			t.Errorf("%q did not wait for the change", ran)
		}
		if errs := h.run(); len(errs) > 0 {
			t.Error(errs)
		}
		want := []string{
			"afterCreate", "afterUpdate", "afterAdd", "afterCreate", "afterUpdate", "afterRemove", "afterAdd", "afterRemove", "afterDelete",
			"afterCreate", "afterUpdate", "afterDelete", "afterDelete", "afterSignup", "afterLogin",
		}
		var got []string
		for _, ran := range s.since() {
			_, event, _ := strings.Cut(ran, " ")
			got = append(got, event)
		}
		if !slices.Equal(got, want) {
			t.Errorf("ran %q", got)
		}
		if len(names) == 0 || names[0] != "Bob became Robert" {
			t.Errorf("told of %q", names)
		}

		fail = true
		h.quiet()
		u, err = h.CreateUser(as, Profile{Email: "carol@example.org"})
		h.must(err)
		if errs := h.run(); len(errs) != 1 || !errors.Is(errs[0], muster.ErrScriptFailed) || h.user(u.ID) == nil {
			t.Errorf("got %v", errs)
		}
		if e := h.emitted("user.create", "script.follow:script-failed"); len(e) == 2 && (e[1].Actor != admin.User.ID || e[1].Changes["script"] != "/system:user/afterCreate") {
			t.Errorf("got %+v", e[1])
		}
	})
}

// TestErrandsOutliveTheirReasons: rights are those of the moment, and a script that is gone has nothing to do.
func TestErrandsOutliveTheirReasons(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		ann := h.join("ann")
		group := h.group("Makers", []muster.Permission{{Noun: muster.NounRealm, Operation: muster.OpGroupCreate}}, ann)
		var got error
		s.on("/after", "system:role afterCreate", func(ctx context.Context, c *Core, _ ScriptRun) error {
			_, got = c.CreateUser(ctx, Profile{Email: "x@example.org"})
			return nil
		})
		make := func(name string) { _, err := h.CreateGroup(h.as(ann), GroupForm{Name: name}); h.must(err) }
		make("One")
		h.rule(group, muster.Realm(), muster.OpUserCreate, muster.Allow)
		h.must(h.SignOut(h.as(ann)))
		h.run()
		h.must(got)
		in, err := h.signIn("ann", pass)
		h.must(err)
		ann = in
		make("Two")
		h.must(h.SuspendUser(h.as(admin), ann.User.ID))
		got = errors.New("not run")
		if errs := h.run(); len(errs) != 1 || !errors.Is(errs[0], muster.ErrScriptFailed) || got.Error() != "not run" {
			t.Errorf("got %v, and the script %v", errs, got)
		}

		h.must(h.UnsuspendUser(h.as(admin), ann.User.ID))
		ann, err = h.signIn("ann", pass)
		h.must(err)
		make("Three")
		s.list = nil
		if errs := h.run(); len(errs) != 1 || !errors.Is(errs[0], ErrNoErrand) {
			t.Errorf("got %v", errs)
		}
		make("Four")
		if n, _ := h.Errands.Waiting(h.context()); n != 0 {
			t.Errorf("%d errands for nobody", n)
		}
	})
}

// TestScriptClock: what is due is sent out once, by whichever node is first, and what was due before the house knew of it never.
func TestScriptClock(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		other := h.Core
		if !h.store.Single() {
			other = h.open(smallParams())
			other.scripts.folder = s
		}
		var actor muster.Actor
		s.on("/hourly", "system onInterval", func(ctx context.Context, _ *Core, _ ScriptRun) error { actor = muster.ActorFrom(ctx); return nil }, runAs("admin"))
		s.on("/user", "system:user onInterval", fine)
		at := func(name, resource string, d time.Duration) {
			s.due = append(s.due, script.Due{Script: script.Script{Name: name}, EventType: "onInterval", ResourceType: resource, At: h.clock.Now().Add(d)})
		}
		at("/hourly", "system", -time.Minute)
		at("/hourly", "system", time.Minute)
		at("/user", "system:user", time.Minute) // the list of an iterator
		tick := func() (n int) {
			for _, err := range atOnce(4, func(i int) error {
				sent, err := []*Core{h.Core, other}[i%2].Errands.Tick(h.context())
				h.scripts.mu.Lock()
				n += sent
				h.scripts.mu.Unlock()
				return err
			}) {
				h.must(err)
			}
			return n
		}
		if n := tick(); n != 0 {
			t.Errorf("%d were due before anybody looked", n)
		}
		h.advance(time.Minute)
		if n := tick(); n != 1 {
			t.Errorf("%d were sent out", n)
		}
		if errs := h.run(); len(errs) > 0 || actor.User != admin.User.ID || actor.System {
			t.Errorf("ran as %+v, %v", actor, errs)
		}
		h.advance(2 * clockIdle)
		if n := tick(); n != 0 {
			t.Errorf("%d were due twice", n)
		}
	})
}

func TestScriptMail(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		ann := h.join("ann")
		message := Message{To: []string{"ANN@example.org", "ann@example.org"}, Subject: "Welcome", HTML: "<p>Hello {{.EmailAddress}}</p>"}
		var got error
		send := func(ctx context.Context, c *Core, _ ScriptRun) error { got = c.SendMail(ctx, message); return nil }
		s.on("/mail", "system onManual", send)
		s.on("/theirs", "system onManual", send, runAs("admin"))
		h.quiet()
		h.must(h.RunScript(h.as(ann), "/mail"))
		h.refused(got, muster.ErrDenied)
		h.emitted("script.run", "user.mail:denied")
		h.must(h.RunScript(h.as(ann), "/theirs"))
		h.must(got)
		if e := h.emitted("script.run", "user.mail"); e[1].Resource.ID != ann.User.ID || strings.Contains(h.changes(e[1]), "Welcome") {
			t.Errorf("the audit trail says %+v", e[1])
		}
		if rows := h.letters(); len(rows) != 1 || rows[0].Subject != "Welcome" || rows[0].To != "ann@example.org" || !strings.Contains(rows[0].Body, `{{"{{"}}.EmailAddress}}`) {
			t.Errorf("sent %+v", rows)
		}
		h.refused(h.SendMail(h.as(admin), message), muster.ErrDenied) // no wire sends what it likes
		message.To = []string{"stranger@example.org"}
		h.must(h.RunScript(h.as(admin), "/mail"))
		h.refused(got, muster.ErrUserNotFound)
		message.To = nil
		h.must(h.RunScript(h.as(admin), "/mail"))
		h.refused(got, muster.InvalidField("to", ""))
		h.throttles = newThrottles(false)
		message.To = []string{"ann@example.org"}
		for range 6 {
			h.must(h.RunScript(h.as(admin), "/mail"))
		}
		h.refused(got, muster.ErrThrottled)
	})
}

// TestRunByHand: who may, and on what.
func TestRunByHand(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		ann := h.join("ann")
		red := h.group("Red", nil, ann)
		h.must(h.store.Write(h.context(), func(tx *storeTx) error {
			g, err := tx.Group(muster.MainRealm, red)
			if err == nil {
				g.Handle = "red"
				err = tx.UpdateGroup(g)
			}
			return err
		}, nil))
		secure := func(deny, allow []string) func(*script.Script) {
			return func(s *script.Script) { s.Security = &script.Security{Deny: deny, Allow: allow} }
		}
		s.on("/open", "system:user onManual", func(_ context.Context, _ *Core, r ScriptRun) error {
			r.User.Name = "Somebody"
			return nil
		})
		s.on("/denied", "system onManual", fine, secure([]string{"red"}, []string{"red"}))
		s.on("/allowed", "system onManual", fine, secure(nil, []string{"admins", "red"}))
		s.on("/others", "system onManual", fine, secure(nil, []string{"admins"}))
		s.on("/broken", "system onManual", fine, secure([]string{"nobody"}, nil))
		s.on("/everyone", "system onManual", fine, secure([]string{"everyone"}, nil))
		s.on("/before", "system:user beforeUpdate", fine)
		as := h.as(ann)
		u, err := h.RunOnUser(as, admin.User.ID, "/open")
		h.must(err)
		if u.Name != "Somebody" || h.user(admin.User.ID).Name != "" {
			t.Errorf("answered %q, stored %q", u.Name, h.user(admin.User.ID).Name)
		}
		h.quiet()
		h.refused(h.RunScript(as, "/open"), muster.ErrScriptElsewhere)
		h.refused(h.RunScript(as, "/denied"), muster.ErrScriptDenied)
		h.must(h.RunScript(as, "/allowed"))
		h.refused(h.RunScript(as, "/others"), muster.ErrScriptDenied)
		h.refused(h.RunScript(as, "/broken"), muster.ErrScriptNotFound)
		h.refused(h.RunScript(as, "/everyone"), muster.ErrScriptDenied)
		h.refused(h.RunScript(as, "/before"), muster.ErrScriptNotFound)
		h.refused(h.RunScript(as, "/missing"), muster.ErrScriptNotFound)
		_, err = h.RunOnUser(as, 999, "/open")
		h.refused(err, muster.ErrUserNotFound)
		_, err = h.RunOnGroup(as, red, "/open")
		h.refused(err, muster.ErrScriptElsewhere)
		h.emitted("script.run:other-resource", "script.run:script-denied", "script.run", "script.run:script-denied", "script.run:not-found", "script.run:script-denied",
			"script.run:not-found", "script.run:not-found", "user.run-script:not-found", "group.run-script:other-resource")

		release := make(chan struct{})
		s.on("/slow", "system onManual", func(context.Context, *Core, ScriptRun) error { <-release; return nil })
		errs := make(chan error, 3)
		for range 3 {
			go func() { errs <- h.RunScript(as, "/slow") }()
		}
		h.refused(<-errs, muster.ErrBusy)
		close(release)
		h.must(<-errs)
		h.must(<-errs)
	})
}
