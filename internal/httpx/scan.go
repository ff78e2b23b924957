package httpx

import (
	"bytes"
	"encoding/json"
	"unicode"
	"unicode/utf8"
)

// scanJSON checks what encoding/json doesn't: UTF-8, NUL, depth, number of values, names given twice. It is exact for legal
// JSON; what isn't legal may pass, because encoding/json refuses it afterwards.
func scanJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) || !utf8.Valid(text) {
		return malformed("", "the body is not UTF-8 without byte order mark")
	}
	s := scanner{text: text}
	for s.at < len(text) {
		if err := s.step(); err != nil {
			return err
		}
	}
	return nil
}

// A scanner walks over a JSON text. Its cost is linear in the text.
type scanner struct {
	text   []byte
	at     int
	values int
	stack  [JSONDepthLimit]level
	depth  int
	opened int // objects so far: the numbers that tell members apart
	seen   map[member]struct{}
	folded []byte // room for one name
}

// A level is an object or list that isn't closed yet.
type level struct {
	object int  // its number, 0 for a list
	name   bool // the next string is a name
}

// A member is a name in one object.
type member struct {
	object int
	name   string // folded
}

// step takes one token.
func (s *scanner) step() error {
	switch s.text[s.at] {
	case '{', '[':
		return s.open()
	case '}', ']':
		s.depth = max(s.depth-1, 0)
	case ',':
		if s.depth > 0 {
			s.top().name = s.top().object > 0
		}
	case ':', ' ', '\t', '\r', '\n':
	case '"':
		return s.str()
	default:
		return s.literal()
	}
	s.at++
	return nil
}

func (s *scanner) top() *level { return &s.stack[s.depth-1] }

func (s *scanner) open() error {
	if s.depth == JSONDepthLimit {
		return malformed("", "the body is nested too deeply")
	}
	var l level
	if s.text[s.at] == '{' {
		s.opened++
		l = level{object: s.opened, name: true}
	}
	s.stack[s.depth] = l
	s.depth++
	s.at++
	return s.value()
}

// literal takes a number, true, false or null.
func (s *scanner) literal() error {
	n := bytes.IndexAny(s.text[s.at:], ",:]}[{\" \t\r\n")
	if n < 0 {
		n = len(s.text) - s.at
	}
	s.at += n
	return s.value()
}

// value counts one.
func (s *scanner) value() error {
	s.values++
	if s.values > JSONValuesLimit {
		return malformed("", "the body has too many values")
	}
	return nil
}

// str takes a string, which is a value or a name.
func (s *scanner) str() error {
	start := s.at
	if !s.skipString() {
		return malformed("", "text must not have NUL in it")
	}
	if s.depth == 0 || !s.top().name {
		return s.value()
	}
	s.top().name = false
	return s.member(s.text[start:s.at])
}

// skipString goes behind the closing quote. It reports false for a NUL.
func (s *scanner) skipString() bool {
	for s.at++; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '"':
			s.at++
			return true
		case '\\':
			if bytes.HasPrefix(s.text[s.at:], []byte(`\u0000`)) {
				return false
			}
			s.at++
		}
	}
	s.at = len(s.text)
	return true
}

// member notes a name with its quotes, and refuses one that the object has already.
func (s *scanner) member(quoted []byte) error {
	s.folded = appendFolded(s.folded[:0], quoted)
	if _, twice := s.seen[member{s.top().object, string(s.folded)}]; twice {
		return malformed("", "a name is given twice")
	}
	if len(s.seen) == JSONValuesLimit {
		return malformed("", "the body has too many values")
	}
	if s.seen == nil {
		s.seen = map[member]struct{}{}
	}
	s.seen[member{s.top().object, string(s.folded)}] = struct{}{}
	return nil
}

// appendFolded makes names equal that encoding/json takes for the same: it decodes escapes and ignores letter case.
func appendFolded(to, quoted []byte) []byte {
	name := bytes.Trim(quoted, `"`)
	if bytes.IndexByte(quoted, '\\') >= 0 {
		var decoded string
		if json.Unmarshal(quoted, &decoded) == nil { // else not legal, which is found later
			name = []byte(decoded)
		}
	}
	for len(name) > 0 {
		r, size := utf8.DecodeRune(name)
		to = utf8.AppendRune(to, foldRune(r))
		name = name[size:]
	}
	return to
}

// foldRune is the smallest of the letters that are the same in any case.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'a' <= r && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}
	for {
		next := unicode.SimpleFold(r)
		if next <= r {
			return next
		}
		r = next
	}
}
