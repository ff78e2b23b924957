package tat

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"

	"muster"
	"muster/internal/httpx"
)

// Refusals of this wire alone.
var (
	errHeaders = refuse("Invalid Tat Headers")
	errFlag    = muster.Errorf(muster.Invalid, "malformed", "true or false is wanted, or one of them as a string")
)

// A spoken error has a sentence of this wire, and perhaps a status of its own.
type spoken struct {
	status int // 0: that of what went wrong
	text   string
	cause  error
}

func (e *spoken) Error() string { return e.text }
func (e *spoken) Unwrap() error { return e.cause }

// worded gives an error the words that this wire has for it. What is our fault, and "not now", have none.
func worded(err error, format string, args ...any) error {
	return wordedAs(0, err, format, args...)
}

// wordedAs is worded with another status than that of the error's kind. What has words keeps them.
func wordedAs(status int, err error, format string, args ...any) error {
	if s := (*spoken)(nil); errors.As(err, &s) {
		return err
	}
	if e, foreign := muster.AsError(err); err == nil || foreign || e.Kind == muster.Internal || e.Kind == muster.Busy {
		return err
	}
	return &spoken{status: status, text: fmt.Sprintf(format, args...), cause: err}
}

// refuse is a refusal of input that no verb was asked about.
func refuse(format string, args ...any) error {
	return worded(muster.InvalidField("", "refused by the wire"), format, args...)
}

func refuseAs(status int, format string, args ...any) error {
	return wordedAs(status, muster.InvalidField("", "refused by the wire"), format, args...)
}

// errAdmin is the refusal of who asks for what only administrators do (contract, 1.2).
func errAdmin(err error) error {
	if errors.Is(err, muster.ErrDenied) || errors.Is(err, muster.ErrAdminOnly) {
		return worded(err, "user is not admin")
	}
	return err
}

// writeError answers a failure.
func writeError(w http.ResponseWriter, err error) {
	e, _ := muster.AsError(err)
	status, text := statusOf(e), sentence(e)
	var s *spoken
	if errors.As(err, &s) {
		status, text = cmp.Or(s.status, status), s.text
	}
	if e.Kind == muster.Busy {
		w.Header().Set("Retry-After", httpx.RetryAfter)
	}
	w.Header().Set("Cache-Control", noCache)
	writeJSON(w, status, refusal{text})
}

// statusOf is the status of an error that has none of its own (contract, 1.3): what the original answers with 500 is 400 here.
func statusOf(e *muster.Error) int {
	switch e.Kind {
	case muster.Unauthenticated:
		return http.StatusUnauthorized
	case muster.Denied, muster.Disabled:
		return http.StatusForbidden
	case muster.Busy:
		if errors.Is(e, muster.ErrThrottled) {
			return http.StatusTooManyRequests
		}
		return http.StatusServiceUnavailable
	case muster.Internal:
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

// sentence is the text of an error that its route has no words for.
func sentence(e *muster.Error) string {
	switch e.Code {
	case muster.ErrSignUpDisabled.Code:
		return "Registration is closed on this instance of Tat."
	case "malformed", "too-large", "too-slow", "unsupported-media-type":
		return "Invalid request: " + e.Error()
	}
	return e.Message
}
