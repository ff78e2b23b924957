package tellius

import (
	"net/http"
	"strconv"
	"strings"

	"muster"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// failure is the form of every error. Clients may rely on the message alone.
type failure struct {
	Error   string `json:"error"`
	Message string `json:"message"`
	Status  int    `json:"status"`
}

func say(w http.ResponseWriter, status int, message string) {
	// The answer is text of ours: it can be encoded, and if it can't be sent nobody is there to be told.
	_ = httpx.JSON(w, status, dialect.ContentType, failure{http.StatusText(status), message, status})
}

// badLogin is what whoever could not sign in is told, whatever the reason.
const badLogin = "Wrong username or password."

// words are this wire's names of the core's fields, where they differ.
var words = map[string]string{"givenName": "firstName", "familyName": "lastName"}

// writeError answers a failure of the action, which may be none.
func writeError(w http.ResponseWriter, a muster.Action, err error) {
	e, _ := muster.AsError(err)
	status := statusOf(a, e)
	switch {
	case status == http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case e.Kind == muster.Busy:
		w.Header().Set("Retry-After", retryAfter(e))
	}
	say(w, status, messageOf(a, e, status))
}

// statusOf spells what went wrong as a status (contract, 2.2).
func statusOf(a muster.Action, e *muster.Error) int {
	switch e.Code {
	case muster.ErrSelf.Code, muster.ErrLastAdmin.Code, muster.ErrBuiltIn.Code:
		return http.StatusForbidden
	case muster.ErrThrottled.Code:
		return http.StatusTooManyRequests
	case httpx.ErrTooLarge.Code:
		return http.StatusRequestEntityTooLarge
	}
	switch e.Kind {
	case muster.Invalid:
		return http.StatusBadRequest
	case muster.Unauthenticated, muster.Disabled: // a way of signing in that is switched off is a failed sign-in
		return http.StatusUnauthorized
	case muster.Denied:
		return http.StatusForbidden
	case muster.NotFound:
		if e.Field == muster.ErrGroupNotFound.Field && a.Resource != muster.NounGroup {
			return http.StatusBadRequest // a group that the body names
		}
		return http.StatusNotFound
	case muster.Conflict:
		return http.StatusConflict
	case muster.Busy:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// messageOf is a sentence for people, which tells nothing of the machinery.
func messageOf(a muster.Action, e *muster.Error, status int) string {
	if status == http.StatusUnauthorized {
		if a == muster.ActionSignIn {
			return badLogin
		}
		return "The token is missing, wrong, or no longer good."
	}
	switch e.Code {
	case muster.ErrUserNotFound.Code:
		return "No " + e.Field + " has this id."
	case muster.ErrDenied.Code, muster.ErrAdminOnly.Code:
		return "Your role does not allow this."
	}
	name := e.Field
	if other, ok := words[name]; ok {
		name = other
	}
	if name != "" {
		return name + ": " + e.Message + "."
	}
	return strings.ToUpper(e.Message[:1]) + e.Message[1:] + "."
}

// retryAfter is what a client is told to wait, in seconds: an account gets five new tries a minute.
func retryAfter(e *muster.Error) string {
	if e.Code == muster.ErrThrottled.Code {
		return strconv.Itoa(60 / 5)
	}
	return httpx.RetryAfter
}
