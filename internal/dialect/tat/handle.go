package tat

import (
	"net/http"

	"muster/internal/httpx"
)

// none are the parameters of a route that takes none.
type none struct{}

// A reader is parameters that stand in the path or in the query.
type reader interface{ read(*http.Request) error }

// handle is the handler of a route without a body; one that is sent all the same is not looked at. The parameters read
// themselves, if they can; f answers the value; status is that of a success.
func handle[P any](status int, f func(*http.Request, P) (any, error)) httpx.Handler {
	return handleBy(status, func(*http.Request, *P) error { return nil }, f)
}

// handleJSON is handle for a route that takes a body of JSON.
func handleJSON[P any](status int, f func(*http.Request, P) (any, error)) httpx.Handler {
	return handleBy(status, decode, f)
}

func handleBy[P any](status int, decode func(*http.Request, *P) error, f func(*http.Request, P) (any, error)) httpx.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var p P
		if err := decode(r, &p); err != nil {
			return err
		}
		if p, ok := any(&p).(reader); ok {
			if err := p.read(r); err != nil {
				return err
			}
		}
		v, err := f(r, p)
		if err != nil {
			return err
		}
		if o, ok := v.(otherwise); ok {
			return httpx.JSON(w, o.status, contentType, o.value)
		}
		return httpx.JSON(w, status, contentType, v)
	}
}

// decode reads a body of JSON. Clients that send none, or name no type, are as good as those that do.
func decode[P any](r *http.Request, into *P) error {
	body, err := httpx.ReadBody(r)
	if err != nil || len(body) == 0 {
		return err
	}
	media, err := httpx.MediaType(r)
	if err != nil {
		return err
	}
	if media != "application/json" && media != "" {
		return httpx.ErrUnsupported
	}
	return httpx.DecodeJSON(body, into)
}

// A flag is a boolean of a body: true and false, or the two as strings (contract, 1.3).
type flag bool

// UnmarshalJSON reads one of the four.
func (p *flag) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `true`, `"true"`:
		*p = true
	case `false`, `"false"`:
		*p = false
	default:
		return errFlag
	}
	return nil
}
