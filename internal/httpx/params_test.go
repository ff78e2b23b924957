package httpx_test

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"muster"
	"muster/internal/httpx"
)

// lenientID is 0 for whatever is no number, as forms of some wires have it.
type lenientID uint64

func (i *lenientID) SetParam(text string) error {
	switch text {
	case "own":
		return muster.InvalidField("id", "own words")
	case "foreign":
		return errors.New("quoting " + text)
	case "7":
		*i = 7
	default:
		*i = 0
	}
	return nil
}

func (i *lenientID) UnmarshalText(b []byte) error { return i.SetParam(string(b)) }

type page struct {
	Limit uint64 `json:"limit"`
}

type kind string

type params struct {
	page
	Name     string          `json:"name"`
	Kind     kind            `json:"kind"`
	On       bool            `json:"on"`
	Offset   int             `json:"offset"`
	Small    int8            `json:"small"`
	Tags     []string        `json:"tags"`
	Numbers  []uint64        `json:"numbers"`
	ID       lenientID       `json:"id"`
	IDs      []lenientID     `json:"ids"`
	Meta     json.RawMessage `json:"meta,omitempty"`
	Password string          `json:"password" from:"body"`
	Never    string          `json:"-"`
	hidden   string
}

const (
	jsonType = "application/json; charset=utf-8"
	formType = "application/x-www-form-urlencoded"
)

func decodeParams(query, contentType, body string) (params, error) {
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.URL.RawQuery = query
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	into := params{Never: "kept", hidden: "kept", Offset: 5}
	err := httpx.DecodeParams(r, &into)
	return into, err
}

func TestDecodeParams(t *testing.T) {
	for _, c := range []struct {
		name, query, contentType, body string
		want                           params
	}{
		{"nothing", "", "", "", params{Offset: 5}},
		{"empty JSON", "", jsonType, "", params{Offset: 5}},
		{"empty body of another type", "", "text/plain", "", params{Offset: 5}},
		{
			"JSON", "", jsonType, `{"NAME":"a","on":true,"tags":["x","y"],"ids":["7"],"meta":{"k":[1]},"password":"p","limit":3,"x":1}`,
			params{Name: "a", On: true, Tags: []string{"x", "y"}, IDs: []lenientID{7}, Meta: json.RawMessage(`{"k":[1]}`), Password: "p", page: page{3}, Offset: 5},
		},
		{
			"form", "", formType, "name=a+b%26&kind=bot&on=Yes&tags=x&tags=y&numbers=1&numbers=z&ids=7&ids=9&meta=%7B%22k%22%3A1%7D&password=p&limit=3&offset=-2&Name=no",
			params{Name: "a b&", Kind: "bot", On: true, Tags: []string{"x", "y"}, Numbers: []uint64{1, 0}, IDs: []lenientID{7, 0}, Meta: json.RawMessage(`{"k":1}`), Password: "p", page: page{3}, Offset: -2},
		},
		{"query", "name=a&limit=2&id=7&tags=x&meta=%5B%5D", "", "", params{Name: "a", page: page{2}, ID: 7, Tags: []string{"x"}, Meta: json.RawMessage(`[]`), Offset: 5}},
		{"query wins over JSON", "name=q&tags=q", jsonType, `{"name":"j","tags":["x","y"],"kind":"k"}`, params{Name: "q", Tags: []string{"q"}, Kind: "k", Offset: 5}},
		{"query wins over form", "name=q&id=0", formType, "name=f&id=7&kind=k", params{Name: "q", Kind: "k", Offset: 5}},
		{"an empty value wins, too", "name=", formType, "name=f", params{Offset: 5}},
		{"no secret from the query", "password=q", "", "", params{Offset: 5}},
		{"nor over the body's", "password=q&password[]=r", formType, "password=f", params{Password: "f", Offset: 5}},
		{"brackets in the query", "tags[]=a&tags%5B%5D=b", "", "", params{Tags: []string{"a", "b"}, Offset: 5}},
		{"brackets win", "tags=x&tags[]=a", "", "", params{Tags: []string{"a"}, Offset: 5}},
		{"no brackets for one value", "name[]=a", "", "", params{Offset: 5}},
		{"no brackets in bodies", "", formType, "tags[]=a", params{Offset: 5}},
		{"the first counts in the query", "name=a&name=b", "", "", params{Name: "a", Offset: 5}},
		{"numbers that aren't", "limit=-1&offset=x&small=300", "", "", params{}},
		{"number too large", "limit=18446744073709551616&offset=1e3", "", "", params{}},
		{"empty JSON text", "meta=+&tags=", "", "", params{Tags: []string{""}, Offset: 5}},
		{"never", "Never=x&hidden=x&-=x", formType, "Never=x&hidden=x&-=x", params{Offset: 5}},
		{"never by JSON", "", jsonType, `{"Never":"x","-":"x","hidden":"x","page":{"limit":9}}`, params{Offset: 5}},
	} {
		c.want.Never, c.want.hidden = "kept", "kept"
		got, err := decodeParams(c.query, c.contentType, c.body)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", c.name, got, err, c.want)
		}
	}
}

func TestBoolText(t *testing.T) {
	for text, want := range map[string]bool{
		"t": true, "TRUE": true, "y": true, "Yes": true, "1": true, "+true+": true, "%09y": true,
		"": false, "on": false, "0": false, "no": false, "11": false, "truee": false, "false": false,
	} {
		if got, err := decodeParams("on="+text, "", ""); err != nil || got.On != want {
			t.Errorf("%q: %v, %v", text, got.On, err)
		}
	}
}

func TestDecodeParamsRefuses(t *testing.T) {
	for _, c := range []struct{ name, query, contentType, body, code, message string }{
		{"no type", "", "", "x", "unsupported-media-type", ""},
		{"text", "", "text/plain", "name=a", "unsupported-media-type", ""},
		{"multipart", "", "multipart/form-data; boundary=x", "name=a", "unsupported-media-type", ""},
		{"charset", "", "application/json; charset=latin1", "{}", "unsupported-media-type", ""},
		{"form charset", "", formType + ";charset=iso-8859-1", "a=b", "unsupported-media-type", ""},
		{"too large", "", jsonType, strings.Repeat(" ", httpx.BodyLimit+1), "too-large", ""},
		{"no JSON", "", jsonType, "name=a", "malformed", "the body is not legal JSON"},
		{"twice in JSON", "", jsonType, `{"name":"a","Name":"b"}`, "malformed", "a name is given twice"},
		{"number for an id", "", jsonType, `{"id":7}`, "malformed", "id: must be a string"},
		{"text for a number", "", jsonType, `{"limit":"7"}`, "malformed", "limit: must be a whole number"},
		{"list", "", jsonType, `[]`, "malformed", "must be an object"},
		{"twice in a form", "", formType, "name=a&name=b", "malformed", "name: is given twice"},
		{"secret twice in a form", "", formType, "password=a&password=b", "malformed", "password: is given twice"},
		{"JSON text", "", formType, "meta={s3cret", "malformed", "meta: must be JSON text"},
		{"JSON text, too deep", "", formType, "meta=" + strings.Repeat("[", 65) + strings.Repeat("]", 65), "malformed", "meta: must be JSON text"},
		{"NUL", "name=%00", "", "", "malformed", "a value is not legal text"},
		{"NUL in an unknown name", "", formType, "a%00=b", "malformed", "a name is not legal text"},
		{"not UTF-8", "", formType, "unknown=%ff", "malformed", "a value is not legal text"},
		{"broken encoding", "name=%zz", "", "", "malformed", "the values aren't encoded as they should be"},
		{"semicolon", "", formType, "name=a;b", "malformed", "the values aren't encoded as they should be"},
		{"too many", "", formType, strings.Repeat("a=b&", 256), "malformed", "there are too many values"},
		{"own error", "id=own", "", "", "invalid", "id: own words"},
		{"foreign error", "ids=7&ids=foreign", "", "", "malformed", "ids: has a form that isn't read here"},
	} {
		_, err := decodeParams(c.query, c.contentType, c.body)
		e, foreign := muster.AsError(err)
		if err == nil || foreign || e.Code != c.code || e.Kind != muster.Invalid || c.message != "" && err.Error() != c.message {
			t.Errorf("%s: %v, want %s %s", c.name, err, c.code, c.message)
		}
	}
}

func TestDecodeParamsFaultsOfOurs(t *testing.T) {
	for _, into := range []any{
		nil,
		params{},
		(*params)(nil), new(int),
		&struct{ Name string }{},
		&struct {
			A float64 `json:"a"`
		}{},
		&struct {
			A map[string]string `json:"a"`
		}{},
		&struct {
			A [][]string `json:"a"`
		}{},
	} {
		err := httpx.DecodeParams(httptest.NewRequest("POST", "/", nil), into)
		if muster.KindOf(err) != muster.Internal {
			t.Errorf("%T: %v", into, err)
		}
	}
}

func FuzzDecodeParams(f *testing.F) {
	f.Add("a=b", formType, "name=a&tags=b&tags=c&meta={}")
	f.Add("tags[]=x&on=y", jsonType, `{"ids":["7"],"meta":null,"numbers":[1]}`)
	f.Add("%", "application/json;", "{")
	f.Add(";", "", "")
	f.Add("password=x&ids=own", formType+"; charset=utf-8", "password=%00")
	f.Fuzz(func(t *testing.T, query, contentType, body string) {
		got, err := decodeParams(query, contentType, body)
		if err != nil {
			if e, foreign := muster.AsError(err); foreign || e.Kind != muster.Invalid {
				t.Fatal(err)
			}
			return
		}
		if got.Never != "kept" || got.hidden != "kept" {
			t.Fatalf("%+v", got)
		}
		if len(got.Meta) > 0 && !json.Valid(got.Meta) {
			t.Fatalf("%q", got.Meta)
		}
		if got.Password != "" && body == "" {
			t.Fatal("a secret from the query")
		}
		if strings.ContainsRune(got.Name, 0) {
			t.Fatalf("%q", got.Name)
		}
	})
}

func BenchmarkDecodeParams(b *testing.B) {
	for _, c := range []struct{ name, contentType, body string }{
		{"form", formType, "name=Somebody&kind=bot&on=true&tags=a&tags=b&id=7"},
		{"json", jsonType, `{"name":"Somebody","kind":"bot","on":true,"tags":["a","b"],"id":"7"}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := decodeParams("limit=5", c.contentType, c.body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
