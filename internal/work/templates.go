package work

import (
	"muster"
	"muster/internal/mailer"
)

// Templates are the texts that letters have until an administrator changes them, by the names of their settings.
func Templates() map[string]string {
	confirmation, reset := mailer.Default(mailer.Confirmation), mailer.Default(mailer.PasswordReset)
	return map[string]string{
		muster.SettingConfirmationSubject: confirmation.Subject,
		muster.SettingConfirmationBody:    confirmation.Body,
		muster.SettingResetSubject:        reset.Subject,
		muster.SettingResetBody:           reset.Body,
		muster.SettingMailHeader:          reset.Header, // one for all letters
		muster.SettingMailFooter:          reset.Footer,
	}
}
