package httpx

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"muster"
)

// A param is one field of the struct that is filled.
type param struct {
	name     string
	bodyOnly bool
	value    reflect.Value
}

// list reports whether the param takes all values of its name.
func (p param) list() bool { return isList(p.value.Type()) }

// set sets the param to the values that are given for it; none leave it as it is.
func (p param) set(values []string) error {
	switch {
	case len(values) == 0:
		return nil
	case !p.list():
		return p.setOne(p.value, values[0])
	}
	list := reflect.MakeSlice(p.value.Type(), len(values), len(values))
	for i, text := range values {
		if err := p.setOne(list.Index(i), text); err != nil {
			return err
		}
	}
	p.value.Set(list)
	return nil
}

// setOne sets one value. The kinds are those that checkParam lets pass.
func (p param) setOne(v reflect.Value, text string) error {
	switch to := v.Addr().Interface().(type) {
	case ParamText:
		return p.textError(to.SetParam(text))
	case *json.RawMessage:
		return p.setJSON(to, text)
	}
	switch {
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		v.SetBool(boolText(text))
	case v.CanUint():
		n, err := strconv.ParseUint(text, 10, v.Type().Bits())
		v.SetUint(orZero(n, err))
	default:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		v.SetInt(orZero(n, err))
	}
	return nil
}

// setJSON takes JSON text as it is.
func (p param) setJSON(to *json.RawMessage, text string) error {
	if strings.Trim(text, " \t\r\n") == "" {
		return nil
	}
	var raw json.RawMessage
	if err := DecodeJSON([]byte(text), &raw); err != nil {
		return malformed(p.name, "must be JSON text")
	}
	*to = raw
	return nil
}

// textError keeps what a ParamText says out of the answer, unless it says so as an Error of ours.
func (p param) textError(err error) error {
	if err == nil {
		return nil
	}
	if own, foreign := muster.AsError(err); !foreign {
		return own
	}
	return malformed(p.name, "has a form that isn't read here")
}

func boolText(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "t", "true", "y", "yes", "1":
		return true
	}
	return false
}

func orZero[N int64 | uint64](n N, err error) N {
	if err != nil {
		return 0
	}
	return n
}
