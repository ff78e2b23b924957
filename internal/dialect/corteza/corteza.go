package corteza

import (
	"net/http"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// wireName is the name of this wire in origins, sessions and tokens.
const wireName = "corteza"

// A façade answers the requests of one mount.
type facade struct{ core *core.Core }

// New is the handler of the system API. Mount it at <root>/system.
func New(c *core.Core) http.Handler {
	f := &facade{c}
	wire := httpx.Wire{
		Name:  wireName,
		Error: func(w http.ResponseWriter, r *http.Request, err error) { writeError(w, muster.Action{}, err) },
		// The original's router answers these two, with and without a body.
		NotFound:         func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "404 page not found", http.StatusNotFound) },
		MethodNotAllowed: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) },
		Wrap:             f.wrap,
	}
	return allowOrigins(httpx.NewRouter(wire, f.routes()))
}

// wrap finds out who asks before the handler looks at anything, and spells errors in the words of the route's action.
func (f *facade) wrap(route httpx.Route, next httpx.Handler) httpx.Handler {
	action, _ := route.Action()
	public := action.Open || action == muster.ActionSignOut // who is not signed in is signed out
	return func(w http.ResponseWriter, r *http.Request) error {
		r, err := f.authenticate(r)
		if err == nil || public && muster.KindOf(err) == muster.Unauthenticated {
			err = next(w, r)
		}
		return dialect.Spell(r, err, func(err error) { writeError(w, action, err) })
	}
}

// authenticate says who asks. The request it returns is good in any case: without a token nobody asks.
func (f *facade) authenticate(r *http.Request) (*http.Request, error) {
	r = r.WithContext(muster.WithActor(r.Context(), dialect.Actor(r, wireName)))
	token := dialect.Bearer(r)
	if token == "" {
		return r, muster.ErrUnauthenticated
	}
	ctx, err := f.core.Authenticator.WithJWT(r.Context(), token)
	if err != nil {
		return r, err
	}
	return r.WithContext(ctx), nil
}

// allowOrigins lets web apps of any origin use the API: they show a token, which no other site has.
func allowOrigins(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); origin != "" {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Allow-Credentials", "true")
		}
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, PATCH, OPTIONS")
			h.Set("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, X-CSRF-Token")
			h.Set("Access-Control-Max-Age", "300")
			w.WriteHeader(http.StatusOK)
			return
		}
		next.ServeHTTP(w, r)
	})
}
