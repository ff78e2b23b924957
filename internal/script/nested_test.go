package script_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"muster/internal/script"
)

// TestRunsInsideRuns: what a host function runs needs no place of its own, or a house with one machine would wait for itself.
func TestRunsInsideRuns(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "server-scripts"), 0o755); err != nil {
		t.Fatal(err)
	}
	text := manual("return { x: await ctx.SystemAPI.userRead({ userID: '1' }) }")
	if err := os.WriteFile(filepath.Join(dir, "server-scripts", "w.js"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := script.Open(script.Config{Dir: dir, VMs: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	call := script.Call{Script: "/server-scripts/w.js:default"}
	depth := 0
	call.Host = map[string]script.HostFunc{"user.read": func(ctx context.Context, _ []json.RawMessage) (json.RawMessage, error) {
		if depth++; depth == 3 {
			return json.RawMessage(`"end"`), nil
		}
		result, err := f.Run(ctx, call)
		return result.Value, err
	}}
	result, err := f.Run(t.Context(), call)
	if err != nil || string(result.Value) != `{"x":{"x":{"x":"end"}}}` {
		t.Errorf("got %s, %v", result.Value, err)
	}
	if n := f.Stats().Running; n != 0 {
		t.Errorf("%d run still", n)
	}
}
