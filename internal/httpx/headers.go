package httpx

import "net/http"

// contentPolicy lets a browser that shows an answer of the API do nothing at all with it.
const contentPolicy = "default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

func noStore() []string { return []string{"no-store"} }

// A headerSet is what every answer carries. The values are shared between answers; each has no room to append in place,
// and Header.Set puts a new one in its stead, so that no handler can change another's.
type headerSet map[string][]string

// securityHeaders is the set for answers of an API. A façade that serves files or pages overrides what it must. With
// https, browsers are told to come by TLS only: that holds for the whole host, so it is right only if the public URL is
// https.
func securityHeaders(https bool) headerSet {
	set := headerSet{
		"X-Content-Type-Options":       {"nosniff"},
		"Cache-Control":                noStore(),
		"Content-Security-Policy":      {contentPolicy},
		"Referrer-Policy":              {"no-referrer"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
	}
	if https {
		set["Strict-Transport-Security"] = []string{"max-age=31536000; includeSubDomains"}
	}
	return set
}

// put writes the set and the request id.
func (s headerSet) put(h http.Header, id string) {
	for name, values := range s {
		h[name] = values
	}
	h["X-Request-Id"] = []string{id}
}
