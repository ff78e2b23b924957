package dialecttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A matcher collects the differences of one answer, and what it captures.
type matcher struct {
	classes     map[string]string
	captured    map[string]string
	differences []string
}

func newMatcher(more map[string]string) *matcher {
	m := &matcher{classes: usualClasses(), captured: map[string]string{}}
	maps.Copy(m.classes, more)
	return m
}

func (m *matcher) differ(path string, got, want any) {
	m.differences = append(m.differences, fmt.Sprintf("%s: got %v, want %v", path, got, want))
}

func (m *matcher) header(name string, got []string, want string) {
	if want == "-" {
		if len(got) > 0 {
			m.differ(name, got, "none")
		}
		return
	}
	m.text(name, strings.Join(got, ", "), want)
}

// body compares whole bodies. The error is one of the expected body.
func (m *matcher) body(got, want []byte) error {
	if !isJSON(want) {
		m.text("body", strings.TrimRight(string(got), "\n"), string(want))
		return nil
	}
	wanted, err := decode(want)
	if err != nil {
		return fmt.Errorf("the expected body is not JSON: %w", err)
	}
	answered, err := decode(got)
	if err != nil {
		m.differ("body", "no JSON: "+err.Error(), "JSON")
		return nil
	}
	m.value("", answered, wanted)
	return nil
}

// decode reads exactly one JSON value and keeps the digits of numbers.
func decode(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the value")
	}
	return v, nil
}

// value compares two JSON values at a path.
func (m *matcher) value(path string, got, want any) {
	switch want := want.(type) {
	case map[string]any:
		if got, ok := got.(map[string]any); ok {
			m.object(path, got, want)
			return
		}
	case []any:
		if got, ok := got.([]any); ok {
			m.list(path, got, want)
			return
		}
	case string:
		if m.str(path, got, want) {
			return
		}
	default:
		if got == want {
			return
		}
	}
	m.differ(path, spell(got), spell(want))
}

func (m *matcher) object(path string, got, want map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if v, ok := got[name]; ok {
			m.value(path+"."+name, v, want[name])
		} else {
			m.differ(path+"."+name, "nothing", spell(want[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := want[name]; !ok {
			m.differ(path+"."+name, spell(got[name]), "no such member")
		}
	}
}

func (m *matcher) list(path string, got, want []any) {
	if len(got) != len(want) {
		m.differ(path, fmt.Sprintf("%d elements", len(got)), len(want))
		return
	}
	for i := range want {
		m.value(path+"["+strconv.Itoa(i)+"]", got[i], want[i])
	}
}

// str compares with an expected string, which may be a class of numbers.
func (m *matcher) str(path string, got any, want string) bool {
	if whole := m.marks().FindString(want); whole == want && strings.HasPrefix(want, "<#") {
		number, ok := got.(json.Number)
		return ok && m.matches(number.String(), want)
	}
	text, ok := got.(string)
	return ok && m.matches(text, want)
}

// text compares text outside of JSON.
func (m *matcher) text(path, got, want string) {
	if !m.matches(got, want) {
		m.differ(path, strconv.Quote(got), strconv.Quote(want))
	}
}

// marks finds the marks of all classes.
func (m *matcher) marks() *regexp.Regexp {
	names := slices.Sorted(maps.Keys(m.classes))
	for i, n := range names {
		names[i] = regexp.QuoteMeta(n)
	}
	return regexp.MustCompile(`<(` + strings.Join(names, "|") + `)(?::(\w+))?>`)
}

// matches compares text with marks, and captures if it fits.
func (m *matcher) matches(got, want string) bool {
	var pattern strings.Builder
	var captures []string
	at := 0
	for _, mark := range m.marks().FindAllStringSubmatchIndex(want, -1) {
		pattern.WriteString(regexp.QuoteMeta(want[at:mark[0]]) + "(" + m.classes[want[mark[2]:mark[3]]] + ")")
		name := ""
		if mark[4] >= 0 {
			name = want[mark[4]:mark[5]]
		}
		captures = append(captures, name)
		at = mark[1]
	}
	if captures == nil {
		return got == want
	}
	found := regexp.MustCompile(`^` + pattern.String() + regexp.QuoteMeta(want[at:]) + `$`).FindStringSubmatch(got)
	for i, name := range captures {
		if found != nil && name != "" {
			m.captured[name] = found[i+1]
		}
	}
	return found != nil
}

// spell shows a value as JSON.
func spell(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
