package agora

import (
	"net/http"

	"muster"
)

const usersPath = "/users"

// user is the user whom the path names.
func (f *facade) user(r *http.Request) (*muster.User, error) {
	return f.core.ReadAppUser(r.Context(), r.PathValue("username"))
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
	w, err := f.core.ListAppUsers(r.Context(), cursor, limit)
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

// A nickname has to be there: a request that forgets it is none to take away the old one, as "" is.
type nickname struct {
	Nickname *string `json:"nickname"`
}

func (f *facade) rename(r *http.Request) (any, error) {
	var n nickname
	if err := decodeObject(r, &n); err != nil {
		return nil, err
	}
	if n.Nickname == nil {
		return nil, errShape
	}
	if err := checkNickname(*n.Nickname); err != nil {
		return nil, err
	}
	u, err := f.user(r)
	if err == nil {
		u, err = f.core.SetName(r.Context(), u.ID, *n.Nickname)
	}
	if err != nil {
		return nil, err
	}
	return answer{path: usersPath, address: true, entities: entitiesOf(u)}, nil
}
