package crust

import (
	"errors"
	"net/http"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
)

// team is the team object (contract, 4.2): a group. Whoever is in it is told by the users.
type team struct {
	TeamID         string `json:"teamID"`
	Name           string `json:"name"`
	Handle         string `json:"handle"`
	OrganisationID string `json:"organisationID"`
	CreatedAt      string `json:"createdAt"`
	UpdatedAt      string `json:"updatedAt,omitempty"`
}

func teamOf(g core.SeenGroup) team { return bareTeamOf(g.Group) }

func bareTeamOf(g *muster.Group) team {
	return team{
		TeamID: g.ID.String(), Name: g.Name, Handle: g.Handle, OrganisationID: g.Organisation.String(),
		CreatedAt: dialect.Instant(g.CreatedAt), UpdatedAt: dialect.Instant(g.UpdatedAt),
	}
}

type listParams struct {
	Query string `json:"query"`
}

func (f *facade) listTeams(r *http.Request, p listParams) (any, error) {
	list, err := f.core.ListGroups(r.Context(), muster.GroupFilter{
		Prefix: p.Query, NameOnly: true, Ordinary: true, Sort: []muster.Order{{Column: "name"}},
	})
	return dialect.All(list.Items, teamOf), err
}

type teamParams struct {
	Name    string    `json:"name"`
	Members []idParam `json:"members"`
}

// form is the core's form. Members that are given count, also where there are none among them: a blank one empties the team.
func (p teamParams) form() core.GroupForm {
	f := core.GroupForm{Name: p.Name, Partial: true}
	if p.Members == nil {
		return f
	}
	f.Members = []muster.ID{}
	for _, m := range p.Members {
		if m.given {
			f.Members = append(f.Members, known(m.id))
		}
	}
	return f
}

func (f *facade) createTeam(r *http.Request, p teamParams) (any, error) {
	return dialect.As(teamOf)(f.core.CreateGroup(r.Context(), p.form()))
}

func (f *facade) updateTeam(r *http.Request, p teamParams) (any, error) {
	return dialect.As(teamOf)(f.core.UpdateGroup(r.Context(), pathID(r, "teamID"), p.form()))
}

type moveParams struct {
	OrganisationID idParam `json:"organisationID"`
}

func (f *facade) moveTeam(r *http.Request, p moveParams) (any, error) {
	organisation, err := p.OrganisationID.needed("organisationID")
	if err != nil {
		return nil, err
	}
	return done(f.core.MoveGroup(r.Context(), pathID(r, "teamID"), organisation))
}

type mergeParams struct {
	Destination idParam `json:"destination"`
}

func (f *facade) mergeTeam(r *http.Request, p mergeParams) (any, error) {
	destination, err := p.Destination.needed("destination")
	if err != nil {
		return nil, err
	}
	return done(f.core.MergeGroups(r.Context(), pathID(r, "teamID"), destination))
}

type memberParams struct {
	UserID idParam `json:"userID"`
}

func (f *facade) addMember(r *http.Request, p memberParams) (any, error) {
	user, err := p.UserID.needed("userID")
	if err != nil {
		return nil, err
	}
	return done(f.core.AddMember(r.Context(), pathID(r, "teamID"), user))
}

// removeMember is content if the user was not in the team, also if there is no such user.
func (f *facade) removeMember(r *http.Request, p memberParams) (any, error) {
	user, err := p.UserID.needed("userID")
	if err != nil {
		return nil, err
	}
	err = f.core.RemoveMember(r.Context(), pathID(r, "teamID"), user)
	if errors.Is(err, muster.ErrUserNotFound) {
		err = nil
	}
	return done(err)
}
