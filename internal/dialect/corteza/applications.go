package corteza

import (
	"encoding/json"
	"net/http"

	"muster"
	"muster/internal/core"
	"muster/internal/httpx"
)

// application is the application object (contract, 6).
type application struct {
	bareApplication
	CanGrant             bool `json:"canGrant"`
	CanUpdateApplication bool `json:"canUpdateApplication"`
	CanDeleteApplication bool `json:"canDeleteApplication"`
}

// bareApplication is an application as scripts get it.
type bareApplication struct {
	ApplicationID string           `json:"applicationID"`
	Name          string           `json:"name"`
	OwnerID       int              `json:"ownerID"` // always 0
	Enabled       bool             `json:"enabled"`
	Unify         *muster.Launcher `json:"unify,omitempty"`
	CreatedAt     string           `json:"createdAt"`
	UpdatedAt     string           `json:"updatedAt,omitempty"`
	DeletedAt     string           `json:"deletedAt,omitempty"`
}

func applicationOf(a core.SeenApplication) application {
	return application{bareApplication{
		ApplicationID: a.ID.String(), Name: a.Name, Enabled: a.Enabled, Unify: a.Launcher,
		CreatedAt: instant(a.CreatedAt), UpdatedAt: instant(a.UpdatedAt), DeletedAt: instant(a.DeletedAt),
	}, a.MayGrant, a.MayUpdate, a.MayDelete}
}

// applicationSort maps the storage names of the original to the core's.
var applicationSort = map[string]string{
	"id": "id", "rel_owner": "owner", "name": "name", "enabled": "enabled", "unify": "launcher",
	"created_at": "createdAt", "updated_at": "updatedAt", "deleted_at": "deletedAt",
}

type listApplicationsParams struct {
	Name    string     `json:"name"`
	Query   string     `json:"query"`
	Deleted stateParam `json:"deleted"`
	Sort    string     `json:"sort"`
	pageParams
}

type applicationFilter struct {
	Name    string       `json:"name"` // is echoed and selects nothing
	Query   string       `json:"query"`
	Deleted muster.State `json:"deleted"`
	Sort    string       `json:"sort"`
	paging
}

func (f *facade) listApplications(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[listApplicationsParams](r)
	if err != nil {
		return err
	}
	orders, sort, err := sortParam(p.Sort, applicationSort)
	if err != nil {
		return err
	}
	filter := muster.ApplicationFilter{Contains: p.Query, Deleted: p.Deleted.state(false), Sort: orders, Page: p.page()}
	list, err := f.core.ListApplications(r.Context(), filter)
	if err != nil {
		return err
	}
	set := make([]application, len(list.Items))
	for i, a := range list.Items {
		set[i] = applicationOf(a)
	}
	return respond(w, filtered(applicationFilter{
		Name: p.Name, Query: p.Query, Deleted: filter.Deleted, Sort: sort, paging: p.echo(list.Total),
	}, set))
}

type applicationParams struct {
	Name    string          `json:"name"`
	Enabled bool            `json:"enabled"`
	Unify   json.RawMessage `json:"unify"`
}

// form reads the launcher entry, which a form carries as JSON text. A config beside it is taken and dropped, as ever.
func (p applicationParams) form() (core.ApplicationForm, error) {
	form := core.ApplicationForm{Name: p.Name, Enabled: p.Enabled}
	if len(p.Unify) == 0 || string(p.Unify) == "null" {
		return form, nil
	}
	form.Launcher = &muster.Launcher{}
	return form, httpx.DecodeJSON(p.Unify, form.Launcher)
}

func (f *facade) createApplication(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[applicationParams](r)
	if err != nil {
		return err
	}
	form, err := p.form()
	if err != nil {
		return err
	}
	a, err := f.core.CreateApplication(r.Context(), form)
	if err != nil {
		return err
	}
	answer := applicationOf(a)
	answer.CreatedAt = fresh(a.CreatedAt)
	return respond(w, answer)
}

func (f *facade) readApplication(w http.ResponseWriter, r *http.Request) error {
	a, err := f.core.ReadApplication(r.Context(), looseID(r.PathValue("applicationID")))
	if err != nil {
		return err
	}
	return respond(w, applicationOf(a))
}

func (f *facade) updateApplication(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[applicationParams](r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "applicationID")
	if err != nil {
		return err
	}
	form, err := p.form()
	if err != nil {
		return err
	}
	a, err := f.core.UpdateApplication(r.Context(), id, form)
	if err != nil {
		return err
	}
	return respond(w, applicationOf(a))
}
