package tellius

import (
	"cmp"
	"net/http"

	"muster/internal/core"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// signedIn is the answer to everything that gives tokens.
type signedIn struct {
	ID           string `json:"id"`
	Token        string `json:"token"`
	RefreshToken string `json:"refreshToken"`
	Message      string `json:"message,omitempty"`
}

func (f *facade) answerTokens(w http.ResponseWriter, in *core.SignedIn, message string) error {
	pair, err := f.core.Authenticator.SignPair(in)
	if err != nil {
		return err
	}
	return httpx.JSON(w, http.StatusOK, dialect.ContentType, signedIn{in.User.ID.Hex(), pair.Access, pair.Refresh, message})
}

func (f *facade) login(w http.ResponseWriter, r *http.Request) error { return f.signIn(w, r, "") }

// newerLogin is the login of newer releases, which says that it has succeeded.
func (f *facade) newerLogin(w http.ResponseWriter, r *http.Request) error {
	return f.signIn(w, r, "Login successful")
}

func (f *facade) signIn(w http.ResponseWriter, r *http.Request, message string) error {
	var p struct {
		Username word `json:"username"` // or the e-mail
		Password word `json:"password"`
	}
	if err := read(r, &p); err != nil {
		return err
	}
	if err := cmp.Or(p.Username.needed("username"), p.Password.needed("password")); err != nil {
		return err
	}
	in, err := f.core.SignIn(r.Context(), core.Proof{Email: p.Username.text, AnyName: true, Password: p.Password.text, Pair: true})
	if err != nil {
		return err
	}
	return f.answerTokens(w, in, message)
}

func (f *facade) refresh(w http.ResponseWriter, r *http.Request) error {
	var p struct {
		RefreshToken word `json:"refreshToken"`
	}
	if err := read(r, &p); err != nil {
		return err
	}
	if err := p.RefreshToken.needed("refreshToken"); err != nil {
		return err
	}
	in, err := f.core.Refresh(r.Context(), p.RefreshToken.text)
	if err != nil {
		return err
	}
	return f.answerTokens(w, in, "")
}
