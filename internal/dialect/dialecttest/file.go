package dialecttest

import (
	"fmt"
	"net/http"
	"net/textproto"
	"os"
	"strconv"
	"strings"
)

const (
	nameMark  = "=== "
	separator = "----------"
)

// An exchange is one entry of a file, before values are put in.
type exchange struct {
	place string // file:line of its name
	name  string
	do    []string // the function and its arguments; nil for a request

	method, path string
	header       http.Header
	body         string

	status      int
	contentType string
	wantHeader  http.Header
	wantBody    string
}

func readFile(name string) ([]exchange, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return parse(name, string(text))
}

// parse reads all exchanges of a file, or fails with the place of the first that is not one.
func parse(file, text string) ([]exchange, error) {
	var list []exchange
	var lines []string
	flush := func() error {
		if len(list) == 0 {
			return nil
		}
		e := &list[len(list)-1]
		if err := e.read(lines); err != nil {
			return fmt.Errorf("%s: %s: %w", e.place, e.name, err)
		}
		return nil
	}
	for i, line := range strings.Split(text, "\n") {
		name, begins := strings.CutPrefix(line, nameMark)
		if !begins {
			lines = append(lines, line)
			continue
		}
		if err := flush(); err != nil {
			return nil, err
		}
		list = append(list, exchange{place: file + ":" + strconv.Itoa(i+1), name: strings.TrimSpace(name)})
		lines = nil
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: no exchanges", file)
	}
	return list, flush()
}

// read reads what stands below the name.
func (e *exchange) read(lines []string) error {
	for len(lines) > 0 && (strings.HasPrefix(lines[0], "#") || strings.TrimSpace(lines[0]) == "") {
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return fmt.Errorf("no request")
	}
	if words := strings.Fields(lines[0]); words[0] == "do" {
		if len(words) < 2 || strings.TrimSpace(strings.Join(lines[1:], "")) != "" {
			return fmt.Errorf(`"do" needs a name, and nothing after its line`)
		}
		e.do = words[1:]
		return nil
	}
	for i, line := range lines {
		if line == separator {
			if err := e.readRequest(lines[:i]); err != nil {
				return err
			}
			return e.readAnswer(lines[i+1:])
		}
	}
	return fmt.Errorf("no line %s", separator)
}

func (e *exchange) readRequest(lines []string) (err error) {
	var ok bool
	if e.method, e.path, ok = strings.Cut(lines[0], " "); !ok {
		return fmt.Errorf("%q is no method and path", lines[0])
	}
	e.header, e.body, err = readMessage(lines[1:])
	return err
}

func (e *exchange) readAnswer(lines []string) (err error) {
	if len(lines) == 0 {
		return fmt.Errorf("no answer")
	}
	status, contentType, _ := strings.Cut(lines[0], " ")
	if e.status, err = strconv.Atoi(status); err != nil {
		return fmt.Errorf("%q is no status", lines[0])
	}
	e.contentType = contentType
	e.wantHeader, e.wantBody, err = readMessage(lines[1:])
	return err
}

// readMessage reads headers and, after a blank line, a body.
func readMessage(lines []string) (http.Header, string, error) {
	header := http.Header{}
	for i, line := range lines {
		if strings.TrimSpace(line) == "" {
			return header, strings.TrimRight(strings.Join(lines[i+1:], "\n"), "\n"), nil
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, "", fmt.Errorf("%q is no header", line)
		}
		name = textproto.CanonicalMIMEHeaderKey(name)
		header[name] = append(header[name], strings.TrimSpace(value))
	}
	return header, "", nil
}
