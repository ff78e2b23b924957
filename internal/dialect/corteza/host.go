package corteza

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"muster"
	"muster/internal/core"
	"muster/internal/httpx"
)

// Scripts speak this wire, too: what they call are its routes, by other names, with the same objects, the same words of errors,
// and the actor of the context in place of a token. Package script lists the names.

// A HostFunc does something for a script: JSON comes in, JSON goes out, and an error is words that the script may read.
type HostFunc = func(ctx context.Context, args []json.RawMessage) (json.RawMessage, error)

// HostFuncs are what a script can call while it runs. One that somebody waits for sends no mail: what it has a say in may come
// to nothing.
func HostFuncs(c *core.Core, r core.ScriptRun) map[string]HostFunc {
	f := &facade{c}
	funcs := map[string]HostFunc{
		"user.find":   hosted(muster.ActionListUsers, nil, f.listUsers),
		"user.read":   hosted(muster.ActionReadUser, user1, f.readUser),
		"user.create": hosted(muster.ActionCreateUser, nil, f.createUser),
		"user.update": hosted(muster.ActionUpdateUser, nil, func(r *http.Request, p userRecord) (any, error) {
			return f.updateUser(at(r, "userID", p.UserID), p.userParams)
		}),
		"user.delete":    hosted(muster.ActionDeleteUser, user1, does("userID", c.DeleteUser)),
		"user.undelete":  hosted(muster.ActionUndeleteUser, user1, does("userID", c.UndeleteUser)),
		"user.suspend":   hosted(muster.ActionSuspendUser, user1, does("userID", c.SuspendUser)),
		"user.unsuspend": hosted(muster.ActionUnsuspendUser, user1, does("userID", c.UnsuspendUser)),
		"user.password": hosted(muster.ActionSetPassword, user1, func(r *http.Request, password string) (any, error) {
			return f.setPassword(r, passwordParams{password})
		}),

		"group.find":   hosted(muster.ActionListGroups, nil, f.listRoles),
		"group.read":   hosted(muster.ActionReadGroup, role1, f.readRole),
		"group.create": hosted(muster.ActionCreateGroup, nil, f.createRole),
		"group.update": hosted(muster.ActionUpdateGroup, nil, func(r *http.Request, p roleRecord) (any, error) {
			return f.updateRole(at(r, "roleID", p.RoleID), p.roleParams)
		}),
		"group.delete":    hosted(muster.ActionDeleteGroup, role1, does("roleID", c.DeleteGroup)),
		"group.undelete":  hosted(muster.ActionUndeleteGroup, role1, does("roleID", c.UndeleteGroup)),
		"group.archive":   hosted(muster.ActionArchiveGroup, role1, does("roleID", c.ArchiveGroup)),
		"group.unarchive": hosted(muster.ActionUnarchiveGroup, role1, does("roleID", c.UnarchiveGroup)),
		"member.list":     hosted(muster.ActionListMembers, role1, f.listMembers),
		"member.add":      hosted(muster.ActionAddMember, []string{"roleID", "userID"}, doesMember(c.AddMember)),
		"member.remove":   hosted(muster.ActionRemoveMember, []string{"roleID", "userID"}, doesMember(c.RemoveMember)),
		"rule.update": hosted(muster.ActionSetRules, role1, func(r *http.Request, rules []rule) (any, error) {
			return f.setRules(r, setRulesParams{rules})
		}),

		"application.find":   hosted(muster.ActionListApplications, nil, f.listApplications),
		"application.read":   hosted(muster.ActionReadApplication, application1, f.readApplication),
		"application.create": hosted(muster.ActionCreateApplication, nil, f.createApplication),
		"application.update": hosted(muster.ActionUpdateApplication, nil, func(r *http.Request, p applicationRecord) (any, error) {
			return f.updateApplication(at(r, "applicationID", p.ApplicationID), p.applicationParams)
		}),
		"application.delete": hosted(muster.ActionDeleteApplication, application1, does("applicationID", c.DeleteApplication)),

		"reminder.find":   hosted(muster.ActionListReminders, nil, f.listReminders),
		"reminder.create": hosted(muster.ActionCreateReminder, nil, f.createReminder),
	}
	if !r.Waits {
		funcs["mail.send"] = hosted(muster.ActionSendMail, nil, f.sendMail)
	}
	return funcs
}

// The names of the one id that a call begins with.
var (
	user1        = []string{"userID"}
	role1        = []string{"roleID"}
	application1 = []string{"applicationID"}
)

// Objects that say themselves which they are.
type (
	userRecord struct {
		UserID string `json:"userID"`
		userParams
	}
	roleRecord struct {
		RoleID string `json:"roleID"`
		roleParams
	}
	applicationRecord struct {
		ApplicationID string `json:"applicationID"`
		applicationParams
	}
)

// hosted makes a host function of what answers a route. The first arguments are ids that the route has in its path, and the one
// behind them is what it has in its body.
func hosted[P any](a muster.Action, ids []string, answer func(*http.Request, P) (any, error)) HostFunc {
	return func(ctx context.Context, args []json.RawMessage) (json.RawMessage, error) {
		r := (&http.Request{URL: &url.URL{}, Body: http.NoBody}).WithContext(ctx)
		for i, name := range ids {
			if i < len(args) {
				at(r, name, textOf(args[i]))
			}
		}
		var p P
		var err error
		if len(args) > len(ids) {
			err = httpx.DecodeJSON(args[len(ids)], &p)
		}
		var v any
		if err == nil {
			v, err = answer(r, p)
		}
		if err != nil {
			return nil, sayTo(a, err)
		}
		if _, ok := v.(success); ok {
			return nil, nil
		}
		return json.Marshal(v)
	}
}

// sayTo spells an error for a script: as the wire does, and where that has no words as the house does.
func sayTo(a muster.Action, err error) error {
	e, foreign := muster.AsError(err)
	text := errorText(a.Name, e.Code, e.Field, e.Message)
	if text == masked && !foreign && e.Kind != muster.Internal {
		text = e.Error()
	}
	return errors.New(text)
}

// textOf is the text of an id, which scripts give in a string.
func textOf(arg json.RawMessage) (text string) {
	_ = json.Unmarshal(arg, &text) // anything else is no id
	return text
}

// at gives a request an id in its path.
func at(r *http.Request, name, id string) *http.Request {
	r.SetPathValue(name, id)
	return r
}

// does answers with a verb that acts on the object of that id, and has no value.
func does(name string, verb func(context.Context, muster.ID) error) func(*http.Request, none) (any, error) {
	return func(r *http.Request, _ none) (any, error) { return done(verb(r.Context(), pathID(r, name))) }
}

func doesMember(verb func(ctx context.Context, group, user muster.ID) error) func(*http.Request, none) (any, error) {
	return func(r *http.Request, _ none) (any, error) {
		return done(verb(r.Context(), memberRole(r), pathID(r, "userID")))
	}
}

type mailParams struct {
	To      []string `json:"to"`
	CC      []string `json:"cc"`
	Subject string   `json:"subject"`
	HTML    string   `json:"html"`
}

// sendMail mails each recipient a letter of his own.
func (f *facade) sendMail(r *http.Request, p mailParams) (any, error) {
	return done(f.core.SendMail(r.Context(), core.Message{To: append(p.To, p.CC...), Subject: p.Subject, HTML: p.HTML}))
}
