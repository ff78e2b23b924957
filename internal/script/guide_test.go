package script_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster/internal/script"
)

// TestGuide runs the script that the guide shows.
func TestGuide(t *testing.T) {
	text, err := os.ReadFile("../../docs/guide/writing-scripts.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(text), "```js\n")
	example, _, found := strings.Cut(example, "```")
	if !found {
		t.Fatal("the guide shows no script")
	}
	h := newHouse(t, "sign-up/server-scripts/refuse.js", example, "sign-up/lib/domains.js", "export const refused = ['bad.example']")
	want := script.Script{
		Name: "/server-scripts/refuse.js:default", Label: "Refuse sign-ups", Description: "Nobody from these domains may have an account.",
		Triggers:  []script.Trigger{{EventTypes: []string{"beforeSignup"}, ResourceTypes: []string{"system:auth"}}},
		Security:  &script.Security{RunAs: "gatekeeper"},
		Extension: "sign-up",
	}
	got := h.Scripts()[0]
	want.UpdatedAt = got.UpdatedAt
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	run := func(user string) (script.Result, error) {
		return h.Run(t.Context(), script.Call{Script: want.Name, Limits: script.BeforeLimits(), Args: json.RawMessage(`{"user":` + user + `}`)})
	}
	result, err := run(`{"userID":"7","email":"ann@good.example","name":" Ann "}`)
	if err != nil || string(result.Value) != `{"result":{"userID":"7","handle":"","username":"","email":"ann@good.example","name":"Ann"}}` {
		t.Errorf("got %s, %v", result.Value, err)
	}
	result, err = run(`{"email":"eve@bad.example"}`)
	var aborted *script.Aborted
	if !errors.As(err, &aborted) || aborted.Message != "Please use your work address" {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff([]string{"warn refused eve@bad.example"}, result.Log); diff != "" {
		t.Error(diff)
	}
}
