package corteza

import (
	"net/http"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
)

// user is the user object (contract, 4).
type user struct {
	UserID         string    `json:"userID"`
	Username       string    `json:"username"`
	Email          string    `json:"email"`
	Name           string    `json:"name"`
	Handle         string    `json:"handle"`
	Kind           string    `json:"kind"`
	Meta           *userMeta `json:"meta"`
	OrganisationID string    `json:"organisationID"`
	RelatedUserID  string    `json:"relatedUserID"`
	User           any       `json:"user"` // always null
	CreatedAt      string    `json:"createdAt"`
	UpdatedAt      string    `json:"updatedAt,omitempty"`
	SuspendedAt    string    `json:"suspendedAt,omitempty"`
	DeletedAt      string    `json:"deletedAt,omitempty"`
}

type userMeta struct {
	Avatar string `json:"avatar,omitempty"`
}

// What is shown in place of what the caller may not see.
const (
	maskedEmail = "####.#######@######.###"
	maskedName  = "##### ##########"
)

func userOf(s core.SeenUser) user {
	u := user{
		UserID: s.ID.String(), Username: username(s.User), Email: s.Email, Name: s.Name, Handle: s.Handle, Kind: s.Kind,
		Meta: &userMeta{s.Avatar}, OrganisationID: s.Organisation.String(), RelatedUserID: s.Owner.String(),
		CreatedAt: dialect.Instant(s.CreatedAt), UpdatedAt: dialect.Instant(s.UpdatedAt), SuspendedAt: dialect.Instant(s.SuspendedAt), DeletedAt: dialect.Instant(s.DeletedAt),
	}
	if s.EmailHidden {
		u.Email = maskedEmail
	}
	if s.NameHidden {
		u.Name = maskedName
	}
	return u
}

// userSort maps the storage names of the original to the core's.
var userSort = map[string]string{
	"id": "id", "email": "email", "username": "username", "name": "name", "handle": "handle", "meta": "avatar", "kind": "kind",
	"rel_organisation": "organisation", "email_confirmed": "emailConfirmedAt", "created_at": "createdAt", "updated_at": "updatedAt",
	"suspended_at": "suspendedAt", "deleted_at": "deletedAt",
}

type listUsersParams struct {
	UserID       []idParam  `json:"userID"`
	RoleID       []idParam  `json:"roleID"`
	Query        string     `json:"query"`
	Username     string     `json:"username"`
	Email        string     `json:"email"`
	Handle       string     `json:"handle"`
	Kind         string     `json:"kind"`
	Deleted      stateParam `json:"deleted"`
	Suspended    stateParam `json:"suspended"`
	IncDeleted   bool       `json:"incDeleted"`
	IncSuspended bool       `json:"incSuspended"`
	Sort         string     `json:"sort"`
	pageParams
}

type userFilter struct {
	UserID    []muster.ID  `json:"userID"`
	RoleID    []muster.ID  `json:"roleID"`
	Query     string       `json:"query"`
	Email     string       `json:"email"`
	Username  string       `json:"username"`
	Handle    string       `json:"handle"`
	Kind      string       `json:"kind"`
	Deleted   muster.State `json:"deleted"`
	Suspended muster.State `json:"suspended"`
	Sort      string       `json:"sort"`
	paging
}

func (f *facade) listUsers(r *http.Request, p listUsersParams) (any, error) {
	orders, sort := sortParam(p.Sort, userSort)
	filter := muster.UserFilter{
		IDs: ids(p.UserID), Groups: ids(p.RoleID), Prefix: p.Query, Username: p.Username, Email: p.Email, Handle: p.Handle, Kind: p.Kind,
		Deleted: p.Deleted.state(p.IncDeleted), Suspended: p.Suspended.state(p.IncSuspended), Sort: orders, Page: p.page(),
	}
	list, err := f.core.ListUsers(r.Context(), filter)
	var set []user // null when there is none
	if len(list.Items) > 0 {
		set = dialect.All(list.Items, userOf)
	}
	return filtered(userFilter{
		UserID: filter.IDs, RoleID: filter.Groups, Query: p.Query, Email: p.Email, Username: p.Username, Handle: p.Handle, Kind: p.Kind,
		Deleted: filter.Deleted, Suspended: filter.Suspended, Sort: sort, paging: p.echo(list.Total),
	}, set), err
}

func (f *facade) readUser(r *http.Request, _ none) (any, error) {
	return dialect.As(userOf)(f.core.ReadUser(r.Context(), pathID(r, "userID")))
}

type userParams struct {
	Email  string `json:"email"`
	Name   string `json:"name"`
	Handle string `json:"handle"`
	Kind   string `json:"kind"`
}

func (p userParams) profile() core.Profile {
	return core.Profile{Email: p.Email, Name: p.Name, Handle: p.Handle, Kind: p.Kind, AcceptEmail: acceptEmail}
}

func (f *facade) createUser(r *http.Request, p userParams) (any, error) {
	profile := p.profile()
	profile.MakeHandle = true
	return dialect.As(newUserOf)(f.core.CreateUser(r.Context(), profile))
}

func newUserOf(u core.SeenUser) user {
	answer := userOf(u)
	answer.Meta, answer.CreatedAt = nil, fresh(u.CreatedAt)
	return answer
}

func (f *facade) updateUser(r *http.Request, p userParams) (any, error) {
	return dialect.As(userOf)(f.core.UpdateUser(r.Context(), pathID(r, "userID"), p.profile()))
}

type passwordParams struct {
	Password string `json:"password" from:"body"`
}

func (f *facade) setPassword(r *http.Request, p passwordParams) (any, error) {
	return done(f.core.SetPassword(r.Context(), pathID(r, "userID"), p.Password))
}
