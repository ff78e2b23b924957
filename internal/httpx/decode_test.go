package httpx_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"muster"
	"muster/internal/httpx"
)

// textID is an id that JSON has as a string only.
type textID uint64

func (i *textID) UnmarshalText(b []byte) error {
	if string(b) == "own" {
		return muster.InvalidField("id", "own words")
	}
	if string(b) != "7" {
		return errors.New("quoting " + string(b))
	}
	*i = 7
	return nil
}

type sample struct {
	Name  string            `json:"name"`
	Count int               `json:"count"`
	Ratio float64           `json:"ratio"`
	On    bool              `json:"on"`
	Tags  []string          `json:"tags"`
	ID    textID            `json:"id"`
	Meta  map[string]string `json:"meta"`
	Inner struct {
		Deep string `json:"deep"`
	} `json:"inner"`
}

func TestDecodeJSON(t *testing.T) {
	for text, want := range map[string]sample{
		"":        {Name: "before"},
		" \r\n\t": {Name: "before"},
		"null":    {Name: "before"},
		`{}`:      {Name: "before"},
		`{"NAME":"a","count":-3,"unknown":{"name":1,"x":[1,2]},"on":true,"tags":["a","b"],"id":"7"}`: {Name: "a", Count: -3, On: true, Tags: []string{"a", "b"}, ID: 7},
		`{"name":"\\u0000","inner":{"deep":"name"},"meta":{"name":"x"}}`: {Name: `\u0000`, Meta: map[string]string{"name": "x"}, Inner: struct {
			Deep string `json:"deep"`
		}{"name"}},
	} {
		got := sample{Name: "before"}
		if err := httpx.DecodeJSON([]byte(text), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

func TestDecodeJSONRefuses(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for text, want := range map[string]string{
		"\ufeff{}":                       "the body is not UTF-8 without byte order mark",
		"{\"name\":\"\xff\"}":            "the body is not UTF-8 without byte order mark",
		`{"name":"a\u0000b"}`:            "text must not have NUL in it",
		`{"a\u0000b":1}`:                 "text must not have NUL in it",
		"{\"name\":\"\x00\"}":            "the body is not legal JSON",
		`{"name":"a"} x`:                 "the body is not legal JSON",
		`{"name":"a"}{}`:                 "the body is not legal JSON",
		`{"name":"a`:                     "the body is not legal JSON",
		`{"name":'secret'}`:              "the body is not legal JSON",
		`{"name":"a","name":"b"}`:        "a name is given twice",
		`{"name":"a","Name":"b"}`:        "a name is given twice",
		`{"name":"a","n\u0061me":"b"}`:   "a name is given twice",
		`{"k":1,"\u212a":2}`:             "a name is given twice", // Kelvin sign: encoding/json takes it for k
		`{"x":[{"ä":1,"Ä":2}]}`:          "a name is given twice",
		`{"x":{` + deep(65) + `}}`:       "the body is nested too deeply",
		deep(65):                         "the body is nested too deeply",
		deep(10_000):                     "the body is nested too deeply",
		manyValues(50_001):               "the body has too many values",
		`{"name":7}`:                     "name: must be a string",
		`{"name":null,"count":"s3"}`:     "count: must be a whole number",
		`{"count":1.5}`:                  "count: must be a whole number",
		`{"count":99999999999999999999}`: "count: must be a whole number",
		`{"ratio":"x"}`:                  "ratio: must be a number",
		`{"on":1}`:                       "on: must be true or false",
		`{"tags":"x"}`:                   "tags: must be a list",
		`{"tags":[1]}`:                   "tags: must be a string",
		`{"meta":[]}`:                    "meta: must be an object",
		`{"meta":{"s3cret":1}}`:          "meta: must be a string",
		`{"inner":{"deep":1}}`:           "inner.deep: must be a string",
		`{"id":7}`:                       "id: must be a string",
		`{"id":"8"}`:                     "a value has a form that isn't read here",
		`{"id":"own"}`:                   "id: own words",
		`[]`:                             "must be an object",
		`"x"`:                            "must be an object",
	} {
		var into sample
		err := httpx.DecodeJSON([]byte(text), &into)
		if err == nil || err.Error() != want {
			t.Errorf("%.60s: %v, want %s", text, err, want)
		}
		if text != `{"id":"own"}` && !errors.Is(err, httpx.ErrMalformed) || muster.KindOf(err) != muster.Invalid {
			t.Errorf("%.60s: %#v", text, err)
		}
	}
}

func manyValues(n int) string { return "[" + strings.Repeat("1,", n-2) + "1]" }

func TestDecodeJSONBounds(t *testing.T) {
	var any any
	for _, text := range []string{
		manyValues(httpx.JSONValuesLimit),
		strings.Repeat("[", httpx.JSONDepthLimit) + strings.Repeat("]", httpx.JSONDepthLimit),
	} {
		if err := httpx.DecodeJSON([]byte(text), &any); err != nil {
			t.Errorf("%.20s: %v", text, err)
		}
	}
	if err := httpx.DecodeJSON([]byte("{}"), any); err == nil || muster.KindOf(err) != muster.Internal {
		t.Errorf("no pointer: %v", err)
	}
}

func TestReadBody(t *testing.T) {
	for _, c := range []struct {
		name string
		body io.Reader
		want error
	}{
		{"none", http.NoBody, nil},
		{"full", strings.NewReader(strings.Repeat("x", httpx.BodyLimit)), nil},
		{"over", strings.NewReader(strings.Repeat("x", httpx.BodyLimit+1)), httpx.ErrTooLarge},
		{"slow", iotest.ErrReader(os.ErrDeadlineExceeded), httpx.ErrTooSlow},
		{"cut", iotest.ErrReader(io.ErrUnexpectedEOF), httpx.ErrMalformed},
	} {
		_, err := httpx.ReadBody(httptest.NewRequest("POST", "/", c.body))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader("x"))
	r.Header.Set("Content-Encoding", "gzip")
	if _, err := httpx.ReadBody(r); !errors.Is(err, httpx.ErrUnsupported) {
		t.Errorf("gzip: %v", err)
	}
}

func TestBodyLimitOfARoute(t *testing.T) {
	read := func(_ http.ResponseWriter, r *http.Request) error { _, err := httpx.ReadBody(r); return err }
	h := house(httpx.Options{}, httpx.Public("PUT", "/small", read).WithBody(4), httpx.Public("PUT", "/large", read).WithBody(2<<20))
	for _, c := range []struct {
		path string
		size int
		want string
	}{
		{"small", 4, ""}, {"small", 5, "wire error too-large"}, {"large", 2 << 20, ""}, {"large", 2<<20 + 1, "wire error too-large"},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("PUT", "/corteza/"+c.path, bytes.NewReader(make([]byte, c.size))))
		if body(w) != c.want {
			t.Errorf("%s %d: %s", c.path, c.size, body(w))
		}
	}
}

func TestMediaType(t *testing.T) {
	for _, c := range []struct {
		types []string
		want  string
		err   error
	}{
		{nil, "", nil},
		{[]string{"application/json"}, "application/json", nil},
		{[]string{"Application/JSON; charset=UTF-8; x=y"}, "application/json", nil},
		{[]string{"application/json;"}, "application/json", nil},
		{[]string{"application/json; charset=utf8"}, "application/json", nil},
		{[]string{"application/json; charset=utf-16"}, "", httpx.ErrUnsupported},
		{[]string{"application/json; charset="}, "", httpx.ErrUnsupported},
		{[]string{"application/json; charset=utf-8; charset=latin1"}, "", httpx.ErrUnsupported},
		{[]string{"application/json", "text/plain"}, "", httpx.ErrUnsupported},
		{[]string{"/"}, "", httpx.ErrUnsupported},
	} {
		got, err := httpx.MediaType(&http.Request{Header: http.Header{"Content-Type": c.types}})
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%q: %q, %v", c.types, got, err)
		}
	}
}

// What is let through is what encoding/json reads; what it reads is refused for a limit only; and no input leaks.
func FuzzDecodeJSON(f *testing.F) {
	for _, s := range []string{
		"", "{}", `{"name":"a","tags":["x"],"inner":{"deep":"y"}}`, `{"a":1,"A":2}`, `{"id":7}`, `[[[[`, `{"a":"\u0000"}`, `"\\\"`,
		`{"x":{"y":[{"z":null},true,-1e9]},"X":1}`, "\ufeff", `{,,,}`, `}]}]`, `{"a"`, `{"\ud800":1,"\ufffd":2}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var ours, theirs sample
		err := httpx.DecodeJSON(text, &ours)
		if err == nil {
			if len(bytes.TrimSpace(text)) > 0 && json.Unmarshal(text, &theirs) != nil || !reflect.DeepEqual(ours, theirs) {
				t.Fatalf("%q: %+v, encoding/json %+v", text, ours, theirs)
			}
			return
		}
		if e, foreign := muster.AsError(err); foreign || e.Kind != muster.Invalid {
			t.Fatalf("%q: %v", text, err)
		}
		if strings.Contains(err.Error(), "httpx") || strings.Contains(err.Error(), "quoting") {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

func BenchmarkDecodeJSON(b *testing.B) {
	text := []byte(`{"name":"Somebody","count":3,"on":true,"tags":["a","b"],"id":"7","inner":{"deep":"x"}}`)
	b.Run("httpx", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var into sample
			_ = httpx.DecodeJSON(text, &into)
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var into sample
			_ = json.Unmarshal(text, &into)
		}
	})
}

// The costliest texts that a body may hold.
func BenchmarkDecodeJSONWorst(b *testing.B) {
	var names strings.Builder
	for i := range httpx.JSONValuesLimit - 1 {
		names.WriteString(`"` + strings.Repeat(string(rune('a'+i%26)), 3) + string(rune('0'+i%10)) + string(rune(0x4e00+i%20000)) + string(rune(0xac00+i%7)) + `":1,`)
	}
	text := []byte("{" + strings.TrimSuffix(names.String(), ",") + "}")
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		var into sample
		_ = httpx.DecodeJSON(text, &into)
	}
}
