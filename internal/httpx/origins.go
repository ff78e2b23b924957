package httpx

import (
	"fmt"
	"net/http"
	"slices"

	"muster"
)

// Origins are the origins (scheme://host, with a port if it is not the usual one) of pages that may use a cookie of the house,
// besides those of the house itself. A façade that takes tokens from cookies asks [Origins.Check] before it believes one.
type Origins struct {
	list       []string
	protection *http.CrossOriginProtection
}

// NewOrigins fails for a text that is no origin.
func NewOrigins(list ...string) (*Origins, error) {
	o := &Origins{list: list, protection: http.NewCrossOriginProtection()}
	for _, origin := range list {
		if err := o.protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("%q is not the origin of a page (hint: https://app.example.org, without a path)", origin)
		}
	}
	return o, nil
}

// ErrForeignOrigin refuses a request that a browser has sent, with a cookie, for a page of somebody else.
var ErrForeignOrigin = muster.Errorf(muster.Denied, "foreign-origin", "this request comes from a page of another site")

// Check refuses a request that a page of a foreign origin may have caused, whatever its method: ask it of those that change
// something and show a cookie. Browsers say where a request comes from by Sec-Fetch-Site or Origin; who says neither is no
// browser of this decade.
func (o *Origins) Check(r *http.Request) error {
	asked := *r
	asked.Method = http.MethodPost // a GET that changes something is no better
	if o.protection.Check(&asked) != nil {
		return ErrForeignOrigin
	}
	return nil
}

// Allow lets pages of the listed origins, and of no other, read the answers of next to requests with cookies.
func (o *Origins) Allow(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if !slices.Contains(o.list, origin) {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
			h.Set("Access-Control-Max-Age", "300")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}
