package muster_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"muster"
)

func TestFold(t *testing.T) {
	for a, b := range map[string]string{
		"Ann":        "aNN",
		"STRASSE":    "straße",
		"Ünal":       "U\u0308nal",
		"\u212Aelly": "Kelly", // the Kelvin sign
		"ΣΊΣΥΦΟΣ":    "σίσυφος",
		"ﬁx":         "FIX",
	} {
		if muster.Fold(a) != muster.Fold(b) {
			t.Errorf("%q is %q and %q is %q", a, muster.Fold(a), b, muster.Fold(b))
		}
	}
	for a, b := range map[string]string{"ann": "anna", "a.b": "ab", "é": "e", "i": "ı"} {
		if muster.Fold(a) == muster.Fold(b) {
			t.Errorf("%q and %q are one", a, b)
		}
	}
}

func TestFoldEmail(t *testing.T) {
	for a, b := range map[string]string{
		"Ann@Example.ORG":     "ann@example.org",
		"ann@BÜCHER.example":  "ann@xn--bcher-kva.example",
		"ann@bücher.example":  "ann@XN--BCHER-KVA.example",
		"ann@bu\u0308cher.eu": "ann@bücher.eu",
		"ann@example。org":     "ann@example.org",
		"ÜNAL@example.org":    "u\u0308nal@example.org",
		"a@b@C.example":       "A@B@c.example",
		"ann@Not_A.Host":      "ANN@not_a.host",
	} {
		if muster.FoldEmail(a) != muster.FoldEmail(b) {
			t.Errorf("%q is %q and %q is %q", a, muster.FoldEmail(a), b, muster.FoldEmail(b))
		}
	}
}

// folds are the functions that make keys. Each key is its own key, or a look-up by key would miss.
func folds() map[string]func(string) string {
	return map[string]func(string) string{"Fold": muster.Fold, "FoldEmail": muster.FoldEmail, "FoldSignIn": muster.FoldSignIn}
}

// texts draws what people and attackers type: letters of many scripts with marks, and shapes of addresses.
func texts() *rapid.Generator[string] {
	letters := rapid.RuneFrom(nil, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Mn, unicode.Lo)
	return rapid.OneOf(
		rapid.String(),
		rapid.StringOf(letters),
		rapid.StringMatching(`[A-Za-z0-9._%+-]{1,10}@(xn--)?[A-Za-z0-9-]{0,6}\.?(XN--|xn--)[A-Za-z0-9-]{0,8}\.[A-Za-z]{1,3}`),
		rapid.StringMatching(`[A-Za-zÄÖÜßſİıǅΣσςΐ]{1,6}@[A-Za-zÄÖÜßſİıǅΣσςΐ。.-]{1,8}`),
	)
}

func TestFoldProperties(t *testing.T) {
	for name, fold := range folds() {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { checkFold(t, fold, texts().Draw(t, "text")) })
		})
	}
}

type fataler interface{ Fatalf(string, ...any) }

func checkFold(t fataler, fold func(string) string, s string) {
	key := fold(s)
	if again := fold(key); again != key {
		t.Fatalf("%q: the key %q has the key %q", s, key, again)
	}
	if got := fold(norm.NFD.String(s)); got != fold(norm.NFC.String(s)) {
		t.Fatalf("%q: composed and decomposed have the keys %q and %q", s, fold(norm.NFC.String(s)), got)
	}
	if isASCII(s) && fold(strings.ToUpper(s)) != fold(strings.ToLower(s)) {
		t.Fatalf("%q: letter case makes the keys %q and %q", s, fold(strings.ToUpper(s)), fold(strings.ToLower(s)))
	}
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// TestFoldEveryLetter goes through all of Unicode that has a case, a decomposition or a place among marks.
func TestFoldEveryLetter(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r >= 0xd800 && r <= 0xdfff || unicode.SimpleFold(r) == r && plain(r) {
			continue
		}
		if other := string(unicode.SimpleFold(r)); muster.Fold(other) != muster.Fold(string(r)) {
			t.Errorf("%+q and %+q differ only in case", string(r), other)
		}
		for _, s := range []string{string(r), "\u0345" + string(r), "α" + string(r) + "\u0345", "a" + string(r) + "\u0301"} {
			key := muster.Fold(s)
			if muster.Fold(key) != key || muster.Fold(norm.NFD.String(s)) != key {
				t.Errorf("%+q has the key %+q", s, key)
			}
		}
	}
}

// plain reports whether normalising does nothing to the rune.
func plain(r rune) bool {
	p := norm.NFD.PropertiesString(string(r))
	return p.CCC() == 0 && p.Decomposition() == nil
}

func FuzzFold(f *testing.F) {
	f.Add("Ann@Bücher.example")
	f.Add("A@XN--A.xn--bcher-kva")
	f.Add("ᾳ\u0345\u0301")
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("the edge lets no such text in")
		}
		for _, fold := range folds() {
			checkFold(t, fold, s)
		}
	})
}
