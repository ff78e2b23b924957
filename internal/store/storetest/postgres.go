// Package storetest gives tests the engines that Muster runs on.
//
// Tests on PostgreSQL use a real one: each test binary starts a private server from the programs found on the machine,
// at its first use, on a free port of the loopback interface, and gives each test a database of its own. A package that
// uses it hands its tests to [Main]:
//
//	func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }
//
// and asks for databases:
//
//	func TestSomething(t *testing.T) {
//		storetest.Each(t, func(t *testing.T, engine string) { … storetest.Postgres(t) … })
//	}
//
// The server dies with the test binary, also when that is killed (on Linux). Its files are in memory where Linux has room
// for them, or else in the temp directory; what a killed test binary left is removed by the next that starts.
package storetest

import (
	"fmt"
	"sync"
	"testing"
)

// An Option changes the server that a test gets.
type Option int

// Durable asks for a server with fsync on, for tests and benchmarks of what a sync costs or saves. Without it a server
// keeps its files in memory where it can and loses what it wrote when the machine goes down, which no test can see.
// Commits are acknowledged in the same way on both (synchronous_commit is on).
const Durable Option = 1

// private holds the servers of this test binary. It is the one variable of the package: a server must outlive the tests
// that share it, and only [Main] knows when the last has ended.
var private struct {
	sync.Mutex
	inMain  bool
	servers map[bool]*server // by durable
}

// Main runs the tests of a package and then stops the servers that they started. Its answer is for os.Exit.
func Main(m *testing.M) int {
	private.inMain = true
	defer stopServers()
	return m.Run()
}

// Postgres returns the URL of a fresh, empty database, whose owner the URL signs in as (no superuser: what Muster may
// not need in production, it doesn't get here). The database is dropped when the test ends, with whoever is still
// connected to it.
//
// Where there is no server on the machine or ENGINES leaves it out, the test is skipped; it fails where ENGINES names
// postgres and there is none, and in a package that doesn't use [Main].
func Postgres(tb testing.TB, options ...Option) string {
	tb.Helper()
	return privateServer(tb, options).database(tb, "template1")
}

// PostgresTemplate is [Postgres] with a database that prepare has filled: migrations, as a rule. It runs once per test
// binary and name, on a database that is then copied for each test, which takes as long as making an empty one. It must
// close its connections. Its error fails each test that asks for the name.
func PostgresTemplate(tb testing.TB, name string, prepare func(url string) error, options ...Option) string {
	tb.Helper()
	s := privateServer(tb, options)
	template, err := s.template(name, prepare)
	if err != nil {
		tb.Fatalf("prepare the template %s: %v", name, err)
	}
	return s.database(tb, template)
}

// privateServer returns the server for these options, started if it isn't yet.
func privateServer(tb testing.TB, options []Option) *server {
	tb.Helper()
	found := requirePostgres(tb)
	durable := false
	for _, option := range options {
		durable = durable || option == Durable
	}
	private.Lock()
	defer private.Unlock()
	if !private.inMain {
		tb.Fatal("a package that tests on PostgreSQL needs: func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }")
	}
	if s := private.servers[durable]; s != nil {
		return s
	}
	s, err := startServer(found, durable)
	if err != nil {
		tb.Fatalf("start a PostgreSQL server: %v", err)
	}
	if private.servers == nil {
		private.servers = map[bool]*server{}
	}
	private.servers[durable] = s
	return s
}

func stopServers() {
	private.Lock()
	defer private.Unlock()
	for _, s := range private.servers {
		if err := s.stop(); err != nil {
			fmt.Println("stop the PostgreSQL server:", err)
		}
	}
	private.servers = nil
}
