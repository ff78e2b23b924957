package token

import (
	"path/filepath"
	"testing"
	"time"
)

// Old keys are retired when the last of their tokens has run out, and not a second before.
func TestRetire(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	made := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, _, err := OpenKeys(path, made); err != nil {
		t.Fatal(err)
	}
	rotatedAt := made.Add(365 * 24 * time.Hour)
	if err := Rotate(path, rotatedAt, false); err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		name          string
		now           time.Time
		force         bool
		retired, kept int
		state         string
	}{
		{"too early", rotatedAt.Add(verifyTime - time.Second), false, 0, 1, "verify"},
		{"in time", rotatedAt.Add(verifyTime), false, 1, 0, "retired"},
		{"again", rotatedAt.Add(verifyTime), false, 0, 0, "retired"},
	}
	for _, step := range steps {
		retired, kept, err := Retire(path, step.now, step.force)
		if err != nil || retired != step.retired || kept != step.kept {
			t.Fatalf("%s: %d retired, %d kept, %v", step.name, retired, kept, err)
		}
		list, err := List(path)
		if err != nil || list[0].State != step.state || list[1].State != "active" {
			t.Fatalf("%s: %+v, %v", step.name, list, err)
		}
	}
	if err := Rotate(path, rotatedAt, false); err != nil {
		t.Fatal(err)
	}
	if retired, kept, err := Retire(path, rotatedAt, true); retired != 1 || kept != 0 || err != nil {
		t.Fatalf("by force: %d retired, %d kept, %v", retired, kept, err)
	}
}
