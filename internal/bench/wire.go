package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// loopback is where all servers listen: on a free port that nobody else's machine reaches.
const loopback = "127.0.0.1:0"

// answerTime is how long the slowest answer may take.
const answerTime = 10 * time.Second

// A wire is one connection to a server. It speaks as much HTTP/1.1 as the two servers need, by hand: the client of net/http
// costs as much as a server, and on the same processors it would take away half of what is to be measured.
type wire struct {
	conn net.Conn
	r    *bufio.Reader
	body []byte // of the last answer
}

// dial connects. The connection breaks when ctx ends.
func dial(ctx context.Context, address string) (*wire, func(), error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, nil, err
	}
	unhook := context.AfterFunc(ctx, func() { conn.Close() })
	return &wire{conn: conn, r: bufio.NewReaderSize(conn, 32<<10)}, func() { unhook(); conn.Close() }, nil
}

// exchange sends a request and returns the body of its answer, which is good until the next exchange. An answer that is not
// a success is an error: Corteza's wire tells failures with status 200 too.
func (w *wire) exchange(request []byte) ([]byte, error) {
	if _, err := w.conn.Write(request); err != nil {
		return nil, err
	}
	status, err := w.r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	ok := bytes.HasPrefix(status, []byte("HTTP/1.1 200 "))
	length, err := w.header()
	if err != nil {
		return nil, err
	}
	if cap(w.body) < length {
		w.body = make([]byte, length)
	}
	w.body = w.body[:length]
	if _, err := io.ReadFull(w.r, w.body); err != nil {
		return nil, err
	}
	if !ok || !bytes.HasPrefix(w.body, []byte(`{"response":`)) {
		return nil, fmt.Errorf("the answer is no success: %.200s", w.body)
	}
	return w.body, nil
}

// mostAnswer is the longest body that is believed, in bytes.
const mostAnswer = 16 << 20

// header reads the header to its end and answers the length of the body.
func (w *wire) header() (length int, err error) {
	length = -1
	for {
		line, err := w.r.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
	}
	if length < 0 || length > mostAnswer {
		return 0, errors.New("the answer does not say how long it is")
	}
	return length, nil
}
