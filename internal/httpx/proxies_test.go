package httpx_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"muster/internal/httpx"
)

// addressSeen serves the address that a façade is told, and whether the request is from this machine.
func addressSeen(proxies ...string) http.Handler {
	var list httpx.Proxies
	for _, p := range proxies {
		list = append(list, netip.MustParsePrefix(p))
	}
	route := httpx.Public("GET", "/", func(w http.ResponseWriter, r *http.Request) error {
		text := httpx.ClientAddress(r).String()
		if httpx.Local(r) {
			text += " local"
		}
		_, err := io.WriteString(w, text)
		return err
	})
	return httpx.NewHandler(httpx.Options{Proxies: list}, httpx.Mount("", httpx.NewRouter(testWire(), []httpx.Route{route})))
}

func askFrom(h http.Handler, peer string, header http.Header) string {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = peer
	if header != nil {
		r.Header = header
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return body(w)
}

// The proxies of this test are 10.0.0.0/8 and ::1.
func TestTrustedProxies(t *testing.T) {
	h := addressSeen("10.0.0.0/8", "::1/128")
	const client, other = "203.0.113.9", "198.51.100.7"
	for _, c := range []struct {
		name, peer string
		header     []string
		want       string
	}{
		{"a proxy names the client", "10.0.0.1:80", []string{client}, client},
		{"through two proxies", "10.0.0.1:80", []string{client + ", 10.9.9.9"}, client},
		{"in two lines", "10.0.0.1:80", []string{client, "10.9.9.9"}, client},
		{"what the client wrote himself stands left", "10.0.0.1:80", []string{other + ", " + client}, client},
		{"and may be nonsense", "10.0.0.1:80", []string{"nonsense, , " + client}, client},
		{"also in a line of its own", "10.0.0.1:80", []string{"10.0.0.3", client}, client},
		{"only proxies: the first of them", "10.0.0.1:80", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		{"with a port", "10.0.0.1:80", []string{client + ":4711"}, client},
		{"IPv6", "[::1]:80", []string{"2001:db8::7"}, "2001:db8::7"},
		{"IPv6 in brackets", "[::1]:80", []string{"[2001:db8::7]"}, "2001:db8::7"},
		{"IPv6 with a port", "[::1]:80", []string{"[2001:db8::7]:80"}, "2001:db8::7"},
		{"IPv4 inside IPv6", "[::ffff:10.0.0.1]:80", []string{"::ffff:" + client}, client},
		{"a proxy inside IPv6", "10.0.0.1:80", []string{client + ", ::ffff:10.0.0.2"}, client},
		{"with a zone", "10.0.0.1:80", []string{"fe80::1%eth0"}, "fe80::1"},
		{"no header", "10.0.0.1:80", nil, "10.0.0.1"},
		{"an empty header", "10.0.0.1:80", []string{""}, "10.0.0.1"},
		{"no address", "10.0.0.1:80", []string{"unknown"}, "10.0.0.1"},
		{"half an address", "10.0.0.1:80", []string{"[2001:db8::7"}, "10.0.0.1"},
		{"nonsense at the right", "10.0.0.1:80", []string{client + ", x"}, "10.0.0.1"},
		{"nothing at the right", "10.0.0.1:80", []string{client + ","}, "10.0.0.1"},
		{"a stranger says he is somebody else", other + ":80", []string{client}, other},
		{"or a proxy", other + ":80", []string{"10.0.0.1"}, other},
		{"no address at all", "@", []string{client}, "invalid IP"},
	} {
		header := http.Header{}
		if c.header != nil {
			header["X-Forwarded-For"] = c.header
		}
		if got := askFrom(h, c.peer, header); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// Only X-Forwarded-For counts, also from a proxy, and by default nobody is one.
func TestForwardedHeadersThatNeverCount(t *testing.T) {
	const client = "203.0.113.9"
	for _, name := range []string{
		"Forwarded", "X-Real-Ip", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Remote-User", "X-Client-Ip", "True-Client-Ip",
	} {
		h := http.Header{name: {client}}
		if got := askFrom(addressSeen("10.0.0.0/8"), "10.0.0.1:80", h); got != "10.0.0.1" {
			t.Errorf("%s: %s", name, got)
		}
		if len(h) != 0 {
			t.Errorf("%s reaches the façade", name)
		}
	}
	if got := askFrom(addressSeen(), "10.0.0.1:80", http.Header{"X-Forwarded-For": {client}}); got != "10.0.0.1" {
		t.Errorf("without proxies: %s", got)
	}
}

func TestLocal(t *testing.T) {
	h := addressSeen("127.0.0.1/32")
	for _, c := range []struct {
		peer, header string
		local        bool
	}{
		{"127.0.0.1:1", "", true},
		{"127.9.9.9:1", "", true},
		{"[::1]:1", "", true},
		{"[::ffff:127.0.0.1]:1", "", true},
		{"10.0.0.1:1", "", false},
		{"@", "", false},
		{"127.0.0.1:1", "X-Forwarded-For", false},
		{"127.0.0.1:1", "X-Forwarded-Proto", false},
		{"127.0.0.1:1", "Forwarded", false},
		{"127.0.0.1:1", "X-Real-Ip", false},
		{"127.0.0.1:1", "Via", false},
	} {
		header := http.Header{}
		if c.header != "" {
			header.Set(c.header, "127.0.0.1")
		}
		if got := strings.HasSuffix(askFrom(h, c.peer, header), " local"); got != c.local {
			t.Errorf("%s with %q: %v", c.peer, c.header, got)
		}
	}
	if httpx.Local(&http.Request{RemoteAddr: "10.0.0.1:1"}) || !httpx.Local(&http.Request{RemoteAddr: "127.0.0.1:1"}) {
		t.Error("outside of a handler")
	}
}

// TestSecure: what a client says of TLS is believed of listed proxies only, and only their own word.
func TestSecure(t *testing.T) {
	loopback := httpx.Proxies{netip.MustParsePrefix("127.0.0.0/8")}
	for name, x := range map[string]struct {
		https   bool
		proxies httpx.Proxies
		said    []string
		want    bool
	}{
		"plain":                   {false, nil, nil, false},
		"said by a client":        {false, nil, []string{"https"}, false},
		"public URL":              {true, nil, nil, true},
		"said by a proxy":         {false, loopback, []string{"https"}, true},
		"said by a proxy, loudly": {false, loopback, []string{"HTTPS "}, true},
		"plain at a proxy":        {false, loopback, []string{"http"}, false},
		"a client before a proxy": {false, loopback, []string{"https, http"}, false},
		"two lines":               {false, loopback, []string{"https", "http"}, false},
		"two proxies":             {false, loopback, []string{"http, https"}, true},
		"nothing":                 {false, loopback, []string{""}, false},
	} {
		var got bool
		h := httpx.NewHandler(httpx.Options{HTTPS: x.https, Proxies: x.proxies}, httpx.Mount("", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got = httpx.Secure(r)
			if r.Header.Get("X-Forwarded-Proto") != "" {
				t.Errorf("%s: a façade sees what was said", name)
			}
		})))
		r := httptest.NewRequest("GET", "http://house.example/", nil)
		r.RemoteAddr = "127.0.0.1:1234"
		for _, s := range x.said {
			r.Header.Add("X-Forwarded-Proto", s)
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
		if got != x.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
