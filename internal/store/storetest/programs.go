package storetest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// programs are the paths of what makes and runs a server.
type programs struct{ initdb, postgres string }

// debianBins is where Debian and its kin keep the programs of each major version: outside PATH.
const debianBins = "/usr/lib/postgresql/*/bin"

// findPrograms looks in PATH, then where Debian keeps them, the newest version first. Its error is [missing], a hint for
// people.
func findPrograms() (programs, error) {
	initdb, err := exec.LookPath("initdb")
	if err == nil {
		postgres, err := exec.LookPath("postgres")
		if err == nil {
			return programs{initdb, postgres}, nil
		}
	}
	dirs, _ := filepath.Glob(debianBins) // the only error is a bad pattern
	for _, dir := range newestFirst(dirs) {
		found := programs{filepath.Join(dir, "initdb"), filepath.Join(dir, "postgres")}
		if isFile(found.initdb) && isFile(found.postgres) {
			return found, nil
		}
	}
	return programs{}, errors.New(missing)
}

// newestFirst sorts paths by the first number in them, as a number: 15 comes before 9.
func newestFirst(paths []string) []string {
	number := regexp.MustCompile(`[0-9]+`)
	version := func(path string) int {
		n, _ := strconv.Atoi(number.FindString(path)) // a path without one sorts last
		return n
	}
	return slices.SortedFunc(slices.Values(paths), func(a, b string) int { return version(b) - version(a) })
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
