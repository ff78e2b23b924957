package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"strconv"
	"strings"
)

// A Folder keeps blobs as files: <shard>/<id>, where the shard is one of 256 folders and the id a decimal number. Every open
// goes through an [os.Root], so that no name leads out, whatever stands in the folder. Folders are 0700, files 0600. It is
// safe for concurrent use, also by several processes on one file system.
type Folder struct{ root *os.Root }

const (
	folderMode = 0o700
	fileMode   = 0o600
	partSuffix = ".part"
)

// OpenFolder opens the folder, and makes it if it is not there. Errors are for the operator.
func OpenFolder(path string) (*Folder, error) {
	if err := os.MkdirAll(path, folderMode); err != nil {
		return nil, fmt.Errorf("making the folder of files: %w (hint: the server has to be able to write there)", err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("opening the folder of files: %w (hint: the server has to be able to read and write it)", err)
	}
	return &Folder{root}, nil
}

// Close closes the folder. Open files stay open.
func (f *Folder) Close() error { return f.root.Close() }

// shard spreads ids over the folders by the part of them that differs most: the microsecond.
func shard(id int64) string { return fmt.Sprintf("%02x", id>>10&0xff) }

func name(id int64) string { return shard(id) + "/" + strconv.FormatInt(id, 10) }

// Put stores what r holds, at most limit bytes, and answers how many they are. When it returns without an error the blob is on
// the disk; with one, nothing can be opened under that id. Errors: [ErrTooLarge]; those of r and ctx; those of the disk.
func (f *Folder) Put(ctx context.Context, id int64, r io.Reader, limit int64) (n int64, err error) {
	if id <= 0 {
		return 0, errors.New("blob: not an id")
	}
	if err := f.makeShard(shard(id)); err != nil {
		return 0, err
	}
	part := name(id) + partSuffix
	defer func() {
		if err != nil {
			_ = f.root.Remove(part) // what can't be removed now is listed later
		}
	}()
	if n, err = f.write(ctx, part, r, limit); err != nil {
		return 0, err
	}
	if err = f.root.Rename(part, name(id)); err != nil {
		return 0, fmt.Errorf("blob: %w", err)
	}
	if err = f.sync(shard(id)); err != nil {
		_ = f.root.Remove(name(id)) // nobody knows whether it would last
		return 0, err
	}
	return n, nil
}

func (f *Folder) write(ctx context.Context, part string, r io.Reader, limit int64) (n int64, err error) {
	file, err := f.root.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
	if err != nil {
		return 0, fmt.Errorf("blob: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	// The copy must not be handed to the reader's or the file's own short cuts: they would go past ctx.
	if n, err = copyWithin(ctx, struct{ io.Writer }{file}, r, limit); err != nil {
		return 0, err
	}
	return n, file.Sync()
}

// makeShard makes a shard that lasts.
func (f *Folder) makeShard(dir string) error {
	if err := f.root.Mkdir(dir, folderMode); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return fmt.Errorf("blob: %w", err)
	}
	return f.sync(".")
}

// sync has a folder's names survive a crash.
func (f *Folder) sync(dir string) error {
	d, err := f.root.Open(dir)
	if err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// Open opens a blob for reading. Without one the error is [ErrNotFound].
func (f *Folder) Open(_ context.Context, id int64) (*File, error) {
	file, err := f.root.Open(name(id))
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = ErrNotFound
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("blob: %w", err), file.Close())
	}
	return &File{file, info.Size()}, nil
}

// Delete removes a blob and what was begun of it. One that is not there is no error.
func (f *Folder) Delete(_ context.Context, id int64) error {
	var errs []error
	for _, n := range []string{name(id), name(id) + partSuffix} {
		if err := f.root.Remove(n); err != nil && !errors.Is(err, ErrNotFound) {
			errs = append(errs, fmt.Errorf("blob: %w", err))
		}
	}
	return errors.Join(errs...)
}

// List names the blobs that are there, and those that were begun and may be under way still, in no order; an id can come
// twice. Files that are not ours are left out. It ends with the first error.
func (f *Folder) List(ctx context.Context) iter.Seq2[int64, error] {
	return func(yield func(int64, error) bool) {
		shards, err := f.entries(".")
		if err != nil {
			yield(0, err)
			return
		}
		for _, s := range shards {
			if !f.listShard(ctx, s, yield) {
				return
			}
		}
	}
}

// listShard reports whether the listing goes on.
func (f *Folder) listShard(ctx context.Context, dir string, yield func(int64, error) bool) bool {
	if len(dir) != 2 {
		return true
	}
	names, err := f.entries(dir)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		yield(0, err)
		return false
	}
	for _, n := range names {
		id, err := strconv.ParseInt(strings.TrimSuffix(n, partSuffix), 10, 64)
		if err != nil || id <= 0 || name(id) != dir+"/"+strings.TrimSuffix(n, partSuffix) {
			continue
		}
		if !yield(id, nil) {
			return false
		}
	}
	return true
}

func (f *Folder) entries(dir string) ([]string, error) {
	d, err := f.root.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	defer d.Close()
	return d.Readdirnames(-1)
}
