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
	NounMessage      Noun = "message"
	NounLink         Noun = "link"
	NounScript       Noun = "script"
	NounTopic        Noun = "topic"
	NounContact      Noun = "contact" // with the id of the user who is one
	NounPresence     Noun = "presence"
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

// TopicResource is the resource of one topic.
func TopicResource(id ID) Resource { return Resource{NounTopic, id} }

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
	OpMessage            = "message"        // user: send messages, and see how many wait; no rule speaks of it
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
	ActionRefreshSession   = Action{"session.refresh", NounSession, "", true, true, "change a refresh token for a new pair of tokens"}
	ActionCleanSessions    = Action{"session.clean-up", NounSession, "", false, true, "remove refresh tokens that have run out and sessions that ended a month ago, by the house itself"}
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
	ActionWalkUsers     = Action{"user.walk", NounRealm, OpAdminister, false, false, "read all users, one after the other"}
	ActionLookUpUser    = Action{"user.look-up", NounRealm, OpAdminister, false, false, "find a user by username, e-mail or id, in whatever state"}
	ActionHandOver      = Action{"user.hand-over", NounRealm, OpAdminister, false, true, "make all that a user owns another one's"}
	ActionCountOwned    = Action{"user.owned", NounRealm, OpAdminister, false, false, "count what a user owns"}
	ActionReadSelf      = Action{"user.read-self", NounUser, "", false, false, "read oneself, with one's groups"}
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
	ActionAddManager     = Action{"group.manager-add", NounGroup, OpMembersManage, false, true, "let a user say who is in a group"}
	ActionRemoveManager  = Action{"group.manager-remove", NounGroup, OpMembersManage, false, true, "end that a user says who is in a group"}
	ActionFindGroup      = Action{"group.find", NounGroup, OpRead, false, false, "read one group by its name"}
	ActionListGroupsFull = Action{"group.list-full", NounGroup, OpRead, false, false, "list groups with their members and managers"}
	ActionDeleteUnused   = Action{"group.delete-unused", NounGroup, OpDelete, false, true, "delete a group that has neither members nor managers nor rights on topics"}

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

	ActionSignUpForKey  = Action{"user.sign-up-for-key", NounUser, "", true, true, "make an account without a password, and have a link mailed that makes its key"}
	ActionRequestKey    = Action{"user.request-key", NounUser, "", true, true, "have a link mailed that makes one's key anew"}
	ActionVerifyKey     = Action{"user.verify-key", NounUser, "", true, true, "get a new key for a mailed token, and have the e-mail confirmed by it"}
	ActionConvertUser   = Action{"user.convert", NounUser, OpUpdate, false, true, "make a user a system user, for good, with a new key and without e-mail and password"}
	ActionSetSystemUser = Action{"user.set-system", NounUser, OpUpdate, false, true, "say what a system user sees of the users that he lists"}
	ActionResetKey      = Action{"user.reset-key", NounUser, OpUpdate, false, true, "give a system user a new key"}
	ActionRenameUser    = Action{"user.rename", NounUser, OpUpdate, false, true, "change the username, or name and e-mail, of a user"}
	ActionFindUser      = Action{"user.find", NounUser, OpRead, false, false, "read the user whose username is exactly that"}
	ActionListPeople    = Action{"user.directory", NounUser, OpRead, false, false, "list who is there, with names"}
	ActionCheckUser     = Action{"user.check", NounUser, OpRead, false, false, "look whether a user has what each user should have"}
	ActionMendUser      = Action{"user.mend", NounUser, OpUpdate, false, true, "give a user what each user should have"}

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

	ActionOpenApp           = Action{"application.open", NounRealm, "", false, true, "make the realm of an application that the configuration names, by the house itself"}
	ActionSignInApp         = Action{"application.sign-in", NounApplication, "", true, true, "get a token of an application, knowing its secret"}
	ActionSignInThroughApp  = Action{"session.open-through-application", NounSession, "", true, true, "sign in to an application with a password"}
	ActionVouch             = Action{"session.vouch", NounRealm, OpUserCreate, false, true, "sign in a user for whom the application vouches, making him if he is new"}
	ActionExchangeSigned    = Action{"session.exchange-signed", NounSession, "", false, true, "turn a token that the application signed into one of the house"}
	ActionReadTokenEnd      = Action{"session.token-end", NounSession, "", false, false, "read when the token that was shown ends"}
	ActionRegisterUsers     = Action{"user.register", NounRealm, "", true, true, "make users of an application, up to sixty at once, or oneself where that is open"}
	ActionReadAppUser       = Action{"user.read-by-application", NounUser, OpRead, false, false, "read a user by his username"}
	ActionListAppUsers      = Action{"user.list-by-application", NounUser, OpRead, false, false, "read users in the order in which they were made"}
	ActionDeleteOldest      = Action{"user.delete-oldest", NounUser, OpDelete, false, true, "delete users of an application in the order in which they were made"}
	ActionSetName           = Action{"user.set-name", NounUser, OpUpdate, false, true, "change the name of a user and nothing else of him, or one's own"}
	ActionReadAttributes    = Action{"attributes.read", NounUser, OpRead, false, false, "read what an application keeps with a user, or with oneself"}
	ActionCollectAttributes = Action{"attributes.collect", NounUser, "", false, false, "read what the application keeps with several of its users"}
	ActionSetAttributes     = Action{"attributes.set", NounUser, OpUpdate, false, true, "change what an application keeps with a user, or with oneself"}
	ActionRemoveAttributes  = Action{"attributes.remove", NounUser, OpUpdate, false, true, "remove what an application keeps with a user, or with oneself"}
	ActionMeasureAttributes = Action{"attributes.measure", NounUser, OpRead, false, false, "measure what an application keeps with its users"}
	ActionListScripts       = Action{"script.list", NounScript, "", false, false, "list the scripts of the house, and what is wrong with them"}
	ActionReadBundle        = Action{"script.bundle", NounScript, "", false, false, "read the scripts that a web app runs in browsers"}
	ActionRunScript         = Action{"script.run", NounScript, "", false, true, "run a script by hand"}
	ActionRunOnUser         = Action{"user.run-script", NounUser, OpRead, false, true, "run a script by hand on a user"}
	ActionRunOnGroup        = Action{"group.run-script", NounGroup, OpRead, false, true, "run a script by hand on a group"}
	ActionRunOnApplication  = Action{"application.run-script", NounApplication, OpRead, false, true, "run a script by hand on an application"}
	ActionFollowScript      = Action{"script.follow", NounScript, "", false, true, "run a script because of what has happened, or because it is time, by the house itself"}
	ActionSendMail          = Action{"user.mail", NounUser, "", false, true, "have a script send a mail to a user, as an administrator"}

	ActionListTopics       = Action{"topic.list", NounTopic, "", false, false, "list the topics that one can read; for administrators: all but private ones"}
	ActionReadTopic        = Action{"topic.read", NounTopic, "", false, false, "read one topic, for its readers, writers and administrators"}
	ActionCreateTopic      = Action{"topic.create", NounTopic, "", false, true, "make a topic: below one's own private topic or one that one administers, as an administrator anywhere else"}
	ActionDeleteTopic      = Action{"topic.delete", NounTopic, "", false, true, "delete a topic for good, as who administers it"}
	ActionAddTopicRight    = Action{"topic.right-add", NounTopic, "", false, true, "let a user or a group read, write or administer a topic, as who administers it"}
	ActionRemoveTopicRight = Action{"topic.right-remove", NounTopic, "", false, true, "take such a right away"}
	ActionKeepTopic        = Action{"topic.favourite", NounTopic, "", false, true, "make a topic one of one's favourites"}
	ActionDropTopic        = Action{"topic.unfavourite", NounTopic, "", false, true, "end that a topic is one of one's favourites"}
	ActionMuteTopic        = Action{"topic.mute", NounTopic, "", false, true, "want no notifications of a topic"}
	ActionUnmuteTopic      = Action{"topic.unmute", NounTopic, "", false, true, "want notifications of a topic again"}
	ActionMuteTopics       = Action{"topic.mute-all", NounTopic, "", false, true, "want no notifications of any topic that one can read now, but private ones"}
	ActionUnmuteTopics     = Action{"topic.unmute-all", NounTopic, "", false, true, "want notifications of all topics"}

	ActionAddTag    = Action{"user.tag-add", NounUser, "", false, true, "make a tag one of one's favourites"}
	ActionRemoveTag = Action{"user.tag-remove", NounUser, "", false, true, "end that a tag is one of one's favourites"}

	ActionAddContact    = Action{"contact.add", NounContact, "", false, true, "make a user one's contact"}
	ActionRemoveContact = Action{"contact.remove", NounContact, "", false, true, "end that a user is one's contact"}

	ActionSetPresence    = Action{"presence.set", NounPresence, "", false, false, "say what one is doing at a topic that one can read, and see who else is there"}
	ActionListPresences  = Action{"presence.list", NounPresence, "", false, false, "list presences on the topics that one can read"}
	ActionContactsSeen   = Action{"presence.contacts", NounPresence, "", false, false, "list one's contacts, and where they were lately"}
	ActionRemovePresence = Action{"presence.remove", NounPresence, "", false, true, "take one's own presence away; for administrators: anybody's"}

	ActionSendMessage         = Action{"message.send", NounUser, OpMessage, false, true, "send a message to up to 600 users"}
	ActionAcknowledgeMessages = Action{"message.acknowledge", NounMessage, "", false, true, "say that messages have arrived: they leave one's own inbox"}
	ActionReceiveMessages     = Action{"message.receive", NounMessage, "", false, false, "read what waits in one's own inbox"}
	ActionCountMessages       = Action{"message.count", NounUser, OpMessage, false, false, "count what waits in the inbox of a user, or in one's own"}
	ActionReadMessageState    = Action{"message.state", NounUser, OpMessage, false, false, "see whether a message waits for a user, or for oneself"}
	ActionCleanMessages       = Action{"message.clean-up", NounMessage, "", false, true, "remove messages that nobody came for, by the house itself"}

	ActionOpenLink       = Action{"link.open", NounLink, "", false, false, "open a live link, by which one is online"}
	ActionListLinks      = Action{"link.list", NounUser, OpRead, false, false, "list the live links of a user, or one's own"}
	ActionReadStatus     = Action{"user.status", NounUser, OpRead, false, false, "see whether a user is online, or oneself"}
	ActionReadStatuses   = Action{"user.statuses", NounUser, OpRead, false, false, "see which of several users are online"}
	ActionDisconnectUser = Action{"user.disconnect", NounUser, OpSuspend, false, true, "end the live links of a user, or one of them; his sessions stay"}

	ActionListEvents      = Action{"event.list", NounRealm, OpAccess, false, false, "read the audit trail"}
	ActionRefusedToken    = Action{"session.refused", NounSession, "", true, true, "show a token that is not good"}
	ActionReadSignInRules = Action{"setting.sign-in", NounSetting, "", true, false, "read which ways of signing in and up are switched on"}
)

// Actions is the catalogue, in the order of its documentation.
func Actions() []Action {
	return []Action{
		ActionSignIn, ActionSignOut, ActionRenewSession, ActionRefreshSession, ActionCleanSessions, ActionSignUp, ActionSendConfirmation, ActionConfirmEmail, ActionChangePassword, ActionFirstAdmin,
		ActionListUsers, ActionReadUser, ActionReadMember, ActionCreateUser, ActionUpdateUser, ActionDeleteUser, ActionUndeleteUser,
		ActionSuspendUser, ActionUnsuspendUser, ActionSetPassword, ActionReadSelf, ActionWalkUsers, ActionLookUpUser, ActionHandOver, ActionCountOwned, ActionListGroupsOf,
		ActionListGroups, ActionReadGroup, ActionCreateGroup, ActionUpdateGroup, ActionDeleteGroup, ActionUndeleteGroup,
		ActionArchiveGroup, ActionUnarchiveGroup, ActionMoveGroup, ActionMergeGroups, ActionDefaultGroup,
		ActionListMembers, ActionAddMember, ActionRemoveMember,
		ActionAddManager, ActionRemoveManager, ActionFindGroup, ActionListGroupsFull, ActionDeleteUnused,
		ActionListRules, ActionSetRules, ActionClearRules, ActionListOperations,
		ActionListSettings, ActionReadSetting, ActionSetSettings, ActionSetUserSettings, ActionPublicSettings,
		ActionReadStatistics, ActionImpersonate, ActionRequestReset, ActionExchangeReset, ActionResetPassword, ActionExchangeToken,
		ActionSignUpForKey, ActionRequestKey, ActionVerifyKey, ActionConvertUser, ActionSetSystemUser, ActionResetKey, ActionRenameUser,
		ActionFindUser, ActionListPeople, ActionCheckUser, ActionMendUser,
		ActionListOrganisations, ActionReadOrganisation, ActionCreateOrganisation, ActionUpdateOrganisation,
		ActionArchiveOrganisation, ActionDeleteOrganisation,
		ActionListApplications, ActionReadApplication, ActionCreateApplication, ActionUpdateApplication,
		ActionDeleteApplication, ActionUndeleteApplication,
		ActionListReminders, ActionReadReminder, ActionCreateReminder, ActionUpdateReminder,
		ActionDismissReminder, ActionSnoozeReminder, ActionDeleteReminder, ActionFireReminder,
		ActionCreateAttachment, ActionReadAttachment, ActionOpenOriginal, ActionOpenPreview, ActionDeleteAttachment, ActionCleanAttachments,
		ActionOpenApp, ActionSignInApp, ActionSignInThroughApp, ActionVouch, ActionExchangeSigned, ActionReadTokenEnd,
		ActionRegisterUsers, ActionReadAppUser, ActionListAppUsers, ActionDeleteOldest, ActionSetName,
		ActionReadAttributes, ActionCollectAttributes, ActionSetAttributes, ActionRemoveAttributes, ActionMeasureAttributes,
		ActionListScripts, ActionReadBundle, ActionRunScript, ActionRunOnUser, ActionRunOnGroup, ActionRunOnApplication, ActionFollowScript, ActionSendMail,
		ActionListTopics, ActionReadTopic, ActionCreateTopic, ActionDeleteTopic, ActionAddTopicRight, ActionRemoveTopicRight,
		ActionKeepTopic, ActionDropTopic, ActionMuteTopic, ActionUnmuteTopic, ActionMuteTopics, ActionUnmuteTopics,
		ActionAddTag, ActionRemoveTag, ActionAddContact, ActionRemoveContact,
		ActionSetPresence, ActionListPresences, ActionContactsSeen, ActionRemovePresence,
		ActionSendMessage, ActionAcknowledgeMessages, ActionReceiveMessages, ActionCountMessages, ActionReadMessageState, ActionCleanMessages,
		ActionOpenLink, ActionListLinks, ActionReadStatus, ActionReadStatuses, ActionDisconnectUser,
		ActionListEvents, ActionRefusedToken, ActionReadSignInRules,
	}
}
