package mailer

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func wantMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != want {
		t.Errorf("%s: %v %v, want mode %o", filepath.Base(path), info, err, want)
	}
}

func TestFolderKeepsMails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "mail")
	f, err := NewFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	wantMode(t, path, 0o700)
	m := example()
	for _, id := range []int64{1 << 62, 9, 10} {
		if err := f.Send(t.Context(), id, m); err != nil {
			t.Fatal(err)
		}
	}
	m.HTML = "<p>again</p>"
	if err := f.Send(t.Context(), 10, m); err != nil {
		t.Fatal(err)
	}
	want := []string{"00000000000000000009.eml", "00000000000000000010.eml", "04611686018427387904.eml"}
	if got := names(t, path); !slices.Equal(got, want) {
		t.Fatalf("got %q", got)
	}
	wantMode(t, filepath.Join(path, want[1]), 0o600)
	got, err := os.ReadFile(filepath.Join(path, want[1]))
	if l, _ := m.write(10); err != nil || string(got) != string(l.octets) {
		t.Errorf("the later one should have won: %v\n%s", err, got)
	}
}

func TestFolderComesBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail")
	f, err := NewFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := f.Send(t.Context(), 1, example()); err != nil || len(names(t, path)) != 1 {
		t.Error(err)
	}
}

func TestFolderFailures(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mail")
	f, err := NewFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	// Something in the way of the name.
	if err := os.MkdirAll(filepath.Join(path, "00000000000000000007.eml", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := f.Send(t.Context(), 7, example()); !Down(err) || Permanent(err) || Class(err) != "folder" {
		t.Error(err)
	}
	if left := names(t, path); len(left) != 1 {
		t.Errorf("left over: %q", left)
	}
	m := example()
	m.To = "../x@b\r\n"
	if err := f.Send(t.Context(), 8, m); !Permanent(err) {
		t.Error(err)
	}
	// A file where the folder should be.
	file := filepath.Join(path, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewFolder(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Error("the operator should hear which folder it is:", err)
	}
}
