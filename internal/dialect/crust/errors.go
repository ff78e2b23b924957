package crust

import (
	"net/http"

	"muster"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// The answers to tokens that are no good. Which of both it is, is all that is told.
var (
	errBadToken     = muster.Errorf(muster.Unauthenticated, "bad-token", "failed to authorize request: invalid token")
	errExpiredToken = muster.Errorf(muster.Unauthenticated, "bad-token", "failed to authorize request: token is expired")
)

func badToken(err error) error {
	if e, _ := muster.AsError(err); e.Code == muster.ErrTokenExpired.Code {
		return errExpiredToken
	}
	return errBadToken
}

// notFound are the words for what is not there, which clients compare, by field.
var notFound = map[string]string{
	muster.ErrUserNotFound.Field:         "crust.auth.repository.UserNotFound",
	muster.ErrGroupNotFound.Field:        "crust.auth.repository.TeamNotFound",
	muster.ErrOrganisationNotFound.Field: "crust.auth.repository.OrganisationNotFound",
}

// fields are this wire's names of the core's fields, where they differ.
var fields = map[string]string{"externalID": "satosaID"}

// errorText spells an error in the words of the wire (contract, 3.1).
func errorText(e *muster.Error) string {
	switch e.Code {
	case muster.ErrUnauthenticated.Code:
		return "Unauthorized"
	case muster.ErrUserNotFound.Code:
		return notFound[e.Field]
	case muster.ErrBadCredentials.Code, muster.ErrUnconfirmed.Code: // who asks learns nothing about why
		return "invalid username or password"
	case httpx.ErrMalformed.Code, httpx.ErrTooLarge.Code, httpx.ErrTooSlow.Code, httpx.ErrUnsupported.Code:
		return "failed to read the request: " + e.Error()
	}
	if name, ok := fields[e.Field]; ok {
		return name + ": " + e.Message
	}
	return e.Error()
}

// writeError answers a failure of the action, which may be none. Its status is 200 like any other's, but for who signs in too
// fast and for pages of other sites.
func writeError(w http.ResponseWriter, a muster.Action, err error) {
	e, _ := muster.AsError(err)
	status := http.StatusOK
	switch {
	case e.Code == httpx.ErrForeignOrigin.Code:
		status = http.StatusForbidden
	case e.Kind == muster.Busy && a == muster.ActionSignIn:
		status = http.StatusTooManyRequests
	}
	if e.Kind == muster.Busy {
		w.Header().Set("Retry-After", retryAfter(e))
	}
	// The answer is text of ours: it can be encoded, and if it can't be sent nobody is there to be told.
	_ = dialect.Say(w, status, "error", errorText(e))
}

// retryAfter is what a client is told to wait, in seconds: an account gets five new tries a minute.
func retryAfter(e *muster.Error) string {
	if e.Code == muster.ErrThrottled.Code {
		return "12"
	}
	return httpx.RetryAfter
}
