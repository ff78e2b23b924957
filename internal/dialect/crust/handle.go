package crust

import (
	"context"
	"encoding/json"
	"net/http"

	"muster"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// none are the parameters of a route that takes none. A body has to be legal all the same.
type none struct{}

// handle is the handler of most routes: it reads the parameters of a request, asks f, and puts what f answers into the
// envelope.
func handle[P any](f func(*http.Request, P) (any, error)) httpx.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var p P
		if err := httpx.DecodeFormFirst(r, &p); err != nil {
			return err
		}
		v, err := f(r, p)
		if err != nil {
			return err
		}
		return dialect.Respond(w, v)
	}
}

// done is the answer of a verb that has no value: false is how this wire says that all went well.
func done(err error) (any, error) { return false, err }

// onID is the handler of a verb that acts on the object whose id the path has under that name, and answers nothing.
func onID(name string, verb func(context.Context, muster.ID) error) httpx.Handler {
	return handle(func(r *http.Request, _ none) (any, error) { return done(verb(r.Context(), pathID(r, name))) })
}

// remove is onID for the verbs that take an object away: that there is none is a success. The group everyone is none, but it
// does not go away.
func remove(name string, verb func(context.Context, muster.ID) error) httpx.Handler {
	return handle(func(r *http.Request, _ none) (any, error) {
		id := pathID(r, name)
		err := verb(r.Context(), id)
		if muster.KindOf(err) == muster.NotFound && !(name == "teamID" && id == muster.Everyone) {
			err = nil
		}
		return done(err)
	})
}

// show is the handler of a verb that answers the object whose id the path has under that name.
func show[T, W any](name string, verb func(context.Context, muster.ID) (T, error), shape func(T) W) httpx.Handler {
	return handle(func(r *http.Request, _ none) (any, error) {
		return dialect.As(shape)(verb(r.Context(), pathID(r, name)))
	})
}

// pathID reads an id of the path. What is no id is one that nothing has.
func pathID(r *http.Request, name string) muster.ID { return known(dialect.ID(r.PathValue(name))) }

func known(id muster.ID) muster.ID {
	if id == 0 {
		return dialect.UnknownID
	}
	return id
}

// An idParam is an id as a parameter: a string or a number. Blank and null are none at all; 0 is "no object".
type idParam struct {
	given bool
	id    muster.ID
}

func (p *idParam) SetParam(text string) error {
	*p = idParam{given: text != ""}
	if text != "0" {
		p.id = known(dialect.ID(text))
	}
	return nil
}

// UnmarshalJSON takes numbers with all their digits.
func (p *idParam) UnmarshalJSON(text []byte) error {
	switch c := text[0]; {
	case c == 'n':
		return p.SetParam("")
	case c == '"':
		var s string
		_ = json.Unmarshal(text, &s) // legal, or nobody would have called
		return p.SetParam(s)
	case c == '-', '0' <= c && c <= '9':
		return p.SetParam(string(text))
	}
	return muster.Errorf(muster.Invalid, httpx.ErrMalformed.Code, "an id is a string or a number")
}

// needed is the id of an object that has to be named.
func (p idParam) needed(name string) (muster.ID, error) {
	if !p.given {
		return 0, muster.InvalidField(name, "is needed")
	}
	return known(p.id), nil
}
