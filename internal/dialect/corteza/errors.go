package corteza

import (
	"cmp"

	"muster"
)

// masked is what the original says of whatever it does not classify.
const masked = "failed to complete request due to internal error"

// denials are the words for "you may not", by action.
var denials = map[string]string{
	muster.ActionListUsers.Name:           "not allowed to list users",
	muster.ActionReadUser.Name:            "not allowed to read this user",
	muster.ActionListGroupsOf.Name:        "not allowed to read this user",
	muster.ActionCreateUser.Name:          "not allowed to create users",
	muster.ActionUpdateUser.Name:          "not allowed to update this user",
	muster.ActionSetPassword.Name:         "not allowed to update this user",
	muster.ActionDeleteUser.Name:          "not allowed to delete this user",
	muster.ActionUndeleteUser.Name:        "not allowed to delete this user",
	muster.ActionSuspendUser.Name:         "not allowed to suspend this user",
	muster.ActionUnsuspendUser.Name:       "not allowed to unsuspend this user",
	muster.ActionListGroups.Name:          "not allowed to list roles",
	muster.ActionReadGroup.Name:           "not allowed to read this role",
	muster.ActionListMembers.Name:         "not allowed to read this role",
	muster.ActionCreateGroup.Name:         "not allowed to create roles",
	muster.ActionUpdateGroup.Name:         "not allowed to update this role",
	muster.ActionDeleteGroup.Name:         "not allowed to delete this role",
	muster.ActionUndeleteGroup.Name:       "not allowed to delete this role",
	muster.ActionAddMember.Name:           "not allowed to manage role members",
	muster.ActionRemoveMember.Name:        "not allowed to manage role members",
	muster.ActionListRules.Name:           "not allowed to set permissions",
	muster.ActionSetRules.Name:            "not allowed to set permissions",
	muster.ActionClearRules.Name:          "not allowed to set permissions",
	muster.ActionArchiveGroup.Name:        "not allowed to archive this role",
	muster.ActionUnarchiveGroup.Name:      "not allowed to delete this role",
	muster.ActionMergeGroups.Name:         "not allowed to update this role",
	muster.ActionReadStatistics.Name:      "not allowed to read statistics",
	muster.ActionImpersonate.Name:         "not allowed to impersonate this user",
	muster.ActionListSettings.Name:        "not allowed to read settings",
	muster.ActionReadSetting.Name:         "not allowed to read settings",
	muster.ActionSetSettings.Name:         "not allowed to manage settings",
	muster.ActionCreateOrganisation.Name:  "not allowed to create organisations",
	muster.ActionUpdateOrganisation.Name:  "not allowed to update this organisation",
	muster.ActionArchiveOrganisation.Name: "not allowed to archive this organisation",
	muster.ActionDeleteOrganisation.Name:  "not allowed to delete this organisation",
	muster.ActionListApplications.Name:    "not allowed to list applications",
	muster.ActionReadApplication.Name:     "not allowed to read this application",
	muster.ActionCreateApplication.Name:   "not allowed to create applications",
	muster.ActionUpdateApplication.Name:   "not allowed to update this application",
	muster.ActionDeleteApplication.Name:   "not allowed to delete this application",
	muster.ActionUndeleteApplication.Name: "not allowed to undelete this application",
	muster.ActionCreateReminder.Name:      "not allowed to assign reminders to other users",
	muster.ActionUpdateReminder.Name:      "not allowed to assign reminders to other users",
	muster.ActionCreateAttachment.Name:    "not allowed to create attachments",
	muster.ActionDeleteAttachment.Name:    "not allowed to delete this attachment",
	muster.ActionListEvents.Name:          "not allowed to list users",
	muster.ActionRunOnUser.Name:           "not allowed to read this user",
	muster.ActionRunOnGroup.Name:          "not allowed to read this role",
	muster.ActionRunOnApplication.Name:    "not allowed to read this application",
	muster.ActionSendMail.Name:            "not allowed to send mail",
}

// strangers are the words for "sign in first" where they differ from the usual ones.
var strangers = map[string]string{
	muster.ActionRenewSession.Name:   "not authenticated",
	muster.ActionChangePassword.Name: "invalid user (not authenticated)",
	muster.ActionImpersonate.Name:    "not allowed to impersonate this user",
}

// sentences are the words for errors that are the same everywhere, by code.
var sentences = map[string]string{
	muster.ErrBadCredentials.Code: "invalid username and password combination",
	muster.ErrUnconfirmed.Code:    "system requires confirmed email before logging in",
	muster.ErrSignInDisabled.Code: "internal login (username/password) is disabled",
	muster.ErrSignUpDisabled.Code: "internal sign-up (username/password) is disabled",
	muster.ErrResetDisabled.Code:  "password reset is disabled",
	muster.ErrWeakPassword.Code:   "provided password is not secure; use longer password with more non-alphanumeric character",
	muster.ErrOldPassword.Code:    "failed to change password, old password does not match",
	muster.ErrInvalidToken.Code:   "invalid token",
	muster.ErrImage.Code:          "could not process image",
	muster.ErrEmptyFile.Code:      muster.ErrEmptyFile.Message,
	muster.ErrFileTooLarge.Code:   muster.ErrFileTooLarge.Message,
	muster.ErrFilesFull.Code:      muster.ErrFilesFull.Message,
	muster.ErrBadSignature.Code:   "missing or invalid signature",
	errMissingSigner.Code:         errMissingSigner.Message,
	muster.ErrBusy.Code:           muster.ErrBusy.Message,
	muster.ErrUnavailable.Code:    muster.ErrUnavailable.Message,
	muster.ErrScriptFailed.Code:   "failed to execute corredor script",
}

// errorText spells an error of an action in the words of the wire (contract, 1.4 and each endpoint). The action log spells
// what is stored of a refusal by the same function, so that it says what the client was told.
func errorText(action, code, field, detail string) string {
	if s, ok := sentences[code]; ok {
		return s
	}
	switch code {
	case muster.ErrThrottled.Code:
		if action == muster.ActionSignIn.Name || action == muster.ActionSignUp.Name {
			return sentences[muster.ErrBadCredentials.Code] // who guesses is not told that nobody looked
		}
		if action == muster.ActionChangePassword.Name {
			return sentences[muster.ErrOldPassword.Code]
		}
		return muster.ErrThrottled.Message
	case muster.ErrUnauthenticated.Code:
		if s, ok := strangers[action]; ok {
			return s
		}
		return "Unauthorized"
	case muster.ErrDenied.Code, muster.ErrAdminOnly.Code, muster.ErrSelf.Code, muster.ErrLastAdmin.Code, muster.ErrBuiltIn.Code:
		if s, ok := denials[action]; ok {
			return s
		}
	case muster.ErrAborted.Code:
		return cmp.Or(detail, muster.ErrAborted.Message) // the script's own words
	case muster.ErrScriptUnnamed.Code, muster.ErrScriptElsewhere.Code, muster.ErrScriptDenied.Code:
		return cmp.Or(detail, scriptWords(code, "", ""))
	case muster.ErrTaken.Code:
		return notUnique(action, field)
	case "malformed", "no-file", "too-large", "too-slow", "unsupported-media-type":
		return "error parsing http request body: " + detail
	case "bad-time": // of a query
		return detail
	case "invalid":
		if field == muster.ErrInvalidID.Field {
			return invalidID(action)
		}
		if field == "setting" {
			return cmp.Or(detail, "invalid setting") // the original has no words for it
		}
		if field != "" && field != "sort" && field != "rule" {
			return "invalid " + field
		}
	case muster.ErrTokenUnknown.Code:
		if action == muster.ActionExchangeReset.Name {
			return sentences[muster.ErrInvalidToken.Code]
		}
	case muster.ErrUserNotFound.Code:
		if field == muster.ErrScriptNotFound.Field {
			return cmp.Or(detail, scriptWords(code, "", ""))
		}
		return notFound(action, field)
	}
	return masked
}

// notFound spells what few endpoints have words for.
func notFound(action, field string) string {
	switch action {
	case muster.ActionReadUser.Name, muster.ActionRunOnUser.Name:
		return "user not found"
	case muster.ActionReadOrganisation.Name, muster.ActionUpdateOrganisation.Name, muster.ActionArchiveOrganisation.Name, muster.ActionDeleteOrganisation.Name:
		return "system.repository.OrganisationNotFound"
	case muster.ActionReadApplication.Name:
		return "invalid ID"
	case muster.ActionDismissReminder.Name, muster.ActionSnoozeReminder.Name, muster.ActionDeleteReminder.Name:
		if field == muster.ErrReminderNotFound.Field {
			return "reminder not found"
		}
	}
	return masked
}

// invalidID spells what is no id: a few endpoints make no difference to one that is nobody's.
func invalidID(action string) string {
	switch action {
	case muster.ActionDismissReminder.Name, muster.ActionSnoozeReminder.Name, muster.ActionDeleteReminder.Name:
		return "reminder not found"
	}
	return "invalid ID"
}

func notUnique(action, field string) string {
	switch action {
	case muster.ActionCreateGroup.Name, muster.ActionUpdateGroup.Name, muster.ActionUndeleteGroup.Name:
		return "role " + field + " not unique"
	}
	return field + " not unique"
}
