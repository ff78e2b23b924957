package storetest

import (
	"bufio"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
)

// A process is a running postgres.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has exited and nothing of it is left
}

// ready is what a server logs when it takes connections, in each version since 9.
const ready = "database system is ready to accept connections"

// startProcess runs a server and waits until it takes connections. The error of one that ends before says what it wrote.
func startProcess(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error, 1)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
}

// run starts the program and stays with it to its end, on one thread: the death signal (see [processAttributes]) is sent
// when the thread that started the program ends, and Go ends threads at will unless a goroutine keeps them.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.ended)
	stderr, err := p.cmd.StderrPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		started <- err
		return
	}
	var log strings.Builder // up to ready; what comes after is read so that the server never waits, and thrown away
	isReady := false
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if isReady {
			continue
		}
		log.WriteString(lines.Text() + "\n")
		if isReady = strings.Contains(lines.Text(), ready); isReady {
			started <- nil
		}
	}
	err = p.cmd.Wait()
	if !isReady {
		started <- fmt.Errorf("the server ended before it was ready (%v):\n%s", err, log.String())
	}
}

// stop ends the server at once: nothing in it is worth a clean shutdown.
func (p *process) stop() error {
	err := p.cmd.Process.Signal(syscall.SIGQUIT)
	<-p.ended
	return err
}
