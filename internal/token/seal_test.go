package token

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func seal(t testing.TB, k *Keys, context string, plain []byte) string {
	t.Helper()
	sealed, err := k.Seal(context, plain)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestSealedOpensInItsContextAlone(t *testing.T) {
	k, other := testKeys(t), testKeys(t)
	rapid.Check(t, func(rt *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(rt, "plain")
		context := rapid.String().Draw(rt, "context")
		elsewhere := rapid.String().Filter(func(s string) bool { return s != context }).Draw(rt, "elsewhere")
		sealed := seal(t, k, context, plain)
		if got, err := k.Open(context, sealed); err != nil || !bytes.Equal(got, plain) {
			rt.Errorf("opened %q, %v", got, err)
		}
		if _, err := k.Open(elsewhere, sealed); !errors.Is(err, ErrSealed) {
			rt.Errorf("elsewhere: %v", err)
		}
		if _, err := other.Open(context, sealed); !errors.Is(err, ErrSealed) {
			rt.Errorf("in another house: %v", err)
		}
	})
}

func TestSealingTwiceLooksDifferent(t *testing.T) {
	k := testKeys(t)
	once, again := seal(t, k, "x", []byte("secret")), seal(t, k, "x", []byte("secret"))
	if once == again {
		t.Error("twice the same")
	}
}

func TestSealedOpensAcrossRotations(t *testing.T) {
	first, second, third := history(t)
	sealed := seal(t, first, "x", []byte("secret"))
	for _, k := range []*Keys{second, third} {
		if got, err := k.Open("x", sealed); err != nil || string(got) != "secret" {
			t.Errorf("opened %q, %v", got, err)
		}
	}
	if !strings.HasPrefix(seal(t, second, "x", nil), "v1:"+second.active.id+":") {
		t.Error("not sealed by the active key")
	}
}

func TestChangedSealsDoNotOpen(t *testing.T) {
	k := testKeys(t)
	sealed := seal(t, k, "x", []byte("secret"))
	wantShut := func(s string) {
		t.Helper()
		if _, err := k.Open("x", s); !errors.Is(err, ErrSealed) {
			t.Errorf("%q opens: %v", s, err)
		}
	}
	for i := range sealed {
		for _, c := range []byte("AQgw019-_:v\n") {
			if c != sealed[i] {
				wantShut(sealed[:i] + string([]byte{c}) + sealed[i+1:])
			}
			wantShut(sealed[:i] + string([]byte{c}) + sealed[i:])
		}
		wantShut(sealed[:i])
		wantShut(sealed[i+1:])
	}
	for _, s := range []string{"", "::", "v1::", sealed + "=", sealed + "\n", strings.Repeat("A", 1<<20)} {
		wantShut(s)
	}
}

func TestSealLength(t *testing.T) {
	k := testKeys(t)
	sealed := seal(t, k, "x", make([]byte, maxPlain))
	if got, err := k.Open("x", sealed); err != nil || len(got) != maxPlain {
		t.Error(len(got), err)
	}
	if _, err := k.Seal("x", make([]byte, maxPlain+1)); err == nil {
		t.Error("a longer one is sealed")
	}
}

func FuzzOpen(f *testing.F) {
	k := fixedKeys(f)
	f.Add(fixedSealed)
	f.Add("v1:a:")
	f.Add("")
	f.Fuzz(func(t *testing.T, sealed string) {
		if _, err := k.Open("x", sealed); err == nil && sealed != fixedSealed {
			t.Errorf("forged: %q", sealed)
		}
	})
}
