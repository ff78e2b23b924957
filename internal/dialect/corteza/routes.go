package corteza

import (
	"muster"
	"muster/internal/httpx"
)

// routes is the table of the API, in the order of the contract.
func (f *facade) routes() []httpx.Route {
	return []httpx.Route{
		httpx.For(muster.ActionReadSignInRules, "GET", "/auth/", f.authSettings),
		httpx.For(muster.ActionRenewSession, "GET", "/auth/check", f.authCheck),
		httpx.For(muster.ActionSignOut, "GET", "/auth/logout", f.authLogout),
		httpx.For(muster.ActionImpersonate, "POST", "/auth/impersonate", f.impersonate),
		httpx.For(muster.ActionExchangeToken, "POST", "/auth/exchange", f.exchange),
		httpx.For(muster.ActionSignIn, "POST", "/auth/internal/login", f.login),
		httpx.For(muster.ActionSignUp, "POST", "/auth/internal/signup", f.signUp),
		httpx.For(muster.ActionConfirmEmail, "POST", "/auth/internal/confirm-email", f.confirmEmail),
		httpx.For(muster.ActionRequestReset, "POST", "/auth/internal/request-password-reset", f.requestReset),
		httpx.For(muster.ActionExchangeReset, "POST", "/auth/internal/exchange-password-reset-token", f.exchangeReset),
		httpx.For(muster.ActionResetPassword, "POST", "/auth/internal/reset-password", f.resetPassword),
		httpx.For(muster.ActionChangePassword, "POST", "/auth/internal/change-password", f.changePassword),

		httpx.For(muster.ActionListUsers, "GET", "/users/", f.listUsers),
		httpx.For(muster.ActionCreateUser, "POST", "/users/", f.createUser),
		httpx.For(muster.ActionReadUser, "GET", "/users/{userID}", f.readUser),
		httpx.For(muster.ActionUpdateUser, "PUT", "/users/{userID}", f.updateUser),
		httpx.For(muster.ActionDeleteUser, "DELETE", "/users/{userID}", onUser(f.core.DeleteUser)),
		httpx.For(muster.ActionSuspendUser, "POST", "/users/{userID}/suspend", onUser(f.core.SuspendUser)),
		httpx.For(muster.ActionUnsuspendUser, "POST", "/users/{userID}/unsuspend", onUser(f.core.UnsuspendUser)),
		httpx.For(muster.ActionUndeleteUser, "POST", "/users/{userID}/undelete", onUser(f.core.UndeleteUser)),
		httpx.For(muster.ActionSetPassword, "POST", "/users/{userID}/password", f.setPassword),
		httpx.For(muster.ActionListGroupsOf, "GET", "/users/{userID}/membership", f.listMembership),
		httpx.For(muster.ActionAddMember, "POST", "/users/{userID}/membership/{roleID}", onMember(f.core.AddMember)),
		httpx.For(muster.ActionRemoveMember, "DELETE", "/users/{userID}/membership/{roleID}", onMember(f.core.RemoveMember)),
		httpx.For(muster.ActionReadUser, "POST", "/users/{userID}/trigger", f.triggerOnUser),

		httpx.For(muster.ActionListGroups, "GET", "/roles/", f.listRoles),
		httpx.For(muster.ActionCreateGroup, "POST", "/roles/", f.createRole),
		httpx.For(muster.ActionReadGroup, "GET", "/roles/{roleID}", f.readRole),
		httpx.For(muster.ActionUpdateGroup, "PUT", "/roles/{roleID}", f.updateRole),
		httpx.For(muster.ActionDeleteGroup, "DELETE", "/roles/{roleID}", onRole(f.core.DeleteGroup)),
		httpx.For(muster.ActionUndeleteGroup, "POST", "/roles/{roleID}/undelete", onRole(f.core.UndeleteGroup)),
		httpx.For(muster.ActionArchiveGroup, "POST", "/roles/{roleID}/archive", onRole(f.core.ArchiveGroup)),
		httpx.For(muster.ActionUnarchiveGroup, "POST", "/roles/{roleID}/unarchive", onRole(f.core.UnarchiveGroup)),
		httpx.For(muster.ActionMergeGroups, "POST", "/roles/{roleID}/merge", f.mergeRole),
		httpx.For(muster.ActionReadGroup, "POST", "/roles/{roleID}/move", moveRole),
		httpx.For(muster.ActionListMembers, "GET", "/roles/{roleID}/members", f.listMembers),
		httpx.For(muster.ActionAddMember, "POST", "/roles/{roleID}/member/{userID}", onMember(f.core.AddMember)),
		httpx.For(muster.ActionRemoveMember, "DELETE", "/roles/{roleID}/member/{userID}", onMember(f.core.RemoveMember)),
		httpx.For(muster.ActionReadGroup, "POST", "/roles/{roleID}/trigger", f.triggerOnRole),

		httpx.For(muster.ActionListOperations, "GET", "/permissions/", f.listPermissions),
		httpx.For(muster.ActionListOperations, "GET", "/permissions/effective", f.effectivePermissions),
		httpx.For(muster.ActionListRules, "GET", "/permissions/{roleID}/rules", f.listRules),
		httpx.For(muster.ActionSetRules, "PATCH", "/permissions/{roleID}/rules", f.setRules),
		httpx.For(muster.ActionClearRules, "DELETE", "/permissions/{roleID}/rules", onRole(f.core.ClearRules)),

		httpx.For(muster.ActionListSettings, "GET", "/settings/", f.listSettings),
		httpx.For(muster.ActionSetSettings, "PATCH", "/settings/", f.setSettings),
		httpx.For(muster.ActionPublicSettings, "GET", "/settings/current", f.currentSettings),
		httpx.For(muster.ActionReadSetting, "GET", "/settings/{key}", f.readSetting),

		httpx.For(muster.ActionListOrganisations, "GET", "/organisations/", f.listOrganisations),
		httpx.For(muster.ActionCreateOrganisation, "POST", "/organisations/", f.createOrganisation),
		httpx.For(muster.ActionReadOrganisation, "GET", "/organisations/{organisationID}", f.readOrganisation),
		httpx.For(muster.ActionUpdateOrganisation, "PUT", "/organisations/{organisationID}", f.updateOrganisation),
		httpx.For(muster.ActionDeleteOrganisation, "DELETE", "/organisations/{organisationID}", onLooseID("organisationID", f.core.DeleteOrganisation)),
		httpx.For(muster.ActionArchiveOrganisation, "POST", "/organisations/{organisationID}/archive", onLooseID("organisationID", f.core.ArchiveOrganisation)),

		httpx.For(muster.ActionListApplications, "GET", "/application/", f.listApplications),
		httpx.For(muster.ActionCreateApplication, "POST", "/application/", f.createApplication),
		httpx.For(muster.ActionReadApplication, "GET", "/application/{applicationID}", f.readApplication),
		httpx.For(muster.ActionUpdateApplication, "PUT", "/application/{applicationID}", f.updateApplication),
		httpx.For(muster.ActionDeleteApplication, "DELETE", "/application/{applicationID}", onLooseID("applicationID", f.core.DeleteApplication)),
		httpx.For(muster.ActionUndeleteApplication, "POST", "/application/{applicationID}/undelete", onLooseID("applicationID", f.core.UndeleteApplication)),
		httpx.For(muster.ActionReadApplication, "POST", "/application/{applicationID}/trigger", f.triggerOnApplication),

		httpx.For(muster.ActionListReminders, "GET", "/reminder/", f.listReminders),
		httpx.For(muster.ActionCreateReminder, "POST", "/reminder/", f.createReminder),
		httpx.For(muster.ActionReadReminder, "GET", "/reminder/{reminderID}", f.readReminder),
		httpx.For(muster.ActionUpdateReminder, "PUT", "/reminder/{reminderID}", f.updateReminder),
		httpx.For(muster.ActionDismissReminder, "PATCH", "/reminder/{reminderID}/dismiss", onReminder(f.core.DismissReminder)),
		httpx.For(muster.ActionSnoozeReminder, "PATCH", "/reminder/{reminderID}/snooze", f.snoozeReminder),
		httpx.For(muster.ActionDeleteReminder, "DELETE", "/reminder/{reminderID}", onReminder(f.core.DeleteReminder)),

		httpx.For(muster.ActionReadStatistics, "GET", "/stats/", f.statistics),
		httpx.For(muster.ActionListEvents, "GET", "/actionlog/", f.listActions),

		// What every client is told: that there is no licence, and that there are no scripts.
		httpx.For(muster.ActionPublicSettings, "GET", "/subscription/", readSubscription),
		httpx.For(muster.ActionPublicSettings, "GET", "/automation/", listScripts),
		httpx.For(muster.ActionPublicSettings, "GET", "/automation/{bundle}", readBundle),
		httpx.For(muster.ActionPublicSettings, "POST", "/automation/trigger", triggerScript),
	}
}
