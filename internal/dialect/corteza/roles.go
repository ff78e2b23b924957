package corteza

import (
	"context"
	"net/http"

	"muster"
	"muster/internal/core"
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
		RoleID: g.ID.String(), Name: g.Name, Handle: g.Handle, CreatedAt: instant(g.CreatedAt), UpdatedAt: instant(g.UpdatedAt),
		ArchivedAt: instant(g.ArchivedAt), DeletedAt: instant(g.DeletedAt),
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

// filtered is the shape of lists that have a filter.
func filtered[F, S any](filter F, set []S) any {
	return struct {
		Filter F   `json:"filter"`
		Set    []S `json:"set"`
	}{filter, set}
}

func (f *facade) listRoles(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[listRolesParams](r)
	if err != nil {
		return err
	}
	orders, sort, err := sortParam(p.Sort, roleSort)
	if err != nil {
		return err
	}
	filter := muster.GroupFilter{
		Prefix: p.Query, Deleted: p.Deleted.state(false), Archived: p.Archived.state(false), Sort: orders, Page: p.page(),
	}
	list, err := f.core.ListGroups(r.Context(), filter)
	if err != nil {
		return err
	}
	set := make([]role, len(list.Items))
	for i, g := range list.Items {
		set[i] = roleOf(g)
	}
	return respond(w, filtered(roleFilter{
		Query: p.Query, Deleted: filter.Deleted, Archived: filter.Archived, Sort: sort, paging: p.echo(list.Total),
	}, set))
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

func (f *facade) createRole(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[roleParams](r)
	if err != nil {
		return err
	}
	g, err := f.core.CreateGroup(r.Context(), p.form())
	if err != nil {
		return err
	}
	answer := roleOf(g)
	answer.CreatedAt = fresh(g.CreatedAt)
	return respond(w, answer)
}

func (f *facade) readRole(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "roleID")
	if err != nil {
		return err
	}
	g, err := f.core.ReadGroup(r.Context(), id)
	if err != nil {
		return err
	}
	return respond(w, roleOf(g))
}

func (f *facade) updateRole(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[roleParams](r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "roleID")
	if err != nil {
		return err
	}
	g, err := f.core.UpdateGroup(r.Context(), id, p.form())
	if err != nil {
		return err
	}
	return respond(w, roleOf(g))
}

// onRole is the handler of a verb that acts on one role and answers nothing.
func onRole(verb func(context.Context, muster.ID) error) func(http.ResponseWriter, *http.Request) error {
	return onID("roleID", verb)
}

// memberRole reads the role of a route about members: everyone has none that could be told or changed.
func memberRole(r *http.Request) (muster.ID, error) {
	id, err := pathID(r, "roleID")
	if err == nil && id == muster.Everyone {
		err = errInvalidID
	}
	return id, err
}

func (f *facade) listMembers(w http.ResponseWriter, r *http.Request) error {
	id, err := memberRole(r)
	if err != nil {
		return err
	}
	members, err := f.core.ListMembers(r.Context(), id)
	if err != nil {
		return err
	}
	return respond(w, decimals(members))
}

// onMember is the handler of a verb that acts on a user in a role; two spellings of the path lead to each.
func onMember(verb func(ctx context.Context, group, user muster.ID) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := decode[struct{}](r); err != nil {
			return err
		}
		group, err := memberRole(r)
		if err != nil {
			return err
		}
		user, err := pathID(r, "userID")
		if err != nil {
			return err
		}
		if err := verb(r.Context(), group, user); err != nil {
			return err
		}
		return succeed(w)
	}
}

type mergeParams struct {
	Destination idParam `json:"destination"`
}

func (f *facade) mergeRole(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[mergeParams](r)
	if err != nil {
		return err
	}
	if p.Destination == 0 {
		return errInvalidID
	}
	return act(w, r, "roleID", func(ctx context.Context, id muster.ID) error {
		return f.core.MergeGroups(ctx, id, muster.ID(p.Destination))
	})
}

// moveRole has been obsolete in the original for as long as anybody remembers, and always fails.
func moveRole(http.ResponseWriter, *http.Request) error { return errObsolete }

var errObsolete = muster.Errorf(muster.Disabled, "obsolete", "this call is obsolete")
