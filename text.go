package muster

import (
	"regexp"
	"unicode"
	"unicode/utf8"
)

// The limits of text, in characters unless it says bytes.
const (
	MaxUsername = 80
	MaxEmail    = 254 // bytes
	MaxHandle   = 64
	MaxName     = 200
	MaxKind     = 32
	MaxText     = 2000
)

var (
	usernamePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}$`)
	handlePattern   = regexp.MustCompile(`^[A-Za-z][0-9A-Za-z_\-.]*[A-Za-z0-9]$`)
	kindPattern     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$`)
)

// ValidUsername reports whether s can become a username (one-core, 1).
func ValidUsername(s string) bool { return usernamePattern.MatchString(s) }

// ValidHandle reports whether s can become a handle of a user or group (one-core, 1).
func ValidHandle(s string) bool { return len(s) <= MaxHandle && handlePattern.MatchString(s) }

// ValidKind reports whether s can become the kind of a user: empty, or a word.
func ValidKind(s string) bool { return s == "" || kindPattern.MatchString(s) }

// ValidEmail reports whether s can become an e-mail: 3 to 254 bytes, one @ with text around it, no blanks, no control
// characters, and nothing by which a mail could get a second recipient. Wires may ask for more.
func ValidEmail(s string) bool {
	if len(s) < 3 || len(s) > MaxEmail || !ValidText(s, MaxEmail) {
		return false
	}
	at := -1
	for i, r := range s {
		switch {
		case r == '@' && at >= 0, unicode.IsSpace(r), r == ',', r == ';', r == '<', r == '>', r == '"':
			return false
		case r == '@':
			at = i
		}
	}
	return at > 0 && at < len(s)-1
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
