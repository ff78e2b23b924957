package httpx_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"muster/internal/httpx"
)

// parts is a multipart form of these names and values.
func parts(t *testing.T, values ...string) (contentType, body string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(values); i += 2 {
		if err := w.WriteField(values[i], values[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.String()
}

func TestDecodeFormFirst(t *testing.T) {
	multi, multiBody := parts(t, "name", "form", "tags", "a", "tags", "b", "meta", `{"a":1}`, "password", "p")
	for name, x := range map[string]struct {
		method, query, media, body string
		want                       params
	}{
		"query over JSON":        {"POST", "?name=query&tags=q", jsonType, `{"name":"json","kind":"k","tags":["j"]}`, params{Name: "query", Kind: "k", Tags: []string{"q"}}},
		"form over query":        {"POST", "?name=query&kind=q", formType, "name=form", params{Name: "form", Kind: "q"}},
		"lists of a form":        {"PUT", "?tags=q", formType, "tags=a&tags=b", params{Tags: []string{"a", "b"}}},
		"lists with brackets":    {"PUT", "", formType, "tags[]=a&tags[]=b", params{Tags: []string{"a", "b"}}},
		"plain names first":      {"PUT", "", formType, "tags[]=a&tags=b", params{Tags: []string{"b"}}},
		"a list of nothing":      {"PUT", "", formType, "tags=", params{Tags: []string{""}}},
		"an empty list":          {"PUT", "", jsonType, `{"tags":[]}`, params{Tags: []string{}}},
		"multipart over query":   {"POST", "?name=query", multi, multiBody, params{Name: "form", Tags: []string{"a", "b"}, Meta: json.RawMessage(`{"a":1}`), Password: "p"}},
		"no password by query":   {"POST", "?password=p", formType, "", params{}},
		"GET has no body":        {"GET", "?name=query", jsonType, `{"broken`, params{Name: "query"}},
		"an empty JSON body":     {"POST", "", jsonType, "", params{}},
		"names in other letters": {"POST", "", jsonType, `{"NAME":"json"}`, params{Name: "json"}},
	} {
		r := httptest.NewRequest(x.method, "/"+x.query, strings.NewReader(x.body))
		r.Header.Set("Content-Type", x.media)
		var got params
		if err := httpx.DecodeFormFirst(r, &got); err != nil || !reflect.DeepEqual(got, x.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestDecodeFormFirstRefuses(t *testing.T) {
	multi, good := parts(t, "name", "x")
	twice := []string{"name", "x", "name", "y"}
	_, many := parts(t, strings.Fields(strings.Repeat("tags a ", 17))...)
	file := strings.Replace(good, `name="name"`, `name="name"; filename="a.txt"`, 1)
	sized := func(n int) (string, string) { return parts(t, "name", strings.Repeat("x", n)) }
	largeMedia, large := sized(64<<10 + 1)
	twiceMedia, twiceBody := parts(t, twice...)
	boundary := func(body string) string {
		return "multipart/form-data; boundary=" + strings.TrimPrefix(body[:strings.Index(body, "\r\n")], "--")
	}
	for name, x := range map[string]struct {
		media, body string
		want        error
	}{
		"no boundary":       {"multipart/form-data", good, httpx.ErrMalformed},
		"another boundary":  {"multipart/form-data; boundary=x", good, httpx.ErrMalformed},
		"cut":               {multi, good[:len(good)-10], httpx.ErrMalformed},
		"given twice":       {twiceMedia, twiceBody, httpx.ErrMalformed},
		"too many parts":    {boundary(many), many, httpx.ErrMalformed},
		"a long value":      {largeMedia, large, httpx.ErrTooLarge},
		"NUL":               {multi, strings.Replace(good, "x\r\n", "\x00\r\n", 1), httpx.ErrMalformed},
		"not UTF-8":         {multi, strings.Replace(good, "x\r\n", "\xff\r\n", 1), httpx.ErrMalformed},
		"form, given twice": {formType, "name=a&name=b", httpx.ErrMalformed},
		"JSON":              {jsonType, `{"name":`, httpx.ErrMalformed},
		"text":              {"text/plain", "name=a", httpx.ErrUnsupported},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader(x.body))
		r.Header.Set("Content-Type", x.media)
		var got params
		if err := httpx.DecodeFormFirst(r, &got); !errors.Is(err, x.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader(file))
	r.Header.Set("Content-Type", multi)
	var got params
	if err := httpx.DecodeFormFirst(r, &got); err != nil || got.Name != "" {
		t.Errorf("a file counts: %+v, %v", got, err)
	}
	r = httptest.NewRequest("POST", "/?name=%zz", nil)
	if err := httpx.DecodeFormFirst(r, &got); !errors.Is(err, httpx.ErrMalformed) {
		t.Error(err)
	}
	if err := httpx.DecodeFormFirst(httptest.NewRequest("GET", "/", nil), got); err == nil {
		t.Error(fmt.Errorf("a struct that can't be filled"))
	}
}
