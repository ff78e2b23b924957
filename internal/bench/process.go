package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// The bounds of waiting for a process.
const (
	startTime = 30 * time.Second // until it listens
	stopTime  = 15 * time.Second // until it has ended after it was told to; then it is killed
)

// A process is a server that was started, this same binary with other arguments.
type process struct {
	cmd     *exec.Cmd
	address string
	log     string        // path of the file that its log goes to
	ended   chan struct{} // closed once it has; then err is why
	err     error
}

// start starts the program and waits until it listens. Its log goes to a file of that name in the folder.
func (o *Options) start(ctx context.Context, folder, name string, stdin io.Reader, variables []string, args ...string) (*process, error) {
	p := &process{log: filepath.Join(folder, name+".log"), ended: make(chan struct{})}
	log, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p.cmd = exec.Command(o.Program, args...)
	p.cmd.Stdin, p.cmd.Stderr = stdin, log
	p.cmd.Env = append(withoutOurs(o.Environ), variables...)
	p.cmd.SysProcAttr = childAttributes()
	if err := p.run(); err != nil {
		return nil, fmt.Errorf("starting the %s server: %w", name, err)
	}
	if err := p.awaitListening(ctx); err != nil {
		p.stop()
		return nil, fmt.Errorf("the %s server does not start: %w", name, err)
	}
	return p, nil
}

// withoutOurs leaves out of an environment what would configure a Muster: bench must not meet a real one's data.
func withoutOurs(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(v string) bool { return strings.HasPrefix(v, "MUSTER_") })
}

// run starts the process. It stays with the thread that starts it, since on Linux the process is killed when that one ends.
func (p *process) run() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.ended)
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
		}
	}()
	return <-started
}

// awaitListening finds the address in the log.
func (p *process) awaitListening(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		text, err := os.ReadFile(p.log)
		if err != nil {
			return err
		}
		if p.address = listeningAddress(text); p.address != "" {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-p.ended:
			return fmt.Errorf("%w: %s", p.err, lastLine(text))
		}
	}
}

// listeningAddress is the address in the line that a server logs when it listens; "" if it does not yet.
func listeningAddress(log []byte) string {
	for line := range bytes.Lines(log) {
		var entry struct{ Msg, Address string }
		if json.Unmarshal(line, &entry) == nil && entry.Msg == "listening" {
			return entry.Address
		}
	}
	return ""
}

func lastLine(text []byte) string {
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(lines[len(lines)-1])
}

// because adds to an error of a client what the server said last, if it has ended: its log goes with the folder.
func (p *process) because(err error) error {
	select {
	case <-p.ended:
	default:
		return err
	}
	text, _ := os.ReadFile(p.log) // without it there is nothing to add
	return fmt.Errorf("%w: the server has ended (%v): %s", err, p.err, lastLine(text))
}

// stop ends the process, in good order if it can, and returns once it has ended. A second stop does nothing.
func (p *process) stop() {
	// It may have ended already; Signal and Kill know, and never hit another process of its number.
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(stopTime):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}
