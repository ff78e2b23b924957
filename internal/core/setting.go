package core

import (
	"context"
	"encoding/json"

	"muster"
	"muster/internal/store"
)

// SignInRules answers which ways of signing in and up are switched on. Anybody may ask.
func (c *Core) SignInRules(ctx context.Context) (muster.SignInRules, error) {
	return view(ctx, c, muster.ActionReadSignInRules, func(v *View) (muster.SignInRules, error) {
		return signInRules(v.Reader)
	})
}

// The floors of passwords, in bytes.
const (
	defaultMinPassword = 8
	lowestMinPassword  = 5
)

func signInRules(q *store.Reader) (r muster.SignInRules, err error) {
	list, err := q.Settings(muster.MainRealm)
	values := make(map[string]string, len(list))
	for _, s := range list {
		values[s.Name] = s.Value
	}
	r = muster.SignInRules{
		PasswordSignIn:       values[muster.SettingPasswordSignIn] == "true",
		SignUp:               values[muster.SettingSignUp] == "true",
		ConfirmationRequired: values[muster.SettingConfirmation] == "true",
		PasswordReset:        values[muster.SettingPasswordReset] == "true",
		External:             values[muster.SettingExternal] == "true",
		MinPassword:          defaultMinPassword,
	}
	var least int
	if json.Unmarshal([]byte(values[muster.SettingMinPassword]), &least) == nil {
		r.MinPassword = max(least, lowestMinPassword)
	}
	return r, err
}
