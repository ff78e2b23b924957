package httpx_test

import (
	"net"
	"net/netip"
	"testing"

	"muster/internal/httpx"
)

// callers is a listener at which connections come from the addresses one after the other.
type callers []string

func (c *callers) Accept() (net.Conn, error) {
	if len(*c) == 0 {
		return nil, net.ErrClosed
	}
	from := (*c)[0]
	*c = (*c)[1:]
	here, _ := net.Pipe()
	return &caller{here, net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(from), 4711))}, nil
}
func (*callers) Close() error   { return nil }
func (*callers) Addr() net.Addr { return &net.TCPAddr{} }

type caller struct {
	net.Conn
	from net.Addr
}

func (c *caller) RemoteAddr() net.Addr { return c.from }

// accept takes all that come, and answers from where.
func accept(t *testing.T, l *httpx.Listener) (conns []net.Conn, from []string) {
	t.Helper()
	for {
		c, err := l.Accept()
		if err != nil {
			return conns, from
		}
		conns = append(conns, c)
		from = append(from, netip.MustParseAddrPort(c.RemoteAddr().String()).Addr().String())
	}
}

func times(n int, addresses ...string) (list callers) {
	for range n {
		list = append(list, addresses...)
	}
	return list
}

func TestConnectionsPerAddress(t *testing.T) {
	limits := httpx.ConnLimits{Total: 1000, PerAddress: 2, Except: httpx.Proxies{netip.MustParsePrefix("10.0.0.0/8")}}
	for _, c := range []struct {
		name string
		come callers
		want int
	}{
		{"one address", times(5, "192.0.2.1"), 2},
		{"two addresses", times(5, "192.0.2.1", "192.0.2.2"), 4},
		{"one network of IPv6", times(5, "2001:db8::1", "2001:db8::2"), 2},
		{"two networks of IPv6", times(5, "2001:db8::1", "2001:db8:0:1::1"), 4},
		{"one address, spelled in two ways", times(5, "192.0.2.1", "::ffff:192.0.2.1"), 2},
		{"this machine", times(5, "127.0.0.1", "::1"), 10},
		{"a proxy", times(5, "10.1.1.1"), 5},
	} {
		come := c.come
		l := httpx.Limit(&come, limits)
		conns, _ := accept(t, l)
		if len(conns) != c.want {
			t.Errorf("%s: %d of %d, want %d", c.name, len(conns), len(c.come), c.want)
		}
		if got, want := l.Counts(), (httpx.ConnCounts{Open: c.want, Refused: int64(len(c.come) - c.want)}); got != want {
			t.Errorf("%s: counted %+v, want %+v", c.name, got, want)
		}
		for _, conn := range conns {
			conn.Close()
			conn.Close() // gives its place back once only
		}
		if got := l.Counts().Open; got != 0 {
			t.Errorf("%s: %d are open after all were closed", c.name, got)
		}
		come = times(5, "192.0.2.1")
		if conns, _ = accept(t, l); len(conns) != 2 {
			t.Errorf("%s: afterwards %d", c.name, len(conns))
		}
	}
}

func TestConnectionsInAll(t *testing.T) {
	come := times(2, "192.0.2.1", "192.0.2.2", "127.0.0.1", "10.0.0.1")
	l := httpx.Limit(&come, httpx.ConnLimits{Total: 5})
	conns, from := accept(t, l)
	if len(conns) != 5 || from[4] != "192.0.2.1" {
		t.Errorf("%d, from %v", len(conns), from)
	}
	conns[0].Close()
	come = times(2, "192.0.2.9")
	if conns, _ = accept(t, l); len(conns) != 1 {
		t.Errorf("one place was given back, %d were taken", len(conns))
	}
}
