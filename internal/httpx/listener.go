package httpx

import (
	"net"
	"net/netip"
	"sync"
)

// ConnLimits bound the connections of a [Listener].
type ConnLimits struct {
	Total      int     // in all; 0: no bound
	PerAddress int     // from one address, or from one network of IPv6 ([AddressKey]); 0: no bound
	Except     Proxies // stand for many clients, so only Total holds for them, as for programs on this machine
}

// A Listener closes connections beyond its limits as soon as they come, so that nobody else has to wait for them. It is made
// by [Limit].
type Listener struct {
	net.Listener
	limits ConnLimits

	mu      sync.Mutex
	open    int
	by      map[netip.Prefix]int
	refused int64
}

// Limit bounds the connections of l.
func Limit(l net.Listener, limits ConnLimits) *Listener {
	return &Listener{Listener: l, limits: limits, by: map[netip.Prefix]int{}}
}

// Accept waits for a connection that is within the limits.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		key := l.key(c.RemoteAddr())
		if l.enter(key) {
			return &conn{Conn: c, leave: sync.OnceFunc(func() { l.leave(key) })}, nil
		}
		_ = c.Close() // nobody can be told
	}
}

// ConnCounts are the connections of a listener.
type ConnCounts struct {
	Open    int
	Refused int64 // since the beginning
}

// Counts counts the connections.
func (l *Listener) Counts() ConnCounts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return ConnCounts{l.open, l.refused}
}

// key is what PerAddress counts the connection by; the zero Prefix where it doesn't hold.
func (l *Listener) key(from net.Addr) netip.Prefix {
	a := peerAddress(from.String())
	if l.limits.PerAddress == 0 || a.IsLoopback() || l.limits.Except.Contain(a) {
		return netip.Prefix{}
	}
	return AddressKey(a)
}

func (l *Listener) enter(key netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	full := l.limits.Total > 0 && l.open >= l.limits.Total
	if full || key.IsValid() && l.by[key] >= l.limits.PerAddress {
		l.refused++
		return false
	}
	l.open++
	if key.IsValid() {
		l.by[key]++
	}
	return true
}

func (l *Listener) leave(key netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.by[key]--; l.by[key] <= 0 {
		delete(l.by, key)
	}
}

// A conn gives its place back when it is closed.
type conn struct {
	net.Conn
	leave func()
}

func (c *conn) Close() error {
	c.leave()
	return c.Conn.Close()
}
