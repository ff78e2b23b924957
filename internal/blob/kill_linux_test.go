package blob

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// These tests let a second process do what they can't do to themselves: run out of disk, and be killed.

const childVariable = "BLOB_TEST_CHILD"

func child(t *testing.T, job, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestChild$")
	cmd.Env = append(os.Environ(), childVariable+"="+job+":"+path)
	return cmd
}

const childID = 1 << 20

// TestChild is the second process.
func TestChild(t *testing.T) {
	job, path, ok := strings.Cut(os.Getenv(childVariable), ":")
	if !ok {
		t.Skip("runs only as a child of the tests below")
	}
	f, err := OpenFolder(path)
	if err != nil {
		t.Fatal(err)
	}
	switch job {
	case "full": // the kernel refuses to write beyond a limit, in the middle of a write, as it does when the disk is full
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 100 << 10, Max: 100 << 10}); err != nil {
			t.Fatal(err)
		}
		if n, err := f.Put(t.Context(), childID, io.LimitReader(endless{}, 1<<20), 1<<20); err == nil {
			t.Errorf("stored %d bytes", n)
		}
	case "killed":
		r, w := io.Pipe()
		go func() {
			_, _ = w.Write(bytes.Repeat([]byte("x"), 100<<10))
			os.Stdout.WriteString("half\n")
		}()
		_, _ = f.Put(t.Context(), childID, r, 1<<20) // never ends
	}
}

func TestFullDisk(t *testing.T) {
	f, path := open(t)
	if out, err := child(t, "full", path).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if _, missing := read(t, f, childID); !missing || len(list(t, f)) != 0 {
		t.Errorf("something is there: %v", list(t, f))
	}
	// There is room again.
	if _, err := f.Put(t.Context(), childID, strings.NewReader("x"), 1); err != nil {
		t.Error(err)
	}
}

func TestKilledInTheMiddle(t *testing.T) {
	f, path := open(t)
	cmd := child(t, "killed", path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err != nil || line != "half\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if _, missing := read(t, f, childID); !missing {
		t.Error("half a blob can be opened")
	}
	if got := list(t, f); !slices.Equal(got, []int64{childID}) {
		t.Errorf("listed %v, want what was begun", got)
	}
	if err := f.Delete(t.Context(), childID); err != nil || len(list(t, f)) != 0 {
		t.Errorf("%v, still %v", err, list(t, f))
	}
}
