package corteza

import (
	"net/http"

	"muster"
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
		OrganisationID: o.ID.String(), Name: o.Name, CreatedAt: instant(o.CreatedAt), UpdatedAt: instant(o.UpdatedAt),
		ArchivedAt: instant(o.ArchivedAt), DeletedAt: instant(o.DeletedAt),
	}
}

type listOrganisationsParams struct {
	Query string `json:"query"`
}

func (f *facade) listOrganisations(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[listOrganisationsParams](r)
	if err != nil {
		return err
	}
	list, err := f.core.ListOrganisations(r.Context(), p.Query)
	if err != nil {
		return err
	}
	answer := make([]organisation, len(list))
	for i, o := range list {
		answer[i] = organisationOf(o)
	}
	return respond(w, answer)
}

type organisationParams struct {
	Name string `json:"name"`
}

func (f *facade) createOrganisation(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[organisationParams](r)
	if err != nil {
		return err
	}
	o, err := f.core.CreateOrganisation(r.Context(), p.Name)
	if err != nil {
		return err
	}
	answer := organisationOf(o)
	answer.CreatedAt = fresh(o.CreatedAt)
	return respond(w, answer)
}

func (f *facade) readOrganisation(w http.ResponseWriter, r *http.Request) error {
	o, err := f.core.ReadOrganisation(r.Context(), looseID(r.PathValue("organisationID")))
	if err != nil {
		return err
	}
	return respond(w, organisationOf(o))
}

func (f *facade) updateOrganisation(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[organisationParams](r)
	if err != nil {
		return err
	}
	o, err := f.core.UpdateOrganisation(r.Context(), looseID(r.PathValue("organisationID")), p.Name)
	if err != nil {
		return err
	}
	return respond(w, organisationOf(o))
}
