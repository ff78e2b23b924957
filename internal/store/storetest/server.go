package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
)

// A server is one PostgreSQL server with its files in a directory of its own.
type server struct {
	dir       string // removed at the end
	address   string
	password  string // of each role; a stranger on the machine can't come in by the port
	process   *process
	admin     *sql.DB
	made      atomic.Int64 // databases so far
	templates sync.Map     // name to func() (database string, err error)
}

// attempts bounds the search for a port: one found free may be taken before the server has it.
const attempts = 5

// startServer makes a server and waits until it takes connections: about half a second, most of it initdb.
func startServer(found programs, durable bool) (*server, error) {
	dir, err := makeDir(tempDirs(durable))
	if err != nil {
		return nil, err
	}
	s := &server{dir: dir, password: rand.Text()}
	err = s.initialise(found.initdb)
	if err == nil {
		err = s.launch(found.postgres, durable)
	}
	if err == nil {
		err = s.connect()
	}
	if err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

// initialise makes the server's files. They belong to whoever will run it: initdb and postgres refuse to be root.
func (s *server) initialise(initdb string) error {
	password := filepath.Join(s.dir, "password")
	if err := os.WriteFile(password, []byte(s.password), 0o600); err != nil {
		return err
	}
	for _, path := range []string{s.dir, password} {
		if err := giveAway(path); err != nil {
			return err
		}
	}
	cmd := s.command(initdb, "--pgdata=data", "--username="+superuser, "--pwfile=password", "--auth=scram-sha-256",
		"--encoding=UTF8", "--locale=C", "--no-sync")
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, output)
	}
	return nil
}

// launch starts the server on a free port.
func (s *server) launch(postgres string, durable bool) (err error) {
	for range attempts {
		if s.address, err = freeAddress(); err != nil {
			return err
		}
		s.process, err = startProcess(s.command(postgres, s.settings(durable)...))
		if err == nil {
			return nil
		}
	}
	return err
}

// settings are small, so that several test binaries and their servers fit on one machine.
func (s *server) settings(durable bool) []string {
	_, port, _ := net.SplitHostPort(s.address) // it comes from a net.Addr
	disk := "off"
	if durable {
		disk = "on"
	}
	return []string{
		"-D", "data", "-c", "listen_addresses=127.0.0.1", "-c", "port=" + port, "-c", "unix_socket_directories=",
		"-c", "fsync=" + disk, "-c", "full_page_writes=" + disk, "-c", "synchronous_commit=on",
		"-c", "max_connections=100", "-c", "shared_buffers=32MB", "-c", "max_wal_size=128MB", "-c", "timezone=UTC", "-c", "lc_messages=C",
	}
}

// command prepares a program that runs in the server's directory as a user that it doesn't refuse. Nothing of the
// caller's environment reaches it but PATH: variables such as PGPORT would change what it does.
func (s *server) command(program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), program, args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = processAttributes()
	return cmd
}

// stop ends the server without saving anything, and removes its files.
func (s *server) stop() error {
	var errs []error
	if s.admin != nil {
		errs = append(errs, s.admin.Close())
	}
	if s.process != nil {
		errs = append(errs, s.process.stop())
	}
	return errors.Join(append(errs, os.RemoveAll(s.dir))...)
}

// freeAddress answers a loopback address with a port that was free a moment ago.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
