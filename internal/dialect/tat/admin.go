package tat

import (
	"context"
	"net/http"
	"strings"

	"muster"
	"muster/internal/core"
)

// userParams name a user. Usernames are compared as they are.
type userParams struct {
	Username            string `json:"username"`
	CanListUsersAsAdmin flag   `json:"canListUsersAsAdmin"`
}

// id finds whom a request names, for the verbs that go by ids.
func (f *facade) id(ctx context.Context, username string) (muster.ID, error) {
	p, err := f.core.FindUser(ctx, username)
	if err != nil {
		return 0, wordUser(err, username)
	}
	return p.User.ID, nil
}

func (f *facade) convertUser(r *http.Request, p userParams) (any, error) {
	id, err := f.id(r.Context(), p.Username)
	if err != nil {
		return nil, err
	}
	k, err := f.core.ConvertUser(r.Context(), id, bool(p.CanListUsersAsAdmin))
	if err != nil {
		return nil, wordSystemUser(err, p.Username, "convert this user")
	}
	return f.secret("Verification successful", k), nil
}

func (f *facade) updateSystemUser(r *http.Request, p userParams) (any, error) {
	id, err := f.id(r.Context(), p.Username)
	if err != nil {
		return nil, err
	}
	if err := f.core.SetSystemUser(r.Context(), id, bool(p.CanListUsersAsAdmin)); err != nil {
		return nil, wordSystemUser(err, p.Username, "update this user")
	}
	return message{"Update successful"}, nil
}

func (f *facade) resetSystemUser(r *http.Request, p userParams) (any, error) {
	id, err := f.id(r.Context(), p.Username)
	if err != nil {
		return nil, err
	}
	k, err := f.core.ResetKey(r.Context(), id)
	if err != nil {
		return nil, wordSystemUser(err, p.Username, "reset password for this user")
	}
	return f.secret("Reset password successful", k), nil
}

// setAdministrator puts a user into the group of administrators.
func (f *facade) setAdministrator(r *http.Request, p userParams) (any, error) {
	found, err := f.core.FindUser(r.Context(), p.Username)
	switch {
	case err != nil:
		return nil, wordUser(err, p.Username)
	case found.Administrator:
		return nil, refuse("user with username %s is already an admin user", p.Username)
	}
	return nothing, wordUser(f.core.AddMember(r.Context(), muster.Administrators, found.User.ID), p.Username)
}

type renameParams struct {
	Username    string `json:"username"`
	NewUsername string `json:"newUsername"`
}

func (f *facade) renameUser(r *http.Request, p renameParams) (any, error) {
	id, err := f.id(r.Context(), p.Username)
	if err != nil {
		return nil, err
	}
	to := strings.TrimSpace(p.NewUsername)
	if shorter(to, leastUsername) && to != p.Username {
		return nil, refuse("Rename %s user to %s failed", p.Username, p.NewUsername)
	}
	if _, err := f.core.RenameUser(r.Context(), id, core.NewNames{Username: to}); err != nil {
		return nil, wordRename(err, p)
	}
	return info{"user is renamed"}, nil
}

type updateParams struct {
	Username    string `json:"username"`
	NewFullname string `json:"newFullname"`
	NewEmail    string `json:"newEmail"`
}

func (f *facade) updateUser(r *http.Request, p updateParams) (any, error) {
	found, err := f.core.FindUser(r.Context(), p.Username)
	if err != nil {
		return nil, wordUser(err, p.Username)
	}
	p.NewFullname, p.NewEmail = strings.TrimSpace(p.NewFullname), strings.TrimSpace(p.NewEmail)
	name, email := found.User.Name, found.User.Email
	if shorter(p.NewFullname, leastFullname) && p.NewFullname != name || shorter(p.NewEmail, leastEmail) && p.NewEmail != email || p.NewFullname == "" || p.NewEmail == "" {
		return nil, refuse("Invalid Fullname %s or Email %s", p.NewFullname, p.NewEmail)
	}
	if _, err := f.core.RenameUser(r.Context(), found.User.ID, core.NewNames{Name: p.NewFullname, Email: p.NewEmail}); err != nil {
		return nil, wordUpdate(err, p)
	}
	return info{"user updated"}, nil
}

// archiveUser deletes a user: his names are free, and nobody who takes them inherits anything.
func (f *facade) archiveUser(r *http.Request, p userParams) (any, error) {
	id, err := f.id(r.Context(), p.Username)
	if err != nil {
		return nil, err
	}
	return nothing, wordUser(f.core.DeleteUser(r.Context(), id), p.Username)
}

type checkParams struct {
	Username         string `json:"username"`
	FixPrivateTopics flag   `json:"fixPrivateTopics"`
	FixDefaultGroup  flag   `json:"fixDefaultGroup"`
}

type checkAnswer struct {
	Topics       string `json:"topics"`
	DefaultGroup string `json:"defaultGroup"`
}

// checkUser looks whether a user has what each user should have, and mends it as far as that is asked for.
func (f *facade) checkUser(r *http.Request, p checkParams) (any, error) {
	id, err := f.id(r.Context(), p.Username)
	if err != nil {
		return nil, err
	}
	var has *core.Settled
	if p.FixPrivateTopics || p.FixDefaultGroup {
		has, err = f.core.MendUser(r.Context(), id, bool(p.FixPrivateTopics), bool(p.FixDefaultGroup))
	} else {
		has, err = f.core.CheckUser(r.Context(), id)
	}
	if err != nil {
		return nil, wordUser(err, p.Username)
	}
	return checkAnswer{topicState(p.Username, has), groupState(has)}, nil
}

func topicState(username string, s *core.Settled) string {
	name := "/Private/" + username
	switch {
	case s.Topic:
		return " " + name + " OK; "
	case s.Made:
		return " " + name + " KO : not exist;  " + name + " created; "
	}
	return " " + name + " KO : not exist; "
}

func groupState(s *core.Settled) string {
	switch {
	case s.Member:
		return "user in " + s.Group + " OK"
	case s.Joined:
		return "user added in default group " + s.Group
	}
	return "user in default group " + s.Group + " KO"
}
