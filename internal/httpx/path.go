package httpx

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// legalPath reports whether a path can name anything. An empty part, a part "." or "..", an encoded slash, NUL and text
// that is not UTF-8 can not: net/http would clean some of them by a redirect, and what stands behind a proxy might read
// the others differently. The path was percent-decoded once, by net/http; %252e is the text "%2e" and legal.
func legalPath(u *url.URL) bool {
	p := u.Path
	if !strings.HasPrefix(p, "/") || strings.Contains(p, "//") || strings.IndexByte(p, 0) >= 0 {
		return false
	}
	return !hasDotPart(p) && !hasEncodedSlash(u.RawPath) && utf8.ValidString(p)
}

// legalEncodedPath is legalPath where an encoded slash belongs to its part.
func legalEncodedPath(u *url.URL) bool {
	raw := u.EscapedPath()
	return strings.HasPrefix(raw, "/") && !strings.Contains(raw, "//") && strings.IndexByte(u.Path, 0) < 0 && !hasDotPart(u.Path) && utf8.ValidString(u.Path)
}

// hasDotPart reports whether a part of the decoded path is "." or "..".
func hasDotPart(p string) bool {
	for {
		i := strings.Index(p, "/.")
		if i < 0 {
			return false
		}
		p = p[i+2:]
		switch rest := strings.TrimPrefix(p, "."); {
		case rest == "", rest[0] == '/':
			return true
		}
	}
}

// hasEncodedSlash looks at the path as it was sent. RawPath is empty when encoding Path gives what was sent, and then
// there is none.
func hasEncodedSlash(raw string) bool {
	return strings.Contains(raw, "%2f") || strings.Contains(raw, "%2F")
}
