package token

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func open(t *testing.T, path string) *Keys {
	t.Helper()
	k, _, err := OpenKeys(path, testTime())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func wantMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != want {
		t.Errorf("%s has mode %o, want %o", filepath.Base(path), info.Mode().Perm(), want)
	}
}

// wantAlone: nothing is left in the folder beside the key list.
func wantAlone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("left over: %v %v", entries, err)
	}
}

func TestFirstStartMakesTheList(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "house", "keys.json")
	first, created, err := OpenKeys(path, testTime())
	if err != nil || !created {
		t.Fatal(created, err)
	}
	wantMode(t, path, 0o600)
	wantMode(t, filepath.Dir(path), 0o700)
	wantAlone(t, path)
	again, created, err := OpenKeys(path, testTime().Add(time.Hour))
	if err != nil || created {
		t.Fatal(created, err)
	}
	token, _ := first.SignJWT(Session, map[string]int{"a": 1})
	if err := again.VerifyJWT(Session, token, &map[string]int{}); err != nil {
		t.Error(err)
	}
	list, err := readList(path)
	if err != nil || len(list) != 1 || !list[0].Made.Equal(testTime()) {
		t.Errorf("list %d, %v", len(list), err)
	}
}

func TestRacingStartsEndWithOneList(t *testing.T) {
	path := filepath.Join(t.TempDir(), "house", "keys.json")
	const racers = 16
	var fingerprints [racers]string
	var makers [racers]bool
	var wg sync.WaitGroup
	for i := range racers {
		wg.Go(func() {
			k, created, err := OpenKeys(path, testTime())
			if err != nil {
				t.Error(err)
				return
			}
			fingerprints[i], makers[i] = k.Fingerprint(), created
		})
	}
	wg.Wait()
	made := 0
	for i := range racers {
		if makers[i] {
			made++
		}
		if fingerprints[i] != fingerprints[0] {
			t.Error("two lists")
		}
	}
	if made != 1 {
		t.Errorf("%d say that they made the list", made)
	}
	wantAlone(t, path)
}

func TestAListThatOthersReachIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	open(t, path)
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o602, 0o644, 0o601} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, _, err := OpenKeys(path, testTime())
		if err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %o: %v", mode, err)
		}
		if err := Rotate(path, testTime(), false); err == nil {
			t.Errorf("mode %o: rotated", mode)
		}
	}
	wantAlone(t, path)
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	open(t, path)
}

func TestWhatIsNoFileIsRefused(t *testing.T) {
	folder := t.TempDir()
	if _, _, err := OpenKeys(folder, testTime()); err == nil {
		t.Error("a folder is accepted")
	}
	dangling := filepath.Join(folder, "keys.json")
	if err := os.Symlink(filepath.Join(folder, "nowhere"), dangling); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenKeys(dangling, testTime()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a dangling link gives %v", err)
	}
	large := filepath.Join(folder, "large")
	if err := os.WriteFile(large, make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenKeys(large, testTime()); err == nil {
		t.Error("a huge file is accepted")
	}
}

func TestADamagedListIsRefusedAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenKeys(path, testTime()); err == nil {
		t.Error("an empty file is accepted")
	}
	if err := Rotate(path, testTime(), false); err == nil {
		t.Error("an empty file is rotated")
	}
	if text, err := os.ReadFile(path); err != nil || len(text) != 0 {
		t.Errorf("the file is now %q, %v", text, err)
	}
}

func TestRotate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	first := open(t, path)
	steps := []struct {
		retireOld bool
		want      []state
	}{
		{false, []state{stateVerify, stateActive}},
		{false, []state{stateVerify, stateVerify, stateActive}},
		{true, []state{stateRetired, stateRetired, stateRetired, stateActive}},
		{false, []state{stateRetired, stateRetired, stateRetired, stateVerify, stateActive}},
	}
	for _, s := range steps {
		if err := Rotate(path, testTime().Add(time.Hour), s.retireOld); err != nil {
			t.Fatal(err)
		}
		wantMode(t, path, 0o600)
		wantAlone(t, path)
		list, err := readList(path)
		if err != nil {
			t.Fatal(err)
		}
		var got []state
		for _, e := range list {
			got = append(got, e.State)
		}
		if diff := cmp.Diff(s.want, got); diff != "" {
			t.Error(diff)
		}
		if open(t, path).Fingerprint() != first.Fingerprint() {
			t.Error("the fingerprint changed")
		}
	}
}

func TestRotateThroughALinkReplacesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	open(t, path)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := Rotate(link, testTime(), false); err != nil {
		t.Fatal(err)
	}
	if list, err := readList(path); err != nil || len(list) != 2 {
		t.Errorf("list %d, %v", len(list), err)
	}
}

func TestRotateOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	open(t, path)
	if err := os.WriteFile(path+".new", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Rotate(path, testTime(), false); err == nil || !strings.Contains(err.Error(), "remove that file") {
		t.Errorf("error is %v", err)
	}
	if _, err := os.Stat(path + ".new"); err != nil {
		t.Error("the other one's file is gone")
	}
	if err := os.Remove(path + ".new"); err != nil {
		t.Fatal(err)
	}
	if err := Rotate(path, testTime(), false); err != nil {
		t.Error(err)
	}
}

func TestRacingRotationsLoseNoKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	open(t, path)
	var done [8]bool
	var wg sync.WaitGroup
	for i := range done {
		wg.Go(func() { done[i] = Rotate(path, testTime(), false) == nil })
	}
	wg.Wait()
	want := 1
	for _, ok := range done {
		if ok {
			want++
		}
	}
	if list, err := readList(path); err != nil || len(list) != want {
		t.Errorf("%d keys, want %d, %v", len(list), want, err)
	}
}

func TestRotateNeedsAList(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	if err := Rotate(path, testTime(), false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error is %v", err)
	}
}
