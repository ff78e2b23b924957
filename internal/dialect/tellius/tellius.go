package tellius

import (
	"net/http"
	"strings"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// wireName is the name of this wire in origins, sessions and tokens.
const wireName = "tellius"

// A façade answers the requests of one mount.
type facade struct{ core *core.Core }

// New is the handler of the API.
func New(c *core.Core) http.Handler {
	f := &facade{c}
	return httpx.NewRouter(httpx.Wire{
		Name:  wireName,
		Error: func(w http.ResponseWriter, _ *http.Request, err error) { writeError(w, muster.Action{}, err) },
		NotFound: func(w http.ResponseWriter, _ *http.Request) {
			say(w, http.StatusNotFound, "There is nothing at this address.")
		},
		MethodNotAllowed: func(w http.ResponseWriter, _ *http.Request) {
			say(w, http.StatusMethodNotAllowed, "This address has other methods.")
		},
		Wrap: f.wrap,
	}, f.routes())
}

// wrap finds out who asks, and whether he may at all, before the handler looks at anything, and spells errors.
func (f *facade) wrap(route httpx.Route, next httpx.Handler) httpx.Handler {
	action, _ := route.Action()
	return func(w http.ResponseWriter, r *http.Request) error {
		r, err := f.admit(r, action, route.Demand())
		if err == nil {
			err = next(w, r)
		}
		return dialect.Spell(r, err, func(err error) { writeError(w, action, err) })
	}
}

// admit says who asks, and refuses who may not, whatever he sends. On open routes nobody asks: a token counts for nothing there.
func (f *facade) admit(r *http.Request, a muster.Action, besides string) (*http.Request, error) {
	ctx := muster.WithActor(r.Context(), dialect.Actor(r, wireName))
	r = r.WithContext(ctx)
	if a.Open {
		return r, nil
	}
	token := tokenOf(r)
	if token == "" {
		return r, muster.ErrUnauthenticated
	}
	ctx, err := f.core.Authenticator.WithAccess(ctx, token)
	if err != nil {
		return r, err
	}
	ctx, err = f.core.Authenticator.Admit(ctx, a, besides)
	return r.WithContext(ctx), err
}

// tokenOf is the token of a request, which stands in the header alone or behind the word Bearer; "" for any other scheme, and
// for two tokens.
func tokenOf(r *http.Request) string {
	values := r.Header["Authorization"]
	if len(values) != 1 {
		return ""
	}
	value := strings.TrimSpace(values[0])
	if strings.ContainsAny(value, " \t") {
		return dialect.Bearer(r)
	}
	return value
}
