package token

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func mustBearer(t *testing.T, k *Keys, p Purpose, kind string, bound, fields []string) string {
	t.Helper()
	text, err := k.SignBearer(p, kind, bound, fields)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestBearer(t *testing.T) {
	k, other := testKeys(t), testKeys(t)
	bound, fields := []string{"crust"}, []string{"489453253902204935", "1767225600"}
	text := mustBearer(t, k, Crust, "mus_s_", bound, fields)
	if !strings.HasPrefix(text, "mus_s_489453253902204935.1767225600.") || len(text) != 6+18+1+10+1+43 {
		t.Errorf("token %q", text)
	}
	if strings.Trim(text, alphabet+"-_.") != "" {
		t.Errorf("%q has characters that a cookie must not have", text)
	}
	got, err := k.OpenBearer(Crust, "mus_s_", bound, 2, text)
	if err != nil || !slices.Equal(got, fields) {
		t.Errorf("got %q, %v", got, err)
	}
	for name, f := range map[string]func() ([]string, error){
		"another house":     func() ([]string, error) { return other.OpenBearer(Crust, "mus_s_", bound, 2, text) },
		"another purpose":   func() ([]string, error) { return k.OpenBearer(Session, "mus_s_", bound, 2, text) },
		"another wire":      func() ([]string, error) { return k.OpenBearer(Crust, "mus_s_", []string{"tellius"}, 2, text) },
		"no wire":           func() ([]string, error) { return k.OpenBearer(Crust, "mus_s_", nil, 2, text) },
		"another kind":      func() ([]string, error) { return k.OpenBearer(Crust, "mus_r_", bound, 2, text) },
		"its kind replaced": func() ([]string, error) { return k.OpenBearer(Crust, "mus_r_", bound, 2, "mus_r_"+text[6:]) },
		"a shorter kind":    func() ([]string, error) { return k.OpenBearer(Crust, "mus_", bound, 2, text) },
		"fewer fields":      func() ([]string, error) { return k.OpenBearer(Crust, "mus_s_", bound, 1, text) },
		"more fields":       func() ([]string, error) { return k.OpenBearer(Crust, "mus_s_", bound, 3, text) },
		"empty":             func() ([]string, error) { return k.OpenBearer(Crust, "mus_s_", bound, 2, "") },
		"long": func() ([]string, error) {
			return k.OpenBearer(Crust, "mus_s_", bound, 2, text+strings.Repeat("A", 1<<20))
		},
		"no signing": func() ([]string, error) { return k.OpenBearer(Seal, "mus_s_", bound, 2, text) },
	} {
		if got, err := f(); !errors.Is(err, ErrToken) || got != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestBearerIsWhole: each changed byte, each cut and each addition is refused; so is each second spelling.
func TestBearerIsWhole(t *testing.T) {
	k := testKeys(t)
	text := mustBearer(t, k, Crust, "mus_s_", []string{"crust"}, []string{"10", "2"})
	refused := func(token string) {
		t.Helper()
		if _, err := k.OpenBearer(Crust, "mus_s_", []string{"crust"}, 2, token); !errors.Is(err, ErrToken) {
			t.Errorf("%q: %v", token, err)
		}
	}
	for i := range len(text) {
		for b := range 256 {
			if byte(b) != text[i] {
				refused(text[:i] + string([]byte{byte(b)}) + text[i+1:])
			}
		}
		refused(text[:i])
		refused(text[i+1:])
		refused(text[:i] + text[i+1:])
		refused(text[:i] + "." + text[i:])
	}
	for _, end := range []string{" ", "=", ".", "\n", "A", "\x00"} {
		refused(text + end)
		refused(end + text)
	}
	refused("mus_s_1.02" + text[strings.LastIndex(text, "."):]) // the same digits, cut elsewhere
}

func TestBearerAcrossRotations(t *testing.T) {
	first, second, third := history(t)
	text := mustBearer(t, first, Crust, "mus_s_", nil, []string{"1"})
	if _, err := second.OpenBearer(Crust, "mus_s_", nil, 1, text); err != nil {
		t.Errorf("an old key proves no more: %v", err)
	}
	if _, err := third.OpenBearer(Crust, "mus_s_", nil, 1, text); !errors.Is(err, ErrToken) {
		t.Errorf("a retired key proves: %v", err)
	}
}

func TestBearerRefusesWhatItCannotCarry(t *testing.T) {
	k := testKeys(t)
	for _, field := range []string{"", "a.b", "a b", "ü", "a;b", strings.Repeat("a", 300)} {
		if text, err := k.SignBearer(Crust, "mus_s_", nil, []string{field}); err == nil {
			t.Errorf("%q: %s", field, text)
		}
	}
	if _, err := k.SignBearer(Digest, "mus_s_", nil, []string{"1"}); err == nil {
		t.Error("a digest key signs")
	}
}
