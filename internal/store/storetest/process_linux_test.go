package storetest

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
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
	conn := dialPrinted(t, bufio.NewScanner(stdout))
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // "signal: killed"
	if _, err := conn.Read(make([]byte, 1)); os.IsTimeout(err) {
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

// dialPrinted connects to the server whose URL is among the lines. The connection waits 20 seconds for its end.
func dialPrinted(t *testing.T, lines *bufio.Scanner) net.Conn {
	t.Helper()
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "postgres://") {
			continue
		}
		printed, err := url.Parse(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", printed.Host)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second)) // fails on closed connections only
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
