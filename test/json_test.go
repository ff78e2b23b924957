package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// capture is the command that keeps a value of the last answer.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: capture NAME JSONPATH")
	}
	value, err := pick(of(ts).answer, args[1])
	ts.Check(err)
	ts.Setenv(args[0], value)
}

// expect is the command that compares a value of the last answer.
func expect(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 && len(args) != 2 {
		ts.Fatalf("usage: expect JSONPATH [VALUE]")
	}
	value, err := pick(of(ts).answer, args[0])
	met := err == nil && (len(args) == 1 || value == args[1])
	switch {
	case !met && !neg && err != nil:
		ts.Fatalf("%v", err)
	case met == neg:
		ts.Fatalf("%s is %s", args[0], value)
	}
}

// until is the command that waits for a value.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 4 || neg {
		ts.Fatalf("usage: until JSONPATH VALUE METHOD PATH [flags]")
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); <-tick.C {
		request(ts, false, args[2:])
		if value, err := pick(of(ts).answer, args[0]); err == nil && value == args[1] {
			return
		}
	}
	ts.Fatalf("%s is not %s, at last in %s", args[0], args[1], of(ts).answer)
}

// pick answers the value at a path of a JSON text, as package test's doc says it is spelled.
func pick(text []byte, path string) (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // an id has more digits than a float
	var value any
	if err := decoder.Decode(&value); err != nil {
		return "", fmt.Errorf("the answer is no JSON: %w", err)
	}
	for step := range strings.SplitSeq(strings.Trim(path, "."), ".") {
		if step == "" {
			continue
		}
		var found bool
		if value, found = enter(value, step); !found {
			return "", fmt.Errorf("the answer has no %s (at %q)", path, step)
		}
	}
	return spell(value)
}

// enter takes one step of a path.
func enter(value any, step string) (any, bool) {
	switch value := value.(type) {
	case map[string]any:
		inner, found := value[step]
		return inner, found
	case []any:
		if step == "#" {
			return json.Number(strconv.Itoa(len(value))), true
		}
		i, err := strconv.Atoi(step)
		if err != nil || i < 0 || i >= len(value) {
			return nil, false
		}
		return value[i], true
	}
	return nil, false
}

func spell(value any) (string, error) {
	if text, ok := value.(string); ok {
		return text, nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return strings.TrimSuffix(text.String(), "\n"), err
}

func TestPick(t *testing.T) {
	const text = `{"response":{"set":[{"id":9223372036854775807,"name":"a<b"},{}]},"none":null,"yes":true}`
	for path, want := range map[string]string{
		"response.set.0.id":   "9223372036854775807",
		"response.set.0.name": "a<b",
		"response.set.#":      "2",
		"response.set.1":      "{}",
		"none":                "null",
		"yes":                 "true",
		".":                   `{"none":null,"response":{"set":[{"id":9223372036854775807,"name":"a<b"},{}]},"yes":true}`,
	} {
		if got, err := pick([]byte(text), path); got != want || err != nil {
			t.Errorf("%s gave %q, %v; want %q", path, got, err, want)
		}
	}
	for _, path := range []string{"no", "response.set.2", "response.set.-1", "response.set.id", "yes.more"} {
		if got, err := pick([]byte(text), path); err == nil {
			t.Errorf("%s gave %q, want an error", path, got)
		}
	}
	if _, err := pick([]byte("Not found"), "."); err == nil {
		t.Error("a text that is no JSON has a value")
	}
}
