package crust

import (
	"encoding/json"
	"net/http"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// user is the user object (contract, 4.1). Whoever is shown is neither suspended nor deleted, so it has no times of that.
type user struct {
	UserID         string `json:"userID"`
	Username       string `json:"username"`
	Email          string `json:"email"`
	Name           string `json:"name"`
	Handle         string `json:"handle"`
	Kind           string `json:"kind"`
	OrganisationID string `json:"organisationID"`
	RelatedUserID  string `json:"relatedUserID"`
	User           any    `json:"user"` // always null
	CreatedAt      string `json:"createdAt"`
	UpdatedAt      string `json:"updatedAt,omitempty"`
	Teams          []team `json:"teams,omitempty"`
}

func userOf(s core.SeenUser) user {
	return user{
		UserID: s.ID.String(), Username: s.Username, Email: s.Email, Name: s.Name, Handle: s.Handle, Kind: s.Kind,
		OrganisationID: s.Organisation.String(), RelatedUserID: s.Owner.String(),
		CreatedAt: dialect.Instant(s.CreatedAt), UpdatedAt: dialect.Instant(s.UpdatedAt),
		Teams: dialect.All(s.Groups, bareTeamOf),
	}
}

// wholeUserOf is the user as he shows to who has just made or changed him, and to himself: without teams.
func wholeUserOf(u *muster.User) user { return userOf(core.SeenUser{User: u}) }

type listUsersParams struct {
	Query    string `json:"query"`
	Username string `json:"username"`
	Email    string `json:"email"`
}

// listUsers answers all users that there are, a part at a time: this wire has no pages.
func (f *facade) listUsers(w http.ResponseWriter, r *http.Request) error {
	var p listUsersParams
	if err := httpx.DecodeFormFirst(r, &p); err != nil {
		return err
	}
	filter := muster.UserFilter{
		Prefix: p.Query, Username: p.Username, Email: p.Email, AnyUsername: true, WithGroups: true,
		Sort: []muster.Order{{Column: "anyUsername"}}, Page: muster.Page{Limit: f.Page, NoTotal: true},
	}
	answer := dialect.NewList(w)
	for {
		part, err := f.core.ListUsers(r.Context(), filter)
		if err != nil {
			return answer.Cut(err)
		}
		users := dialect.All(part.Items, userOf)
		if len(users) < f.Page {
			return answer.End(users)
		}
		if err := answer.Add(users); err != nil {
			return err
		}
		filter.After = users[len(users)-1].Username
	}
}

type userParams struct {
	Email          string          `json:"email"`
	Username       string          `json:"username"`
	Handle         string          `json:"handle"`
	Name           string          `json:"name"`
	Kind           string          `json:"kind"`
	Password       string          `json:"password" from:"body"`
	Meta           json.RawMessage `json:"meta"`
	SatosaID       string          `json:"satosaID"`
	OrganisationID idParam         `json:"organisationID"`
}

func (p userParams) profile() core.Profile {
	profile := core.Profile{
		Email: p.Email, Username: p.Username, Handle: p.Handle, Name: p.Name, Kind: p.Kind, Password: p.Password,
		Meta: string(p.Meta), ExternalID: p.SatosaID, Partial: true,
	}
	if p.OrganisationID.given {
		profile.Organisation = &p.OrganisationID.id
	}
	return profile
}

func (f *facade) createUser(r *http.Request, p userParams) (any, error) {
	profile := p.profile()
	profile.Needs = []string{"email", "username", "handle", "name", "password"}
	return dialect.As(wholeUserOf)(f.core.CreateUser(r.Context(), profile))
}

func (f *facade) updateUser(r *http.Request, p userParams) (any, error) {
	return dialect.As(wholeUserOf)(f.core.UpdateUser(r.Context(), pathID(r, "userID"), p.profile()))
}
