package corteza

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"muster"
	"muster/internal/dialect"
)

// Scripts come later. Until then Muster answers what the original answers when no script runner is attached to it (contract,
// 11): there are no scripts, and to run one changes nothing.

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

// listScripts answers no scripts, and the filter as it was understood.
func listScripts(_ *http.Request, p listScriptsParams) (any, error) {
	if p.ExcludeInvalid {
		p.ResourceTypePrefixes = completePrefixes(p.ResourceTypePrefixes)
	}
	return filtered[scriptFilter, any](scriptFilter{listScriptsParams: p}, nil), nil
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

// readBundle answers that there is no such bundle of client scripts. What is not called like one is no path of this API.
func readBundle(w http.ResponseWriter, r *http.Request) error {
	kind, _, hasExtension := strings.Cut(r.PathValue("bundle"), ".")
	switch {
	case r.PathValue("bundle") == "trigger":
		w.WriteHeader(http.StatusMethodNotAllowed)
	case !hasExtension || !strings.Contains(kind, "-"):
		http.Error(w, "404 page not found", http.StatusNotFound)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
	return nil
}

type triggerParams struct {
	Script string `json:"script"`
}

// triggerScript is content with any script.
func triggerScript(*http.Request, triggerParams) (any, error) { return done(nil) }

// triggerOnUser answers the user as he is, triggerOnRole and triggerOnApplication what scripts get of these.
func (f *facade) triggerOnUser(r *http.Request, _ triggerParams) (any, error) {
	return dialect.As(userOf)(f.core.ReadUser(r.Context(), pathID(r, "userID")))
}

func (f *facade) triggerOnRole(r *http.Request, _ triggerParams) (any, error) {
	g, err := f.core.ReadGroup(r.Context(), pathID(r, "roleID"))
	if err != nil {
		return nil, err
	}
	return roleOf(g).bareRole, nil
}

func (f *facade) triggerOnApplication(r *http.Request, _ triggerParams) (any, error) {
	a, err := f.core.ReadApplication(r.Context(), pathID(r, "applicationID"))
	switch {
	case errors.Is(err, muster.ErrApplicationNotFound):
		return nil, errNoObject // who reads it is told that the id is invalid, but not who runs a script on it
	case err != nil:
		return nil, err
	}
	return applicationOf(a).bareApplication, nil
}

// errNoObject has no words on this wire.
var errNoObject = muster.Errorf(muster.NotFound, "no-object", "no such object")

// readSubscription answers that all is well: there is no licence that could be violated.
func readSubscription(*http.Request, none) (any, error) { return done(nil) }
