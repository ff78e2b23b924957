package mailer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A Folder keeps mails as files instead of sending them, one .eml each, for a house without a mail server: somebody or
// something else reads or forwards them. The name is the mail's number in twenty digits, so that names sort by the age of
// what they name. It is safe for concurrent use, also by several processes.
type Folder struct{ path string }

// NewFolder returns the Folder of that path, which is made (mode 0700, parents too) if it is missing. The mode of one that
// is there stays as it is; the files have 0600 in any case, since they hold links that sign people in.
func NewFolder(path string) (*Folder, error) {
	f := &Folder{path}
	return f, f.make()
}

// Send writes the mail's file. It is complete and on disk before it gets its name, and takes the place of an earlier one of
// the same number.
func (f *Folder) Send(_ context.Context, id int64, m Mail) error {
	l, err := m.write(id)
	if err != nil {
		return err
	}
	// Somebody may have cleared the folder away.
	if err := f.make(); err != nil {
		return err
	}
	if err := f.put(fmt.Sprintf("%020d.eml", id), l.octets); err != nil {
		return brokenFolder(err)
	}
	return nil
}

func (f *Folder) make() error {
	if err := os.MkdirAll(f.path, 0o700); err != nil {
		return brokenFolder(err)
	}
	return nil
}

func brokenFolder(err error) error {
	return &failure{class: "folder", text: "the folder of mails can't be written: " + err.Error(), down: true}
}

// put writes a file under a name that nobody looks for, and then gives it its own.
func (f *Folder) put(name string, octets []byte) error {
	temp, err := os.CreateTemp(f.path, ".mail-*") // mode 0600
	if err != nil {
		return err
	}
	err = writeAll(temp, octets)
	if err == nil {
		err = os.Rename(temp.Name(), filepath.Join(f.path, name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return f.sync()
}

func writeAll(file *os.File, octets []byte) error {
	_, err := file.Write(octets)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// sync puts the names in the folder on disk.
func (f *Folder) sync() error {
	d, err := os.Open(f.path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
