package agora

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
	"muster/internal/httpx"
	"muster/internal/live"
)

// wireName is the name of this wire in origins, sessions and tokens.
const wireName = "agora"

// A façade answers the requests of one mount.
type facade struct {
	core   *core.Core
	live   *live.Hub
	scheme string // of addresses as clients see them
	router http.Handler
}

// New is the handler of the API. Mount it anywhere: below a prefix, and at the root of a listener of its own for clients that
// drop every prefix. Answers repeat the address that the client has used; its scheme is that of the public URL.
func New(c *core.Core, h *live.Hub, publicURL string) http.Handler {
	f := &facade{core: c, live: h, scheme: "http"}
	if strings.HasPrefix(publicURL, "https:") {
		f.scheme = "https"
	}
	wire := httpx.Wire{
		Name: wireName,
		Error: func(w http.ResponseWriter, r *http.Request, err error) {
			writeError(w, callOf(r), muster.Action{}, err)
		},
		NotFound:         func(w http.ResponseWriter, r *http.Request) { refuse(w, callOf(r), noSuchResource) },
		MethodNotAllowed: func(w http.ResponseWriter, r *http.Request) { refuse(w, callOf(r), noSuchMethod) },
		Wrap:             f.wrap,
	}
	f.router = httpx.NewRouter(wire, f.routes())
	return allowOrigins(f)
}

// A call is one request to one application.
type call struct {
	app   *core.App // nil: there is none of that name
	begun time.Time
	named string // the application as the client named it
	rest  string // of the path, behind the application
}

type callKey struct{}

func callOf(r *http.Request) *call {
	c, _ := r.Context().Value(callKey{}).(*call)
	if c == nil {
		c = &call{begun: time.Now()}
	}
	return c
}

// ServeHTTP finds the application, before anything else is looked at, and takes its name off the path.
func (f *facade) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{begun: time.Now()}
	org, app, inside := split(r.URL)
	c.named, c.rest = org+"/"+app, inside.Path
	c.app = f.core.Authenticator.App(org, app)
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	r.URL = inside
	if c.app == nil {
		refuse(w, c, noSuchApp(c))
		return
	}
	f.router.ServeHTTP(w, r)
}

// split takes the first two parts off a path, before it is decoded: an encoded slash divides nothing. A slash at its end makes no
// other resource.
func split(u *url.URL) (org, app string, inside *url.URL) {
	rest := *u
	org, rest.RawPath = first(trimSlash(u.EscapedPath()))
	app, rest.RawPath = first(rest.RawPath)
	rest.Path = decoded(rest.RawPath)
	return decoded(org), decoded(app), &rest
}

// decoded is a path without its escapes. That it can be read, the server has seen to.
func decoded(path string) string {
	text, err := url.PathUnescape(path)
	if err != nil {
		return path
	}
	return text
}

func trimSlash(path string) string {
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	return path
}

// first is the first part of a path, and what follows it with its slash.
func first(path string) (part, rest string) {
	part, rest, more := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if more {
		rest = "/" + rest
	}
	return part, rest
}

// wrap does for each route what comes before its request is read: the limit of calls, the token, and whether its bearer may ask
// this at all. It spells errors in the words of the route's action.
func (f *facade) wrap(route httpx.Route, next httpx.Handler) httpx.Handler {
	action, _ := route.Action()
	row, usual := route.String(), perSecond(route)
	return func(w http.ResponseWriter, r *http.Request) error {
		c := callOf(r)
		err := error(errTooOften)
		if c.app.MayCall(row, usual) {
			if r, err = f.authenticate(r, c, action); err == nil {
				err = next(w, r)
			}
		}
		return dialect.Spell(r, err, func(err error) { writeError(w, c, action, err) })
	}
}

// authenticate says who asks, and whether he may ask this. The request it returns is good in any case. Who needs no token may
// show one, but then it has to be good; only signing in with a secret doesn't look at it.
func (f *facade) authenticate(r *http.Request, c *call, action muster.Action) (*http.Request, error) {
	r = r.WithContext(f.core.Authenticator.WithApp(muster.WithActor(r.Context(), dialect.Actor(r, wireName)), c.app))
	if action == muster.ActionSignInApp {
		return r, nil // POST /token: what the body wants decides whether a token counts
	}
	r, err := f.withBearer(r)
	if err == nil {
		err = f.core.Authenticator.AdmitThroughApp(r.Context(), action, r.PathValue("username"))
	}
	return r, err
}

// withBearer looks at the token of a request; without one nobody asks.
func (f *facade) withBearer(r *http.Request) (*http.Request, error) {
	text := dialect.Bearer(r)
	if text == "" {
		return r, nil
	}
	ctx, err := f.core.Authenticator.WithAppToken(r.Context(), text)
	if err != nil {
		return r, err
	}
	return r.WithContext(ctx), nil
}

// allowOrigins lets web apps of any origin use the API: they show a token, which no other site has.
func allowOrigins(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
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
