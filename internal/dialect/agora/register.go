package agora

import (
	"net/http"
	"unicode/utf8"

	"muster"
	"muster/internal/core"
	"muster/internal/httpx"
)

type registration struct {
	Username text   `json:"username"`
	Password text   `json:"password"`
	Nickname string `json:"nickname"`
}

// failure tells of a name of a batch that somebody has already.
type failure struct {
	Username string `json:"username"`
	Reason   string `json:"registerUserFailReason"`
}

// register makes one user or up to sixty (contract, 6.1 and 6.2). The form of the body decides the form of the answer.
func (f *facade) register(r *http.Request) (any, error) {
	list, batch, err := registrations(r)
	if err != nil {
		return nil, err
	}
	made, err := f.core.RegisterUsers(r.Context(), list, !batch)
	if err != nil {
		return nil, named(list, err)
	}
	a := answer{path: usersPath, address: true, entities: entitiesOf(made.Users...)}
	if batch {
		failures := []failure{}
		for _, name := range made.Taken {
			name = muster.Fold(name)
			failures = append(failures, failure{name, "the " + name + " already exists"})
		}
		a.data = failures
	}
	return a, nil
}

// registrations reads a body of one registration or many.
func registrations(r *http.Request) (list []core.Registration, batch bool, err error) {
	body, begins, err := readJSON(r)
	var said []registration
	switch {
	case err != nil:
		return nil, false, err
	case body == nil:
		return nil, false, errNoBody
	case begins == '{':
		said = make([]registration, 1)
		if httpx.DecodeJSON(body, &said[0]) != nil {
			err = errShape // the nickname is no text
		}
	case begins == '[':
		batch = true
		if err = httpx.DecodeJSON(body, &said); err != nil || len(said) == 0 {
			err = errShape // some element is no object, or its nickname no text
		}
	default:
		err = errShape
	}
	if err == nil && len(said) > core.MostRegistrations {
		err = tooMany(len(said))
	}
	if err == nil {
		list, err = distinct(said)
	}
	return list, batch, err
}

// distinct checks registrations, and takes the same one said twice for one.
func distinct(said []registration) ([]core.Registration, error) {
	var list []core.Registration
	passwords := map[string]text{}
	for _, s := range said {
		if err := s.check(); err != nil {
			return nil, err
		}
		name := muster.Fold(string(s.Username))
		switch before, twice := passwords[name]; {
		case twice && before != s.Password:
			return nil, twoPasswords(name)
		case twice:
			continue
		}
		passwords[name] = s.Password
		list = append(list, core.Registration{Username: name, Password: string(s.Password), Name: s.Nickname})
	}
	return list, nil
}

func (s registration) check() error {
	if err := checkUsername(s.Username); err != nil {
		return err
	}
	if err := checkPassword(s.Password, errNoPassword); err != nil {
		return err
	}
	return checkNickname(s.Nickname)
}

func checkUsername(name text) error {
	switch {
	case name == "":
		return errNoUsername
	case len(name) > muster.MaxAppUsername:
		return errLongUsername
	case !muster.ValidAppUsername(string(name)):
		return illegalUsername(string(name))
	}
	return nil
}

// The limits of this wire.
const (
	maxPassword = 64  // bytes
	maxNickname = 100 // characters
)

func checkPassword(password text, missing error) error {
	switch {
	case password == "":
		return missing
	case len(password) > maxPassword:
		return errLongPassword
	}
	return nil
}

func checkNickname(name string) error {
	if utf8.RuneCountInString(name) > maxNickname {
		return errLongNickname
	}
	return nil
}
