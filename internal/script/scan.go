package script

import (
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

const (
	maxFiles  = 5000      // in the whole folder; more are not seen
	maxDepth  = 16        // folders within folders
	maxSource = 64 << 10  // bytes of one file; see readable
	maxCode   = 512 << 10 // bytes of a script, or of a bundle, with all that it imports
)

const (
	serverScripts = "server-scripts"
	clientScripts = "client-scripts"
)

// A stamp tells versions of a file apart.
type stamp struct {
	size     int64
	modified time.Time
	err      string // why it can't be read: a link that leads out of the folder
}

// A listing maps the files of the folder, by their path in it with slashes, to their stamps.
type listing map[string]stamp

// scan lists the folder. A link to a file inside is that file; links to folders are not followed.
func scan(root *os.Root) (listing, error) {
	found := listing{}
	err := fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			return nil // removed a moment ago, or not ours to read
		case d.IsDir() && name != "." && (skipped(d.Name()) || strings.Count(name, "/") >= maxDepth):
			return fs.SkipDir
		case d.IsDir() || strings.HasPrefix(d.Name(), "."):
			return nil
		case len(found) >= maxFiles:
			return fs.SkipAll
		}
		if s, ok := look(root, name, d); ok {
			found[name] = s
		}
		return nil
	})
	return found, err
}

func skipped(folder string) bool { return strings.HasPrefix(folder, ".") || folder == "node_modules" }

func look(root *os.Root, name string, d fs.DirEntry) (stamp, bool) {
	info, err := root.Stat(name) // follows links, but not out of the folder
	switch {
	case err != nil && d.Type()&fs.ModeSymlink != 0:
		return stamp{err: "a link that leads nowhere, or out of the folder"}, true
	case err != nil || info.IsDir():
		return stamp{}, false
	case !info.Mode().IsRegular():
		return stamp{err: "no regular file"}, true
	}
	return stamp{size: info.Size(), modified: info.ModTime()}, true
}

// read reads a file that scan has listed.
func read(root *os.Root, name string) (string, error) {
	file, err := root.Open(name)
	if err != nil {
		return "", errUnreadable
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", errUnreadable
	}
	text, err := io.ReadAll(io.LimitReader(file, maxSource+1))
	switch {
	case err != nil:
		return "", errUnreadable
	case len(text) > maxSource:
		return "", errTooLong
	}
	return string(text), nil
}

// A source is a file that is a script.
type source struct {
	file      string // its path in the folder
	extension string
	name      string // as the outside knows it
	bundle    string // of a client script
}

// sources finds the scripts among the files: server scripts first, then client scripts, each by name. Of two with one name,
// the one of the extension that comes first in the alphabet comes first.
func (l listing) sources() (all []source) {
	for file := range l {
		if s, ok := sourceOf(file); ok {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b source) int {
		if (a.bundle == "") != (b.bundle == "") {
			if a.bundle == "" {
				return -1
			}
			return 1
		}
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.extension, b.extension)
	})
	return all
}

// sourceOf says what script a file is, if it is one.
func sourceOf(file string) (source, bool) {
	if path.Ext(file) != ".js" || strings.HasSuffix(file, ".test.js") {
		return source{}, false
	}
	parts := strings.Split(file, "/")
	extension := ""
	if parts[0] != serverScripts && parts[0] != clientScripts {
		extension, parts = parts[0], parts[1:]
	}
	s := source{file: file, extension: extension, name: "/" + strings.Join(parts, "/") + ":default"}
	switch {
	case len(parts) >= 2 && parts[0] == serverScripts:
		return s, true
	case len(parts) >= 3 && parts[0] == clientScripts:
		s.bundle = parts[1]
		return s, true
	}
	return source{}, false
}

// extensionOf is the extension that a file is of.
func extensionOf(file string) string {
	first, _, nested := strings.Cut(file, "/")
	if !nested || first == serverScripts || first == clientScripts {
		return ""
	}
	return first
}
