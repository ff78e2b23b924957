package mustertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// A Client sends requests to a server, as somebody or as nobody.
type Client struct {
	URL   string // of the server
	Token string // shown as Bearer; none is shown if it is empty
}

// An Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Nobody is a client without a token.
func (s *Server) Nobody() *Client { return &Client{URL: s.URL} }

// Administrator is the first administrator, signed in through Corteza.
func (s *Server) Administrator(t testing.TB) *Client { return s.SignIn(t, AdminEmail, AdminPassword) }

// SignIn signs somebody in through Corteza.
func (s *Server) SignIn(t testing.TB, email, password string) *Client {
	t.Helper()
	body, err := json.Marshal(map[string]string{"email": email, "password": password})
	if err != nil {
		t.Fatal(err)
	}
	a := s.Nobody().POST(t, "/corteza/system/auth/internal/login", string(body))
	token := a.String(t, "response.jwt")
	if token == "" {
		t.Fatalf("signing in as %s: %s", email, a.Body)
	}
	return &Client{URL: s.URL, Token: token}
}

// GET sends a request without a body.
func (c *Client) GET(t testing.TB, path string) Answer { t.Helper(); return c.Do(t, "GET", path, "") }

// DELETE sends a request without a body.
func (c *Client) DELETE(t testing.TB, path string) Answer {
	t.Helper()
	return c.Do(t, "DELETE", path, "")
}

// POST sends a JSON body.
func (c *Client) POST(t testing.TB, path, body string) Answer {
	t.Helper()
	return c.Do(t, "POST", path, body)
}

// PUT sends a JSON body.
func (c *Client) PUT(t testing.TB, path, body string) Answer {
	t.Helper()
	return c.Do(t, "PUT", path, body)
}

// Do sends a request with a JSON body, or none.
func (c *Client) Do(t testing.TB, method, path, body string) Answer {
	t.Helper()
	req, err := http.NewRequest(method, c.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return c.Send(t, req)
}

// Send sends any request, with the client's token.
func (c *Client) Send(t testing.TB, req *http.Request) Answer {
	t.Helper()
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	return Answer{res.StatusCode, res.Header, text}
}

// Get is the value at a dotted path of the JSON answer, nil if there is none; numbers keep all their digits.
func (a Answer) Get(t testing.TB, path string) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(a.Body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("the answer is not JSON: %v\n%s", err, a.Body)
	}
	for name := range strings.SplitSeq(path, ".") {
		v = child(v, name)
	}
	return v
}

func child(v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		return v[name]
	case []any:
		var i int
		if _, err := fmt.Sscan(name, &i); err == nil && i < len(v) {
			return v[i]
		}
	}
	return nil
}

// String is the text at a dotted path, "" if there is none.
func (a Answer) String(t testing.TB, path string) string {
	t.Helper()
	s, _ := a.Get(t, path).(string)
	return s
}

// Text is the text at a dotted path; there has to be some.
func (a Answer) Text(t testing.TB, path string) string {
	t.Helper()
	s := a.String(t, path)
	if s == "" {
		t.Fatalf("nothing at %s of %s", path, a.Body)
	}
	return s
}

// Error is the message of a refusal, "" if it was none.
func (a Answer) Error(t testing.TB) string { t.Helper(); return a.String(t, "error.message") }
