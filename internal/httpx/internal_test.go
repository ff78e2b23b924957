package httpx

import (
	"net/http"
	"strings"
	"testing"
)

func TestShortHost(t *testing.T) {
	for host, want := range map[string]string{
		"node-1.example.org": "node-1", "": "localhost", ".x": "localhost", "a_b/c\r\n": "abc",
		strings.Repeat("a", 100): strings.Repeat("a", 63),
	} {
		if got := shortHost(host); got != want {
			t.Errorf("%q: %q", host, got)
		}
	}
}

func TestRequestIDCounterStartsAgain(t *testing.T) {
	m := newRequestIDs()
	m.count.Store(999_998)
	for _, want := range []string{"-999999", "-000000", "-000001"} {
		if id := m.next(); !strings.HasSuffix(id, want) {
			t.Errorf("%s, want %s", id, want)
		}
	}
}

// A handler that changes what it finds changes its own answer only.
func TestHeaderSetIsNotShared(t *testing.T) {
	set := securityHeaders(true)
	h := http.Header{}
	set.put(h, "id")
	h.Add("Cache-Control", "more")
	h.Set("Referrer-Policy", "origin")
	other := http.Header{}
	set.put(other, "id")
	if got := other.Values("Cache-Control"); len(got) != 1 || got[0] != "no-store" || other.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%v", other)
	}
}

func BenchmarkRequestID(b *testing.B) {
	m := newRequestIDs()
	b.ReportAllocs()
	for b.Loop() {
		m.next()
	}
}

func BenchmarkParamFields(b *testing.B) {
	var into struct {
		A string   `json:"a"`
		B string   `json:"b"`
		C string   `json:"c"`
		D uint64   `json:"d"`
		E uint64   `json:"e"`
		F bool     `json:"f"`
		G bool     `json:"g"`
		H []string `json:"h"`
		I string   `json:"i" from:"body"`
		J []uint64 `json:"j"`
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := paramFields(&into); err != nil {
			b.Fatal(err)
		}
	}
}
