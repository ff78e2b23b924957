package token

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestNoTwoPurposesShareAKey(t *testing.T) {
	e := newEntry(testTime())
	seen := map[string]Purpose{string(e.Secret): "root"}
	for _, p := range append(signing(), Digest, Seal, "fingerprint") {
		b, err := derive(e.Secret, p, keyLen)
		if err != nil || len(b) != 32 {
			t.Fatal(p, err)
		}
		if other, ok := seen[string(b)]; ok {
			t.Errorf("%s and %s share a key", p, other)
		}
		seen[string(b)] = p
	}
}

// fixedKeys are always the same, for what was written down once.
func fixedKeys(t testing.TB) *Keys {
	e := newEntry(testTime())
	e.ID, e.Secret = "a", bytes.Repeat([]byte("k"), 32)
	return keysOf(t, []entry{e})
}

const fixedSealed = "v1:a:jroOIreSMudTX71r3EiZ321LPqnHkOpmQjm7eCjpqg8SGg"

// What databases hold must be understood for ever. The digest and the fingerprint were computed by another program.
func TestStoredFormsStay(t *testing.T) {
	k := fixedKeys(t)
	if got := k.Fingerprint(); got != "9e2f909f5210cc7394028a2775972c39" {
		t.Errorf("fingerprint is %s", got)
	}
	if got := k.Digest("key", 7, "secret"); got != "a:hIcVPXJLP46ITuQ-XSrBKytrWXQyQyDUKuhlo9WkCY4" {
		t.Errorf("digest is %s", got)
	}
	if got, err := k.Open("x", fixedSealed); err != nil || string(got) != "secret" {
		t.Errorf("opened %q, %v", got, err)
	}
}

func TestFingerprintStaysAcrossRotations(t *testing.T) {
	first, second, third := history(t)
	f := first.Fingerprint()
	if len(f) != 32 || second.Fingerprint() != f || third.Fingerprint() != f {
		t.Errorf("fingerprints %s, %s, %s", f, second.Fingerprint(), third.Fingerprint())
	}
	if testKeys(t).Fingerprint() == f {
		t.Error("two houses have the same fingerprint")
	}
}

func TestPrintingKeysShowsNone(t *testing.T) {
	k := testKeys(t)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "keys", k)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "keys", k, "value", *k)
	//lint:ignore SA9005 that there is nothing to show is the point
	text, _ := json.Marshal(k)
	log.Write(text)
	fmt.Fprintf(&log, "%v %+v %#v %s %x %d", k, k, k, *k, k, *k)
	for _, secret := range k.active.secrets {
		for _, form := range []string{
			string(secret), fmt.Sprintf("%x", secret), strings.Trim(fmt.Sprint(secret), "[]"), base64.StdEncoding.EncodeToString(secret),
		} {
			if strings.Contains(log.String(), form) {
				t.Fatal("a key is shown")
			}
		}
	}
	if strings.Contains(log.String(), k.active.id) {
		t.Error("the inside is shown")
	}
}
