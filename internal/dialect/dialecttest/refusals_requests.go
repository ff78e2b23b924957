package dialecttest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"muster/internal/httpx"
)

// Row 18. Send: HEAD and prefetch on GETs that change something; TRACE, CONNECT and unknown methods everywhere. Want: inert;
// 405.
func methods(s *Stage) {
	s.unchanged(func() {
		s.routes(func(r httpx.Route, c Call) {
			if a, _ := r.Action(); r.Method() == http.MethodGet && a.Write {
				s.refused(r.String()+" by prefetch", s.as(s.Ann, c.with("Sec-Purpose", "prefetch;prerender")))
				s.refused(r.String()+" by prefetch", s.as(s.Ann, c.with("Purpose", "prefetch")))
				if !slices.ContainsFunc(s.f.Routes, func(o httpx.Route) bool { return o.Pattern() == r.Pattern() && o.Method() == http.MethodHead }) {
					c.Method = http.MethodHead
					a := s.as(s.Ann, c)
					s.want("HEAD "+c.Path, "405", a.Status == http.StatusMethodNotAllowed, a)
				}
				s.accepted("afterwards", s.as(s.Ann, s.f.Calls.Look))
			}
		})
		seen := map[string]bool{}
		s.routes(func(r httpx.Route, c Call) {
			for _, method := range []string{"TRACE", "CONNECT", "PROPFIND", "get"} {
				if seen[c.Path] {
					break
				}
				if status, _ := s.raw(method + " " + s.f.Mount + c.Path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"); status != http.StatusMethodNotAllowed {
					s.t.Errorf("%s %s: %d", method, c.Path, status)
				}
			}
			seen[c.Path] = true
		})
	})
}

// dial opens a connection to the server, and closes it with the test.
func (s *Stage) dial() net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	s.must(err)
	s.must(c.SetDeadline(time.Now().Add(10 * time.Second)))
	return c
}

// raw sends bytes and reads the first answer; status 0 is a closed connection.
func (s *Stage) raw(text string) (status int, body string) {
	s.t.Helper()
	c := s.dial()
	defer c.Close()
	_, _ = io.WriteString(c, text) // who is refused early may not be listened to
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, ""
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(b)
}

// Row 19. Send: bodies one byte over, endless, deep, of many members, with duplicates, BOM, trailing bytes, a wrong charset,
// gzip, wrong types, none where one is needed. Want: 400, 413, 415 or the envelope; the heap stays flat.
func bodies(s *Stage) {
	const media = "application/json"
	s.unchanged(func() {
		before := heap()
		s.routes(func(r httpx.Route, c Call) {
			if r.Method() == http.MethodGet || slices.Contains(s.f.Inert, r.String()) || s.bare(r) {
				return
			}
			for what, bad := range map[string][2]string{
				"one byte over":   {media, `{"a":"` + strings.Repeat("x", httpx.BodyLimit-7) + `"}`},
				"deep":            {media, strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)},
				"deep objects":    {media, strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000)},
				"many members":    {media, `{"a":[1` + strings.Repeat(",1", 200_000) + `]}`},
				"duplicates":      {media, `{"email":"a@example.org","email":"b@example.org"}`},
				"case duplicates": {media, `{"email":"a@example.org","EMAIL":"b@example.org"}`},
				"BOM":             {media, "\xef\xbb\xbf{}"},
				"trailing bytes":  {media, "{}x"},
				"two values":      {media, "{} {}"},
				"a list":          {media, "[]"},
				"a text":          {media, `"x"`},
				"cut":             {media, `{"email":"`},
				"not UTF-8":       {media, "{\"email\":\"\xff\"}"},
				"NUL":             {media, `{"email":"a\u0000"}`},
				"other charset":   {media + "; charset=utf-16", "{}"},
				"other type":      {"text/html", "<p>"},
				"no JSON":         {media, "email=a@example.org"},
			} {
				c.Body = bad[1]
				a := s.as(s.Admin, c.with("Content-Type", bad[0]))
				s.want(r.String()+", "+what, "a malformed body", s.f.Malformed(a), a)
			}
			c.Body = zipped(s, s.f.Body(r))
			a := s.as(s.Admin, c.with("Content-Encoding", "gzip"))
			s.want(r.String()+", gzip", "a malformed body", s.f.Malformed(a), a)
		})
		for _, c := range s.signing() {
			s.wrongTypes(c)
			c.Body = ""
			s.refused("empty: "+c.Path, s.nobody(c))
			s.endless(c)
		}
		if after := heap(); after > before+(32<<20) {
			s.t.Errorf("the heap grew from %d to %d MiB", before>>20, after>>20)
		}
	})
}

// signing are the calls that strangers send bodies by.
func (s *Stage) signing() (calls []Call) {
	c := &s.f.Calls
	if in := c.SignIn(s.Ann.Email, s.Ann.Password); in.Body != "" { // else the wire has it in headers
		calls = append(calls, in)
	}
	if c.SignUp != nil {
		calls = append(calls, c.SignUp("types@example.org", "types", "Marker-types-d3a90c57"))
	}
	return calls
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func zipped(s *Stage, text string) string {
	s.t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	s.must(err)
	s.must(w.Close())
	return b.String()
}

// wrongTypes gives each member of a body each type that it has not.
func (s *Stage) wrongTypes(c Call) {
	s.t.Helper()
	members := map[string]any{}
	if json.Unmarshal([]byte(c.Body), &members) != nil {
		return
	}
	for name, value := range members {
		if value == "" {
			continue
		}
		for _, wrong := range []any{1, true, []any{value}, map[string]any{"a": value}} {
			bad := c
			bad.Body = merged(s, c.Body, map[string]any{name: wrong})
			s.refused(fmt.Sprintf("%s: %s as %T", c.Path, name, wrong), s.nobody(bad))
		}
	}
}

// endless sends a body without an end, and wants the server to end it.
func (s *Stage) endless(c Call) {
	s.t.Helper()
	r := s.request(c)
	r.Header.Set("Content-Type", "application/json")
	sent := &countless{}
	r.Body, r.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader(`{"email":"`), sent)), -1
	way := &http.Transport{}
	defer way.CloseIdleConnections()
	res, err := way.RoundTrip(r)
	if err == nil {
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		a := Answer{Status: res.StatusCode, Header: res.Header, Body: body}
		s.refused("endless", a)
	}
	if n := sent.n.Load(); n > 16<<20 {
		s.t.Errorf("%d MiB of an endless body were taken", n>>20)
	}
}

// countless is as many bytes as anybody wants.
type countless struct{ n atomic.Int64 }

func (c *countless) Read(p []byte) (int, error) {
	if c.n.Add(int64(len(p))) > 64<<20 {
		return 0, errors.New("enough")
	}
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// Row 20. Send: Content-Length with chunks, two lengths, a space before the colon, 40 KiB of headers, half a
// request that stays. Want: one reading only (chunks), or 400, 431, a closed connection; other clients unharmed. (One byte a
// second needs real time, a folded header is the same for all: TestSlowClientsHarmNobodyElse, TestFoldedHeader of httpx.)
func framing(s *Stage) {
	look := s.f.Calls.Look
	begin := look.Method + " " + s.f.Mount + look.Path + " HTTP/1.1\r\nHost: x\r\n"
	slow := s.dial()
	defer slow.Close()
	_, err := io.WriteString(slow, begin+"X-Half: ")
	s.must(err)
	s.unchanged(func() {
		for what, c := range map[string]struct {
			text string
			want []int
		}{
			"two lengths":              {begin + "Content-Length: 0\r\nContent-Length: 5\r\n\r\nxxxxx", []int{400}},
			"a list of lengths":        {begin + "Content-Length: 0, 5\r\n\r\nxxxxx", []int{400}},
			"a negative length":        {begin + "Content-Length: -1\r\n\r\n", []int{400}},
			"a length with a sign":     {begin + "Content-Length: +0\r\n\r\n", []int{400}},
			"a space before the colon": {begin + "Content-Length : 0\r\n\r\n", []int{400}},
			"40 KiB of headers":        {begin + "X-Large: " + strings.Repeat("x", 40<<10) + "\r\n\r\n", []int{431}},
			"an unknown encoding":      {begin + "Transfer-Encoding: xchunked\r\n\r\n", []int{400, 501}},
			"two encodings":            {begin + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", []int{400, 501}},
			"no host":                  {look.Method + " " + s.f.Mount + look.Path + " HTTP/1.1\r\n\r\n", []int{400}},
			"two hosts":                {begin + "Host: y\r\n\r\n", []int{400}},
			"a bare CR":                {begin + "X: a\rb\r\n\r\n", []int{400}},
			"NUL in a header":          {begin + "X: a\x00b\r\n\r\n", []int{400}},
		} {
			if status, body := s.raw(c.text); status != 0 && !slices.Contains(c.want, status) {
				s.t.Errorf("%s: %d %.200s", what, status, body)
			}
		}
		s.smuggled(begin)
		a := s.as(s.Ann, look)
		s.accepted("another client", a)
	})
}

// smuggled sends lengths and chunks that disagree: the chunks count, and what follows them is no second request of the first.
func (s *Stage) smuggled(begin string) {
	s.t.Helper()
	for _, text := range []string{
		begin + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
		begin + "Transfer-Encoding: chunked\r\nContent-Length: 300\r\nConnection: close\r\n\r\n0\r\n\r\n",
	} {
		status, body := s.raw(text)
		a := Answer{Status: status, Body: []byte(body)}
		if status != 0 && status != http.StatusBadRequest && !s.f.Stranger(s.f.Calls.Look.route(), a) {
			s.t.Errorf("length and chunks: %d %s", status, body)
		}
	}
}
