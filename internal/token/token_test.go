package token

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// testKeys is a list of three: retired, verify, active, each with keys of its own.
func testKeys(t testing.TB) *Keys {
	t.Helper()
	list := rotated([]entry{newEntry(testTime())}, testTime(), true)
	return keysOf(t, rotated(list, testTime(), false))
}

func testTime() time.Time { return time.Date(2020, 6, 1, 12, 0, 0, 0, time.UTC) }

func keysOf(t testing.TB, list []entry) *Keys {
	t.Helper()
	if err := checkList(list); err != nil {
		t.Fatal(err)
	}
	k, err := newKeys(list)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// history is what the same house's list was at three moments: when the first key was made, after a rotation, and after
// one that retired the old keys.
func history(t testing.TB) (first, second, third *Keys) {
	one := []entry{newEntry(testTime())}
	two := rotated(one, testTime(), false)
	return keysOf(t, one), keysOf(t, two), keysOf(t, rotated(two, testTime(), true))
}

func TestSecretIs256Bits(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		s := Secret()
		if b, err := base64.RawURLEncoding.DecodeString(s); err != nil || len(b) != 32 || seen[s] {
			t.Fatalf("secret %q: %v", s, err)
		}
		seen[s] = true
	}
}

func TestAlnumHasTheLengthAndTheLetters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 300).Draw(t, "n")
		if s := Alnum(n); len(s) != n || strings.Trim(s, alphabet) != "" {
			t.Errorf("Alnum(%d) = %q", n, s)
		}
	})
}

// Of 248,000 characters each of 62 should come 4,000 times, give or take 63; taking bytes modulo 62 would give the first
// eight a quarter more. Seven times that spread is beyond chance.
func TestAlnumIsUniform(t *testing.T) {
	count := map[rune]int{}
	for _, r := range Alnum(4000 * len(alphabet)) {
		count[r]++
	}
	for _, r := range alphabet {
		if n := count[r]; n < 4000-441 || n > 4000+441 {
			t.Errorf("%c comes %d times, not about 4000", r, n)
		}
	}
}

func TestDecodeKnowsOneSpelling(t *testing.T) {
	tests := map[string]bool{
		"":       true,
		"QQ":     true,
		"QR":     false, // the same byte
		"QQ==":   false,
		"Q":      false,
		"Q\nQ":   false,
		"QQ\r\n": false,
		"-_8":    true,
		"+/8":    false,
	}
	for s, want := range tests {
		if _, ok := decode(s); ok != want {
			t.Errorf("decode(%q) = %v, want %v", s, ok, want)
		}
	}
}
