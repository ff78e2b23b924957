package corteza

import (
	"encoding/json"
	"net/http"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
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
		CreatedAt: dialect.Instant(a.CreatedAt), UpdatedAt: dialect.Instant(a.UpdatedAt), DeletedAt: dialect.Instant(a.DeletedAt),
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

func (f *facade) listApplications(r *http.Request, p listApplicationsParams) (any, error) {
	orders, sort := sortParam(p.Sort, applicationSort)
	filter := muster.ApplicationFilter{Contains: p.Query, Deleted: p.Deleted.state(false), Sort: orders, Page: p.page()}
	list, err := f.core.ListApplications(r.Context(), filter)
	return filtered(applicationFilter{
		Name: p.Name, Query: p.Query, Deleted: filter.Deleted, Sort: sort, paging: p.echo(list.Total),
	}, dialect.All(list.Items, applicationOf)), err
}

func (f *facade) readApplication(r *http.Request, _ none) (any, error) {
	return dialect.As(applicationOf)(f.core.ReadApplication(r.Context(), pathID(r, "applicationID")))
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

func (f *facade) createApplication(r *http.Request, p applicationParams) (any, error) {
	form, err := p.form()
	if err != nil {
		return nil, err
	}
	return dialect.As(newApplicationOf)(f.core.CreateApplication(r.Context(), form))
}

func newApplicationOf(a core.SeenApplication) application {
	answer := applicationOf(a)
	answer.CreatedAt = fresh(a.CreatedAt)
	return answer
}

func (f *facade) updateApplication(r *http.Request, p applicationParams) (any, error) {
	form, err := p.form()
	if err != nil {
		return nil, err
	}
	return dialect.As(applicationOf)(f.core.UpdateApplication(r.Context(), pathID(r, "applicationID"), form))
}
