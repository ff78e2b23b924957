package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"muster/internal/blob/blobtest"
)

// blobs is what every store can do. The tests in this file hold for all of them.
type blobs interface {
	Put(ctx context.Context, id int64, r io.Reader, limit int64) (int64, error)
	Open(ctx context.Context, id int64) (*File, error)
	Delete(ctx context.Context, id int64) error
	List(ctx context.Context) iter.Seq2[int64, error]
}

// each tests every store.
func each(t *testing.T, test func(*testing.T, blobs)) {
	t.Run("folder", func(t *testing.T) {
		f, _ := open(t)
		test(t, f)
	})
	t.Run("s3", func(t *testing.T) {
		server := blobtest.New(t)
		server.Pages(2)
		s := openS3(t, server, "")
		test(t, s)
		parts, err := os.ReadDir(s.folder)
		if err != nil || len(parts) > 0 {
			t.Errorf("parts stay: %v, %v", parts, err)
		}
	})
}

func list(t *testing.T, f blobs) (ids []int64) {
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
func read(t *testing.T, f blobs, id int64) (text string, missing bool) {
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

func TestPutOpenDelete(t *testing.T) { each(t, putOpenDelete) }

func putOpenDelete(t *testing.T, f blobs) {
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
func TestBrokenPut(t *testing.T) { each(t, brokenPut) }

func brokenPut(t *testing.T, f blobs) {
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

// TestStoreIsAMap compares a store with a map.
func TestStoreIsAMap(t *testing.T) { each(t, isAMap) }

func isAMap(t *testing.T, f blobs) {
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

func TestIds(t *testing.T) {
	each(t, func(t *testing.T, f blobs) {
		for _, id := range []int64{0, -1} {
			if _, err := f.Put(t.Context(), id, strings.NewReader("x"), 1); err == nil {
				t.Errorf("%d is an id", id)
			}
		}
	})
}

// TestPutReplaces: the last one holds, as a whole.
func TestPutReplaces(t *testing.T) {
	each(t, func(t *testing.T, f blobs) {
		for _, text := range []string{"a long one", "", "short"} {
			if _, err := f.Put(t.Context(), 7, strings.NewReader(text), 10); err != nil {
				t.Fatal(err)
			}
			if got, missing := read(t, f, 7); got != text || missing {
				t.Errorf("holds %q, want %q", got, text)
			}
		}
	})
}

// TestSeek compares an open blob with a reader of the same bytes.
func TestSeek(t *testing.T) {
	each(t, func(t *testing.T, f blobs) {
		content := bytes.Repeat([]byte("0123456789"), 2000)
		if _, err := f.Put(t.Context(), 7, bytes.NewReader(content), 1<<20); err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(rt *rapid.T) { seeks(rt, t.Context(), f, content) })
	})
}

func seeks(rt *rapid.T, ctx context.Context, f blobs, content []byte) {
	file, err := f.Open(ctx, 7)
	if err != nil {
		rt.Fatal(err)
	}
	defer file.Close()
	want := bytes.NewReader(content)
	for range rapid.IntRange(0, 6).Draw(rt, "steps") {
		if rapid.Bool().Draw(rt, "seek") {
			offset, whence := rapid.Int64Range(-30000, 30000).Draw(rt, "offset"), rapid.IntRange(0, 2).Draw(rt, "whence")
			at, err := file.Seek(offset, whence)
			wantAt, wantErr := want.Seek(offset, whence)
			if (err == nil) != (wantErr == nil) || err == nil && at != wantAt {
				rt.Fatalf("is at %d, %v, want %d, %v", at, err, wantAt, wantErr)
			}
			continue
		}
		n := rapid.Int64Range(0, 9000).Draw(rt, "bytes")
		got, err := io.ReadAll(io.LimitReader(file, n))
		wantGot, _ := io.ReadAll(io.LimitReader(want, n))
		if err != nil || !bytes.Equal(got, wantGot) {
			rt.Fatalf("read %d bytes, %v, want %d", len(got), err, len(wantGot))
		}
	}
}
