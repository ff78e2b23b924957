package test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"muster/internal/store/storetest"
)

// TestStopFinishes tells a server to stop while half of a request has arrived: the rest is waited for, the write is done
// and answered, and meanwhile nobody else is let in.
func TestStopFinishes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		url := ""
		if engine == storetest.PostgreSQL {
			url = storetest.Postgres(t)
		}
		h := newHouse(t, url)
		n := h.launch(t, "first").listen(t)
		admin := n.signIn(t, adminEmail, adminPassword)

		half := beginRequest(t, n, admin.token, `{"email":"late@example.org"}`)
		if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		refusesConnections(t, strings.TrimPrefix(n.URL, "http://"))
		if answer := half.finish(t); !strings.Contains(answer, `"late@example.org"`) {
			t.Errorf("the request in flight was answered with %s", answer)
		}
		select {
		case <-n.ended:
		case <-time.After(patience):
			t.Fatal("the server doesn't end")
		}
		if n.err != nil {
			t.Errorf("the server ended with %v", n.err)
		}

		n = h.launch(t, "second").listen(t)
		found := n.caller(admin.token).must(t, "GET", "/users/?email=late@example.org", "")
		if found.get("response.set.#") != "1" {
			t.Errorf("what it wrote is lost: %s", found)
		}
	})
}

// A halfRequest is one of which the server has the header, and half of the body.
type halfRequest struct {
	conn net.Conn
	in   *bufio.Reader
	rest string
}

// beginRequest sends half of a request and waits until the server reads its body: that is when it asks for it.
func beginRequest(t *testing.T, n *node, token, body string) *halfRequest {
	t.Helper()
	address := strings.TrimPrefix(n.URL, "http://")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(conn, "POST /corteza/system/users/ HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n", address, token, len(body))
	if err != nil {
		t.Fatal(err)
	}
	h := &halfRequest{conn: conn, in: bufio.NewReader(conn), rest: body[len(body)/2:]}
	if line, err := h.in.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("the server doesn't ask for the body: %q, %v", line, err)
	}
	if line, err := h.in.ReadString('\n'); err != nil || line != "\r\n" {
		t.Fatalf("after 100 Continue comes %q, %v", line, err)
	}
	if _, err := io.WriteString(conn, body[:len(body)/2]); err != nil {
		t.Fatal(err)
	}
	return h
}

// finish sends the rest and answers the body of the answer.
func (h *halfRequest) finish(t *testing.T) string {
	t.Helper()
	if _, err := io.WriteString(h.conn, h.rest); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(h.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// refusesConnections waits until nobody listens at the address any more.
func refusesConnections(t *testing.T, address string) {
	t.Helper()
	for end := time.Now().Add(patience); ; {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		_ = conn.Close() // it may have been closed at the other end
		if time.Now().After(end) {
			t.Fatal("the stopping server goes on letting people in")
		}
	}
}
