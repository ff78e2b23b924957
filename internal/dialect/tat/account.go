package tat

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"muster"
	"muster/internal/core"
)

// The least lengths of what somebody says of himself, in characters (contract, 3.1).
const (
	leastUsername = 3
	leastFullname = 3
	leastEmail    = 7
)

// systemPrefix is how the usernames of system users begin.
const systemPrefix = "tat.system"

// accountParams are what somebody says who wants an account.
type accountParams struct {
	Username string `json:"username"`
	Fullname string `json:"fullname"`
	Email    string `json:"email"`
	Callback string `json:"callback"`
}

func (p *accountParams) trim() {
	p.Username, p.Fullname, p.Email = strings.TrimSpace(p.Username), strings.TrimSpace(p.Fullname), strings.TrimSpace(p.Email)
}

// createUser makes an account, and has a mail sent by which its owner gets a password.
func (f *facade) createUser(r *http.Request, p accountParams) (any, error) {
	const done = "please check your mail to validate your account."
	p.trim()
	forced := ""
	if f.options.UsernameFromEmail {
		p.Username, _, _ = strings.Cut(p.Email, "@")
		forced = fmt.Sprintf(" Note that configuration of Tat forced your username to %s", p.Username)
	}
	if shorter(p.Username, leastUsername) || shorter(p.Fullname, leastFullname) || shorter(p.Email, leastEmail) {
		return nil, invalidAccount(p)
	}
	if f.options.ReserveSystem && strings.HasPrefix(muster.Fold(p.Username), systemPrefix) {
		return nil, invalidAccount(p)
	}
	if !f.allowedDomain(p.Email) {
		return nil, refuseAs(http.StatusForbidden, "Your email domain is not allowed on this instance of Tat.")
	}
	account := core.NewKeyAccount{Username: p.Username, Name: p.Fullname, Email: p.Email, Callback: f.callback(p.Callback, p.Username)}
	if _, err := f.core.SignUpForKey(r.Context(), account); err != nil {
		return nil, wordCreate(err, p)
	}
	return info{done + forced}, nil
}

func shorter(s string, least int) bool { return utf8.RuneCountInString(s) < least }

func (f *facade) allowedDomain(email string) bool {
	if len(f.options.AllowedDomains) == 0 {
		return true
	}
	for _, domain := range f.options.AllowedDomains {
		if strings.HasSuffix(muster.FoldEmail(email), "@"+strings.ToLower(strings.TrimPrefix(domain, "@"))) {
			return true
		}
	}
	return false
}

// resetUser has a mail sent by which a password is made anew, if there is such a user. The answer does not tell.
func (f *facade) resetUser(r *http.Request, p accountParams) (any, error) {
	if shorter(p.Username, leastUsername) || shorter(p.Email, leastEmail) {
		return nil, refuse("Invalid username (%s) or email (%s)", p.Username, p.Email)
	}
	if err := f.core.RequestKey(r.Context(), p.Username, p.Email, f.callback(p.Callback, p.Username)); err != nil {
		return nil, err
	}
	return info{"please check your mail to validate your account"}, nil
}

// verifyUser turns the token of a mail into a password.
func (f *facade) verifyUser(r *http.Request, _ none) (any, error) {
	username := r.PathValue("username")
	k, err := f.core.VerifyKey(r.Context(), username, r.PathValue("token"))
	if err != nil {
		// All failures alike, and as on the original (contract, 3.1).
		return nil, wordedAs(http.StatusInternalServerError, err, "Error on verify token for username %s", username)
	}
	return f.secret("Verification successful", k), nil
}

// secretAnswer shows a new password, once.
type secretAnswer struct {
	Message  string `json:"message"`
	Username string `json:"username"`
	Password string `json:"password"`
	URL      string `json:"url"`
}

func (f *facade) secret(message string, k *core.NewKey) secretAnswer {
	return secretAnswer{message, k.User.Username, k.Secret, f.options.Exposed.URL()}
}
