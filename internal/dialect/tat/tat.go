package tat

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// wireName is the name of this wire in origins and in the audit trail.
const wireName = "tat"

// Options are what the operator decides.
type Options struct {
	Exposed           Exposed
	AllowedDomains    []string // of the e-mails of new accounts; none: all
	UsernameFromEmail bool     // the part before the @ replaces the username of new accounts
	ReserveSystem     bool     // nobody signs up with the username of a system user
	CallbackHosts     []string // hosts that callbacks may name besides the exposed one
	Origins           []string // of web pages that may use the API; none: all
	Version           string
	Now               func() time.Time
}

// Exposed is how clients reach the API. It fills the callbacks in mails and the url of secret answers; what a request says of
// its host never does.
type Exposed struct{ Scheme, Host, Port, Path string }

// URL is the address of the API.
func (e Exposed) URL() string { return e.Scheme + "://" + e.Host + ":" + e.Port + e.Path }

// A façade answers the requests of one mount.
type facade struct {
	core    *core.Core
	options Options
}

// New is the handler of the API.
func New(c *core.Core, o Options) http.Handler {
	f := &facade{c, o}
	return f.allowOrigins(httpx.NewRouter(f.wire(), f.routes()))
}

// NewVerify is the handler of the links in mails for those who have no room for a mount in them. Mount it at /user/verify.
func NewVerify(c *core.Core, o Options) http.Handler {
	f := &facade{c, o}
	return f.allowOrigins(httpx.NewRouter(f.wire(), []httpx.Route{f.verifyRoute("/{username}/{token}")}))
}

func (f *facade) wire() httpx.Wire {
	return httpx.Wire{
		Name:  wireName,
		Error: func(w http.ResponseWriter, _ *http.Request, err error) { writeError(w, err) },
		NotFound: func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusNotFound, refusal{"there is nothing at this path"})
		},
		MethodNotAllowed: func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusMethodNotAllowed, refusal{"this path takes other methods"})
		},
		Wrap:         f.wrap,
		EncodedSlash: true, // tags, and topics as some clients send them
	}
}

// wrap finds out who asks before the handler looks at anything.
func (f *facade) wrap(route httpx.Route, next httpx.Handler) httpx.Handler {
	action, named := route.Action()
	if action.Open || !named {
		return func(w http.ResponseWriter, r *http.Request) error { return next(w, as(r, stranger(r))) }
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		r, err := f.authenticate(r)
		if err != nil {
			return err
		}
		ctx, err := f.core.Authenticator.Admit(r.Context(), action, route.Demand())
		if err != nil {
			return errAdmin(err)
		}
		return next(w, r.WithContext(ctx))
	}
}

// allowOrigins lets web pages use the API: only headers that they have to set themselves tell who asks.
func (f *facade) allowOrigins(next http.Handler) http.Handler {
	headers := strings.Join(append([]string{"Accept", "Authorization", "Content-Type", "Origin", "X-Tat-Referer"}, spellings()...), ", ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", noCache)
		if len(f.options.Origins) == 0 {
			h.Set("Access-Control-Allow-Origin", "*")
		} else {
			h.Add("Vary", "Origin")
			if origin := r.Header.Get("Origin"); slices.Contains(f.options.Origins, origin) {
				h.Set("Access-Control-Allow-Origin", origin)
			}
		}
		h.Set("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE")
		h.Set("Access-Control-Allow-Headers", headers)
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusOK)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// stranger is who asks as long as nobody has said who he is. What Tat's own client calls itself stands in a header of its own.
func stranger(r *http.Request) muster.Actor {
	const longest = 256
	a := dialect.Actor(r, wireName)
	if text := r.Header.Get("X-Tat-Referer"); text != "" && muster.ValidText(text, longest) {
		a.Origin.Agent = text
	}
	return a
}

func as(r *http.Request, a muster.Actor) *http.Request {
	return r.WithContext(muster.WithActor(r.Context(), a))
}
