package httpx

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"muster"
)

// ParamText is a type that reads itself from the text of a form or query value. An error other than a *muster.Error becomes
// one of code "malformed". For JSON bodies such a type is an [encoding.TextUnmarshaler] or [encoding/json.Unmarshaler] besides:
// wires are often more lenient in forms.
type ParamText interface {
	SetParam(text string) error
}

// DecodeParams fills the struct that into points to from the body, then from the query, which wins: for wires that take
// their parameters from JSON, form and query alike. A field that nothing is given for stays as it is. Parameters of the
// path are the caller's to set afterwards.
//
// Each exported field has a json tag with its name (or "-"); embedded structs count as their fields. A field may be of
// string, bool or integer kind, a [ParamText], a slice of those, or a [encoding/json.RawMessage]. One tagged `from:"body"`
// (passwords, tokens) is never taken from the query, where it would end in logs.
//
// In a JSON body (application/json with any parameters) names match in any letter case, and types must be those of the
// fields; see [DecodeJSON]. In a form body and in the query names match exactly:
//   - lists are repeated names, in the query also name[], which wins over name if both are there
//   - a bool is true for t, true, y, yes and 1, in any case and with blanks around, and else false
//   - a number that doesn't parse is 0
//   - a json.RawMessage takes JSON text, under the limits of [DecodeJSON]; an empty one leaves it as it is
//   - a single value given twice is malformed in a form body; in the query the first one counts
//   - text with NUL or that isn't UTF-8, a broken percent-encoding and a semicolon are malformed, whatever the name
//
// Errors: code "malformed", those of [ReadBody], and "unsupported-media-type" for a body (not an empty one) of any other
// type or of none. Any other error is a fault in the struct.
func DecodeParams(r *http.Request, into any) error {
	fields, err := paramFields(into)
	if err != nil {
		return err
	}
	if err := decodeParamBody(r, fields, into); err != nil {
		return err
	}
	if r.URL.RawQuery == "" {
		return nil
	}
	query, err := parseParams(r.URL.RawQuery)
	if err != nil {
		return err
	}
	return fields.setQuery(query)
}

func decodeParamBody(r *http.Request, fields paramList, into any) error {
	body, err := ReadBody(r)
	if err != nil || len(body) == 0 {
		return err
	}
	mediaType, err := MediaType(r)
	if err != nil {
		return err
	}
	switch mediaType {
	case mediaJSON:
		return flat(DecodeJSON(body, into))
	case mediaForm:
		form, err := parseParams(string(body))
		if err != nil {
			return err
		}
		return fields.setForm(form)
	}
	return ErrUnsupported
}

const (
	mediaJSON      = "application/json"
	mediaForm      = "application/x-www-form-urlencoded"
	mediaMultipart = "multipart/form-data"
)

// flat takes the path off the field of an error: encoding/json puts the Go name of an embedded struct there.
func flat(err error) error {
	var e *muster.Error
	if !errors.As(err, &e) || !strings.Contains(e.Field, ".") {
		return err
	}
	short := *e
	short.Field = e.Field[strings.LastIndexByte(e.Field, '.')+1:]
	return &short
}

// parseParams parses a form or query whole or not at all.
func parseParams(text string) (url.Values, error) {
	if strings.Count(text, "&") >= QueryLimit {
		return nil, malformed("", "there are too many values")
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, malformed("", "the values aren't encoded as they should be")
	}
	for name, list := range values {
		if !legalText(name) {
			return nil, malformed("", "a name is not legal text")
		}
		for _, v := range list {
			if !legalText(v) {
				return nil, malformed("", "a value is not legal text")
			}
		}
	}
	return values, nil
}

func legalText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

type paramList []param

// setForm sets what a form body gives.
func (l paramList) setForm(form url.Values) error {
	for _, p := range l {
		values := form[p.name]
		if len(values) > 1 && !p.list() {
			return malformed(p.name, "is given twice")
		}
		if err := p.set(values); err != nil {
			return err
		}
	}
	return nil
}

// setQuery sets what the query gives.
func (l paramList) setQuery(query url.Values) error {
	for _, p := range l {
		if p.bodyOnly {
			continue
		}
		values := query[p.name]
		if p.list() {
			if bracketed, given := query[p.name+"[]"]; given {
				values = bracketed
			}
		}
		if err := p.set(values); err != nil {
			return err
		}
	}
	return nil
}
