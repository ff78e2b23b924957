package corteza

import (
	"context"
	"net/http"

	"muster"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// success is what an action answers that has no value.
type success struct{}

// none are the parameters of a route that takes none. A body has to be legal all the same.
type none struct{}

// handle is the handler of most routes: it reads the parameters of a request, asks f, and puts into the envelope what f
// answers: a value, or [success], or an error.
func handle[P any](f func(*http.Request, P) (any, error)) httpx.Handler {
	return handleBy(httpx.DecodeParams, f)
}

// handleJSON is handle for parameters that can't come in a form or a query.
func handleJSON[P any](f func(*http.Request, P) (any, error)) httpx.Handler {
	return handleBy(decodeJSON, f)
}

func handleBy[P any](decode func(*http.Request, any) error, f func(*http.Request, P) (any, error)) httpx.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var p P
		if err := decode(r, &p); err != nil {
			return err
		}
		v, err := f(r, p)
		if err != nil {
			return err
		}
		if _, ok := v.(success); ok {
			return dialect.Say(w, http.StatusOK, "success", "OK")
		}
		return dialect.Respond(w, v)
	}
}

// onID is the handler of a verb that acts on the object whose id the path has under that name, and answers nothing.
func onID(name string, verb func(context.Context, muster.ID) error) httpx.Handler {
	return handle(func(r *http.Request, _ none) (any, error) { return done(verb(r.Context(), pathID(r, name))) })
}

// show is the handler of a verb that answers the object whose id the path has under that name.
func show[T, W any](name string, verb func(context.Context, muster.ID) (T, error), shape func(T) W) httpx.Handler {
	return handle(func(r *http.Request, _ none) (any, error) {
		return dialect.As(shape)(verb(r.Context(), pathID(r, name)))
	})
}

// done is the answer of a verb that has no value.
func done(err error) (any, error) { return success{}, err }

// yes is the answer of the few verbs without a value that say true.
func yes(err error) (any, error) { return true, err }
