package corteza

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

type listScriptsParams struct {
	ResourceTypePrefixes []string `json:"resourceTypePrefixes"`
	ResourceTypes        []string `json:"resourceTypes"`
	EventTypes           []string `json:"eventTypes"`
	ExcludeServerScripts bool     `json:"excludeServerScripts"`
	ExcludeClientScripts bool     `json:"excludeClientScripts"`
	ExcludeInvalid       bool     `json:"excludeInvalid"`
}

type scriptFilter struct {
	listScriptsParams
	Count int `json:"count"`
}

// script is the script object (contract, 11).
type script struct {
	Name        string    `json:"name"`
	Label       string    `json:"label"`
	Description string    `json:"description"`
	Errors      []string  `json:"errors,omitempty"`
	Triggers    []trigger `json:"triggers"`
	Iterator    any       `json:"iterator"`
	Security    *security `json:"security"`
	UpdatedAt   string    `json:"updatedAt,omitempty"`
	Bundle      string    `json:"bundle,omitempty"`
	Type        string    `json:"type,omitempty"`
}

type trigger struct {
	EventTypes    []string     `json:"eventTypes,omitempty"`
	ResourceTypes []string     `json:"resourceTypes,omitempty"`
	UIProps       []uiProp     `json:"uiProps,omitempty"`
	Constraints   []constraint `json:"constraints,omitempty"`
}

type uiProp struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type constraint struct {
	Name  string   `json:"name"`
	Op    string   `json:"op"`
	Value []string `json:"value"`
}

type security struct {
	RunAs string   `json:"runAs"`
	Deny  []string `json:"deny"`
	Allow []string `json:"allow"`
}

func scriptOf(s core.SeenScript) script {
	out := script{
		Name: s.Name, Label: s.Label, Description: s.Description, Errors: s.Errors, UpdatedAt: dialect.Instant(s.UpdatedAt), Bundle: s.Bundle, Type: s.Type,
	}
	if s.Iterator != nil {
		out.Iterator = s.Iterator
	}
	if s.Security != nil {
		out.Security = &security{s.Security.RunAs, listed(s.Security.Deny), listed(s.Security.Allow)}
	}
	for _, t := range s.Triggers {
		one := trigger{EventTypes: t.EventTypes, ResourceTypes: t.ResourceTypes}
		for _, p := range t.UIProps {
			one.UIProps = append(one.UIProps, uiProp(p))
		}
		for _, c := range t.Constraints {
			one.Constraints = append(one.Constraints, constraint{c.Name, c.Op, listed(c.Value)})
		}
		out.Triggers = append(out.Triggers, one)
	}
	return out
}

// listed is a list that is never null.
func listed(list []string) []string { return append([]string{}, list...) }

// listScripts answers the scripts, and the filter as it was understood.
func (f *facade) listScripts(r *http.Request, p listScriptsParams) (any, error) {
	if p.ExcludeInvalid {
		p.ResourceTypePrefixes = completePrefixes(p.ResourceTypePrefixes)
	}
	list, err := f.core.ListScripts(r.Context(), core.ScriptFilter{
		ResourcePrefixes: p.ResourceTypePrefixes, Resources: p.ResourceTypes, Events: p.EventTypes,
		Valid: p.ExcludeInvalid, NoServer: p.ExcludeServerScripts, NoClient: p.ExcludeClientScripts,
	})
	var set []script // null when there is none
	if len(list) > 0 {
		set = dialect.All(list, scriptOf)
	}
	return filtered(scriptFilter{p, len(list)}, set), err
}

// completePrefixes says of each resource whose it is, and has those of the system and of the screen in any case.
func completePrefixes(prefixes []string) []string {
	var list []string
	for _, p := range prefixes {
		if !strings.HasPrefix(p, "ui:") && !strings.HasPrefix(p, "system") {
			p = "system:" + p
		}
		list = append(list, p)
	}
	for _, p := range []string{"system", "ui:"} {
		if !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

// readBundle answers the client scripts of a web app. What is not called like a bundle is no path of this API.
func (f *facade) readBundle(w http.ResponseWriter, r *http.Request) error {
	name, _, hasExtension := strings.Cut(r.PathValue("bundle"), ".")
	bundle, isScripts := strings.CutSuffix(name, "-client-scripts")
	if r.PathValue("bundle") == "trigger" {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return nil
	}
	if !hasExtension || !strings.Contains(name, "-") {
		http.Error(w, "404 page not found", http.StatusNotFound)
		return nil
	}
	if !isScripts {
		bundle = "" // there are no others
	}
	b, err := f.core.ReadBundle(r.Context(), bundle)
	if errors.Is(err, muster.ErrNoBundle) {
		w.WriteHeader(http.StatusNotFound) // with nothing, as the original
		return nil
	}
	if err != nil {
		return err
	}
	httpx.ServeText(w, r, b.Code, b.ETag)
	return nil
}

type triggerParams struct {
	Script string `json:"script"`
}

func (f *facade) triggerScript(r *http.Request, p triggerParams) (any, error) {
	return done(sayScript(f.core.RunScript(r.Context(), p.Script), p.Script, ""))
}

// triggerOnUser answers the user as the script has changed him.
func (f *facade) triggerOnUser(r *http.Request, p triggerParams) (any, error) {
	u, err := f.core.RunOnUser(r.Context(), pathID(r, "userID"), p.Script)
	return dialect.As(userOf)(u, sayScript(err, p.Script, "system:user"))
}

// triggerOnRole answers what scripts get of a role, triggerOnApplication what they get of an application.
func (f *facade) triggerOnRole(r *http.Request, p triggerParams) (any, error) {
	g, err := f.core.RunOnGroup(r.Context(), pathID(r, "roleID"), p.Script)
	return dialect.As(func(g core.SeenGroup) bareRole { return roleOf(g).bareRole })(g, sayScript(err, p.Script, "system:role"))
}

func (f *facade) triggerOnApplication(r *http.Request, p triggerParams) (any, error) {
	a, err := f.core.RunOnApplication(r.Context(), pathID(r, "applicationID"), p.Script)
	return dialect.As(func(a core.SeenApplication) bareApplication { return applicationOf(a).bareApplication })(a, sayScript(err, p.Script, "system:application"))
}

// sayScript puts the name of the script into the words of an error that has it.
func sayScript(err error, name, resource string) error {
	e, _ := muster.AsError(err)
	if err == nil || e.Field != muster.ErrScriptNotFound.Field {
		return err
	}
	return &muster.Error{Kind: e.Kind, Code: e.Code, Field: e.Field, Message: scriptWords(e.Code, name, resource)}
}

// scriptWords are the words for a script that is not run by hand.
func scriptWords(code, name, resource string) string {
	switch {
	case code == muster.ErrScriptUnnamed.Code:
		return `script name not provided ("")`
	case code == muster.ErrScriptDenied.Code:
		return "permission to execute " + cut(name, mostName) + " denied"
	case code == muster.ErrScriptElsewhere.Code && resource != "":
		return "unregistered explicit script " + quote(name) + " for resource " + quote(resource)
	}
	return "unregistered explicit script " + quote(name)
}

// mostName is how much of a script's name is told back to who sent it, in characters.
const mostName = 200

func quote(name string) string { return strconv.Quote(cut(name, mostName)) }

// readSubscription answers that all is well: there is no licence that could be violated.
func readSubscription(*http.Request, none) (any, error) { return done(nil) }
