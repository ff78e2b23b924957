package muster

// The settings that decide who may sign in and up. They hold for the house, in every wire (one-core, 3).
const (
	SettingPasswordSignIn = "auth.internal.enabled"
	SettingSignUp         = "auth.internal.signup.enabled"
	SettingConfirmation   = "auth.internal.signup.email-confirmation-required"
	SettingPasswordReset  = "auth.internal.password-reset.enabled"
	SettingExternal       = "auth.external.enabled"
	SettingMinPassword    = "password.min_length"
)

// SignInRules are the settings that decide who may sign in and up, as values.
type SignInRules struct {
	PasswordSignIn       bool
	SignUp               bool
	ConfirmationRequired bool
	PasswordReset        bool
	External             bool
	MinPassword          int // bytes
}

// MaxPassword is the length of the longest password, in bytes.
const MaxPassword = 1024
