package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"muster/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	defer made.remove()
	return storetest.Main(m)
}

// made is the binary that all tests of the package share: linking it takes as long as running it.
var made binary

type binary struct {
	once sync.Once
	dir  string
	err  error
}

// build answers the path of the binary, which it makes the first time.
func build(t testing.TB) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds and starts the real binary: not with -short")
	}
	readSources(t)
	made.once.Do(func() { made.dir, made.err = makeBinary() })
	if made.err != nil {
		t.Fatal(made.err)
	}
	return filepath.Join(made.dir, "muster")
}

// makeBinary makes the binary as it is shipped: static, without the race detector. The flags are those of the Makefile,
// so that both share what is compiled.
func makeBinary() (string, error) {
	dir, err := os.MkdirTemp("", "muster-test-*")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, "muster"), "./cmd/muster")
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		return dir, fmt.Errorf("build muster: %w\n%s", err, output)
	}
	return dir, nil
}

func (b *binary) remove() {
	if b.dir != "" {
		_ = os.RemoveAll(b.dir) // what is left of it is harmless
	}
}
