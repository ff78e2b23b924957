package corteza

import (
	"context"
	"net/http"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// role is the role object (contract, 5).
type role struct {
	bareRole
	CanGrant      bool `json:"canGrant"`
	CanUpdateRole bool `json:"canUpdateRole"`
	CanDeleteRole bool `json:"canDeleteRole"`
}

// bareRole is a role as scripts get it.
type bareRole struct {
	RoleID     string `json:"roleID"`
	Name       string `json:"name"`
	Handle     string `json:"handle"`
	CreatedAt  string `json:"createdAt"`
	UpdatedAt  string `json:"updatedAt,omitempty"`
	ArchivedAt string `json:"archivedAt,omitempty"`
	DeletedAt  string `json:"deletedAt,omitempty"`
}

func roleOf(g core.SeenGroup) role {
	return role{bareRole{
		RoleID: g.ID.String(), Name: g.Name, Handle: g.Handle, CreatedAt: dialect.Instant(g.CreatedAt), UpdatedAt: dialect.Instant(g.UpdatedAt),
		ArchivedAt: dialect.Instant(g.ArchivedAt), DeletedAt: dialect.Instant(g.DeletedAt),
	}, g.MayGrant, g.MayUpdate, g.MayDelete}
}

// roleSort maps the storage names of the original to the core's.
var roleSort = map[string]string{
	"id": "id", "name": "name", "handle": "handle", "created_at": "createdAt", "updated_at": "updatedAt",
	"archived_at": "archivedAt", "deleted_at": "deletedAt",
}

type listRolesParams struct {
	Query    string     `json:"query"`
	Deleted  stateParam `json:"deleted"`
	Archived stateParam `json:"archived"`
	Sort     string     `json:"sort"`
	pageParams
}

type roleFilter struct {
	RoleID   []muster.ID  `json:"roleID"`   // always null
	MemberID int          `json:"memberID"` // always 0
	Query    string       `json:"query"`
	Handle   string       `json:"handle"`
	Name     string       `json:"name"`
	Deleted  muster.State `json:"deleted"`
	Archived muster.State `json:"archived"`
	Sort     string       `json:"sort"`
	paging
}

func (f *facade) listRoles(r *http.Request, p listRolesParams) (any, error) {
	orders, sort := sortParam(p.Sort, roleSort)
	filter := muster.GroupFilter{
		Prefix: p.Query, Deleted: p.Deleted.state(false), Archived: p.Archived.state(false), Sort: orders, Page: p.page(),
	}
	list, err := f.core.ListGroups(r.Context(), filter)
	return filtered(roleFilter{
		Query: p.Query, Deleted: filter.Deleted, Archived: filter.Archived, Sort: sort, paging: p.echo(list.Total),
	}, dialect.All(list.Items, roleOf)), err
}

func (f *facade) readRole(r *http.Request, _ none) (any, error) {
	return dialect.As(roleOf)(f.core.ReadGroup(r.Context(), pathID(r, "roleID")))
}

type roleParams struct {
	Name    string    `json:"name"`
	Handle  string    `json:"handle"`
	Members []idParam `json:"members"`
}

// form is the core's form. No members mean that they stay as they are.
func (p roleParams) form() core.GroupForm {
	f := core.GroupForm{Name: p.Name, Handle: p.Handle}
	if len(p.Members) > 0 {
		f.Members = ids(p.Members)
	}
	return f
}

func (f *facade) createRole(r *http.Request, p roleParams) (any, error) {
	return dialect.As(newRoleOf)(f.core.CreateGroup(r.Context(), p.form()))
}

func newRoleOf(g core.SeenGroup) role {
	answer := roleOf(g)
	answer.CreatedAt = fresh(g.CreatedAt)
	return answer
}

func (f *facade) updateRole(r *http.Request, p roleParams) (any, error) {
	return dialect.As(roleOf)(f.core.UpdateGroup(r.Context(), pathID(r, "roleID"), p.form()))
}

// memberRole reads the role of a route about members. Everyone has none that could be told or changed: it is no id there.
func memberRole(r *http.Request) muster.ID {
	id := pathID(r, "roleID")
	if id == muster.Everyone {
		return 0
	}
	return id
}

func (f *facade) listMembers(r *http.Request, _ none) (any, error) {
	return dialect.As(decimals)(f.core.ListMembers(r.Context(), memberRole(r)))
}

// onMember is the handler of a verb that acts on a user in a role; two spellings of the path lead to each.
func onMember(verb func(ctx context.Context, group, user muster.ID) error) httpx.Handler {
	return handle(func(r *http.Request, _ none) (any, error) {
		return done(verb(r.Context(), memberRole(r), pathID(r, "userID")))
	})
}

type mergeParams struct {
	Destination idParam `json:"destination"`
}

func (f *facade) mergeRole(r *http.Request, p mergeParams) (any, error) {
	return done(f.core.MergeGroups(r.Context(), pathID(r, "roleID"), muster.ID(p.Destination)))
}

// moveRole has been obsolete in the original for as long as anybody remembers, and always fails.
func moveRole(*http.Request, none) (any, error) { return nil, errObsolete }

var errObsolete = muster.Errorf(muster.Disabled, "obsolete", "this call is obsolete")
