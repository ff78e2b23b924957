package test

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"muster/internal/store/storetest"
)

// TestDatabaseAway takes PostgreSQL away from a node and gives it back.
func TestDatabaseAway(t *testing.T) {
	direct, err := url.Parse(storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	line := openLine(t, direct.Host, "127.0.0.1:0")
	address := line.address()
	direct.Host = address
	h := newHouse(t, direct.String())
	n := h.launch(t, "node").listen(t)
	admin := n.signIn(t, adminEmail, adminPassword)
	ready(t, n, http.StatusOK)

	line.cut()
	ready(t, n, http.StatusServiceUnavailable)
	if got := statusOf(t, n, "/healthz"); got != http.StatusOK {
		t.Errorf("without its database the node isn't healthy: %d", got)
	}
	if _, err := admin.call("POST", "/users/", `{"email":"away@example.org"}`); err == nil {
		t.Error("a write is acknowledged that can't have been stored")
	}

	openLine(t, line.to, address)
	ready(t, n, http.StatusOK)
	admin.must(t, "POST", "/users/", `{"email":"back@example.org"}`)
}

// ready waits until the node answers the question of a load balancer so.
func ready(t *testing.T, n *node, want int) {
	t.Helper()
	var got int
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if got = statusOf(t, n, "/readyz"); got == want {
			return
		}
	}
	t.Fatalf("readyz answers %d, want %d", got, want)
}

func statusOf(t *testing.T, n *node, path string) int {
	t.Helper()
	res, err := client.Get(n.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

// A line is what stands between a node and its database, and can be cut.
type line struct {
	listener net.Listener
	to       string

	mu    sync.Mutex
	ends  []net.Conn
	isCut bool
}

func openLine(t *testing.T, to, listen string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		t.Fatal(err)
	}
	l := &line{listener: listener, to: to}
	go l.run()
	t.Cleanup(l.cut)
	return l
}

func (l *line) address() string { return l.listener.Addr().String() }

func (l *line) run() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", l.to)
		if err != nil {
			_ = near.Close()
			continue
		}
		if !l.hold(near, far) {
			return
		}
		go carry(near, far)
		go carry(far, near)
	}
}

// hold keeps both ends for cut, or closes them if it has been.
func (l *line) hold(ends ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isCut {
		closeAll(ends)
		return false
	}
	l.ends = append(l.ends, ends...)
	return true
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.isCut = true
	_ = l.listener.Close() // or it was closed before
	closeAll(l.ends)
}

func carry(from, to net.Conn) {
	_, _ = io.Copy(to, from) // until either end is closed
	closeAll([]net.Conn{from, to})
}

func closeAll(conns []net.Conn) {
	for _, c := range conns {
		_ = c.Close() // or it was closed before
	}
}
