package corteza

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"muster"
	"muster/internal/dialect"
)

// setting is the value object (contract, 9).
type setting struct {
	Name      string          `json:"name"`
	Value     json.RawMessage `json:"value"`
	UpdatedAt string          `json:"updatedAt"`
	UpdatedBy int             `json:"updatedBy"` // always 0
}

func settingOf(s muster.Setting) setting {
	return setting{Name: s.Name, Value: s.Value, UpdatedAt: dialect.Instant(s.UpdatedAt)}
}

type listSettingsParams struct {
	Prefix string `json:"prefix"`
}

func (f *facade) listSettings(r *http.Request, p listSettingsParams) (any, error) {
	list, err := f.core.ListSettings(r.Context(), p.Prefix)
	if len(list) == 0 {
		return nil, err // null when there is none
	}
	return dialect.All(list, settingOf), err
}

type readSettingParams struct {
	OwnerID idParam `json:"ownerID"`
}

func (f *facade) readSetting(r *http.Request, p readSettingParams) (any, error) {
	s, err := f.core.ReadSetting(r.Context(), r.PathValue("key"), muster.ID(p.OwnerID))
	if s == nil {
		return nil, err
	}
	return settingOf(*s), err
}

type setSettingsParams struct {
	OwnerID idParam `json:"ownerID"` // the user whose settings they are; absent or 0: the house's

	Values []struct {
		Name  string          `json:"name"`
		Value json.RawMessage `json:"value"` // absent: the setting is removed
	} `json:"values"`
}

func (f *facade) setSettings(r *http.Request, p setSettingsParams) (any, error) {
	list := make([]muster.Setting, len(p.Values))
	for i, v := range p.Values {
		list[i] = muster.Setting{Name: v.Name, Value: v.Value}
	}
	if p.OwnerID != 0 {
		return yes(f.core.SetUserSettings(r.Context(), muster.ID(p.OwnerID), list))
	}
	return yes(f.core.SetSettings(r.Context(), list))
}

// currentSettings answers what every client needs, nested as its programs read it. Mind the capital letters.
func (f *facade) currentSettings(r *http.Request, _ none) (any, error) {
	return dialect.As(currentOf)(f.core.PublicSettings(r.Context()))
}

func currentOf(values map[string]json.RawMessage) any {
	or := func(name string, otherwise any) any {
		if v := values[name]; v != nil {
			return v
		}
		return otherwise
	}
	type object = map[string]any
	return object{
		"Auth": object{
			"Internal": object{
				"Enabled":       or(muster.SettingPasswordSignIn, true),
				"Signup":        object{"Enabled": or(muster.SettingSignUp, true), "EmailConfirmationRequired": or(muster.SettingConfirmation, true)},
				"PasswordReset": object{"Enabled": or(muster.SettingPasswordReset, true)},
			},
			"External": object{"Enabled": or(muster.SettingExternal, true), "Providers": providers(values)},
			"Frontend": object{"Url": object{
				"PasswordReset": or(muster.SettingResetURL, ""), "EmailConfirmation": or(muster.SettingConfirmationURL, ""),
				"Redirect": or(muster.SettingRedirectURL, ""), "Base": or(muster.SettingBaseURL, ""),
			}},
		},
		"ui": object{"one": object{
			"logo": or(muster.SettingLogo, ""), "title": or(muster.SettingTitle, ""),
			"panelsEnabled": or(muster.SettingPanelsEnabled, false), "panels": or(muster.SettingPanels, nil),
		}},
	}
}

// A provider is a way to sign in by somebody else's house. None is there to be used yet; what is set of them is shown.
type provider struct {
	Enabled bool   `json:"enabled"`
	Handle  string `json:"handle"`
	Label   string `json:"label"`
}

// providers lists the four usual ones and those that have settings.
func providers(values map[string]json.RawMessage) []provider {
	const prefix = "auth.external.providers."
	list := []provider{{false, "github", "GitHub"}, {false, "facebook", "Facebook"}, {false, "google", "Google"}, {false, "linkedin", "LinkedIn"}}
	var more []string
	for name := range values {
		rest, ok := strings.CutPrefix(name, prefix)
		if handle := rest[:max(strings.LastIndexByte(rest, '.'), 0)]; ok && handle != "" {
			more = append(more, handle)
		}
	}
	slices.Sort(more)
	for _, handle := range slices.Compact(more) {
		if !slices.ContainsFunc(list, func(p provider) bool { return p.Handle == handle }) {
			list = append(list, provider{Handle: handle, Label: handle})
		}
	}
	for i := range list {
		_ = json.Unmarshal(values[prefix+list[i].Handle+".enabled"], &list[i].Enabled) // what is not set stays as it is
		_ = json.Unmarshal(values[prefix+list[i].Handle+".label"], &list[i].Label)
	}
	return list
}
