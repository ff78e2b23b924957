package mailer

import "errors"

// A failure is why a mail did not leave. Its text is safe to log: see the package comment.
type failure struct {
	class     string
	text      string
	permanent bool // this mail will never leave
	down      bool // no mail leaves at the moment
}

func (f *failure) Error() string { return "mail: " + f.text }

// Permanent reports whether sending the same mail again is of no use: it is not one that can be sent, or the server has
// refused its recipient or its content for good (an answer of 500 to 599 to RCPT or DATA). All else may pass.
func Permanent(err error) bool {
	var f *failure
	return errors.As(err, &f) && f.permanent
}

// Down reports whether the failure has nothing to do with the mail: the server can't be reached, does not answer in time,
// or does not let us in; the folder can't be written. Other mails would fail alike.
func Down(err error) bool {
	var f *failure
	return errors.As(err, &f) && f.down
}

// Class is a failure in one word, for a table: "invalid", "unreachable", "timeout", "tls", "auth", "protocol", "utf8",
// "folder", "template", or "smtp-" with the three digits of the server's answer. For other errors it is "error".
func Class(err error) string {
	var f *failure
	if errors.As(err, &f) {
		return f.class
	}
	return "error"
}

func invalid(why string) error {
	return &failure{class: "invalid", text: "the mail can't be sent: " + why, permanent: true}
}
