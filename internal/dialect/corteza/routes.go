package corteza

import (
	"muster"
	"muster/internal/httpx"
)

// routes is the table of the API, in the order of the contract.
func (f *facade) routes() []httpx.Route {
	return []httpx.Route{
		httpx.For(muster.ActionReadSignInRules, "GET", "/auth/", handle(f.authSettings)),
		httpx.For(muster.ActionRenewSession, "GET", "/auth/check", handle(f.authCheck)),
		httpx.For(muster.ActionSignOut, "GET", "/auth/logout", handle(f.authLogout)),
		httpx.For(muster.ActionImpersonate, "POST", "/auth/impersonate", handle(f.impersonate)),
		httpx.For(muster.ActionExchangeToken, "POST", "/auth/exchange", handle(f.exchange)),
		httpx.For(muster.ActionSignIn, "POST", "/auth/internal/login", handle(f.login)),
		httpx.For(muster.ActionSignUp, "POST", "/auth/internal/signup", handle(f.signUp)),
		httpx.For(muster.ActionConfirmEmail, "POST", "/auth/internal/confirm-email", handle(f.confirmEmail)),
		httpx.For(muster.ActionRequestReset, "POST", "/auth/internal/request-password-reset", handle(f.requestReset)),
		httpx.For(muster.ActionExchangeReset, "POST", "/auth/internal/exchange-password-reset-token", handle(f.exchangeReset)),
		httpx.For(muster.ActionResetPassword, "POST", "/auth/internal/reset-password", handle(f.resetPassword)),
		httpx.For(muster.ActionChangePassword, "POST", "/auth/internal/change-password", handle(f.changePassword)),

		httpx.For(muster.ActionListUsers, "GET", "/users/", handle(f.listUsers)),
		httpx.For(muster.ActionCreateUser, "POST", "/users/", handle(f.createUser)),
		httpx.For(muster.ActionReadUser, "GET", "/users/{userID}", handle(f.readUser)),
		httpx.For(muster.ActionUpdateUser, "PUT", "/users/{userID}", handle(f.updateUser)),
		httpx.For(muster.ActionDeleteUser, "DELETE", "/users/{userID}", onID("userID", f.core.DeleteUser)),
		httpx.For(muster.ActionSuspendUser, "POST", "/users/{userID}/suspend", onID("userID", f.core.SuspendUser)),
		httpx.For(muster.ActionUnsuspendUser, "POST", "/users/{userID}/unsuspend", onID("userID", f.core.UnsuspendUser)),
		httpx.For(muster.ActionUndeleteUser, "POST", "/users/{userID}/undelete", onID("userID", f.core.UndeleteUser)),
		httpx.For(muster.ActionSetPassword, "POST", "/users/{userID}/password", handle(f.setPassword)),
		httpx.For(muster.ActionListGroupsOf, "GET", "/users/{userID}/membership", show("userID", f.core.ListGroupsOf, decimals)),
		httpx.For(muster.ActionAddMember, "POST", "/users/{userID}/membership/{roleID}", onMember(f.core.AddMember)),
		httpx.For(muster.ActionRemoveMember, "DELETE", "/users/{userID}/membership/{roleID}", onMember(f.core.RemoveMember)),
		httpx.For(muster.ActionRunOnUser, "POST", "/users/{userID}/trigger", handle(f.triggerOnUser)),

		httpx.For(muster.ActionListGroups, "GET", "/roles/", handle(f.listRoles)),
		httpx.For(muster.ActionCreateGroup, "POST", "/roles/", handle(f.createRole)),
		httpx.For(muster.ActionReadGroup, "GET", "/roles/{roleID}", handle(f.readRole)),
		httpx.For(muster.ActionUpdateGroup, "PUT", "/roles/{roleID}", handle(f.updateRole)),
		httpx.For(muster.ActionDeleteGroup, "DELETE", "/roles/{roleID}", onID("roleID", f.core.DeleteGroup)),
		httpx.For(muster.ActionUndeleteGroup, "POST", "/roles/{roleID}/undelete", onID("roleID", f.core.UndeleteGroup)),
		httpx.For(muster.ActionArchiveGroup, "POST", "/roles/{roleID}/archive", onID("roleID", f.core.ArchiveGroup)),
		httpx.For(muster.ActionUnarchiveGroup, "POST", "/roles/{roleID}/unarchive", onID("roleID", f.core.UnarchiveGroup)),
		httpx.For(muster.ActionMergeGroups, "POST", "/roles/{roleID}/merge", handle(f.mergeRole)),
		httpx.For(muster.ActionReadGroup, "POST", "/roles/{roleID}/move", handle(moveRole)),
		httpx.For(muster.ActionListMembers, "GET", "/roles/{roleID}/members", handle(f.listMembers)),
		httpx.For(muster.ActionAddMember, "POST", "/roles/{roleID}/member/{userID}", onMember(f.core.AddMember)),
		httpx.For(muster.ActionRemoveMember, "DELETE", "/roles/{roleID}/member/{userID}", onMember(f.core.RemoveMember)),
		httpx.For(muster.ActionRunOnGroup, "POST", "/roles/{roleID}/trigger", handle(f.triggerOnRole)),

		httpx.For(muster.ActionListOperations, "GET", "/permissions/", handle(f.listPermissions)),
		httpx.For(muster.ActionListOperations, "GET", "/permissions/effective", handle(f.effectivePermissions)),
		httpx.For(muster.ActionListRules, "GET", "/permissions/{roleID}/rules", handle(f.listRules)),
		httpx.For(muster.ActionSetRules, "PATCH", "/permissions/{roleID}/rules", handleJSON(f.setRules)),
		httpx.For(muster.ActionClearRules, "DELETE", "/permissions/{roleID}/rules", onID("roleID", f.core.ClearRules)),

		httpx.For(muster.ActionListSettings, "GET", "/settings/", handle(f.listSettings)),
		httpx.For(muster.ActionSetSettings, "PATCH", "/settings/", handleJSON(f.setSettings)),
		httpx.For(muster.ActionPublicSettings, "GET", "/settings/current", handle(f.currentSettings)),
		httpx.For(muster.ActionReadSetting, "GET", "/settings/{key}", handle(f.readSetting)),
		httpx.For(muster.ActionCreateAttachment, "POST", "/settings/{key}", handleUpload(f.uploadSetting)).WithBody(muster.MaxFile + formRoom),

		httpx.For(muster.ActionReadAttachment, "GET", "/attachment/{kind}/{attachmentID}", handle(f.readAttachment)),
		httpx.For(muster.ActionDeleteAttachment, "DELETE", "/attachment/{kind}/{attachmentID}", handle(f.deleteAttachment)),
		httpx.For(muster.ActionOpenOriginal, "GET", "/attachment/{kind}/{attachmentID}/original/{name}", f.serveOriginal),
		httpx.For(muster.ActionOpenPreview, "GET", "/attachment/{kind}/{attachmentID}/{preview}", f.servePreview), // preview.{ext}

		httpx.For(muster.ActionListOrganisations, "GET", "/organisations/", handle(f.listOrganisations)),
		httpx.For(muster.ActionCreateOrganisation, "POST", "/organisations/", handle(f.createOrganisation)),
		httpx.For(muster.ActionReadOrganisation, "GET", "/organisations/{organisationID}", show("organisationID", f.core.ReadOrganisation, organisationOf)),
		httpx.For(muster.ActionUpdateOrganisation, "PUT", "/organisations/{organisationID}", handle(f.updateOrganisation)),
		httpx.For(muster.ActionDeleteOrganisation, "DELETE", "/organisations/{organisationID}", onID("organisationID", f.core.DeleteOrganisation)),
		httpx.For(muster.ActionArchiveOrganisation, "POST", "/organisations/{organisationID}/archive", onID("organisationID", f.core.ArchiveOrganisation)),

		httpx.For(muster.ActionListApplications, "GET", "/application/", handle(f.listApplications)),
		httpx.For(muster.ActionCreateApplication, "POST", "/application/", handle(f.createApplication)),
		httpx.For(muster.ActionReadApplication, "GET", "/application/{applicationID}", handle(f.readApplication)),
		httpx.For(muster.ActionUpdateApplication, "PUT", "/application/{applicationID}", handle(f.updateApplication)),
		httpx.For(muster.ActionDeleteApplication, "DELETE", "/application/{applicationID}", onID("applicationID", f.core.DeleteApplication)),
		httpx.For(muster.ActionUndeleteApplication, "POST", "/application/{applicationID}/undelete", onID("applicationID", f.core.UndeleteApplication)),
		httpx.For(muster.ActionRunOnApplication, "POST", "/application/{applicationID}/trigger", handle(f.triggerOnApplication)),

		httpx.For(muster.ActionListReminders, "GET", "/reminder/", handle(f.listReminders)),
		httpx.For(muster.ActionCreateReminder, "POST", "/reminder/", handle(f.createReminder)),
		httpx.For(muster.ActionReadReminder, "GET", "/reminder/{reminderID}", show("reminderID", f.core.ReadReminder, reminderOf)),
		httpx.For(muster.ActionUpdateReminder, "PUT", "/reminder/{reminderID}", handle(f.updateReminder)),
		httpx.For(muster.ActionDismissReminder, "PATCH", "/reminder/{reminderID}/dismiss", onID("reminderID", f.core.DismissReminder)),
		httpx.For(muster.ActionSnoozeReminder, "PATCH", "/reminder/{reminderID}/snooze", handle(f.snoozeReminder)),
		httpx.For(muster.ActionDeleteReminder, "DELETE", "/reminder/{reminderID}", onID("reminderID", f.core.DeleteReminder)),

		httpx.For(muster.ActionReadStatistics, "GET", "/stats/", handle(f.statistics)),
		httpx.For(muster.ActionListEvents, "GET", "/actionlog/", handle(f.listActions)),

		httpx.For(muster.ActionPublicSettings, "GET", "/subscription/", handle(readSubscription)),
		httpx.For(muster.ActionListScripts, "GET", "/automation/", handle(f.listScripts)),
		httpx.For(muster.ActionReadBundle, "GET", "/automation/{bundle}", f.readBundle),
		httpx.For(muster.ActionRunScript, "POST", "/automation/trigger", handle(f.triggerScript)),
	}
}
