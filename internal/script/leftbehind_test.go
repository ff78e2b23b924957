package script

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

const waiting = "export default { triggers: t => t.on('manual').for('system'), exec: (_, { System }) => System.findUserByID('1') }"

func folderOf(t *testing.T, now func() time.Time) (f *Folder, file string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "server-scripts", "w.js")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(waiting), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Open(Config{Dir: dir, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	f.patience = time.Millisecond
	return f, file
}

// TestLeftBehind: a script whose machine goes on is not run again before its file changes. No script is known that does
// that, so the machine here is one that does not exist.
func TestLeftBehind(t *testing.T) {
	now := time.Unix(1e9, 0)
	f, file := folderOf(t, func() time.Time { return now })
	call := Call{Script: "/server-scripts/w.js:default", Host: map[string]HostFunc{
		"user.read": func(context.Context, []json.RawMessage) (json.RawMessage, error) { return json.RawMessage(`{}`), nil },
	}}
	r := &run{folder: f, call: call, entry: f.seen.Load().byName[call.Script]}
	r.leftBehind(make(chan outcome))
	if _, err := f.Run(t.Context(), call); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	if _, ok := f.Script(call.Script); ok {
		t.Error("it is still offered")
	}
	if errs := f.Scripts()[0].Errors; len(errs) != 1 || errs[0] != "a run of it could not be stopped" {
		t.Errorf("got %q", errs)
	}
	if err := os.WriteFile(file, []byte(waiting+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Second)
	if _, err := f.Run(t.Context(), call); err != nil {
		t.Error(err)
	}
}

// TestSlowHost: a host function that does not heed its context keeps no caller, and nobody blames the script.
func TestSlowHost(t *testing.T) {
	f, _ := folderOf(t, nil)
	entered, release := make(chan bool), make(chan bool)
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-entered
		leave()
	}()
	_, err := f.Run(ctx, Call{
		Script: "/server-scripts/w.js:default",
		Host: map[string]HostFunc{"user.read": func(context.Context, []json.RawMessage) (json.RawMessage, error) {
			close(entered)
			<-release
			return nil, nil
		}},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	for range 100 {
		time.Sleep(time.Millisecond) // longer than the patience
	}
	if n := f.Stats().Running; n != 1 {
		t.Errorf("%d run", n)
	}
	if _, ok := f.Script("/server-scripts/w.js:default"); !ok {
		t.Error("the script is blamed")
	}
	close(release)
	for began := time.Now(); f.Stats().Running > 0 && time.Since(began) < 5*time.Second; time.Sleep(time.Millisecond) {
	}
	if n := f.Stats().Running; n != 0 {
		t.Errorf("%d run", n)
	}
}
