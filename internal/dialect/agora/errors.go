package agora

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"muster"
	"muster/internal/core"
	"muster/internal/httpx"
)

// A fault is an error as the wire spells it.
type fault struct {
	status int
	code   string // the member error
	text   string
}

// The codes of the wire.
const (
	illegalArgument = "illegal_argument"
	duplicate       = "duplicate_unique_property_exists"
	unauthorized    = "unauthorized"
	badAccessToken  = "auth_bad_access_token"
	invalidGrant    = "invalid_grant"
	noResource      = "service_resource_not_found"
)

// exceptions are the class-like names of codes. Clients show them; nobody reads them.
var exceptions = map[string]string{
	illegalArgument:                      "java.lang.IllegalArgumentException",
	duplicate:                            "org.apache.usergrid.persistence.exceptions.DuplicateUniquePropertyExistsException",
	noResource:                           "org.apache.usergrid.services.exceptions.ServiceResourceNotFoundException",
	"entity_not_found":                   "org.apache.usergrid.persistence.exceptions.EntityNotFoundException",
	"organization_application_not_found": "org.apache.usergrid.rest.exceptions.OrganizationApplicationNotFoundException",
	unauthorized:                         "EasemobSecurityException",
	badAccessToken:                       "EasemobSecurityException",
	"json_parse":                         "org.codehaus.jackson.JsonParseException",
	invalidGrant:                         "org.apache.usergrid.management.exceptions.InvalidGrantException",
}

var (
	noSuchResource = fault{http.StatusNotFound, noResource, "Service resource not found"}
	noSuchMethod   = fault{http.StatusMethodNotAllowed, "method_not_allowed", "Method Not Allowed"}
	notForYou      = fault{http.StatusUnauthorized, unauthorized, "Unable to authenticate (OAuth)"}
	ownFault       = fault{http.StatusInternalServerError, "internal_server_error", muster.ErrInternal.Message}
)

func noSuchApp(c *call) fault {
	return fault{http.StatusNotFound, "organization_application_not_found", fmt.Sprintf("Could not find application for %s from URI: %s%s", c.named, c.named, c.rest)}
}

// argument is the error of an argument, in the wire's own words.
func argument(text string) *muster.Error {
	return muster.Errorf(muster.Invalid, "argument", "%s", text)
}

// The errors of arguments (contract, 4.1).
var (
	errNoUsername    = argument("Entity user requires a property named username")
	errLongUsername  = argument("USERNAME_TOO_LONG")
	errNoPassword    = argument("password or pin must provided")
	errLongPassword  = argument("PASSWORD_TOO_LONG")
	errLongNickname  = argument("NICKNAME_TOO_LONG")
	errNoNewPassword = argument("newpassword is required")
	errNoOldPassword = argument("oldpassword is required")
	errGrantType     = argument("grant_type is client_credentials, password, inherit or agora")

	errTooOften = muster.Errorf(muster.Busy, "too-often", "This request has reached api limit")
)

func illegalUsername(name string) error { return argument("username [" + name + "] is not legal") }

func tooMany(n int) error {
	return argument(fmt.Sprintf("Request body array size[%d] had almost reached or been greater than the upper range value[%d]", n, core.MostRegistrations))
}

func twoPasswords(name string) error {
	return muster.Errorf(muster.Invalid, "two-passwords", "the same user %s has a different password", name)
}

// named says of which name an error speaks, where there is one only.
func named(list []core.Registration, err error) error {
	e, foreign := muster.AsError(err)
	if err == nil || foreign || len(list) != 1 || e.Field != "username" {
		return err
	}
	if e.Code == muster.ErrTaken.Code {
		return &muster.Error{Kind: e.Kind, Code: e.Code, Field: e.Field, Message: list[0].Username}
	}
	return illegalUsername(list[0].Username)
}

// faults are the words for errors that are the same everywhere, by code.
var faults = map[string]fault{
	httpx.ErrMalformed.Code:           {http.StatusBadRequest, "json_parse", "Unexpected character: the body is not legal JSON"},
	httpx.ErrTooLarge.Code:            {http.StatusRequestEntityTooLarge, "request_entity_too_large", "Request Entity Too Large"},
	httpx.ErrTooSlow.Code:             {http.StatusRequestTimeout, "request_timeout", "Request Timeout"},
	httpx.ErrUnsupported.Code:         {http.StatusUnsupportedMediaType, "web_application", "Unsupported Media Type"},
	errShape.Code:                     {http.StatusBadRequest, illegalArgument, errShape.Message},
	muster.ErrCursor.Code:             {http.StatusBadRequest, illegalArgument, errShape.Message},
	errManyTargets.Code:               {http.StatusBadRequest, illegalArgument, errManyTargets.Message},
	muster.ErrWeakPassword.Code:       {http.StatusBadRequest, illegalArgument, "PASSWORD_TOO_SHORT"},
	muster.ErrAttributesFull.Code:     {http.StatusBadRequest, illegalArgument, "user metadata exceeds maximum limit, maximum limit is 2 KB"},
	muster.ErrOldPassword.Code:        {http.StatusBadRequest, invalidGrant, "invalid password"},
	muster.ErrBadCredentials.Code:     {http.StatusBadRequest, invalidGrant, "invalid password"},
	muster.ErrSignInDisabled.Code:     {http.StatusBadRequest, invalidGrant, "invalid password"},
	muster.ErrSuspended.Code:          {http.StatusBadRequest, invalidGrant, "user not activated"},
	muster.ErrUnconfirmed.Code:        {http.StatusBadRequest, invalidGrant, "user not activated"},
	muster.ErrAdminOnly.Code:          notForYou,
	muster.ErrBadAppID.Code:           {http.StatusBadRequest, invalidGrant, "client_id does not match"},
	muster.ErrBadAppSecret.Code:       {http.StatusBadRequest, invalidGrant, "client_secret does not match"},
	muster.ErrRegistrationClosed.Code: {http.StatusUnauthorized, unauthorized, "Open registration doesn't allow, so register user need token"},
	muster.ErrUnauthenticated.Code:    notForYou,
	muster.ErrDenied.Code:             notForYou,
	muster.ErrTokenExpired.Code:       {http.StatusUnauthorized, unauthorized, "Unable to authenticate due to expired access token"},
	muster.ErrTokenCorrupt.Code:       {http.StatusUnauthorized, badAccessToken, "Unable to authenticate due to corrupt access token"},
	muster.ErrTokenForeign.Code:       {http.StatusUnauthorized, badAccessToken, "Unable to authenticate"},
	muster.ErrBulk.Code:               {http.StatusForbidden, "forbidden_op", "the users of this application are not deleted in bulk"},
	muster.ErrTooManyRecipients.Code:  {http.StatusBadRequest, illegalArgument, "param to exceed limit"},
	muster.ErrMessageTooLarge.Code:    {http.StatusBadRequest, illegalArgument, "message is too large"},
	muster.ErrTooManyMessages.Code:    {http.StatusForbidden, "exceed_limit", "message send reach limit"},
	muster.ErrTooManyLinks.Code:       {http.StatusTooManyRequests, "reach_limit", errTooOften.Message},
	errTooOften.Code:                  {http.StatusTooManyRequests, "reach_limit", errTooOften.Message},
	muster.ErrThrottled.Code:          {http.StatusTooManyRequests, "reach_limit", errTooOften.Message},
	muster.ErrUsersFull.Code:          {http.StatusTooManyRequests, "resource_limited", "You have exceeded the limit of the present edition. Please upgrade to higher edition."},
	muster.ErrBusy.Code:               {http.StatusServiceUnavailable, "service_unavailable", muster.ErrBusy.Message},
	muster.ErrUnavailable.Code:        {http.StatusServiceUnavailable, "service_unavailable", muster.ErrUnavailable.Message},
	muster.ErrConflictingWrite.Code:   {http.StatusConflict, "concurrent_operation_error", muster.ErrConflictingWrite.Message},
}

// faultOf spells an error of an action (contract, 4.1).
func faultOf(c *call, action muster.Action, e *muster.Error) fault {
	switch e.Code {
	case "argument":
		return fault{http.StatusBadRequest, illegalArgument, e.Message}
	case muster.ErrAborted.Code: // in the words of a script of the house; the wire knows no such thing
		return fault{http.StatusForbidden, "forbidden_op", e.Message}
	case "two-passwords":
		return fault{http.StatusBadRequest, duplicate, e.Message}
	case muster.ErrTaken.Code:
		return fault{http.StatusBadRequest, duplicate, fmt.Sprintf("Application %s Entity user requires that property named username be unique, value of %s exists", c.app.ID.UUID(), strings.ToLower(e.Message))}
	case muster.ErrUserNotFound.Code:
		return missing(action)
	case "prefetch":
		return noSuchMethod
	case muster.ErrCursor.Code: // "invalid": a field that this wire does not know by name
		if e.Field != muster.ErrCursor.Field {
			return fault{http.StatusBadRequest, illegalArgument, cmp.Or(e.Field, "argument") + " is not legal"}
		}
	}
	if f, ok := faults[e.Code]; ok {
		return f
	}
	return ownFault
}

// missing spells that there is no such user.
func missing(action muster.Action) fault {
	switch action {
	case muster.ActionSignInApp: // POST /token
		return fault{http.StatusNotFound, invalidGrant, "user not found"}
	case muster.ActionChangePassword:
		return fault{http.StatusNotFound, "entity_not_found", "User null not found"}
	}
	return noSuchResource
}

type errorEnvelope struct {
	Error       string `json:"error"`
	Exception   string `json:"exception"`
	Timestamp   int64  `json:"timestamp"`
	Duration    int64  `json:"duration"`
	Description string `json:"error_description"`
}

// writeError spells an error in the words of the wire.
func writeError(w http.ResponseWriter, c *call, action muster.Action, err error) {
	e, _ := muster.AsError(err)
	refuse(w, c, faultOf(c, action, e))
}

// refuse answers a fault.
func refuse(w http.ResponseWriter, c *call, f fault) {
	if f.status == http.StatusTooManyRequests || f.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	timestamp, duration := c.times()
	_ = httpx.JSON(w, f.status, contentType, errorEnvelope{ // texts and numbers can be encoded
		f.code, cmp.Or(exceptions[f.code], "com.easemob.common.exception.ServiceException"), timestamp, duration, f.text,
	})
}
