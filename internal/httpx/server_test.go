package httpx_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"muster/internal/httpx"
)

// listen serves one route that repeats its body, and returns the address.
func listen(t *testing.T) string {
	t.Helper()
	log, _ := logger()
	echo := httpx.Public("POST", "/echo", func(w http.ResponseWriter, r *http.Request) error {
		b, err := httpx.ReadBody(r)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "[%s]", b)
		return nil
	})
	s := httpx.NewServer(httpx.NewHandler(httpx.Options{}, httpx.Mount("", httpx.NewRouter(testWire(), []httpx.Route{echo}))), log)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

// raw sends bytes and returns all answers on that connection, as "status body", until the server closes it.
func raw(t *testing.T, address, text string) []string {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	go io.WriteString(c, text)
	var answers []string
	for in := bufio.NewReader(c); ; {
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			return answers
		}
		b, _ := io.ReadAll(r.Body)
		answers = append(answers, fmt.Sprintf("%d %s", r.StatusCode, bytes.TrimSpace(b)))
	}
}

// How a request is framed is net/http's business. These are its answers: one reading only, or none.
func TestFraming(t *testing.T) {
	address := listen(t)
	const host = "Host: a\r\n"
	const last = "POST /echo HTTP/1.1\r\n" + host + "Connection: close\r\nContent-Length: 4\r\n\r\nlast"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"one length", "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\nhello" + last, []string{"200 [hello]", "200 [last]"}},
		{
			"chunked wins over a length, and nothing is read after it",
			"POST /echo HTTP/1.1\r\n" + host + "Content-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + last,
			[]string{"200 [hello]", "200 [last]"},
		},
		{"two lengths", "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!" + last, []string{"400 400 Bad Request"}},
		{"the same length twice", "POST /echo HTTP/1.1\r\n" + host + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + last, []string{"200 [hello]", "200 [last]"}},
		{"unknown transfer coding", "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: xchunked\r\n\r\nhello", []string{"501 Unsupported transfer encoding"}},
		{"space before colon", "POST /echo HTTP/1.1\r\n" + host + "Content-Length : 5\r\n\r\nhello", []string{"400 400 Bad Request: invalid header name"}},
		{"header of 40 KiB", "POST /echo HTTP/1.1\r\n" + host + "X: " + strings.Repeat("x", 40<<10) + "\r\n\r\n", []string{"431 431 Request Header Fields Too Large"}},
		{"no host", "POST /echo HTTP/1.1\r\n\r\n", []string{"400 400 Bad Request: missing required Host header"}},
		{"address of 9 KiB", "POST /" + strings.Repeat("x", 9<<10) + " HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", []string{"414 the address is too long"}},
		{"options of the server", "OPTIONS * HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", []string{"404 wire 404"}},
		{"connect", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nConnection: close\r\n\r\n", []string{"405 wire 405"}},
		{"trace", "TRACE /echo HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n", []string{"405 wire 405"}},
		{"body a byte over", "POST /echo HTTP/1.1\r\n" + host + fmt.Sprintf("Content-Length: %d\r\n\r\n", httpx.BodyLimit+1) + strings.Repeat("x", httpx.BodyLimit+1), []string{"418 wire error too-large"}},
		{"chunks without end", "POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n" + strings.Repeat("10000\r\n"+strings.Repeat("x", 1<<16)+"\r\n", 40), []string{"418 wire error too-large"}},
	} {
		if got := raw(t, address, c.text); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %.200q, want %q", c.name, got, c.want)
		}
	}
}

// An obsolete folded header is read as one, by a blank: never as a header of its own.
func TestFoldedHeader(t *testing.T) {
	got := raw(t, listen(t), "POST /echo HTTP/1.1\r\nHost: a\r\nX: a\r\n Content-Length: 5\r\nConnection: close\r\n\r\nhello")
	if fmt.Sprint(got) != "[200 []]" {
		t.Errorf("%q", got)
	}
}

func TestServerLimits(t *testing.T) {
	log, _ := logger()
	s := httpx.NewServer(http.NotFoundHandler(), log)
	if s.ReadHeaderTimeout != 5*time.Second || s.IdleTimeout != time.Minute || s.MaxHeaderBytes != 32<<10 ||
		s.ReadTimeout != 0 || s.WriteTimeout != 0 || s.HTTP2.MaxConcurrentStreams != 100 {
		t.Errorf("%+v", s)
	}
}
