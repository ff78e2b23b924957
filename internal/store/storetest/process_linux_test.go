package storetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// childVariable makes this test binary the one that is killed.
const childVariable = "MUSTER_STORETEST_CHILD"

// TestServerDiesWithAKilledTestBinary runs itself, kills what it ran, and sees the server close its connection.
func TestServerDiesWithAKilledTestBinary(t *testing.T) {
	if os.Getenv(childVariable) != "" {
		fmt.Println(Postgres(t))
		select {} // until it is killed
	}
	requirePostgres(t)
	temp := openTempDir(t)
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), childVariable+"=1", "TMPDIR="+temp)
	stdout, err := child.StdoutPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	conn := connectPrinted(t, bufio.NewScanner(stdout))
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // "signal: killed"
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := conn.WaitForNotification(ctx); errors.Is(err, context.DeadlineExceeded) {
		t.Error("the server lives on")
	}

	if left := serverDirs(t, temp); len(left) != 1 {
		t.Errorf("the child left %v, want one directory", left)
	}
	removeStale(temp)
	if left := serverDirs(t, temp); len(left) != 0 {
		t.Errorf("removeStale left %v", left)
	}
}

func TestRemoveStaleKeepsWhatIsInUse(t *testing.T) {
	temp := t.TempDir()
	for _, name := range []string{fmt.Sprintf("%s%d-x", dirPrefix, os.Getpid()), dirPrefix + "strange"} {
		if err := os.Mkdir(filepath.Join(temp, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	removeStale(temp)
	if left := serverDirs(t, temp); len(left) != 2 {
		t.Errorf("only %v is left", left)
	}
}

// connectPrinted signs in to the server whose URL is among the lines. A mere dial would not do: a server that stops before
// it has seen a connection waits for that client's first words.
func connectPrinted(t *testing.T, lines *bufio.Scanner) *pgx.Conn {
	t.Helper()
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "postgres://") {
			continue
		}
		conn, err := pgx.Connect(t.Context(), lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close(context.Background()) })
		return conn
	}
	t.Fatal("the child printed no URL")
	return nil
}

// openTempDir is t.TempDir for files of other users: the server of root's tests is not root.
func openTempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "storetest-")
	if err == nil {
		err = os.Chmod(dir, 0o711)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func serverDirs(t *testing.T, temp string) []string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(temp, dirPrefix+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}
