package storetest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// dirPrefix begins the name of each server's directory; the number of the process that made it follows.
const dirPrefix = "muster-postgres-"

// makeDir makes a directory in the first of these places that takes one, and removes what killed test binaries left in
// any of them.
func makeDir(places []string) (string, error) {
	var errs []error
	for _, place := range places {
		removeStale(place)
	}
	for _, place := range places {
		dir, err := os.MkdirTemp(place, fmt.Sprintf("%s%d-*", dirPrefix, os.Getpid()))
		if err == nil {
			return dir, nil
		}
		errs = append(errs, err)
	}
	return "", errors.Join(errs...)
}

// removeStale removes from place what killed test binaries left there: 40 MB each. A number that another process got since
// keeps its directory for longer, which is harmless. Nothing fails if it can't be removed: it may be another user's.
func removeStale(place string) {
	dirs, _ := filepath.Glob(filepath.Join(place, dirPrefix+"*")) // the only error is a bad pattern
	for _, dir := range dirs {
		var pid int
		if _, err := fmt.Sscanf(filepath.Base(dir), dirPrefix+"%d-", &pid); err == nil && isGone(pid) {
			_ = os.RemoveAll(dir)
		}
	}
}

// isGone says whether no process has this number.
func isGone(pid int) bool {
	process, err := os.FindProcess(pid)
	if err != nil {
		return true
	}
	return errors.Is(process.Signal(syscall.Signal(0)), os.ErrProcessDone)
}
