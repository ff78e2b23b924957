package corteza

import (
	"encoding/json"
	"errors"

	"muster"
	"muster/internal/core"
)

// scriptArgs are what a script gets of an occasion (contract, 11), but for a token: a script acts as its actor, and that is not
// to be had outside of it.
type scriptArgs struct {
	EventType      string           `json:"eventType"`
	ResourceType   string           `json:"resourceType"`
	Provider       string           `json:"provider,omitempty"`
	User           *user            `json:"user,omitempty"`
	OldUser        *user            `json:"oldUser,omitempty"`
	Role           *bareRole        `json:"role,omitempty"`
	OldRole        *bareRole        `json:"oldRole,omitempty"`
	Application    *bareApplication `json:"application,omitempty"`
	OldApplication *bareApplication `json:"oldApplication,omitempty"`
	Invoker        *user            `json:"invoker,omitempty"`
	AuthUser       *user            `json:"authUser,omitempty"`
}

// ScriptArgs are the arguments of a run, as JSON.
func ScriptArgs(r core.ScriptRun) (json.RawMessage, error) {
	args := scriptArgs{
		EventType: r.Event, ResourceType: r.On,
		User: shaped(r.User, userOf), OldUser: shaped(r.OldUser, userOf), Invoker: shaped(r.Invoker, userOf), AuthUser: shaped(r.Actor, userOf),
		Role: shaped(r.Group, bareRoleOf), OldRole: shaped(r.OldGroup, bareRoleOf),
		Application: shaped(r.Application, bareApplicationOf), OldApplication: shaped(r.OldApplication, bareApplicationOf),
	}
	if r.On == "system:auth" {
		args.Provider = "internal"
	}
	return json.Marshal(args)
}

func shaped[T, W any](v *T, shape func(T) W) *W {
	if v == nil {
		return nil
	}
	w := shape(*v)
	return &w
}

func bareRoleOf(g muster.Group) bareRole { return roleOf(core.SeenGroup{Group: &g}).bareRole }

func bareApplicationOf(a muster.Application) bareApplication {
	return applicationOf(core.SeenApplication{Application: &a}).bareApplication
}

// TakeResult puts into a run's objects what its script has answered: under "result" if there is nothing else, or under the
// object's own name. What is missing stays as it was.
func TakeResult(r core.ScriptRun, value json.RawMessage) error {
	var answers map[string]json.RawMessage
	if err := json.Unmarshal(value, &answers); err != nil {
		return errAnswer
	}
	switch {
	case r.User != nil && r.Group == nil:
		return takeObject(answers, "user", func(text json.RawMessage) error { return takeUser(r.User, text) })
	case r.Group != nil && r.User == nil:
		return takeObject(answers, "role", func(text json.RawMessage) error { return takeRole(r.Group, text) })
	case r.Application != nil:
		return takeObject(answers, "application", func(text json.RawMessage) error { return takeApplication(r.Application, text) })
	}
	return nil
}

// errAnswer is what is wrong with a script that answers a number for a name.
var errAnswer = errors.New("what the script answers is not what it was given")

func takeObject(answers map[string]json.RawMessage, name string, take func(json.RawMessage) error) error {
	text, ok := answers[name]
	if result, is := answers["result"]; is && len(answers) == 1 {
		text, ok = result, len(result) > 0 && result[0] == '{' // true, for example, is content with what there is
	}
	if !ok {
		return nil
	}
	if take(text) != nil {
		return errAnswer
	}
	return nil
}

func takeUser(u *core.SeenUser, text json.RawMessage) error {
	v := userOf(*u)
	shown := v
	if err := json.Unmarshal(text, &struct {
		Username, Email, Name, Handle, Kind *string
	}{&v.Username, &v.Email, &v.Name, &v.Handle, &v.Kind}); err != nil {
		return err
	}
	if v.Username != shown.Username { // one that was made here does not show
		u.Username = v.Username
	}
	if v.Email != shown.Email { // nor does what is masked
		u.Email = v.Email
	}
	if v.Name != shown.Name {
		u.Name = v.Name
	}
	u.Handle, u.Kind = v.Handle, v.Kind
	return nil
}

func takeRole(g *muster.Group, text json.RawMessage) error {
	return json.Unmarshal(text, &struct{ Name, Handle *string }{&g.Name, &g.Handle})
}

func takeApplication(a *muster.Application, text json.RawMessage) error {
	v := struct {
		Name    *string
		Enabled *bool
		Unify   json.RawMessage
	}{Name: &a.Name, Enabled: &a.Enabled}
	if err := json.Unmarshal(text, &v); err != nil || len(v.Unify) == 0 {
		return err
	}
	a.Launcher = nil // null takes it away
	return json.Unmarshal(v.Unify, &a.Launcher)
}
