package dialecttest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"muster/internal/mustertest"
)

// A Client asks one wire, as somebody or as nobody. A is what the wire's tests make of an answer: a struct around an [Answer],
// with methods that know how the wire spells its successes and errors.
type Client[A ~struct{ Answer }] struct {
	URL    string      // what paths are appended to
	Token  string      // shown as Bearer; none is shown if it is empty
	Header http.Header // goes with each request
}

// GET sends a request without a body.
func (c *Client[A]) GET(t testing.TB, path string) A { t.Helper(); return c.Do(t, "GET", path, nil) }

// DELETE sends a request without a body.
func (c *Client[A]) DELETE(t testing.TB, path string) A {
	t.Helper()
	return c.Do(t, "DELETE", path, nil)
}

// POST sends a body as Do does.
func (c *Client[A]) POST(t testing.TB, path string, body any) A {
	t.Helper()
	return c.Do(t, "POST", path, body)
}

// PUT sends a body as Do does.
func (c *Client[A]) PUT(t testing.TB, path string, body any) A {
	t.Helper()
	return c.Do(t, "PUT", path, body)
}

// Do sends a body as application/json: text as it is, nothing for nil or "", anything else encoded.
func (c *Client[A]) Do(t testing.TB, method, path string, body any) A {
	t.Helper()
	text, isText := body.(string)
	if !isText && body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		text = string(b)
	}
	if text == "" {
		return c.With(t, method, path, "")
	}
	return c.With(t, method, path, text, "Content-Type", "application/json")
}

// With sends a body as it is, with headers as name and value, in their letter case. Nothing else says what the body is.
func (c *Client[A]) With(t testing.TB, method, path, body string, headers ...string) A {
	t.Helper()
	req, err := http.NewRequest(method, c.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header[headers[i]] = append(req.Header[headers[i]], headers[i+1])
	}
	return c.Send(t, req)
}

// Send sends any request, with what the client shows.
func (c *Client[A]) Send(t testing.TB, req *http.Request) A {
	t.Helper()
	maps.Copy(req.Header, c.Header)
	return A{(&mustertest.Client{Token: c.Token}).Send(t, req)}
}
