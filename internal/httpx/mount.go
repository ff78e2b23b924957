package httpx

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A Mounted is a handler at its prefix, made by [Mount].
type Mounted struct {
	prefix  string
	handler http.Handler
}

// Mount puts a handler below a prefix such as "/corteza/system", which it doesn't see; "" is the root. The prefix itself,
// without a slash after it, is the empty path of the handler: a router answers 404 for it, and nothing redirects. Mount
// panics for a prefix that isn't of legal parts of letters, digits and -._~.
func Mount(prefix string, h http.Handler) Mounted {
	bad := func(r rune) bool { return !strings.ContainsRune(base62+"-._~/", r) }
	legal := prefix == "" || legalPath(&url.URL{Path: prefix})
	if !legal || strings.HasSuffix(prefix, "/") || strings.ContainsFunc(prefix, bad) || h == nil {
		panic(fmt.Sprintf("httpx: mount %q has no legal prefix, or no handler", prefix))
	}
	return Mounted{prefix, h}
}

// A mountTable has the longest prefix first.
type mountTable []Mounted

func newMountTable(mounts []Mounted) mountTable {
	t := slices.Clone(mounts)
	slices.SortFunc(t, func(a, b Mounted) int {
		return cmp.Or(cmp.Compare(len(b.prefix), len(a.prefix)), strings.Compare(a.prefix, b.prefix))
	})
	for i := 1; i < len(t); i++ {
		if t[i].prefix == t[i-1].prefix {
			panic(fmt.Sprintf("httpx: two mounts at %q", t[i].prefix))
		}
	}
	return t
}

// serve hands the request to its mount, or answers in plain text. It takes the prefix off r, which is the caller's own
// copy.
func (t mountTable) serve(x *exchange, r *http.Request) {
	for _, m := range t {
		if u, ok := below(m.prefix, r.URL); ok {
			x.prefix, r.URL = m.prefix, u
			m.handler.ServeHTTP(x, r)
			return
		}
	}
	if !routable(r.Method) {
		x.Header().Set("Allow", "")
		http.Error(x, "405 method not allowed", http.StatusMethodNotAllowed)
		return
	}
	http.NotFound(x, r)
}

// below is the URL without the prefix. A prefix that was sent percent-encoded isn't one.
func below(prefix string, u *url.URL) (*url.URL, bool) {
	if prefix == "" {
		return u, true
	}
	path, ok := strings.CutPrefix(u.Path, prefix)
	if !ok || path != "" && path[0] != '/' {
		return nil, false
	}
	raw, ok := strings.CutPrefix(u.RawPath, prefix)
	if !ok && u.RawPath != "" {
		return nil, false
	}
	inside := *u
	inside.Path, inside.RawPath = path, raw
	return &inside, true
}
