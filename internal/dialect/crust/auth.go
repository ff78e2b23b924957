package crust

import (
	"net/http"
	"time"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// tokenLife is how long a token is good. Checking gets another one, for as long as the session lives (one-core, 4).
const tokenLife = 60 * time.Hour

// person is the user as the check shows him (contract, 4.3). His identifier has another name there than anywhere else.
type person struct {
	ID          string `json:"ID"`
	Name        string `json:"name"`
	Email       string `json:"email"`
	Username    string `json:"username"`
	Handle      string `json:"handle"`
	Connections int    `json:"connections"` // 0: nobody counts them yet
}

type checked struct {
	JWT  string `json:"jwt"`
	User person `json:"user"`
}

// check answers who is signed in, with another token of the same session; the one shown stays good until its end. The cookie is
// set again if it was the token.
func (f *facade) check(w http.ResponseWriter, r *http.Request) error {
	in, err := f.core.RenewSession(r.Context())
	if err != nil {
		return err
	}
	token, end, err := f.core.Authenticator.SignToken(in.Session, core.AccessToken, tokenLife)
	if err != nil {
		return err
	}
	if shown, _ := tokenOf(r); shown == cookieOf(r) {
		f.setCookie(w, r, token, end)
	}
	u := in.User
	return dialect.Respond(w, checked{token, person{ID: u.ID.String(), Name: u.Name, Email: u.Email, Username: u.Username, Handle: u.Handle}})
}

type loginParams struct {
	Username string `json:"username"` // or the e-mail
	Password string `json:"password" from:"body"`
}

func (f *facade) login(w http.ResponseWriter, r *http.Request) error {
	var p loginParams
	if err := httpx.DecodeFormFirst(r, &p); err != nil {
		return err
	}
	in, err := f.core.SignIn(r.Context(), core.Proof{Email: p.Username, Password: p.Password, AnyName: true})
	if err != nil {
		return err
	}
	token, end, err := f.core.Authenticator.SignToken(in.Session, core.AccessToken, tokenLife)
	if err != nil {
		return err
	}
	f.setCookie(w, r, token, end)
	return dialect.Respond(w, wholeUserOf(in.User))
}

// logout is content whether or not anybody was signed in, and has nothing to say.
func (f *facade) logout(w http.ResponseWriter, r *http.Request) error {
	err := f.core.SignOut(r.Context())
	if err != nil && muster.KindOf(err) != muster.Unauthenticated {
		return err
	}
	f.dropCookie(w, r)
	w.WriteHeader(http.StatusOK)
	return nil
}
