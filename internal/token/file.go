package token

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// OpenKeys reads the key list of the file. If there is none it makes one with a single active key, and the folder if
// that is missing too (modes 0600 and 0700); created is then true. Several processes may start at once: one makes the
// file, the others read it, and nobody ever sees half of it.
//
// The list is refused if group or others may do anything with the file, if it has not exactly one active key, or if
// anything in it is not as OpenKeys and [Rotate] write it. The error says what to do and holds nothing of a key.
//
// Without the right list all tokens are void and what is sealed stays shut, and a lost file looks like a first start. So
// whoever has a database compares [Keys.Fingerprint] with the one that it remembers, above all when created is true.
func OpenKeys(path string, now time.Time) (keys *Keys, created bool, err error) {
	list, err := readList(path)
	if errors.Is(err, fs.ErrNotExist) {
		if created, err = create(path, now); err == nil {
			list, err = readList(path)
		}
	}
	if err == nil {
		keys, err = newKeys(list)
	}
	if err != nil {
		return nil, false, fmt.Errorf("keys: %w", err)
	}
	return keys, created, nil
}

// Rotate adds a new active key to the list in the file. The old ones go on verifying, or with retireOld prove nothing
// from now on: all tokens end, and digests match no more. [Keys] that were opened before stay as they were, so running
// servers must open the file again. It must run as the user of the server, who will own the file.
//
// The file is replaced at once and as a whole. Two rotations at the same time are refused, by the existence of a file
// beside it (with .new added to its name), in which the new list is written.
func Rotate(path string, now time.Time, retireOld bool) error {
	return edit(path, func(list []entry) []entry { return rotated(list, now, retireOld) })
}

// edit replaces the list in the file by what change makes of it.
func edit(path string, change func([]entry) []entry) error {
	if err := editAlone(path, change); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}

func editAlone(path string, change func([]entry) []entry) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	next := path + ".new"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists: another rotation is running, or one was cut short; if none is, remove that file and try again", next)
	}
	if err != nil {
		return err
	}
	if err := replace(path, f, change); err != nil {
		os.Remove(next)
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// replace writes the new list into next and gives it the name of the old one. Only now, when nobody else can rotate, is
// what it reads the latest list.
func replace(path string, next *os.File, change func([]entry) []entry) error {
	list, err := readList(path)
	if err != nil {
		return errors.Join(err, next.Close())
	}
	if err := write(next, change(list)); err != nil {
		return err
	}
	return os.Rename(next.Name(), path)
}

// create makes the file unless somebody else is faster, which is no error. The list is complete and on disk before it
// gets its name: a link, which like O_EXCL fails if the name is taken.
func create(path string, now time.Time) (bool, error) {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return false, err
	}
	f, err := os.CreateTemp(folder, filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return false, err
	}
	defer os.Remove(f.Name())
	if err := write(f, []entry{newEntry(now)}); err != nil {
		return false, err
	}
	err = os.Link(f.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, syncFolder(folder)
}

// write puts the list on disk and closes the file.
func write(f *os.File, list []entry) error {
	text, err := formatList(list)
	if err == nil {
		_, err = f.Write(text)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncFolder puts the names in a folder on disk.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// maxFile is far more than the keys of a hundred years.
const maxFile = 1 << 20

// readList reads and checks the list. It judges the open file, not its name, which could be another one a moment later.
func readList(path string) ([]entry, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := checkFile(path, info); err != nil {
		return nil, err
	}
	text := make([]byte, info.Size())
	if _, err := f.ReadAt(text, 0); err != nil {
		return nil, err
	}
	list, err := parseList(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; put the right file back, from where you keep your keys", path, err)
	}
	return list, nil
}

func checkFile(path string, info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case !mode.IsRegular():
		return fmt.Errorf("%s is not a file", path)
	case mode.Perm()&0o077 != 0:
		return fmt.Errorf("%s is open to others than its owner (mode %04o): run chmod 600 on it, and rotate the keys if somebody may have read it", path, mode.Perm())
	case info.Size() > maxFile:
		return fmt.Errorf("%s is larger than any key list", path)
	}
	return nil
}
