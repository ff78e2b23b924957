package token

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// line spells one key of the list, whose secret is n times 32.
func line(id string, n byte, s state) string {
	secret := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{n}, 32))
	return fmt.Sprintf(`{"id":%q,"secret":%q,"made":"2020-06-01T12:00:00Z","state":%q}`, id, secret, s)
}

func TestParseListRefuses(t *testing.T) {
	a := line("a", 1, stateActive)
	tests := map[string]string{
		"nothing":              "",
		"null":                 "null",
		"no keys":              "[]",
		"object":               a,
		"cut":                  "[" + a,
		"something behind":     "[" + a + "] []",
		"unknown field":        "[" + strings.Replace(a, `"id"`, `"x":1,"id"`, 1) + "]",
		"no active key":        "[" + line("a", 1, stateVerify) + "]",
		"two active keys":      "[" + a + "," + line("b", 2, stateActive) + "]",
		"same id":              "[" + a + "," + line("a", 2, stateVerify) + "]",
		"same secret":          "[" + a + "," + line("b", 1, stateRetired) + "]",
		"no id":                "[" + line("", 1, stateActive) + "]",
		"colon in id":          "[" + line("a:b", 1, stateActive) + "]",
		"id too long":          "[" + line(strings.Repeat("a", 33), 1, stateActive) + "]",
		"unknown state":        "[" + line("a", 1, "new") + "]",
		"no state":             "[" + a + "," + line("b", 2, "") + "]",
		"secret too short":     "[" + strings.Replace(a, "AQEB", "", 1) + "]",
		"secret too long":      "[" + strings.Replace(a, "AQEB", "AQEBAQEB", 1) + "]",
		"secret is not base64": "[" + strings.Replace(a, "AQEB", "AQ!B", 1) + "]",
		"no time":              "[" + strings.Replace(a, "2020-06-01T12:00:00Z", "0001-01-01T00:00:00Z", 1) + "]",
		"time of another form": "[" + strings.Replace(a, "2020-06-01T12:00:00Z", "yesterday", 1) + "]",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := parseList([]byte(text))
			if err == nil {
				t.Fatal("accepted")
			}
			if strings.Contains(err.Error(), "AQEB") {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}

func TestParseListReadsWhatFormatListWrites(t *testing.T) {
	want := rotated(rotated([]entry{newEntry(testTime())}, testTime(), true), testTime(), false)
	text, err := formatList(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseList(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzParseList(f *testing.F) {
	f.Add([]byte("[" + line("a", 1, stateActive) + "," + line("b", 2, stateVerify) + "]"))
	f.Add([]byte("[{}]"))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, text []byte) {
		list, err := parseList(text)
		if err != nil {
			return
		}
		if _, err := newKeys(list); err != nil {
			t.Error(err)
		}
	})
}
