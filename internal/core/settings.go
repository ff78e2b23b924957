package core

import (
	"context"
	"encoding/json"
	"strings"

	"muster"
	"muster/internal/store"
)

// The floors of passwords, in bytes.
const (
	defaultMinPassword = 8
	lowestMinPassword  = 5
)

// settings is what the settings are at this moment: what was set, and defaults for the rest.
type settings map[string]json.RawMessage

func (s settings) bool(name string) bool { return string(s[name]) == "true" }

func (s settings) text(name string) string {
	var v string
	_ = json.Unmarshal(s[name], &v) // what is no text reads as ""
	return v
}

func (s settings) number(name string, otherwise int) int {
	var v int
	if s[name] == nil || json.Unmarshal(s[name], &v) != nil {
		return otherwise
	}
	return v
}

// defaults are the values that hold until somebody sets them. Those of links begin with the public URL.
func (c *Core) defaults() settings {
	base := strings.TrimRight(c.publicURL, "/")
	text := map[string]string{
		muster.SettingBaseURL: base + "/", muster.SettingConfirmationURL: base + "/auth/confirm-email?token=",
		muster.SettingResetURL: base + "/auth/reset-password?token=", muster.SettingRedirectURL: base + "/auth",
		muster.SettingMailFromAddress: "info@example.tld", muster.SettingMailFromName: "Example Sender",
	}
	for name, value := range c.templates {
		text[name] = value
	}
	s := settings{}
	for _, k := range muster.KnownSettings() {
		switch {
		case !k.Listed:
		case k.Type == muster.SettingBool:
			s[k.Name] = json.RawMessage("true")
		default:
			s[k.Name], _ = json.Marshal(text[k.Name]) // text can be encoded
		}
	}
	s["auth.external.session-store-secure"] = json.RawMessage("false")
	return s
}

// settings reads what the settings are.
func (c *Core) settings(q *store.Reader) (settings, error) {
	s := c.defaults()
	set, err := q.Settings(muster.MainRealm)
	for _, v := range set {
		if string(v.Value) != "null" {
			s[v.Name] = v.Value
		}
	}
	return s, err
}

// personal reads a setting of a person, or that of the house if he has none; nil if there is neither.
func (c *Core) personal(q *store.Reader, realm, user muster.ID, name string) (json.RawMessage, error) {
	s, err := q.Setting(realm, user, name)
	if err == nil && s == nil {
		s, err = q.Setting(realm, 0, name)
	}
	if err != nil || s == nil {
		return nil, err
	}
	return s.Value, nil
}

func (c *Core) signInRules(q *store.Reader) (muster.SignInRules, error) {
	s, err := c.settings(q)
	return muster.SignInRules{
		PasswordSignIn:       s.bool(muster.SettingPasswordSignIn),
		SignUp:               s.bool(muster.SettingSignUp),
		ConfirmationRequired: s.bool(muster.SettingConfirmation),
		PasswordReset:        s.bool(muster.SettingPasswordReset),
		External:             s.bool(muster.SettingExternal),
		MinPassword:          max(s.number(muster.SettingMinPassword, defaultMinPassword), lowestMinPassword),
	}, err
}

// SignInRules answers which ways of signing in and up are switched on. Anybody may ask.
func (c *Core) SignInRules(ctx context.Context) (muster.SignInRules, error) {
	return view(ctx, c, muster.ActionReadSignInRules, func(v *View) (muster.SignInRules, error) { return c.signInRules(v.Reader) })
}
