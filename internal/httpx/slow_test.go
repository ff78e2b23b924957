package httpx_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"muster/internal/httpx"
)

// pipes is a listener whose connections are in memory, so that time can be a fake one.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, open := <-p
	if !open {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (pipes) Close() error   { return nil }
func (pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p pipes) dial() net.Conn {
	here, there := net.Pipe()
	p <- there
	return here
}

// serveSlow serves POST /, which takes so long after reading its body, and says whether the request was cancelled.
func serveSlow(t *testing.T, takes time.Duration) pipes {
	log, _ := logger()
	slow := httpx.Public("POST", "/", func(w http.ResponseWriter, r *http.Request) error {
		b, err := httpx.ReadBody(r)
		if err != nil {
			return err
		}
		time.Sleep(takes)
		fmt.Fprintf(w, "[%s] %v", b, r.Context().Err())
		return nil
	})
	s := httpx.NewServer(httpx.NewHandler(httpx.Options{}, httpx.Mount("", httpx.NewRouter(testWire(), []httpx.Route{slow}))), log)
	p := make(pipes)
	go s.Serve(p)
	t.Cleanup(func() { close(p); s.Close() })
	return p
}

// drip writes a byte a second until nobody reads any more.
func drip(w io.Writer, text string) {
	for i := range text {
		if _, err := io.WriteString(w, text[i:i+1]); err != nil {
			return
		}
		time.Sleep(time.Second)
	}
}

// answer is the status and body of the next answer, and after how long it came.
func answer(c net.Conn) string {
	start := time.Now()
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return fmt.Sprint(time.Since(start), " ", err)
	}
	b, _ := io.ReadAll(io.LimitReader(r.Body, r.ContentLength))
	return fmt.Sprintf("%v %d %s", time.Since(start), r.StatusCode, b)
}

const tenBytes = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"

func TestSlowClients(t *testing.T) {
	for _, c := range []struct {
		name  string
		takes time.Duration
		send  func(net.Conn)
		want  string
	}{
		{"header", 0, func(c net.Conn) { drip(c, tenBytes) }, "5s 400 "},
		{"body in time", 0, func(c net.Conn) { io.WriteString(c, tenBytes); drip(c, "0123456789") }, "9s 200 [0123456789] <nil>"},
		{"body too slow", 0, func(c net.Conn) {
			io.WriteString(c, tenBytes)
			drip(c, "01234")
			time.Sleep(20 * time.Second)
		}, "15s 418 wire error too-slow\n"},
		{
			"a long answer isn't cancelled when the time for the body is over", 25 * time.Second,
			func(c net.Conn) { io.WriteString(c, tenBytes+"0123456789") }, "25s 200 [0123456789] <nil>",
		},
		{
			"nor without a body", 25 * time.Second,
			func(c net.Conn) { io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\n\r\n") }, "25s 200 [] <nil>",
		},
		{
			"an answer beyond its time", 31 * time.Second,
			func(c net.Conn) { io.WriteString(c, tenBytes+"0123456789") }, "31s unexpected EOF",
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := serveSlow(t, c.takes)
			conn := p.dial()
			var sent sync.WaitGroup
			sent.Go(func() { c.send(conn) })
			if got := answer(conn); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
			conn.Close()
			sent.Wait()
		})
	}
}

func TestSlowClientsHarmNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := serveSlow(t, 0)
		for range 50 {
			slow := p.dial()
			defer slow.Close()
			go drip(slow, tenBytes)
		}
		good := p.dial()
		defer good.Close()
		go io.WriteString(good, tenBytes+"0123456789")
		if got := answer(good); got != "0s 200 [0123456789] <nil>" {
			t.Error(got)
		}
		time.Sleep(time.Minute) // all slow ones have been cut by then
	})
}
