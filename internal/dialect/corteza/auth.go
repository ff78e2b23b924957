package corteza

import (
	"context"
	"net/http"
	"regexp"
	"time"

	"muster"
	"muster/internal/core"
)

func (f *facade) authSettings(w http.ResponseWriter, r *http.Request) error {
	rules, err := f.core.SignInRules(r.Context())
	if err != nil {
		return err
	}
	return respond(w, struct {
		External             bool  `json:"externalEnabled"`
		Providers            []any `json:"externalProviders"` // null: there are none
		Internal             bool  `json:"internalEnabled"`
		PasswordReset        bool  `json:"internalPasswordResetEnabled"`
		ConfirmationRequired bool  `json:"internalSignUpEmailConfirmationRequired"`
		SignUp               bool  `json:"internalSignUpEnabled"`
	}{rules.External, nil, rules.PasswordSignIn, rules.PasswordReset, rules.ConfirmationRequired, rules.SignUp})
}

// payload is the answer to everything that signs somebody in (contract, 2.2).
type payload struct {
	JWT  string      `json:"jwt"`
	User payloadUser `json:"user"`
}

type payloadUser struct {
	UserID   string   `json:"userID"`
	Name     string   `json:"name"`
	Email    string   `json:"email"`
	Username string   `json:"username"`
	Handle   string   `json:"handle"`
	Roles    []string `json:"roles"` // null while the e-mail is not confirmed
}

// respondSignedIn answers the token of the session, or what is known of somebody whose e-mail has to be confirmed first.
func (f *facade) respondSignedIn(w http.ResponseWriter, in *core.SignedIn, err error) error {
	if err != nil {
		return err
	}
	u := in.User
	p := payload{User: payloadUser{UserID: u.ID.String(), Name: u.Name, Email: u.Email, Username: username(u), Handle: u.Handle}}
	if in.Session != nil {
		p.User.Roles = decimals(in.Groups)
		if p.JWT, err = f.core.Authenticator.SignJWT(in); err != nil {
			return err
		}
	}
	return respond(w, p)
}

func (f *facade) authCheck(w http.ResponseWriter, r *http.Request) error {
	in, err := f.core.RenewSession(r.Context())
	return f.respondSignedIn(w, in, err)
}

// authLogout is content whether or not anybody was signed in.
func (f *facade) authLogout(w http.ResponseWriter, r *http.Request) error {
	if err := f.core.SignOut(r.Context()); err != nil && muster.KindOf(err) != muster.Unauthenticated {
		return err
	}
	return respond(w, true)
}

type loginParams struct {
	Email    string `json:"email"`
	Password string `json:"password" from:"body"`
}

func (f *facade) login(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[loginParams](r)
	if err != nil {
		return err
	}
	in, err := f.core.SignIn(r.Context(), core.Proof{Email: p.Email, Password: p.Password, AcceptEmail: acceptEmail})
	return f.respondSignedIn(w, in, err)
}

type signUpParams struct {
	Email    string `json:"email"`
	Password string `json:"password" from:"body"`
	Username string `json:"username"`
	Handle   string `json:"handle"`
	Name     string `json:"name"`
}

func (f *facade) signUp(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[signUpParams](r)
	if err != nil {
		return err
	}
	in, err := f.core.SignUp(r.Context(), core.NewAccount{
		Email: p.Email, Password: p.Password, Username: p.Username, Handle: p.Handle, Name: p.Name, AcceptEmail: acceptEmail,
	})
	return f.respondSignedIn(w, in, err)
}

type tokenParams struct {
	Token string `json:"token" from:"body"`
}

func (f *facade) confirmEmail(w http.ResponseWriter, r *http.Request) error {
	return f.signInByToken(w, r, f.core.ConfirmEmail)
}

func (f *facade) exchange(w http.ResponseWriter, r *http.Request) error {
	return f.signInByToken(w, r, f.core.ExchangeToken)
}

func (f *facade) signInByToken(w http.ResponseWriter, r *http.Request, verb func(context.Context, string) (*core.SignedIn, error)) error {
	p, err := decode[tokenParams](r)
	if err != nil {
		return err
	}
	in, err := verb(r.Context(), p.Token)
	return f.respondSignedIn(w, in, err)
}

type impersonateParams struct {
	UserID idParam `json:"userID"`
	Expire uint    `json:"expire"` // seconds
}

func (f *facade) impersonate(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[impersonateParams](r)
	if err != nil {
		return err
	}
	const longest = 24 * 60 * 60
	expire := time.Duration(min(p.Expire, longest)) * time.Second
	in, err := f.core.Impersonate(r.Context(), muster.ID(p.UserID), expire)
	return f.respondSignedIn(w, in, err)
}

type resetParams struct {
	Email    string `json:"email"`
	Token    string `json:"token" from:"body"`
	Password string `json:"password" from:"body"`
}

func (f *facade) requestReset(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[resetParams](r)
	if err != nil {
		return err
	}
	if err := f.core.RequestPasswordReset(r.Context(), p.Email); err != nil {
		return err
	}
	return respond(w, true)
}

func (f *facade) exchangeReset(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[resetParams](r)
	if err != nil {
		return err
	}
	x, err := f.core.ExchangeResetToken(r.Context(), p.Token)
	if err != nil {
		return err
	}
	type user struct { // without roles
		UserID   string `json:"userID"`
		Name     string `json:"name"`
		Email    string `json:"email"`
		Username string `json:"username"`
		Handle   string `json:"handle"`
	}
	return respond(w, struct {
		Token string `json:"token"`
		User  user   `json:"user"`
	}{x.Token, user{x.User.ID.String(), x.User.Name, x.User.Email, username(x.User), x.User.Handle}})
}

func (f *facade) resetPassword(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[resetParams](r)
	if err != nil {
		return err
	}
	in, err := f.core.ResetPassword(r.Context(), p.Token, p.Password)
	return f.respondSignedIn(w, in, err)
}

type changePasswordParams struct {
	Old string `json:"oldPassword" from:"body"`
	New string `json:"newPassword" from:"body"`
}

func (f *facade) changePassword(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[changePasswordParams](r)
	if err != nil {
		return err
	}
	if err := f.core.ChangePassword(r.Context(), p.Old, p.New); err != nil {
		return err
	}
	return respond(w, true)
}

// emailPattern is what this wire takes for an e-mail: local@label(.label)*, ASCII, no blanks (contract, 2.4).
var emailPattern = regexp.MustCompile("^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$")

func acceptEmail(s string) bool { return emailPattern.MatchString(s) }

// username is what this wire shows: nothing for one that nobody gave.
func username(u *muster.User) string {
	if !u.UsernameGiven {
		return ""
	}
	return u.Username
}
