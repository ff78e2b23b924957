package muster

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// The limits of text, in characters unless it says bytes.
const (
	MaxUsername    = 80
	MaxAppUsername = 64
	MaxEmail       = 254 // bytes
	MaxHandle      = 64
	MaxName        = 200
	MaxKind        = 32
	MaxText        = 2000
)

var (
	usernamePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}$`)
	handlePattern   = regexp.MustCompile(`^[A-Za-z][0-9A-Za-z_\-.]*[A-Za-z0-9]$`)
	appUsername     = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)
	kindPattern     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$`)
)

// ValidUsername reports whether s can become a username (one-core, 1).
func ValidUsername(s string) bool { return usernamePattern.MatchString(s) }

// ValidAppUsername reports whether s can be a username in an application that brings its own users (agora-chat.md, 5).
// Applications see those people only whose username can be one.
func ValidAppUsername(s string) bool { return appUsername.MatchString(s) }

// ValidHandle reports whether s can become a handle of a user or group (one-core, 1).
func ValidHandle(s string) bool { return len(s) <= MaxHandle && handlePattern.MatchString(s) }

// ValidKind reports whether s can become the kind of a user: empty, or a word.
func ValidKind(s string) bool { return s == "" || kindPattern.MatchString(s) }

// ValidEmail reports whether s can become an e-mail, which is: whether a mail can be sent there. It has 3 to 254 bytes; before
// the one @ words with single dots between them, of letters, digits, signs beyond ASCII and !#$%&'*+/=?^_`{|}~-; behind it the
// name of a host, which may have letters beyond ASCII too. Quoted words, comments, numeric addresses in brackets and a dot at
// the end are no part of it. Wires may ask for more.
func ValidEmail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && len(s) >= 3 && len(s) <= MaxEmail && utf8.ValidString(s) && validLocal(local) && validDomain(domain)
}

func validLocal(s string) bool {
	for word := range strings.SplitSeq(s, ".") {
		if word == "" || strings.ContainsFunc(word, func(r rune) bool {
			return !letterOrDigit(r) && !strings.ContainsRune("!#$%&'*+/=?^_`{|}~-", r) && !visible(r)
		}) {
			return false
		}
	}
	return true
}

// validDomain asks for what can be looked up: labels of letters, digits and hyphens, once it is in its ASCII form.
func validDomain(s string) bool {
	const maxDomain, maxLabel = 253, 63
	if strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		if strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf && !visible(r) }) {
			return false
		}
		var err error
		if s, err = idna.Lookup.ToASCII(s); err != nil {
			return false
		}
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool { return !letterOrDigit(r) && r != '-' }) {
			return false
		}
	}
	return len(s) <= maxDomain
}

func letterOrDigit(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// visible reports whether r is a sign beyond ASCII that can be seen: no blank, and nothing that steers how text is shown.
func visible(r rune) bool {
	return r >= utf8.RuneSelf && unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
}

// ValidText reports whether s is text that can be kept and shown: valid UTF-8 of at most limit characters, without control
// characters and without those that turn the direction of what follows.
func ValidText(s string, limit int) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > limit {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) || turnsDirection(r) {
			return false
		}
	}
	return true
}

func turnsDirection(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\u200e' || r == '\u200f'
}
