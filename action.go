package muster

// A Noun is the sort of object that a rule or an event is about.
type Noun string

// The nouns of resources. A rule on NounRealm is about the house as a whole: what may be created, who reads the log.
const (
	NounRealm        Noun = "realm"
	NounUser         Noun = "user"
	NounGroup        Noun = "group"
	NounSession      Noun = "session"
	NounSetting      Noun = "setting"
	NounRule         Noun = "rule"
	NounOrganisation Noun = "organisation"
	NounApplication  Noun = "application"
	NounReminder     Noun = "reminder"
	NounAttachment   Noun = "attachment"
)

// A Resource is what a rule or an event is about: one object, or with ID 0 all of that noun. NounRealm has no ids.
type Resource struct {
	Noun Noun
	ID   ID
}

// Realm is the resource of operations on the house as a whole.
func Realm() Resource { return Resource{Noun: NounRealm} }

// UserResource is the resource of one user.
func UserResource(id ID) Resource { return Resource{NounUser, id} }

// GroupResource is the resource of one group.
func GroupResource(id ID) Resource { return Resource{NounGroup, id} }

// The operations that rules speak of. Where a comment names a noun, the operation is on objects of that noun; the others
// are on the house as a whole.
const (
	OpAccess             = "access" // see what is deleted, the log and the statistics
	OpGrant              = "grant"  // read and change rules
	OpSettingsRead       = "settings.read"
	OpSettingsManage     = "settings.manage"
	OpOrganisationCreate = "organisation.create"
	OpUserCreate         = "user.create"
	OpGroupCreate        = "group.create"
	OpApplicationCreate  = "application.create"
	OpReminderAssign     = "reminder.assign"
	OpAdminister         = "administer"     // held by the live members of [Administrators]; no rule speaks of it
	OpRead               = "read"           // user, group, application
	OpUpdate             = "update"         // user, group, application
	OpDelete             = "delete"         // user, group, application
	OpSuspend            = "suspend"        // user
	OpUnsuspend          = "unsuspend"      // user
	OpUnmaskEmail        = "unmask.email"   // user
	OpUnmaskName         = "unmask.name"    // user
	OpMembersManage      = "members.manage" // group
)

// An Action is one entry of the catalogue: something that can be asked of the core. Each exported verb of the core names
// exactly one, and whatever lists actions (the log, webhooks, the documentation) lists this catalogue.
type Action struct {
	Name      string // noun.verb, the name in the log
	Resource  Noun   // what the needed operation is on
	Operation string // what rules must allow; empty: the verb itself says who may
	Open      bool   // nobody needs to be signed in
	Write     bool   // changes something: leaves an event, and so does its refusal
	Doc       string
}

// The catalogue.
var (
	ActionSignIn           = Action{"session.open", NounSession, "", true, true, "sign in with a password"}
	ActionSignOut          = Action{"session.close", NounSession, "", false, true, "end the session whose token was shown"}
	ActionRenewSession     = Action{"session.renew", NounSession, "", false, false, "get a new token for the running session"}
	ActionSignUp           = Action{"user.sign-up", NounUser, "", true, true, "make an account for oneself"}
	ActionSendConfirmation = Action{"user.send-confirmation", NounUser, "", true, true, "mail a link by which an e-mail is confirmed"}
	ActionConfirmEmail     = Action{"user.confirm-email", NounUser, "", true, true, "prove an e-mail with the token that was mailed to it"}
	ActionChangePassword   = Action{"user.change-password", NounUser, "", false, true, "change one's own password, knowing the old one"}
	ActionFirstAdmin       = Action{"user.first-administrator", NounUser, "", true, true, "make the first administrator of an empty house, at start"}

	ActionListUsers     = Action{"user.list", NounUser, OpRead, false, false, "list and search users"}
	ActionReadUser      = Action{"user.read", NounUser, OpRead, false, false, "read one user"}
	ActionReadMember    = Action{"user.read-with-groups", NounUser, OpRead, false, false, "read one user who is neither suspended nor deleted, with his groups"}
	ActionCreateUser    = Action{"user.create", NounRealm, OpUserCreate, false, true, "make a user"}
	ActionUpdateUser    = Action{"user.update", NounUser, OpUpdate, false, true, "change the profile of a user, or one's own"}
	ActionDeleteUser    = Action{"user.delete", NounUser, OpDelete, false, true, "delete a user: softly, ending his sessions and freeing his names"}
	ActionUndeleteUser  = Action{"user.undelete", NounUser, OpDelete, false, true, "bring a deleted user back, if his names are still free"}
	ActionSuspendUser   = Action{"user.suspend", NounUser, OpSuspend, false, true, "lock a user out, ending his sessions"}
	ActionUnsuspendUser = Action{"user.unsuspend", NounUser, OpUnsuspend, false, true, "let a suspended user in again"}
	ActionSetPassword   = Action{"user.set-password", NounUser, OpUpdate, false, true, "give a user a new password, ending his sessions"}
	ActionListGroupsOf  = Action{"user.groups", NounUser, OpRead, false, false, "list the groups that a user is a member of"}

	ActionListGroups     = Action{"group.list", NounGroup, OpRead, false, false, "list and search groups"}
	ActionReadGroup      = Action{"group.read", NounGroup, OpRead, false, false, "read one group"}
	ActionCreateGroup    = Action{"group.create", NounRealm, OpGroupCreate, false, true, "make a group, with members"}
	ActionUpdateGroup    = Action{"group.update", NounGroup, OpUpdate, false, true, "change a group, and who is in it"}
	ActionDeleteGroup    = Action{"group.delete", NounGroup, OpDelete, false, true, "delete a group: softly, freeing its names"}
	ActionUndeleteGroup  = Action{"group.undelete", NounGroup, OpDelete, false, true, "bring a deleted group back, if its names are still free"}
	ActionArchiveGroup   = Action{"group.archive", NounGroup, OpUpdate, false, true, "take a group out of use: it gives no rights, but keeps its names"}
	ActionUnarchiveGroup = Action{"group.unarchive", NounGroup, OpDelete, false, true, "bring an archived group back into use"}
	ActionMoveGroup      = Action{"group.move", NounGroup, OpUpdate, false, true, "put a group into another organisation"}
	ActionMergeGroups    = Action{"group.merge", NounGroup, OpUpdate, false, true, "move the members of one group to another and delete the first"}
	ActionDefaultGroup   = Action{"group.make-default", NounGroup, OpAdminister, false, true, "make the group that new people are put into, at start or when it is first needed"}
	ActionListMembers    = Action{"group.members", NounGroup, OpRead, false, false, "list the members of a group"}
	ActionAddMember      = Action{"group.member-add", NounGroup, OpMembersManage, false, true, "put a user into a group"}
	ActionRemoveMember   = Action{"group.member-remove", NounGroup, OpMembersManage, false, true, "take a user out of a group"}

	ActionListRules      = Action{"rule.list", NounRealm, OpGrant, false, false, "read the rules of a group"}
	ActionSetRules       = Action{"rule.set", NounRealm, OpGrant, false, true, "set, replace or take away rules of a group"}
	ActionClearRules     = Action{"rule.clear", NounRealm, OpGrant, false, true, "take all rules of a group away"}
	ActionListOperations = Action{"rule.operations", NounRealm, "", false, false, "list what rules can speak of, and what of it one may do oneself"}

	ActionListSettings    = Action{"setting.list", NounRealm, OpSettingsRead, false, false, "list the settings of the house"}
	ActionReadSetting     = Action{"setting.read", NounRealm, OpSettingsRead, false, false, "read one setting"}
	ActionSetSettings     = Action{"setting.set", NounRealm, OpSettingsManage, false, true, "set or remove settings"}
	ActionSetUserSettings = Action{"setting.set-own", NounRealm, OpSettingsManage, false, true, "set or remove settings of one's own, or with the right to manage settings those of others"}
	ActionPublicSettings  = Action{"setting.public", NounSetting, "", false, false, "read the settings that every client needs"}

	ActionReadStatistics = Action{"statistics.read", NounRealm, OpAccess, false, false, "count users, groups and applications"}
	ActionImpersonate    = Action{"session.impersonate", NounUser, "", false, true, "act as somebody else, as an administrator"}
	ActionRequestReset   = Action{"user.request-password-reset", NounUser, "", true, true, "have a link mailed by which a password is reset"}
	ActionExchangeReset  = Action{"user.exchange-reset-token", NounUser, "", true, true, "turn a mailed reset token into one that resets"}
	ActionResetPassword  = Action{"user.reset-password", NounUser, "", true, true, "set a new password with an exchanged token"}
	ActionExchangeToken  = Action{"session.exchange", NounSession, "", true, true, "turn the token of an external sign-in into a session"}

	ActionListOrganisations   = Action{"organisation.list", NounOrganisation, "", false, false, "list and search organisations"}
	ActionReadOrganisation    = Action{"organisation.read", NounOrganisation, "", false, false, "read one organisation"}
	ActionCreateOrganisation  = Action{"organisation.create", NounRealm, OpOrganisationCreate, false, true, "make an organisation"}
	ActionUpdateOrganisation  = Action{"organisation.update", NounRealm, OpOrganisationCreate, false, true, "rename an organisation"}
	ActionArchiveOrganisation = Action{"organisation.archive", NounRealm, OpOrganisationCreate, false, true, "take an organisation out of use, for good"}
	ActionDeleteOrganisation  = Action{"organisation.delete", NounRealm, OpOrganisationCreate, false, true, "delete an organisation, for good"}

	ActionListApplications    = Action{"application.list", NounApplication, OpRead, false, false, "list and search applications"}
	ActionReadApplication     = Action{"application.read", NounApplication, OpRead, false, false, "read one application"}
	ActionCreateApplication   = Action{"application.create", NounRealm, OpApplicationCreate, false, true, "make an application"}
	ActionUpdateApplication   = Action{"application.update", NounApplication, OpUpdate, false, true, "change an application"}
	ActionDeleteApplication   = Action{"application.delete", NounApplication, OpDelete, false, true, "delete an application softly"}
	ActionUndeleteApplication = Action{"application.undelete", NounApplication, OpDelete, false, true, "bring a deleted application back"}

	ActionListReminders   = Action{"reminder.list", NounReminder, "", false, false, "list one's reminders, or with the right to assign those of all"}
	ActionReadReminder    = Action{"reminder.read", NounReminder, "", false, false, "read one reminder"}
	ActionCreateReminder  = Action{"reminder.create", NounReminder, "", false, true, "have oneself reminded, or with the right to assign somebody else"}
	ActionUpdateReminder  = Action{"reminder.update", NounReminder, "", false, true, "change a reminder"}
	ActionDismissReminder = Action{"reminder.dismiss", NounReminder, "", false, true, "say that a reminder has done its work"}
	ActionSnoozeReminder  = Action{"reminder.snooze", NounReminder, "", false, true, "put a reminder off"}
	ActionDeleteReminder  = Action{"reminder.delete", NounReminder, "", false, true, "delete a reminder softly"}
	ActionFireReminder    = Action{"reminder.due", NounReminder, "", false, true, "tell that a reminder is due, once, by the house itself"}

	ActionCreateAttachment = Action{"attachment.create", NounRealm, OpSettingsManage, false, true, "store a file as the value of a setting"}
	ActionReadAttachment   = Action{"attachment.read", NounAttachment, "", false, false, "read what is known of a file"}
	ActionOpenOriginal     = Action{"attachment.original", NounAttachment, "", true, false, "read the bytes of a file: of a setting's, or by a signed address"}
	ActionOpenPreview      = Action{"attachment.preview", NounAttachment, "", true, false, "read the small picture of a file, likewise"}
	ActionDeleteAttachment = Action{"attachment.delete", NounRealm, OpSettingsManage, false, true, "delete a file; its bytes go a week later"}
	ActionCleanAttachments = Action{"attachment.clean-up", NounAttachment, "", false, true, "remove the bytes of files that were deleted or never finished, by the house itself"}

	ActionListEvents      = Action{"event.list", NounRealm, OpAccess, false, false, "read the audit trail"}
	ActionRefusedToken    = Action{"session.refused", NounSession, "", true, true, "show a token that is not good"}
	ActionReadSignInRules = Action{"setting.sign-in", NounSetting, "", true, false, "read which ways of signing in and up are switched on"}
)

// Actions is the catalogue, in the order of its documentation.
func Actions() []Action {
	return []Action{
		ActionSignIn, ActionSignOut, ActionRenewSession, ActionSignUp, ActionSendConfirmation, ActionConfirmEmail, ActionChangePassword, ActionFirstAdmin,
		ActionListUsers, ActionReadUser, ActionReadMember, ActionCreateUser, ActionUpdateUser, ActionDeleteUser, ActionUndeleteUser,
		ActionSuspendUser, ActionUnsuspendUser, ActionSetPassword, ActionListGroupsOf,
		ActionListGroups, ActionReadGroup, ActionCreateGroup, ActionUpdateGroup, ActionDeleteGroup, ActionUndeleteGroup,
		ActionArchiveGroup, ActionUnarchiveGroup, ActionMoveGroup, ActionMergeGroups, ActionDefaultGroup,
		ActionListMembers, ActionAddMember, ActionRemoveMember,
		ActionListRules, ActionSetRules, ActionClearRules, ActionListOperations,
		ActionListSettings, ActionReadSetting, ActionSetSettings, ActionSetUserSettings, ActionPublicSettings,
		ActionReadStatistics, ActionImpersonate, ActionRequestReset, ActionExchangeReset, ActionResetPassword, ActionExchangeToken,
		ActionListOrganisations, ActionReadOrganisation, ActionCreateOrganisation, ActionUpdateOrganisation,
		ActionArchiveOrganisation, ActionDeleteOrganisation,
		ActionListApplications, ActionReadApplication, ActionCreateApplication, ActionUpdateApplication,
		ActionDeleteApplication, ActionUndeleteApplication,
		ActionListReminders, ActionReadReminder, ActionCreateReminder, ActionUpdateReminder,
		ActionDismissReminder, ActionSnoozeReminder, ActionDeleteReminder, ActionFireReminder,
		ActionCreateAttachment, ActionReadAttachment, ActionOpenOriginal, ActionOpenPreview, ActionDeleteAttachment, ActionCleanAttachments,
		ActionListEvents, ActionRefusedToken, ActionReadSignInRules,
	}
}
