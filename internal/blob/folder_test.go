package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
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

func list(t *testing.T, f *Folder) (ids []int64) {
	t.Helper()
	for id, err := range f.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// read is what the blob holds; missing is true where there is none.
func read(t *testing.T, f *Folder, id int64) (text string, missing bool) {
	t.Helper()
	file, err := f.Open(t.Context(), id)
	if errors.Is(err, ErrNotFound) {
		return "", true
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	b, err := io.ReadAll(file)
	if err != nil || int64(len(b)) != file.Size {
		t.Fatalf("%d bytes of %d, %v", len(b), file.Size, err)
	}
	return string(b), false
}

func TestPutOpenDelete(t *testing.T) {
	f, path := open(t)
	const id = 7<<30 | 5<<10 | 3
	n, err := f.Put(t.Context(), id, strings.NewReader("hello"), 5)
	if err != nil || n != 5 {
		t.Fatalf("%d, %v", n, err)
	}
	if text, _ := read(t, f, id); text != "hello" {
		t.Errorf("holds %q", text)
	}
	if got := list(t, f); !slices.Equal(got, []int64{id}) {
		t.Errorf("listed %v", got)
	}
	err = filepath.WalkDir(path, func(at string, d fs.DirEntry, err error) error {
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
	for range 2 { // the second time there is none
		if err := f.Delete(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	if _, missing := read(t, f, id); !missing || len(list(t, f)) != 0 {
		t.Error("still there")
	}
}

// TestBrokenPut: whatever ends a Put early, nothing can be opened, and nothing stays.
func TestBrokenPut(t *testing.T) {
	broken := errors.New("the client has left")
	gone, leave := context.WithCancel(t.Context())
	leave()
	for name, c := range map[string]struct {
		ctx  context.Context
		r    io.Reader
		want error
	}{
		"too large":   {t.Context(), strings.NewReader("123456"), ErrTooLarge},
		"endless":     {t.Context(), endless{}, ErrTooLarge},
		"ends early":  {t.Context(), io.MultiReader(strings.NewReader("123"), iotest.ErrReader(broken)), broken},
		"who is gone": {gone, strings.NewReader("123"), context.Canceled},
	} {
		f, _ := open(t)
		if _, err := f.Put(c.ctx, 1<<20, c.r, 5); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, missing := read(t, f, 1<<20); !missing || len(list(t, f)) != 0 {
			t.Errorf("%s: something is there: %v", name, list(t, f))
		}
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

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
	for _, id := range []int64{0, -1} {
		if _, err := f.Put(t.Context(), id, strings.NewReader("x"), 1); err == nil {
			t.Errorf("%d is an id", id)
		}
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

// TestFolderIsAMap compares a folder with a map.
func TestFolderIsAMap(t *testing.T) {
	f, _ := open(t)
	rapid.Check(t, func(rt *rapid.T) {
		want := map[int64]string{}
		ids := rapid.Int64Range(1<<20, 1<<20+5<<9)
		for range rapid.IntRange(0, 6).Draw(rt, "steps") {
			id := ids.Draw(rt, "id")
			if rapid.Bool().Draw(rt, "delete") {
				delete(want, id)
				if err := f.Delete(t.Context(), id); err != nil {
					rt.Fatal(err)
				}
				continue
			}
			b := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(rt, "bytes")
			if _, err := f.Put(t.Context(), id, bytes.NewReader(b), 40); err != nil {
				rt.Fatal(err)
			}
			want[id] = string(b)
		}
		if got := list(t, f); len(got) != len(want) {
			rt.Fatalf("listed %v, want %v", got, want)
		}
		for id, text := range want {
			if got, _ := read(t, f, id); got != text {
				rt.Errorf("%d holds %q, want %q", id, got, text)
			}
			if err := f.Delete(t.Context(), id); err != nil {
				rt.Fatal(err)
			}
		}
	})
}
