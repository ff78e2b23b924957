package test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience bounds the waiting for a server to start and to end. No story comes near it; it ends one that hangs.
const patience = time.Minute

// A server is a running "muster serve".
type server struct {
	cmd       *exec.Cmd
	listening chan string   // gets the address
	ended     chan struct{} // closed when it has exited; then err is why
	err       error
}

// serve is the command that starts a server.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	if s.server != nil {
		ts.Fatalf("there is a server already: shutdown comes first")
	}
	flags := slices.IndexFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "-") })
	if flags < 0 {
		flags = len(args)
	}
	cmd := s.serveCommand(ts.Getenv("DATABASE_URL"), args[:flags], args[flags:])
	server, err := start(cmd, filepath.Join(s.work, "server.log"), filepath.Join(s.work, "server.out"))
	ts.Check(err)
	s.server = server
	if !s.served {
		s.served = true
		ts.Defer(func() { s.end(ts) })
	}
	select {
	case address := <-server.listening:
		ts.Setenv("URL", "http://"+address)
		ts.Setenv("PID", strconv.Itoa(cmd.Process.Pid))
		if neg {
			ts.Fatalf("the server listens")
		}
	case <-server.ended:
		s.server = nil
		if !neg {
			ts.Fatalf("the server ended before it listened: %v", server.err)
		}
	case <-time.After(patience):
		ts.Fatalf("the server doesn't listen")
	}
}

func (s *story) serveCommand(databaseURL string, variables, flags []string) *exec.Cmd {
	args := []string{"serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(s.work, "data")}
	if databaseURL != "" {
		args = append(args, "--database-url", databaseURL)
	}
	cmd := exec.Command(s.bin, append(args, flags...)...)
	cmd.Dir = s.work
	cmd.Env = append(slices.Clone(s.env), variables...)
	cmd.SysProcAttr = dieWithParent()
	return cmd
}

// start starts a server whose log and output go to files. It doesn't wait until it listens.
func start(cmd *exec.Cmd, logFile, outFile string) (*server, error) {
	log, err := os.Create(logFile)
	if err != nil {
		return nil, err
	}
	out, err := os.Create(outFile)
	if err != nil {
		return nil, err
	}
	cmd.Stdout = out
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	s := &server{cmd: cmd, listening: make(chan string, 1), ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The signal of dieWithParent is sent when the thread ends that started the process.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(s.ended)
		defer out.Close()
		defer log.Close()
		err := cmd.Start()
		started <- err
		if err == nil {
			s.follow(stderr, log)
			s.err = cmd.Wait()
		}
	}()
	return s, <-started
}

// follow copies the log to its end, and finds the address in it.
func (s *server) follow(stderr io.Reader, log io.Writer) {
	lines := bufio.NewReader(stderr)
	for {
		line, err := lines.ReadBytes('\n')
		_, _ = log.Write(line) // a story that reads the log sees what is missing
		if address := listeningAddress(line); address != "" {
			select {
			case s.listening <- address:
			default: // a further listener: the first is the main one
			}
		}
		if err != nil {
			return
		}
	}
}

// listeningAddress answers the address in the line that a server logs when it listens; for other lines, nothing.
func listeningAddress(line []byte) string {
	var entry struct{ Msg, Address string }
	if json.Unmarshal(line, &entry) != nil || entry.Msg != "listening" {
		return ""
	}
	return entry.Address
}

// shutdown is the command that ends the server.
func shutdown(ts *testscript.TestScript, neg bool, args []string) {
	s := of(ts)
	if s.server == nil {
		ts.Fatalf("there is no server: serve comes first")
	}
	name := "TERM"
	if len(args) > 0 {
		name = args[0]
	}
	signal, known := map[string]syscall.Signal{
		"TERM": syscall.SIGTERM, "INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "HUP": syscall.SIGHUP, "KILL": syscall.SIGKILL,
	}[name]
	if !known || len(args) > 1 {
		ts.Fatalf("usage: shutdown [TERM|INT|QUIT|HUP|KILL]")
	}
	server := s.server
	s.server = nil
	ts.Check(server.cmd.Process.Signal(signal))
	select {
	case <-server.ended:
	case <-time.After(patience):
		ts.Fatalf("the server doesn't end")
	}
	if failed := server.err != nil; failed != neg {
		ts.Fatalf("the server ended with %s", server.cmd.ProcessState)
	}
}

// end ends a server that a story left running, and shows the end of its log to whoever reads the story's.
func (s *story) end(ts *testscript.TestScript) {
	if s.server != nil {
		_ = s.server.cmd.Process.Kill() // it may have ended
		<-s.server.ended
	}
	log, err := os.ReadFile(filepath.Join(s.work, "server.log"))
	ts.Check(err)
	lines := strings.SplitAfter(string(log), "\n")
	ts.Logf("[server.log]\n%s", strings.Join(lines[max(0, len(lines)-40):], ""))
}
