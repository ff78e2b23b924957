package tat

import (
	"errors"
	"net/http"

	"muster"
)

// The spellings of the headers that tell who asks, as net/http writes them, whatever the client's letter case (contract, 1.2).
var (
	nameHeaders     = [...]string{"Tat_username", "Tat-Username", "X-Tat_username", "X-Tat-Username"}
	passwordHeaders = [...]string{"Tat_password", "Tat-Password", "X-Tat_password", "X-Tat-Password"}
)

func spellings() []string { return append(nameHeaders[:], passwordHeaders[:]...) }

// authenticate says who asks, by the headers of the request.
func (f *facade) authenticate(r *http.Request) (*http.Request, error) {
	actor := stranger(r)
	name, password := credential(r.Header, nameHeaders), credential(r.Header, passwordHeaders)
	if name == "" || password == "" {
		return nil, errHeaders
	}
	ctx, err := f.core.Authenticator.WithKey(muster.WithActor(r.Context(), actor), name, password)
	if errors.Is(err, muster.ErrBadCredentials) {
		return nil, worded(err, "Invalid Tat credentials for username %s", name)
	}
	if err != nil {
		return nil, err
	}
	return r.WithContext(ctx), nil
}

// credential is the value of a header in whatever spelling; "" for none, and for two that disagree.
func credential(h http.Header, spellings [4]string) string {
	found := ""
	for _, name := range spellings {
		for _, value := range h[name] {
			if found != "" && value != "" && value != found {
				return ""
			}
			if value != "" {
				found = value
			}
		}
	}
	return found
}
