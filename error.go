package muster

import (
	"errors"
	"fmt"
)

// A Kind says what sort of thing went wrong. It says nothing about HTTP: each façade has one place that spells a kind
// in the words of its wire.
type Kind string

// The kinds of errors.
const (
	Invalid         Kind = "invalid"         // the input can never be accepted
	Unauthenticated Kind = "unauthenticated" // nobody is signed in, or the proof is wrong
	Denied          Kind = "denied"          // somebody is, and may not
	NotFound        Kind = "not found"       // no such object, or none that the caller may know of
	Conflict        Kind = "conflict"        // the state forbids it: a name is taken, the last administrator
	Busy            Kind = "busy"            // too many at once, or too often; try again later
	Disabled        Kind = "disabled"        // switched off by a setting
	Internal        Kind = "internal"        // our fault; the cause is logged, never told
)

// An Error is what a verb answers when it refuses. Code is a stable word for programs and for façades that have their
// own sentence for it; Field names the input at fault, in the core's words, where there is one; Message is a sentence
// for people that holds no secret, no input and nothing of the machinery.
type Error struct {
	Kind    Kind
	Code    string
	Field   string
	Message string
}

func (e *Error) Error() string {
	if e.Field == "" {
		return e.Message
	}
	return e.Field + ": " + e.Message
}

// Is makes errors.Is(err, muster.ErrX) true for errors of the same code and field.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Field == "" || t.Field == e.Field)
}

// Errorf returns an Error without a field.
func Errorf(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// InvalidField returns the Error for an input that can never be accepted.
func InvalidField(field, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Code: "invalid", Field: field, Message: fmt.Sprintf(format, args...)}
}

// ErrInternal is what anything foreign becomes before it leaves the house.
var ErrInternal = &Error{Kind: Internal, Code: "internal", Message: "internal error"}

// AsError returns err as an *Error. Anything foreign becomes [ErrInternal], and foreign is then true: whoever answers
// the caller logs the cause.
func AsError(err error) (e *Error, foreign bool) {
	if errors.As(err, &e) {
		return e, false
	}
	return ErrInternal, true
}

// KindOf is the kind of err, "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	e, _ := AsError(err)
	return e.Kind
}

// The errors that verbs answer. Façades spell them by Code and Field.
var (
	ErrUnauthenticated      = Errorf(Unauthenticated, "unauthenticated", "sign in first")
	ErrTokenExpired         = Errorf(Unauthenticated, "expired-token", "the token has run out")
	ErrTokenCorrupt         = Errorf(Unauthenticated, "corrupt-token", "this is no token")
	ErrTokenForeign         = Errorf(Unauthenticated, "foreign-token", "the token is not one of this application")
	ErrBadAppID             = Errorf(Unauthenticated, "bad-application", "wrong id of the application")
	ErrBadAppSecret         = Errorf(Unauthenticated, "bad-application-secret", "wrong secret of the application")
	ErrSuspended            = Errorf(Unauthenticated, "suspended", "the user is locked out")
	ErrRegistrationClosed   = Errorf(Unauthenticated, "registration-closed", "only the application itself makes users")
	ErrUsersFull            = Errorf(Busy, "users-full", "the application has as many users as it may")
	ErrAttributesFull       = &Error{Kind: Invalid, Code: "attributes-full", Field: "attributes", Message: "at most 2,048 bytes for each user"}
	ErrCursor               = InvalidField("cursor", "not a place in this list")
	ErrBulk                 = Errorf(Denied, "bulk", "the people of the house are not deleted in bulk")
	ErrTokenReused          = Errorf(Unauthenticated, "reused-token", "the token was used before; its session has ended")
	ErrBadCredentials       = Errorf(Unauthenticated, "bad-credentials", "wrong name or password")
	ErrUnconfirmed          = Errorf(Unauthenticated, "unconfirmed", "the e-mail is not confirmed yet")
	ErrSignInDisabled       = Errorf(Disabled, "sign-in-disabled", "signing in by password is switched off")
	ErrSignUpDisabled       = Errorf(Disabled, "sign-up-disabled", "signing up is switched off")
	ErrResetDisabled        = Errorf(Disabled, "reset-disabled", "resetting passwords is switched off")
	ErrDenied               = Errorf(Denied, "denied", "not allowed")
	ErrUserNotFound         = &Error{Kind: NotFound, Code: "not-found", Field: "user", Message: "no such user"}
	ErrGroupNotFound        = &Error{Kind: NotFound, Code: "not-found", Field: "group", Message: "no such group"}
	ErrOrganisationNotFound = &Error{Kind: NotFound, Code: "not-found", Field: "organisation", Message: "no such organisation"}
	ErrApplicationNotFound  = &Error{Kind: NotFound, Code: "not-found", Field: "application", Message: "no such application"}
	ErrReminderNotFound     = &Error{Kind: NotFound, Code: "not-found", Field: "reminder", Message: "no such reminder"}
	ErrAttachmentNotFound   = &Error{Kind: NotFound, Code: "not-found", Field: "attachment", Message: "no such file"}
	ErrTopicNotFound        = &Error{Kind: NotFound, Code: "not-found", Field: "topic", Message: "no such topic, or none that you can read"}
	ErrParentNotFound       = &Error{Kind: NotFound, Code: "not-found", Field: "parent", Message: "there is no topic above it"}
	ErrAlreadyThere         = Errorf(Conflict, "already-there", "it is there already")
	ErrNotThere             = Errorf(Conflict, "not-there", "it is not there")
	ErrListFull             = Errorf(Conflict, "list-full", "the list is full")
	ErrTooManyTopics        = Errorf(Conflict, "too-many-topics", "too many topics at once")
	ErrGroupInUse           = Errorf(Conflict, "in-use", "the group still has members, managers or rights on topics")
	ErrImage                = Errorf(Invalid, "bad-image", "this picture is broken, or larger than can be worked on")
	ErrEmptyFile            = Errorf(Invalid, "empty-file", "the file is empty")
	ErrFileTooLarge         = Errorf(Invalid, "file-too-large", "the file is too large")
	ErrFilesFull            = Errorf(Conflict, "files-full", "there is no room for more files of yours")
	ErrBadSignature         = Errorf(Unauthenticated, "bad-signature", "the address is not signed, or no longer good")
	ErrMessageTooLarge      = &Error{Kind: Invalid, Code: "message-too-large", Field: "message", Message: "the message is too large"}
	ErrTooManyRecipients    = &Error{Kind: Invalid, Code: "too-many", Field: "recipients", Message: "1 to 600 at once"}
	ErrTooManyMessages      = Errorf(Busy, "messages", "too many messages within a minute")
	ErrTooManyLinks         = Errorf(Busy, "links", "a user has at most 16 live links")
	ErrTooMuch              = Errorf(Conflict, "too-much", "more than can be done at once")
	ErrTaken                = Errorf(Conflict, "taken", "already taken")
	ErrInvalidID            = InvalidField("ID", "not an id")
	ErrWeakPassword         = &Error{Kind: Invalid, Code: "weak-password", Field: "password", Message: "too short or too long"}
	ErrOldPassword          = &Error{Kind: Invalid, Code: "old-password", Field: "oldPassword", Message: "the old password does not match"}
	ErrInvalidToken         = Errorf(Invalid, "invalid-token", "the token is not of a legal form")
	ErrTokenUnknown         = Errorf(NotFound, "unknown-token", "the token is unknown, used or too old")
	ErrNotSystemName        = Errorf(Invalid, "not-system-name", "only a username that begins with tat.system is one of a system user")
	ErrIsSystem             = Errorf(Conflict, "is-system", "a system user already")
	ErrNotSystem            = Errorf(Conflict, "not-system", "not a system user")
	ErrLastAdmin            = Errorf(Conflict, "last-administrator", "the last administrator must stay")
	ErrSelf                 = Errorf(Conflict, "self", "nobody does this to himself")
	ErrAdminOnly            = Errorf(Denied, "administrators-only", "only administrators act on administrators")
	ErrBuiltIn              = Errorf(Conflict, "built-in", "a built-in group stays as it is")
	ErrThrottled            = Errorf(Busy, "throttled", "too many tries, wait a minute")
	ErrBusy                 = Errorf(Busy, "busy", "too many requests at once, try again in a moment")
	ErrUnavailable          = Errorf(Busy, "unavailable", "this node can't take changes at the moment")
	ErrScriptUnnamed        = &Error{Kind: Invalid, Code: "no-name", Field: "script", Message: "no script is named"}
	ErrScriptNotFound       = &Error{Kind: NotFound, Code: "not-found", Field: "script", Message: "no such script"}
	ErrScriptElsewhere      = &Error{Kind: NotFound, Code: "other-resource", Field: "script", Message: "the script is not for this"}
	ErrScriptDenied         = &Error{Kind: Denied, Code: "script-denied", Field: "script", Message: "not allowed to run this script"}
	ErrAborted              = Errorf(Denied, "aborted", "Aborted")
	ErrScriptFailed         = Errorf(Internal, "script-failed", "a script that has its say here failed")
	ErrNoBundle             = &Error{Kind: NotFound, Code: "not-found", Field: "bundle", Message: "no such bundle"}
	ErrConflictingWrite     = Errorf(Conflict, "changed", "somebody else changed it meanwhile")
)

// Aborted is the Error of a script that said no, in the script's own words: those of who runs the house, for who asked.
func Aborted(text string) *Error {
	e := *ErrAborted
	if text != "" {
		e.Message = text
	}
	return &e
}

// Taken is the Error for a name that another one has.
func Taken(field string) *Error {
	return &Error{Kind: Conflict, Code: "taken", Field: field, Message: "already taken"}
}
