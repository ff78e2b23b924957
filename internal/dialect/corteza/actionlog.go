package corteza

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
)

// An entry of the action log (contract, 10).
type logEntry struct {
	Timestamp     string         `json:"timestamp"`
	RequestOrigin string         `json:"requestOrigin"`
	RequestID     string         `json:"requestID"`
	ActorIPAddr   string         `json:"actorIPAddr"`
	ActorID       string         `json:"actorID"`
	Resource      string         `json:"resource"`
	Action        string         `json:"action"`
	Error         string         `json:"error"`
	Severity      int            `json:"severity"`
	Description   string         `json:"description"`
	Meta          map[string]any `json:"meta"`
	Actor         string         `json:"actor,omitempty"`
}

// A logName is what the original calls an action.
type logName struct {
	resource, action string
	does             string // what the description says
}

// logNames are the original's names of the catalogue's actions. Actions that are not here are called after themselves.
var logNames = map[string]logName{
	muster.ActionSignIn.Name:              {"system:auth", "authenticate", "successfully authenticated with password"},
	muster.ActionSignOut.Name:             {"system:auth", "logout", "signed out"},
	muster.ActionRefusedToken.Name:        {"system:auth", "validateToken", "validated token"},
	muster.ActionRenewSession.Name:        {"system:auth", "issueToken", "issued token"},
	muster.ActionSignUp.Name:              {"system:auth", "internalSignup", "signed up {object}"},
	muster.ActionFirstAdmin.Name:          {"system:auth", "autoPromote", "made the first administrator {object}"},
	muster.ActionSendConfirmation.Name:    {"system:auth", "sendEmailConfirmationToken", "sent confirmation to {email}"},
	muster.ActionConfirmEmail.Name:        {"system:auth", "confirmEmail", "confirmed e-mail of {object}"},
	muster.ActionChangePassword.Name:      {"system:auth", "changePassword", "changed own password"},
	muster.ActionListUsers.Name:           {"system:user", "search", "searched for users"},
	muster.ActionReadUser.Name:            {"system:user", "lookup", "looked up {object}"},
	muster.ActionListGroupsOf.Name:        {"system:user", "lookup", "looked up {object}"},
	muster.ActionReadMember.Name:          {"system:user", "lookup", "looked up {object}"},
	muster.ActionCreateUser.Name:          {"system:user", "create", "created {object}"},
	muster.ActionUpdateUser.Name:          {"system:user", "update", "updated {object}"},
	muster.ActionDeleteUser.Name:          {"system:user", "delete", "deleted {object}"},
	muster.ActionUndeleteUser.Name:        {"system:user", "undelete", "undeleted {object}"},
	muster.ActionSuspendUser.Name:         {"system:user", "suspend", "suspended {object}"},
	muster.ActionUnsuspendUser.Name:       {"system:user", "unsuspend", "unsuspended {object}"},
	muster.ActionSetPassword.Name:         {"system:user", "setPassword", "changed password of {object}"},
	muster.ActionListGroups.Name:          {"system:role", "search", "searched for roles"},
	muster.ActionReadGroup.Name:           {"system:role", "lookup", "looked up {object}"},
	muster.ActionArchiveGroup.Name:        {"system:role", "archive", "archived {object}"},
	muster.ActionUnarchiveGroup.Name:      {"system:role", "unarchive", "unarchived {object}"},
	muster.ActionMoveGroup.Name:           {"system:role", "move", "moved {object} to another organisation"},
	muster.ActionMergeGroups.Name:         {"system:role", "merge", "merged {object} into another role"},
	muster.ActionReadStatistics.Name:      {"system:statistics", "serve", "counted"},
	muster.ActionImpersonate.Name:         {"system:auth", "impersonate", "impersonated {object}"},
	muster.ActionRequestReset.Name:        {"system:auth", "sendPasswordResetToken", "sent password reset to {email}"},
	muster.ActionExchangeReset.Name:       {"system:auth", "exchangePasswordResetToken", "exchanged password reset token"},
	muster.ActionResetPassword.Name:       {"system:auth", "changePassword", "reset password of {object}"},
	muster.ActionExchangeToken.Name:       {"system:auth", "validateToken", "exchanged token"},
	muster.ActionListMembers.Name:         {"system:role", "members", "listed members of {object}"},
	muster.ActionCreateGroup.Name:         {"system:role", "create", "created {object}"},
	muster.ActionUpdateGroup.Name:         {"system:role", "update", "updated {object}"},
	muster.ActionDeleteGroup.Name:         {"system:role", "delete", "deleted {object}"},
	muster.ActionUndeleteGroup.Name:       {"system:role", "undelete", "undeleted {object}"},
	muster.ActionAddMember.Name:           {"system:role", "memberAdd", "added {member} to {object}"},
	muster.ActionRemoveMember.Name:        {"system:role", "memberRemove", "removed {member} from {object}"},
	muster.ActionListRules.Name:           {"system:role", "rules", "listed rules of {object}"},
	muster.ActionSetRules.Name:            {"system:role", "grant", "{rule}"},
	muster.ActionClearRules.Name:          {"system:role", "grant", "removed all rules of {object}"},
	muster.ActionListOperations.Name:      {"system", "lookup", "looked up permissions"},
	muster.ActionListSettings.Name:        {"system:setting", "search", "listed settings"},
	muster.ActionReadSetting.Name:         {"system:setting", "lookup", "read a setting"},
	muster.ActionSetSettings.Name:         {"system:setting", "update", "changed settings"},
	muster.ActionSetUserSettings.Name:     {"system:setting", "update", "changed settings of a user"},
	muster.ActionPublicSettings.Name:      {"system:setting", "lookup", "read public settings"},
	muster.ActionCreateOrganisation.Name:  {"system:organisation", "create", "created {object}"},
	muster.ActionUpdateOrganisation.Name:  {"system:organisation", "update", "updated {object}"},
	muster.ActionArchiveOrganisation.Name: {"system:organisation", "archive", "archived {object}"},
	muster.ActionDeleteOrganisation.Name:  {"system:organisation", "delete", "deleted {object}"},
	muster.ActionCreateApplication.Name:   {"system:application", "create", "created {object}"},
	muster.ActionUpdateApplication.Name:   {"system:application", "update", "updated {object}"},
	muster.ActionDeleteApplication.Name:   {"system:application", "delete", "deleted {object}"},
	muster.ActionUndeleteApplication.Name: {"system:application", "undelete", "undeleted {object}"},
	muster.ActionListOrganisations.Name:   {"system:organisation", "search", "searched for organisations"},
	muster.ActionReadOrganisation.Name:    {"system:organisation", "lookup", "looked up {object}"},
	muster.ActionListApplications.Name:    {"system:application", "search", "searched for applications"},
	muster.ActionReadApplication.Name:     {"system:application", "lookup", "looked up {object}"},
	muster.ActionListReminders.Name:       {"system:reminder", "search", "searched for reminders"},
	muster.ActionReadReminder.Name:        {"system:reminder", "lookup", "looked up a reminder"},
	muster.ActionCreateReminder.Name:      {"system:reminder", "create", "created a reminder"},
	muster.ActionUpdateReminder.Name:      {"system:reminder", "update", "updated a reminder"},
	muster.ActionDismissReminder.Name:     {"system:reminder", "dismiss", "dismissed a reminder"},
	muster.ActionSnoozeReminder.Name:      {"system:reminder", "snooze", "snoozed a reminder"},
	muster.ActionDeleteReminder.Name:      {"system:reminder", "delete", "deleted a reminder"},
	muster.ActionFireReminder.Name:        {"system:reminder", "due", "told of a reminder that is due"},
	muster.ActionSignUpForKey.Name:        {"system:auth", "internalSignup", "{object} signed up"},
	muster.ActionRequestKey.Name:          {"system:auth", "sendKeyToken", "sent a link for a new key to {email}"},
	muster.ActionVerifyKey.Name:           {"system:auth", "verifyKey", "{object} got a new key"},
	muster.ActionConvertUser.Name:         {"system:user", "convert", "made {object} a system user"},
	muster.ActionSetSystemUser.Name:       {"system:user", "update", "changed what {object} sees"},
	muster.ActionResetKey.Name:            {"system:user", "resetKey", "gave {object} a new key"},
	muster.ActionRenameUser.Name:          {"system:user", "update", "renamed {object}"},
	muster.ActionMendUser.Name:            {"system:user", "update", "checked {object}"},
	muster.ActionListEvents.Name:          {"system:actionlog", "search", "searched the action log"},
	muster.ActionListScripts.Name:         {"system:automation", "search", "listed scripts"},
	muster.ActionReadBundle.Name:          {"system:automation", "lookup", "read scripts of a web app"},
	muster.ActionRunScript.Name:           {"system:automation", "trigger", "ran {script}"},
	muster.ActionRunOnUser.Name:           {"system:user", "trigger", "ran {script} on {object}"},
	muster.ActionRunOnGroup.Name:          {"system:role", "trigger", "ran {script} on {object}"},
	muster.ActionRunOnApplication.Name:    {"system:application", "trigger", "ran {script} on {object}"},
	muster.ActionFollowScript.Name:        {"system:automation", "run", "ran {script}"},
	muster.ActionSendMail.Name:            {"system:user", "mail", "mailed {object}"},
}

func logNameOf(action string) logName {
	if n, ok := logNames[action]; ok {
		return n
	}
	noun, verb, _ := strings.Cut(action, ".")
	return logName{"system:" + noun, verb, verb + " {object}"}
}

// actionsCalled lists the core's names of what the original calls so; nil for "all".
func actionsCalled(resource, action string) []string {
	if resource == "" && action == "" {
		return nil
	}
	names := []string{}
	for _, a := range muster.Actions() {
		n := logNameOf(a.Name)
		if (resource == "" || n.resource == resource) && (action == "" || n.action == action) {
			names = append(names, a.Name)
		}
	}
	return names
}

// The severities of the log.
const (
	severityAlert   = 1
	severityError   = 3
	severityWarning = 4
	severityNotice  = 5
)

// usualAtSignIn are the codes of what goes wrong every day where people sign in.
var usualAtSignIn = []string{
	muster.ErrBadCredentials.Code, muster.ErrOldPassword.Code, muster.ErrThrottled.Code, muster.ErrInvalidToken.Code,
	muster.ErrUnauthenticated.Code, muster.ErrTokenExpired.Code, muster.ErrDenied.Code, muster.ErrAdminOnly.Code,
}

func severity(e *muster.Event) int {
	switch {
	case !e.Refused():
		return severityNotice
	case told(e) == masked, e.Code == muster.ErrScriptFailed.Code:
		return severityError
	case e.Code == muster.ErrAborted.Code:
		return severityWarning // a script says no as a matter of course
	case e.Kind == muster.Denied && e.Resource.Noun == muster.NounApplication:
		return severityError // alone among the nouns
	case logNameOf(e.Action).resource == "system:auth":
		if slices.Contains(usualAtSignIn, e.Code) {
			return severityWarning
		}
		return severityAlert
	case e.Kind == muster.Denied, e.Code == muster.ErrWeakPassword.Code, e.Kind == muster.Disabled:
		return severityAlert
	case e.Code == muster.ErrSelf.Code, e.Code == muster.ErrLastAdmin.Code, e.Code == muster.ErrBuiltIn.Code:
		return severityAlert // this wire calls all of them "not allowed"
	}
	return severityWarning
}

type listActionsParams struct {
	From     timeParam `json:"from"`
	To       timeParam `json:"to"`
	Resource string    `json:"resource"`
	Action   string    `json:"action"`
	ActorID  []idParam `json:"actorID"`
	pageParams
}

type actionFilter struct {
	From     *time.Time  `json:"from"`
	To       *time.Time  `json:"to"`
	ActorID  []muster.ID `json:"actorID"`
	Resource string      `json:"resource"`
	Action   string      `json:"action"`
	paging               // its count is always 0
}

func (f *facade) listActions(r *http.Request, p listActionsParams) (any, error) {
	actors := ids(p.ActorID)
	filter := muster.EventFilter{From: p.From.Time, To: p.To.Time, Actions: actionsCalled(p.Resource, p.Action), Actors: actors, Page: p.page()}
	if on := coreResource(p.Resource); on.Noun != "" && (p.Action == "" || p.Action == grant) {
		filter.Actions, filter.Resource = []string{muster.ActionSetRules.Name}, &on // grants are logged under the resource of the rule
	}
	events, err := f.core.ListEvents(r.Context(), filter)
	return filtered(actionFilter{
		From: orNil(p.From.Time), To: orNil(p.To.Time), ActorID: actors, Resource: p.Resource, Action: p.Action, paging: p.echo(0),
	}, dialect.All(events, logEntryOf)), err
}

func orNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func logEntryOf(e core.SeenEvent) logEntry {
	name := logNameOf(e.Action)
	for _, key := range e.Hidden { // masked, as in the list of users
		if e.Changes[key] = maskedName; strings.HasSuffix(key, "email") {
			e.Changes[key] = maskedEmail
		}
	}
	entry := logEntry{
		Timestamp: dialect.Instant(e.At), RequestOrigin: origin(e.Origin.Wire), RequestID: e.Origin.RequestID, ActorIPAddr: e.Origin.Address,
		ActorID: e.Event.Actor.String(), Resource: name.resource, Action: name.action, Severity: severity(e.Event),
		Description: describe(name, e.Event), Meta: meta(e.Changes), Actor: actorName(e.By),
	}
	if isGrant(e.Event) {
		entry.Resource = resourceName(e.Resource)
		entry.Meta["rule.resource"] = entry.Resource
	}
	if e.Refused() {
		entry.Error = cut(told(e.Event), 64)
	}
	if e.Behind != 0 {
		entry.Meta["impersonatedBy"] = e.Behind
	}
	if e.Count > 1 {
		entry.Meta["count"] = e.Count
	}
	return entry
}

// actorName is the name of who did it, else his e-mail, each masked where he is.
func actorName(by *core.SeenUser) string {
	if by == nil {
		return ""
	}
	u := userOf(*by)
	return cmp.Or(u.Name, u.Email)
}

// grant is what the log calls the setting of a rule.
const grant = "grant"

// isGrant reports whether the event tells of one rule that was set. Its resource is that of the rule.
func isGrant(e *muster.Event) bool {
	return e.Action == muster.ActionSetRules.Name && e.Changes["rule.operation"] != nil
}

// origin names the wire by which a request came (one-core, 8).
func origin(wire string) string {
	switch wire {
	case wireName:
		return "api/rest"
	case "system":
		return "system"
	}
	return "api/" + wire
}

// describe says in a sentence what happened.
func describe(name logName, e *muster.Event) string {
	text := func(key string) string { s, _ := e.Changes[key].(string); return s }
	email := cmp.Or(text("email"), text("username"), text("new.email"), "somebody")
	object := cmp.Or(text("user.handle"), text("group.handle"), text("new.handle"), text("user.email"), text("group.name"), text("attachment.name"), text("application.name"), text("organisation.name"), text("new.email"), text("new.name"), e.Resource.ID.String())
	member := cmp.Or(text("member.email"), text("member.handle"), e.Related.String())
	rule := "set rules of " + object
	if isGrant(e) {
		rule = text("rule.access") + " " + e.Related.String() + " to " + text("rule.operation") + " on " + resourceName(e.Resource)
	}
	fill := strings.NewReplacer("{script}", text("script"), "{rule}", rule, "{object}", object, "{member}", member, "{email}", email)
	switch {
	case !e.Refused():
		return fill.Replace(name.does)
	case e.Action == muster.ActionSignIn.Name:
		return email + " failed to authenticate with password"
	}
	return "failed to " + name.action + " " + strings.TrimPrefix(name.resource, "system:") + "s; " + reason(e)
}

// told is what the client was told of a refusal.
func told(e *muster.Event) string {
	says, _ := e.Changes["script.says"].(string)
	name, _ := e.Changes["script"].(string)
	if e.Field == muster.ErrScriptNotFound.Field {
		says = scriptWords(e.Code, name, scriptResource(e.Action))
	}
	return errorText(e.Action, e.Code, e.Field, says)
}

// scriptResource is the type of resource that a script is run on by hand; "" for the house.
func scriptResource(action string) string {
	switch action {
	case muster.ActionRunOnUser.Name:
		return "system:user"
	case muster.ActionRunOnGroup.Name:
		return "system:role"
	case muster.ActionRunOnApplication.Name:
		return "system:application"
	}
	return ""
}

// reason is why it was refused, also where the client was not told.
func reason(e *muster.Event) string {
	if e.Code == muster.ErrAborted.Code || e.Code == muster.ErrScriptFailed.Code {
		script, _ := e.Changes["script"].(string)
		return script + ": " + told(e)
	}
	switch e.Kind {
	case muster.Denied:
		return "insufficient permissions"
	case muster.NotFound:
		return "not found"
	case muster.Internal:
		return "internal error"
	}
	if text := told(e); text != masked {
		return text
	}
	return strings.ReplaceAll(e.Code, "-", " ")
}

// meta spells the core's keys as the original does: group.id is role.ID. Ids are exact numbers.
func meta(changes map[string]any) map[string]any {
	m := make(map[string]any, len(changes))
	for k, v := range changes {
		if rest, ok := strings.CutPrefix(k, "group."); ok {
			k = "role." + rest
		}
		if k == "rule.group" {
			k = "rule.roleID"
		}
		if op, ok := v.(string); ok && k == "rule.operation" {
			v = operationName(op)
		}
		if rest, ok := strings.CutSuffix(k, ".id"); ok {
			k = rest + ".ID"
		}
		if id, ok := v.(muster.ID); ok {
			v = json.Number(id.String())
		}
		m[k] = v
	}
	return m
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}
