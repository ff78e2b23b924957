package muster

import (
	"encoding/json"
	"strings"
	"time"
)

// A Setting is one value that can be changed while Muster runs.
type Setting struct {
	Name      string
	Owner     ID // the user whose setting it is; 0: it holds for the house
	Value     json.RawMessage
	UpdatedAt time.Time
}

// The settings that mean something to the core. They hold for the house, in every wire (one-core, 3).
const (
	SettingPasswordSignIn = "auth.internal.enabled"
	SettingSignUp         = "auth.internal.signup.enabled"
	SettingConfirmation   = "auth.internal.signup.email-confirmation-required"
	SettingPasswordReset  = "auth.internal.password-reset.enabled"
	SettingExternal       = "auth.external.enabled"
	SettingMinPassword    = "password.min_length"

	SettingBaseURL         = "auth.frontend.url.base"
	SettingConfirmationURL = "auth.frontend.url.email-confirmation"
	SettingResetURL        = "auth.frontend.url.password-reset"
	SettingRedirectURL     = "auth.frontend.url.redirect"

	SettingMailFromAddress     = "auth.mail.from-address"
	SettingMailFromName        = "auth.mail.from-name"
	SettingConfirmationSubject = "auth.mail.email-confirmation.subject.en"
	SettingConfirmationBody    = "auth.mail.email-confirmation.body.en"
	SettingResetSubject        = "auth.mail.password-reset.subject.en"
	SettingResetBody           = "auth.mail.password-reset.body.en"
	SettingMailLogo            = "general.mail.logo"
	SettingMailHeader          = "general.mail.header.en"
	SettingMailFooter          = "general.mail.footer.en"

	SettingReminderMail = "reminder.mail" // whether a reminder that is due comes by mail too; personal

	SettingLogo          = "ui.one.logo"
	SettingTitle         = "ui.one.title"
	SettingPanelsEnabled = "ui.one.panels-enabled"
	SettingPanels        = "ui.one.panels"
)

// A SettingType is what the JSON of a known setting has to be.
type SettingType string

// The types of settings.
const (
	SettingBool     SettingType = "a boolean"
	SettingNumber   SettingType = "a whole number"
	SettingText     SettingType = "a string"
	SettingURL      SettingType = "a web address"
	SettingTemplate SettingType = "a mail template"
	SettingList     SettingType = "a list"
)

// A KnownSetting is a setting that means something, and so has a type.
type KnownSetting struct {
	Name   string
	Type   SettingType
	Secret bool // is never shown again
	Listed bool // is there, with its default, before anybody has set it
}

// KnownSettings lists the settings that have a type, sorted by name. Those of external providers are not in it; see
// [KnownSettingOf].
func KnownSettings() []KnownSetting {
	return []KnownSetting{
		{SettingExternal, SettingBool, false, true},
		{"auth.external.redirect-url", SettingText, false, true},
		{"auth.external.session-store-secret", SettingText, true, true},
		{"auth.external.session-store-secure", SettingBool, false, true},
		{SettingBaseURL, SettingURL, false, true},
		{SettingConfirmationURL, SettingURL, false, true},
		{SettingResetURL, SettingURL, false, true},
		{SettingRedirectURL, SettingURL, false, true},
		{SettingPasswordSignIn, SettingBool, false, true},
		{SettingPasswordReset, SettingBool, false, true},
		{SettingConfirmation, SettingBool, false, true},
		{SettingSignUp, SettingBool, false, true},
		{SettingConfirmationBody, SettingTemplate, false, true},
		{SettingConfirmationSubject, SettingText, false, true},
		{SettingMailFromAddress, SettingText, false, true},
		{SettingMailFromName, SettingText, false, true},
		{SettingResetBody, SettingTemplate, false, true},
		{SettingResetSubject, SettingText, false, true},
		{SettingMailFooter, SettingTemplate, false, true},
		{SettingMailHeader, SettingTemplate, false, true},
		{SettingMailLogo, SettingText, false, true},
		{SettingMinPassword, SettingNumber, false, false},
		{"privacy.mask.email", SettingBool, false, true},
		{"privacy.mask.name", SettingBool, false, true},
		{SettingReminderMail, SettingBool, false, false},
		{SettingLogo, SettingText, false, false},
		{SettingPanels, SettingList, false, false},
		{SettingPanelsEnabled, SettingBool, false, false},
		{SettingTitle, SettingText, false, false},
	}
}

const providerPrefix = "auth.external.providers."

// KnownSettingOf is what is known of a setting; false if it may be anything.
func KnownSettingOf(name string) (KnownSetting, bool) {
	if rest, ok := strings.CutPrefix(name, providerPrefix); ok {
		return providerSetting(name, rest)
	}
	for _, k := range KnownSettings() {
		if k.Name == name {
			return k, true
		}
	}
	return KnownSetting{}, false
}

// providerSetting knows auth.external.providers.<handle>.<field>; a handle may have dots.
func providerSetting(name, rest string) (KnownSetting, bool) {
	switch rest[strings.LastIndexByte(rest, '.')+1:] {
	case "enabled":
		return KnownSetting{Name: name, Type: SettingBool}, true
	case "weight":
		return KnownSetting{Name: name, Type: SettingNumber}, true
	case "secret":
		return KnownSetting{Name: name, Type: SettingText, Secret: true}, true
	case "label", "key", "issuer", "redirect":
		return KnownSetting{Name: name, Type: SettingText}, true
	}
	return KnownSetting{}, false
}

// IsPersonalSetting reports whether people can have a value of their own. For who has none, that of the house holds.
func IsPersonalSetting(name string) bool { return name == SettingReminderMail }

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
