package crust

import (
	"cmp"
	"net/http"
	"time"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// wireName is the name of this wire in origins, sessions and tokens.
const wireName = "crust"

// Options are what the façade is made of besides the core.
type Options struct {
	Mount   string         // the prefix under which clients see it: the path of its cookie
	Origins *httpx.Origins // whose pages may use the cookie
	Page    int            // how many users of a list are in memory at once; 0: 1,000
}

// A façade answers the requests of one mount.
type facade struct {
	core *core.Core
	Options
}

// New is the handler of the API.
func New(c *core.Core, o Options) http.Handler {
	o.Page = cmp.Or(o.Page, 1000)
	f := &facade{c, o}
	wire := httpx.Wire{
		Name:  wireName,
		Error: func(w http.ResponseWriter, _ *http.Request, err error) { writeError(w, muster.Action{}, err) },
		// The original's router answers these two, with and without a body.
		NotFound:         func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "404 page not found", http.StatusNotFound) },
		MethodNotAllowed: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) },
		Wrap:             f.wrap,
	}
	return o.Origins.Allow(httpx.NewRouter(wire, f.routes()))
}

// wrap finds out who asks before the handler looks at anything, and spells errors.
func (f *facade) wrap(route httpx.Route, next httpx.Handler) httpx.Handler {
	action, _ := route.Action()
	return func(w http.ResponseWriter, r *http.Request) error {
		r, err := f.authenticate(w, r, action)
		if err == nil {
			err = next(w, r)
		}
		return dialect.Spell(r, err, func(err error) { writeError(w, action, err) })
	}
}

// authenticate says who asks: nobody, on the open routes, if there is no token. A cookie whose token is no good is taken away.
func (f *facade) authenticate(w http.ResponseWriter, r *http.Request, a muster.Action) (*http.Request, error) {
	r = r.WithContext(muster.WithActor(r.Context(), dialect.Actor(r, wireName)))
	token, byCookie := tokenOf(r)
	switch {
	case token == "" && (a.Open || a == muster.ActionSignOut):
		return r, nil
	case token == "":
		return r, muster.ErrUnauthenticated
	case byCookie && a.Write:
		if err := f.Origins.Check(r); err != nil {
			return r, err
		}
	}
	ctx, err := f.core.Authenticator.WithToken(r.Context(), core.AccessToken, token)
	if err == nil {
		return r.WithContext(ctx), nil
	}
	if muster.KindOf(err) == muster.Unauthenticated {
		if byCookie {
			f.dropCookie(w, r)
		}
		err = badToken(err)
	}
	return r, err
}

// tokenOf is the token of a request, and whether it is that of the cookie. The header wins.
func tokenOf(r *http.Request) (token string, byCookie bool) {
	if token := dialect.Bearer(r); token != "" {
		return token, false
	}
	token = cookieOf(r)
	return token, token != ""
}

// cookieName is what clients know.
const cookieName = "jwt"

func cookieOf(r *http.Request) string {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	return c.Value
}

func (f *facade) setCookie(w http.ResponseWriter, r *http.Request, token string, end time.Time) {
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: token, Path: cmp.Or(f.Mount, "/"), Expires: end,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: httpx.Secure(r),
	})
}

func (f *facade) dropCookie(w http.ResponseWriter, r *http.Request) {
	f.setCookie(w, r, "", time.Unix(0, 0))
}
