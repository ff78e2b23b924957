package token

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func mustMAC(t interface{ Fatal(...any) }, k *Keys, p Purpose, fields ...string) string {
	m, err := k.MAC(p, fields...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMACMatchesOnlyItsFields(t *testing.T) {
	k, other := testKeys(t), testKeys(t)
	rapid.Check(t, func(t *rapid.T) {
		// Few letters and short texts, so that lists often run into each other.
		list := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("a \x00")), 0, 2, -1), 0, 3)
		a, b := list.Draw(t, "a"), list.Draw(t, "b")
		m := mustMAC(t, k, FileURL, a...)
		if len(m) != 43 {
			t.Errorf("length %d", len(m))
		}
		if got := k.MatchMAC(FileURL, m, b...); got != slices.Equal(a, b) {
			t.Errorf("the MAC of %q matches %q: %v", a, b, got)
		}
		if k.MatchMAC(Cursor, m, a...) || other.MatchMAC(FileURL, m, a...) {
			t.Error("matches for another purpose or house")
		}
		for i := range m {
			if k.MatchMAC(FileURL, m[:i], a...) || k.MatchMAC(FileURL, m[:i]+"!"+m[i+1:], a...) {
				t.Errorf("matches after a change at %d", i)
			}
		}
	})
}

func TestMACAcrossRotations(t *testing.T) {
	first, second, third := history(t)
	m := mustMAC(t, first, FileURL, "x")
	if !second.MatchMAC(FileURL, m, "x") || third.MatchMAC(FileURL, m, "x") || mustMAC(t, second, FileURL, "x") == m {
		t.Error("an old key proves until it is retired, and makes nothing new")
	}
	for _, p := range []Purpose{Digest, Seal, "unknown"} {
		if _, err := first.MAC(p, "x"); err == nil || first.MatchMAC(p, m, "x") {
			t.Errorf("%s signs", p)
		}
	}
}
