package crust

import (
	"net/http"
	"strings"

	"muster"
	"muster/internal/dialect"
)

// organisation is the organisation object (contract, 4.2).
type organisation struct {
	OrganisationID string `json:"organisationID"`
	FQN            string `json:"fqn"` // always empty
	Name           string `json:"name"`
	CreatedAt      string `json:"createdAt"`
	UpdatedAt      string `json:"updatedAt,omitempty"`
}

func organisationOf(o *muster.Organisation) organisation {
	return organisation{
		OrganisationID: o.ID.String(), Name: o.Name, CreatedAt: dialect.Instant(o.CreatedAt), UpdatedAt: dialect.Instant(o.UpdatedAt),
	}
}

func (f *facade) listOrganisations(r *http.Request, p listParams) (any, error) {
	list, err := f.core.ListOrganisations(r.Context(), p.Query)
	return dialect.All(list, organisationOf), err
}

type readOrganisationParams struct {
	ID string `json:"id"`
}

// readOrganisation reads the one of the query, as the original does, else that of the path.
func (f *facade) readOrganisation(r *http.Request, p readOrganisationParams) (any, error) {
	id := pathID(r, "id")
	if strings.TrimSpace(p.ID) != "" {
		id = known(dialect.ID(p.ID))
	}
	return dialect.As(organisationOf)(f.core.ReadOrganisation(r.Context(), id))
}

type organisationParams struct {
	Name string `json:"name"`
}

func (f *facade) createOrganisation(r *http.Request, p organisationParams) (any, error) {
	return dialect.As(organisationOf)(f.core.CreateOrganisation(r.Context(), p.Name))
}

func (f *facade) updateOrganisation(r *http.Request, p organisationParams) (any, error) {
	return dialect.As(organisationOf)(f.core.UpdateOrganisation(r.Context(), pathID(r, "id"), p.Name))
}
