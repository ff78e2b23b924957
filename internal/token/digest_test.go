package token

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDigestMatchesOnlyWhatItIsOf(t *testing.T) {
	k, other := testKeys(t), testKeys(t)
	rapid.Check(t, func(t *rapid.T) {
		type input struct {
			kind   string
			id     int64
			secret string
		}
		in := rapid.Custom(func(t *rapid.T) input {
			// Few letters, so that inputs often run into each other.
			text := rapid.StringOfN(rapid.RuneFrom([]rune("a:\x00")), 0, 4, -1)
			return input{text.Draw(t, "kind"), rapid.Int64Range(0, 2).Draw(t, "id"), text.Draw(t, "secret")}
		})
		a, b := in.Draw(t, "a"), in.Draw(t, "b")
		stored := k.Digest(a.kind, a.id, a.secret)
		if len(stored) != 52 {
			t.Errorf("length %d", len(stored))
		}
		if got := k.MatchDigest(stored, b.kind, b.id, b.secret); got != (a == b) {
			t.Errorf("digest of %+v matches %+v: %v", a, b, got)
		}
		if !k.MatchDigest(stored, a.kind, a.id, a.secret) || other.MatchDigest(stored, a.kind, a.id, a.secret) {
			t.Error("not of this house alone")
		}
	})
}

func TestDigestAcrossRotations(t *testing.T) {
	first, second, third := history(t)
	stored := first.Digest("key", 7, "secret")
	if !second.MatchDigest(stored, "key", 7, "secret") {
		t.Error("an older key no longer matches")
	}
	if third.MatchDigest(stored, "key", 7, "secret") {
		t.Error("a retired key matches")
	}
	if second.Digest("key", 7, "secret") == stored {
		t.Error("made by the old key")
	}
}

func TestChangedDigestsDoNotMatch(t *testing.T) {
	k := testKeys(t)
	stored := k.Digest("key", 7, "secret")
	id, rest, _ := strings.Cut(stored, ":")
	for i := range stored {
		if k.MatchDigest(stored[:i], "key", 7, "secret") || k.MatchDigest(stored[i+1:], "key", 7, "secret") {
			t.Errorf("a cut at %d matches", i)
		}
		for _, c := range []byte("AQgw09-_:\n") {
			if c != stored[i] && k.MatchDigest(stored[:i]+string([]byte{c})+stored[i+1:], "key", 7, "secret") {
				t.Errorf("%c at %d matches", c, i)
			}
		}
	}
	for _, s := range []string{"", ":", ":" + rest, id, id + ":", stored + "=", stored + "\n"} {
		if k.MatchDigest(s, "key", 7, "secret") {
			t.Errorf("%q matches", s)
		}
	}
}

func BenchmarkMatchDigest(b *testing.B) {
	k := testKeys(b)
	secret := Secret()
	stored := k.Digest("key", 7, secret)
	b.ReportAllocs()
	for b.Loop() {
		k.MatchDigest(stored, "key", 7, secret)
	}
}
