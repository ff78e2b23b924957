package corteza

import (
	"net/http"

	"muster"
	"muster/internal/dialect"
)

// organisation is the organisation object (contract, 7).
type organisation struct {
	OrganisationID string `json:"organisationID"`
	FQN            string `json:"fqn"` // always empty
	Name           string `json:"name"`
	CreatedAt      string `json:"createdAt"`
	UpdatedAt      string `json:"updatedAt,omitempty"`
	ArchivedAt     string `json:"archivedAt,omitempty"`
	DeletedAt      string `json:"deletedAt,omitempty"`
}

func organisationOf(o *muster.Organisation) organisation {
	return organisation{
		OrganisationID: o.ID.String(), Name: o.Name, CreatedAt: dialect.Instant(o.CreatedAt), UpdatedAt: dialect.Instant(o.UpdatedAt),
		ArchivedAt: dialect.Instant(o.ArchivedAt), DeletedAt: dialect.Instant(o.DeletedAt),
	}
}

type listOrganisationsParams struct {
	Query string `json:"query"`
}

func (f *facade) listOrganisations(r *http.Request, p listOrganisationsParams) (any, error) {
	list, err := f.core.ListOrganisations(r.Context(), p.Query)
	return dialect.All(list, organisationOf), err
}

type organisationParams struct {
	Name string `json:"name"`
}

func (f *facade) createOrganisation(r *http.Request, p organisationParams) (any, error) {
	return dialect.As(newOrganisationOf)(f.core.CreateOrganisation(r.Context(), p.Name))
}

func newOrganisationOf(o *muster.Organisation) organisation {
	answer := organisationOf(o)
	answer.CreatedAt = fresh(o.CreatedAt)
	return answer
}

func (f *facade) updateOrganisation(r *http.Request, p organisationParams) (any, error) {
	return dialect.As(organisationOf)(f.core.UpdateOrganisation(r.Context(), pathID(r, "organisationID"), p.Name))
}
