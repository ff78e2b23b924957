package dialecttest

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// A Player replays exchanges against one server, and remembers what it captures.
type Player struct {
	// URL is what the paths of the files are appended to.
	URL string
	// Values are what {{name}} stands for; captures are added.
	Values map[string]string
	// Do are the functions that files call by "do".
	Do map[string]func(t *testing.T, arguments []string)
	// Classes are further classes, or other meanings for the usual ones, as regular expressions of the whole value. A name
	// that begins with a number sign is a class of JSON numbers. The usual ones:
	//
	//	any       any text           #any      any number
	//	id        decimal id         #id       decimal id
	//	hex       24 hex digits      uuid      a UUID
	//	time      whole seconds, RFC 3339, UTC
	//	nanotime  the same with a fraction
	//	#s #ms    Unix seconds and milliseconds of this century
	//	jwt       three parts of base64, over 100 characters
	//	word      letters, digits, hyphens and underscores
	Classes map[string]string
}

func usualClasses() map[string]string {
	const jwtPart = `[A-Za-z0-9_-]{20,}`
	return map[string]string{
		"any":      `(?s:.*)`,
		"#any":     `.*`,
		"id":       `[1-9][0-9]*`,
		"#id":      `[1-9][0-9]*`,
		"hex":      `[0-9a-f]{24}`,
		"uuid":     `[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`,
		"time":     `2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ`,
		"nanotime": `2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z`,
		"#s":       `[1-4]\d{9}`,
		"#ms":      `[1-4]\d{12}`,
		"jwt":      jwtPart + `\.` + jwtPart + `\.` + jwtPart,
		"word":     `[A-Za-z0-9_-]+`,
	}
}

// Play replays the exchanges of a file in their order, each as a subtest of its name. One that fails does not end the
// others, but what it should have captured is then missing.
func (p *Player) Play(t *testing.T, file string) {
	t.Helper()
	exchanges, err := readFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range exchanges {
		t.Run(e.name, func(t *testing.T) {
			if err := p.play(t, e); err != nil {
				t.Errorf("%s: %v", e.place, err)
			}
		})
	}
}

func (p *Player) play(t *testing.T, e exchange) error {
	if e.do != nil {
		return p.call(t, e.do)
	}
	req, err := p.request(e)
	if err != nil {
		return err
	}
	// The transport alone: no redirect is followed, no cookie kept.
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	differences, err := p.compare(e, res, body)
	if err != nil || len(differences) == 0 {
		return err
	}
	return fmt.Errorf("%s %s\n\t%s\nthe answer was\n%s", req.Method, req.URL, strings.Join(differences, "\n\t"), body)
}

func (p *Player) call(t *testing.T, words []string) error {
	f := p.Do[words[0]]
	if f == nil {
		return fmt.Errorf("the test has no function %q", words[0])
	}
	arguments := make([]string, len(words)-1)
	for i, w := range words[1:] {
		var err error
		if arguments[i], err = p.fill(w); err != nil {
			return err
		}
	}
	f(t, arguments)
	return nil
}

func (p *Player) request(e exchange) (*http.Request, error) {
	path, err := p.fill(e.path)
	if err != nil {
		return nil, err
	}
	body, err := p.fill(e.body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(e.method, p.URL+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, values := range e.header {
		value, err := p.fill(strings.Join(values, ", "))
		if err != nil {
			return nil, err
		}
		req.Header.Set(name, value)
	}
	return req, nil
}

// compare lists how the answer differs from the expected one, and keeps what is captured.
func (p *Player) compare(e exchange, res *http.Response, body []byte) ([]string, error) {
	m := newMatcher(p.Classes)
	if res.StatusCode != e.status {
		m.differ("status", res.StatusCode, e.status)
	}
	m.text("Content-Type", res.Header.Get("Content-Type"), e.contentType)
	for name, values := range e.wantHeader {
		want, err := p.fill(strings.Join(values, ", "))
		if err != nil {
			return nil, err
		}
		m.header(name, res.Header.Values(name), want)
	}
	want, err := p.fill(e.wantBody)
	if err != nil {
		return nil, err
	}
	if err := m.body(body, []byte(want)); err != nil {
		return nil, err
	}
	if p.Values == nil {
		p.Values = map[string]string{}
	}
	maps.Copy(p.Values, m.captured)
	return m.differences, nil
}

var valueMark = regexp.MustCompile(`\{\{\w+\}\}`)

// fill puts values in. It fails for a name that has none.
func (p *Player) fill(text string) (string, error) {
	var missing []string
	text = valueMark.ReplaceAllStringFunc(text, func(mark string) string {
		value, ok := p.Values[strings.Trim(mark, "{}")]
		if !ok {
			missing = append(missing, mark)
		}
		return value
	})
	if missing != nil {
		return "", fmt.Errorf("no value for %s", strings.Join(missing, ", "))
	}
	return text, nil
}

func isJSON(text []byte) bool {
	text = bytes.TrimSpace(text)
	return len(text) > 0 && bytes.IndexByte([]byte(`{["`), text[0]) >= 0 || isLiteral(string(text))
}

func isLiteral(text string) bool { return text == "true" || text == "false" || text == "null" }
