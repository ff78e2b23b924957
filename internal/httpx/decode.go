package httpx

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"reflect"

	"muster"
)

// DecodeJSON decodes a whole JSON text into a named struct. An empty or blank body leaves the struct as it is. Names match
// in any letter case; unknown ones are ignored. Text must be UTF-8 without byte order mark and without NUL, at most
// [JSONDepthLimit] deep and of at most [JSONValuesLimit] values, with no name twice in one object in whatever letter case,
// and with nothing behind the value.
//
// All errors are of code "malformed", with the path of the field where there is one; their messages hold neither input nor
// names of Go types (an embedded struct would show in the path: embed none). An UnmarshalJSON or UnmarshalText of a field may return a *muster.Error instead, which passes as it is.
func DecodeJSON(body []byte, into any) error {
	if len(bytes.TrimLeft(body, " \t\r\n")) == 0 {
		return nil
	}
	if err := scanJSON(body); err != nil {
		return err
	}
	return jsonError(json.Unmarshal(body, into))
}

// jsonError says what encoding/json found, without quoting.
func jsonError(err error) error {
	if err == nil {
		return nil
	}
	var own *muster.Error
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	var notPointer *json.InvalidUnmarshalError
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &wrongType):
		return malformed(wrongType.Field, "must be "+jsonWord(wrongType.Type))
	case errors.As(err, &syntax):
		return malformed("", "the body is not legal JSON")
	case errors.As(err, &notPointer):
		return err // a fault of ours
	}
	return malformed("", "a value has a form that isn't read here")
}

// jsonWord is what JSON calls a Go type.
func jsonWord(t reflect.Type) string {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return "a string"
	}
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map, reflect.Struct:
		return "an object"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Pointer:
		return jsonWord(t.Elem())
	}
	return "a whole number"
}
