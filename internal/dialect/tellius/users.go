package tellius

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// user is the user object (contract, 3.2), always with all of its members.
type user struct {
	ID        string          `json:"id"`
	Username  string          `json:"username"`
	FirstName string          `json:"firstName"`
	LastName  string          `json:"lastName"`
	Email     string          `json:"email"`
	Groups    []userGroup     `json:"groups"`
	Role      string          `json:"role"`
	Config    json.RawMessage `json:"config"`
}

// userGroup is a group inside a user (contract, 3.3).
type userGroup struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Permissions []any  `json:"permissions"` // always empty
}

func userOf(s core.SeenUser) user {
	return user{
		ID: s.ID.Hex(), Username: s.Username, FirstName: s.GivenName, LastName: s.FamilyName, Email: s.Email,
		Groups: dialect.All(s.Groups, userGroupOf), Role: roleOf(s), Config: json.RawMessage(cmp.Or(s.Config, "{}")),
	}
}

func userGroupOf(g *muster.Group) userGroup { return userGroup{g.ID.Hex(), groupName(g), []any{}} }

// roleOf is the role that is shown: being a superUser is a membership, and who has no word is a viewer.
func roleOf(s core.SeenUser) string {
	if slices.ContainsFunc(s.Groups, func(g *muster.Group) bool { return g.ID == muster.Administrators }) {
		return muster.RoleSuperUser
	}
	return cmp.Or(s.Role, muster.RoleViewer)
}

// userBody is what create and update have in common.
type userBody struct {
	Username  word            `json:"username"`
	Email     word            `json:"email"`
	Password  word            `json:"password"`
	FirstName word            `json:"firstName"`
	LastName  word            `json:"lastName"`
	Role      word            `json:"role"`
	Config    json.RawMessage `json:"config"`
	GroupsIDs idList          `json:"groupsIds"`
	GroupIDs  idList          `json:"groupIds"`
}

func (b userBody) profile() (core.Profile, error) {
	role, err := b.Role.role()
	return core.Profile{
		Username: b.Username.text, Email: b.Email.text, Password: b.Password.text, GivenName: b.FirstName.pointer(), FamilyName: b.LastName.pointer(),
		Role: role, Groups: first(b.GroupsIDs, b.GroupIDs), Config: b.Config, WithGroups: true, Partial: true,
	}, err
}

func (f *facade) createUser(w http.ResponseWriter, r *http.Request) error {
	var p struct {
		userBody
		AssignDefaultGroup truth `json:"assignDefaultGroup"`
	}
	if err := read(r, &p); err != nil {
		return err
	}
	profile, err := p.profile()
	if err != nil {
		return err
	}
	profile.Needs, profile.DefaultGroup = []string{"username", "email", "password"}, bool(p.AssignDefaultGroup)
	return answerUser(w)(f.core.CreateUser(r.Context(), profile))
}

func answerUser(w http.ResponseWriter) func(core.SeenUser, error) error {
	return func(u core.SeenUser, err error) error {
		if err != nil {
			return err
		}
		return httpx.JSON(w, http.StatusOK, dialect.ContentType, userOf(u))
	}
}

func (f *facade) updateUser(w http.ResponseWriter, r *http.Request) error {
	var p struct {
		userBody
		Groups idList `json:"groups"`
	}
	if err := read(r, &p); err != nil {
		return err
	}
	if err := cmp.Or(p.Username.notBlank("username"), p.Password.notBlank("password")); err != nil {
		return err
	}
	profile, err := p.profile()
	if err != nil {
		return err
	}
	profile.NoEmail = p.Email.notBlank("email") != nil
	if p.Groups.given {
		profile.Groups = p.Groups.ids
	}
	return answerUser(w)(f.core.UpdateUser(r.Context(), idOf(r.PathValue("userId")), profile))
}

// listUsers streams all users: the answer has no pages, and is never in memory as a whole. How long it takes is not known, so each
// part has the time of an answer.
func (f *facade) listUsers(w http.ResponseWriter, r *http.Request) error {
	list, control := dialect.NewListNamed(w, "users"), http.NewResponseController(w)
	err := f.core.WalkUsers(r.Context(), func(page []core.SeenUser) error {
		_ = control.SetWriteDeadline(time.Now().Add(httpx.AnswerTime)) // not every ResponseWriter of a test has deadlines
		return list.Add(dialect.All(page, userOf))
	})
	if err != nil {
		return list.Cut(err)
	}
	return list.End([]user{})
}

func (f *facade) deleteUser(w http.ResponseWriter, r *http.Request) error {
	return done(w, f.core.DeleteUser(r.Context(), idOf(r.PathValue("userId"))))
}

// done is the answer of what has no content: 200 without a body.
func done(w http.ResponseWriter, err error) error {
	if err == nil {
		w.WriteHeader(http.StatusOK)
	}
	return err
}

func (f *facade) assignUserObjects(w http.ResponseWriter, r *http.Request) error {
	var p struct {
		PreviousOwnerID word `json:"previousOwnerId"`
		NewOwnerID      word `json:"newOwnerId"`
	}
	if err := read(r, &p); err != nil {
		return err
	}
	if err := cmp.Or(p.PreviousOwnerID.needed("previousOwnerId"), p.NewOwnerID.needed("newOwnerId")); err != nil {
		return err
	}
	if p.PreviousOwnerID == p.NewOwnerID {
		return muster.InvalidField("newOwnerId", "is the previous owner")
	}
	_, err := f.core.HandOver(r.Context(), idOf(p.PreviousOwnerID.text), idOf(p.NewOwnerID.text))
	return done(w, err)
}
