package agora

import (
	"net/http"
	"unicode/utf8"

	"muster"
	"muster/internal/core"
	"muster/internal/httpx"
)

const usersPath = "/users"

type registration struct {
	Username text `json:"username"`
	Password text `json:"password"`
	Nickname text `json:"nickname"`
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
		err = httpx.DecodeJSON(body, &said[0])
	case begins == '[':
		batch = true
		if err = httpx.DecodeJSON(body, &said); err != nil || len(said) == 0 {
			err = errShape // some element is no object
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
		list = append(list, core.Registration{Username: name, Password: string(s.Password), Name: string(s.Nickname)})
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

func checkNickname(name text) error {
	if utf8.RuneCountInString(string(name)) > maxNickname {
		return errLongNickname
	}
	return nil
}

// user is the user whom the path names.
func (f *facade) user(r *http.Request) (*muster.User, error) {
	return f.core.LookUpUser(r.Context(), r.PathValue("username"))
}

func (f *facade) readUser(r *http.Request) (any, error) {
	u, err := f.user(r)
	if err != nil {
		return nil, err
	}
	return answer{path: usersPath, address: true, entities: entitiesOf(u), count: counted(1)}, nil
}

func (f *facade) listUsers(r *http.Request) (any, error) {
	cursor, limit, err := page(r.URL.Query())
	if err != nil {
		return nil, err
	}
	w, err := f.core.WalkUsers(r.Context(), cursor, limit)
	if err != nil {
		return nil, err
	}
	return answer{path: usersPath, address: true, entities: entitiesOf(w.Users...), count: counted(len(w.Users)), cursor: w.Next}, nil
}

func (f *facade) deleteUser(r *http.Request) (any, error) {
	if err := noBody(r); err != nil {
		return nil, err
	}
	u, err := f.user(r)
	if err == nil {
		err = f.core.DeleteUser(r.Context(), u.ID)
	}
	if err != nil {
		return nil, err
	}
	return answer{path: usersPath, address: true, entities: entitiesOf(u)}, nil
}

func (f *facade) deleteUsers(r *http.Request) (any, error) {
	if err := noBody(r); err != nil {
		return nil, err
	}
	cursor, limit, err := page(r.URL.Query())
	if err != nil {
		return nil, err
	}
	w, err := f.core.DeleteOldest(r.Context(), cursor, limit)
	if err != nil {
		return nil, err
	}
	return answer{path: usersPath, address: true, entities: entitiesOf(w.Users...), count: counted(len(w.Users)), cursor: w.Next}, nil
}

type passwords struct {
	New text `json:"newpassword"`
	Old text `json:"oldpassword"`
}

// setPassword is the application's business, or that of a user who knows his old one.
func (f *facade) setPassword(r *http.Request) (any, error) {
	var p passwords
	if err := decodeObject(r, &p); err != nil {
		return nil, err
	}
	own := muster.ActorFrom(r.Context()).User != 0
	if own && p.Old == "" {
		return nil, errNoOldPassword
	}
	if err := checkPassword(p.New, errNoNewPassword); err != nil {
		return nil, err
	}
	u, err := f.user(r)
	switch {
	case err != nil:
	case own:
		err = f.core.ChangePassword(r.Context(), string(p.Old), string(p.New))
	default:
		err = f.core.SetPassword(r.Context(), u.ID, string(p.New))
	}
	return answer{action: "set user password"}, err
}

func (f *facade) deactivate(r *http.Request) (any, error) {
	u, err := f.changed(r, f.core.SuspendUser)
	if err != nil {
		return nil, err
	}
	return answer{action: "Deactivate user", entities: entitiesOf(u)}, nil
}

func (f *facade) activate(r *http.Request) (any, error) {
	_, err := f.changed(r, f.core.UnsuspendUser)
	return answer{action: "activate user"}, err
}

type nickname struct {
	Nickname text `json:"nickname"`
}

func (f *facade) rename(r *http.Request) (any, error) {
	var n nickname
	if err := decodeObject(r, &n); err != nil {
		return nil, err
	}
	if err := checkNickname(n.Nickname); err != nil {
		return nil, err
	}
	u, err := f.user(r)
	if err == nil {
		u, err = f.core.RenameUser(r.Context(), u.ID, string(n.Nickname))
	}
	if err != nil {
		return nil, err
	}
	return answer{path: usersPath, address: true, entities: entitiesOf(u)}, nil
}
