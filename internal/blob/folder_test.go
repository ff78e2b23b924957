package blob

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func open(t *testing.T) (*Folder, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "files")
	f, err := OpenFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f, path
}

// TestModes: nobody else on the machine can read files.
func TestModes(t *testing.T) {
	f, path := open(t)
	if _, err := f.Put(t.Context(), 1<<20, strings.NewReader("hello"), 5); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(path, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; info.Mode().Perm() != want {
			t.Errorf("%s has the mode %v", at, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestNoNameLeadsOut: not even where somebody has put links into the folder.
func TestNoNameLeadsOut(t *testing.T) {
	f, path := open(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	const id = 1 << 20
	if err := os.Mkdir(filepath.Join(path, shard(id)), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(path, name(id))); err != nil {
		t.Fatal(err)
	}
	if file, err := f.Open(t.Context(), id); err == nil {
		_ = file.Close()
		t.Error("the link was followed")
	}
}

func TestListKnowsOnlyOurs(t *testing.T) {
	f, path := open(t)
	for _, n := range []string{"notes.txt", "00/notes.txt", "00/0", "00/01024", "00/-1", "01/7", "00/7.part.part", "longer/7"} {
		if err := os.MkdirAll(filepath.Join(path, filepath.Dir(n)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(path, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := list(t, f); len(got) != 0 {
		t.Errorf("listed %v", got)
	}
}
