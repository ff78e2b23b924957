package corteza

import (
	"net/http"
	"regexp"
	"time"

	"muster"
	"muster/internal/core"
)

type authSettings struct {
	External             bool  `json:"externalEnabled"`
	Providers            []any `json:"externalProviders"` // null: there are none
	Internal             bool  `json:"internalEnabled"`
	PasswordReset        bool  `json:"internalPasswordResetEnabled"`
	ConfirmationRequired bool  `json:"internalSignUpEmailConfirmationRequired"`
	SignUp               bool  `json:"internalSignUpEnabled"`
}

func (f *facade) authSettings(r *http.Request, _ none) (any, error) {
	rules, err := f.core.SignInRules(r.Context())
	return authSettings{rules.External, nil, rules.PasswordSignIn, rules.PasswordReset, rules.ConfirmationRequired, rules.SignUp}, err
}

// payload is the answer to everything that signs somebody in (contract, 2.2).
type payload struct {
	JWT  string      `json:"jwt"`
	User payloadUser `json:"user"`
}

type payloadUser struct {
	person
	Roles []string `json:"roles"` // null while the e-mail is not confirmed
}

// person is what is told of who signs in.
type person struct {
	UserID   string `json:"userID"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Username string `json:"username"`
	Handle   string `json:"handle"`
}

func personOf(u *muster.User) person {
	return person{u.ID.String(), u.Name, u.Email, username(u), u.Handle}
}

// signedIn answers the token of the session, or what is known of somebody whose e-mail has to be confirmed first.
func (f *facade) signedIn(in *core.SignedIn, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	p := payload{User: payloadUser{person: personOf(in.User)}}
	if in.Session != nil {
		p.User.Roles = decimals(in.Groups)
		p.JWT, err = f.core.Authenticator.SignJWT(in)
	}
	return p, err
}

func (f *facade) authCheck(r *http.Request, _ none) (any, error) {
	return f.signedIn(f.core.RenewSession(r.Context()))
}

// authLogout is content whether or not anybody was signed in.
func (f *facade) authLogout(r *http.Request, _ none) (any, error) {
	err := f.core.SignOut(r.Context())
	if muster.KindOf(err) == muster.Unauthenticated {
		err = nil
	}
	return yes(err)
}

type loginParams struct {
	Email    string `json:"email"`
	Password string `json:"password" from:"body"`
}

func (f *facade) login(r *http.Request, p loginParams) (any, error) {
	return f.signedIn(f.core.SignIn(r.Context(), core.Proof{Email: p.Email, Password: p.Password, AcceptEmail: acceptEmail}))
}

type signUpParams struct {
	Email    string `json:"email"`
	Password string `json:"password" from:"body"`
	Username string `json:"username"`
	Handle   string `json:"handle"`
	Name     string `json:"name"`
}

func (f *facade) signUp(r *http.Request, p signUpParams) (any, error) {
	return f.signedIn(f.core.SignUp(r.Context(), core.NewAccount{
		Email: p.Email, Password: p.Password, Username: p.Username, Handle: p.Handle, Name: p.Name, AcceptEmail: acceptEmail,
	}))
}

type tokenParams struct {
	Token string `json:"token" from:"body"`
}

func (f *facade) confirmEmail(r *http.Request, p tokenParams) (any, error) {
	return f.signedIn(f.core.ConfirmEmail(r.Context(), p.Token))
}

func (f *facade) exchange(r *http.Request, p tokenParams) (any, error) {
	return f.signedIn(f.core.ExchangeToken(r.Context(), p.Token))
}

type impersonateParams struct {
	UserID idParam `json:"userID"`
	Expire uint    `json:"expire"` // seconds
}

func (f *facade) impersonate(r *http.Request, p impersonateParams) (any, error) {
	const longest = 24 * 60 * 60
	expire := time.Duration(min(p.Expire, longest)) * time.Second
	return f.signedIn(f.core.Impersonate(r.Context(), muster.ID(p.UserID), expire))
}

type resetParams struct {
	Email    string `json:"email"`
	Token    string `json:"token" from:"body"`
	Password string `json:"password" from:"body"`
}

func (f *facade) requestReset(r *http.Request, p resetParams) (any, error) {
	return yes(f.core.RequestPasswordReset(r.Context(), p.Email))
}

type exchanged struct {
	Token string `json:"token"`
	User  person `json:"user"`
}

func (f *facade) exchangeReset(r *http.Request, p resetParams) (any, error) {
	x, err := f.core.ExchangeResetToken(r.Context(), p.Token)
	if err != nil {
		return nil, err
	}
	return exchanged{x.Token, personOf(x.User)}, nil
}

func (f *facade) resetPassword(r *http.Request, p resetParams) (any, error) {
	return f.signedIn(f.core.ResetPassword(r.Context(), p.Token, p.Password))
}

type changePasswordParams struct {
	Old string `json:"oldPassword" from:"body"`
	New string `json:"newPassword" from:"body"`
}

func (f *facade) changePassword(r *http.Request, p changePasswordParams) (any, error) {
	return yes(f.core.ChangePassword(r.Context(), p.Old, p.New))
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
