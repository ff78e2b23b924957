package muster

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold is the key under which a username, a handle or a group's name is compared: two spellings that differ only in
// letter case or in how Unicode composes them have one key. It is computed here and stored, since no two databases fold
// alike.
func Fold(s string) string {
	if isLowerASCII(s) {
		return s
	}
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(s)))
}

// FoldEmail is the key of an e-mail: like [Fold], with the domain in its ASCII form.
func FoldEmail(s string) string {
	if isLowerASCII(s) {
		return s
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return Fold(s)
	}
	domain, err := idna.Lookup.ToASCII(s[at+1:])
	if err != nil {
		domain = Fold(s[at+1:])
	}
	return Fold(s[:at]) + "@" + domain
}

// FoldSignIn is the key of what somebody typed to sign in, whether username or e-mail.
func FoldSignIn(s string) string { return FoldEmail(s) }

func isLowerASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || 'A' <= s[i] && s[i] <= 'Z' {
			return false
		}
	}
	return true
}
