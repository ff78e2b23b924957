package httpx

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// paramFields lists the fields of the struct that into points to. It looks at the type anew each time: that costs less
// than a microsecond for ten fields (BenchmarkParamFields), and needs no cache.
func paramFields(into any) (paramList, error) {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		return nil, fmt.Errorf("httpx: parameters go into a pointer to a struct, not into %T", into)
	}
	return appendParams(make(paramList, 0, v.Elem().NumField()), v.Elem())
}

func appendParams(list paramList, v reflect.Value) (paramList, error) {
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		var err error
		switch {
		case f.Anonymous && f.Type.Kind() == reflect.Struct && name == "":
			list, err = appendParams(list, v.Field(i))
		case !f.IsExported() || name == "-":
		default:
			err = checkParam(f, name)
			list = append(list, param{name, f.Tag.Get("from") == "body", v.Field(i)})
		}
		if err != nil {
			return nil, fmt.Errorf("httpx: parameters of %s: %w", t, err)
		}
	}
	return list, nil
}

// checkParam refuses what couldn't be filled. A field without a name in its tag would still be filled by JSON bodies, by
// its Go name: that is never meant.
func checkParam(f reflect.StructField, name string) error {
	if name == "" {
		return fmt.Errorf("field %s has no name in a json tag", f.Name)
	}
	t := f.Type
	if isList(t) {
		t = t.Elem()
	}
	if !settable(t) {
		return fmt.Errorf("field %s has a type that can't be a parameter", f.Name)
	}
	return nil
}

// settable reports whether one text can set a value of the type.
func settable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	}
	return t == reflect.TypeFor[json.RawMessage]() || isParamText(t)
}

// isList reports whether a field of the type takes all values of its name.
func isList(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t != reflect.TypeFor[json.RawMessage]() && !isParamText(t)
}

func isParamText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[ParamText]())
}
