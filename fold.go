package muster

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold is the key under which a username, a handle or a group's name is compared: two spellings that differ only in
// letter case or in how Unicode composes them have one key, and a key is its own key. It is computed here and stored, since
// no two databases fold alike.
func Fold(s string) string {
	if isLowerASCII(s) {
		return s
	}
	return norm.NFC.String(strings.Map(foldCherokee, cases.Fold().String(norm.NFD.String(s))))
}

// foldCherokee makes small Cherokee letters large, which is how Unicode folds them: golang.org/x/text makes large ones small
// besides, so that the two never meet.
func foldCherokee(r rune) rune {
	switch {
	case r >= '\uab70' && r <= '\uabbf':
		return r - '\uab70' + '\u13a0'
	case r >= '\u13f8' && r <= '\u13fd':
		return r - '\u13f8' + '\u13f0'
	}
	return r
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
	return Fold(s[:at]) + "@" + foldDomain(s[at+1:])
}

// foldDomain leaves what is ASCII alone but for its case, so that no rule about punycode makes two keys of one name. What is
// no domain is folded as text.
func foldDomain(s string) string {
	folded := Fold(s)
	if isASCII(s) || len(s) > MaxEmail {
		return folded // punycode takes quadratic time, and what was typed has no bound yet
	}
	for _, domain := range []string{s, folded} {
		if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
			return ascii
		}
	}
	return folded
}

// FoldSignIn is the key of what somebody typed to sign in, whether username or e-mail.
func FoldSignIn(s string) string { return FoldEmail(s) }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func isLowerASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || 'A' <= s[i] && s[i] <= 'Z' {
			return false
		}
	}
	return true
}
