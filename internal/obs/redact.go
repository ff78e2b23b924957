package obs

import (
	"encoding/json"
	"log/slog"
	"reflect"
)

// redact hides the secrets inside of a value that has parts with names: a header, a query, a struct. Others are left as they
// are, errors among them.
func redact(v slog.Value) slog.Value {
	value := v.Any()
	if _, isError := value.(error); isError || !hasParts(reflect.TypeOf(value)) {
		return v
	}
	text, err := json.Marshal(value)
	var parts any
	if err != nil || json.Unmarshal(text, &parts) != nil {
		return slog.StringValue("not shown: it can't be looked through for secrets")
	}
	return slog.AnyValue(hide(parts))
}

func hasParts(t reflect.Type) bool {
	if t == nil {
		return false
	}
	switch t.Kind() {
	case reflect.Map, reflect.Struct, reflect.Slice, reflect.Array, reflect.Pointer, reflect.Interface:
		return true
	}
	return false
}

// hide replaces the secrets among the parts of a decoded JSON value.
func hide(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, part := range v {
			if v[name] = hide(part); Secret(name) {
				v[name] = hidden
			}
		}
	case []any:
		for i, part := range v {
			v[i] = hide(part)
		}
	}
	return v
}
