package corteza

import (
	"context"
	"net/http"

	"muster"
	"muster/internal/core"
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
		CreatedAt: instant(s.CreatedAt), UpdatedAt: instant(s.UpdatedAt), SuspendedAt: instant(s.SuspendedAt), DeletedAt: instant(s.DeletedAt),
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

func (f *facade) listUsers(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[listUsersParams](r)
	if err != nil {
		return err
	}
	orders, sort, err := sortParam(p.Sort, userSort)
	if err != nil {
		return err
	}
	filter := muster.UserFilter{
		IDs: ids(p.UserID), Groups: ids(p.RoleID), Prefix: p.Query, Username: p.Username, Email: p.Email, Handle: p.Handle, Kind: p.Kind,
		Deleted: p.Deleted.state(p.IncDeleted), Suspended: p.Suspended.state(p.IncSuspended), Sort: orders, Page: p.page(),
	}
	list, err := f.core.ListUsers(r.Context(), filter)
	if err != nil {
		return err
	}
	var set []user // null when there is none
	for _, u := range list.Items {
		set = append(set, userOf(u))
	}
	return respond(w, filtered(userFilter{
		UserID: filter.IDs, RoleID: filter.Groups, Query: p.Query, Email: p.Email, Username: p.Username, Handle: p.Handle, Kind: p.Kind,
		Deleted: filter.Deleted, Suspended: filter.Suspended, Sort: sort, paging: p.echo(list.Total),
	}, set))
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

func (f *facade) createUser(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[userParams](r)
	if err != nil {
		return err
	}
	profile := p.profile()
	profile.MakeHandle = true
	u, err := f.core.CreateUser(r.Context(), profile)
	if err != nil {
		return err
	}
	answer := userOf(core.SeenUser{User: u})
	answer.Meta, answer.CreatedAt = nil, fresh(u.CreatedAt)
	return respond(w, answer)
}

func (f *facade) readUser(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "userID")
	if err != nil {
		return err
	}
	u, err := f.core.ReadUser(r.Context(), id)
	if err != nil {
		return err
	}
	return respond(w, userOf(u))
}

func (f *facade) updateUser(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[userParams](r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "userID")
	if err != nil {
		return err
	}
	u, err := f.core.UpdateUser(r.Context(), id, p.profile())
	if err != nil {
		return err
	}
	return respond(w, userOf(core.SeenUser{User: u}))
}

// onUser is the handler of a verb that acts on one user and answers nothing.
func onUser(verb func(context.Context, muster.ID) error) func(http.ResponseWriter, *http.Request) error {
	return onID("userID", verb)
}

// onID is the handler of a verb that acts on the object of that id and answers nothing. A body has nothing to say, but has to be
// legal as everywhere.
func onID(name string, verb func(context.Context, muster.ID) error) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := decode[struct{}](r); err != nil {
			return err
		}
		return act(w, r, name, verb)
	}
}

// act does what [onID] does once the body is read.
func act(w http.ResponseWriter, r *http.Request, name string, verb func(context.Context, muster.ID) error) error {
	id, err := pathID(r, name)
	if err != nil {
		return err
	}
	if err := verb(r.Context(), id); err != nil {
		return err
	}
	return succeed(w)
}

type passwordParams struct {
	Password string `json:"password" from:"body"`
}

func (f *facade) setPassword(w http.ResponseWriter, r *http.Request) error {
	p, err := decode[passwordParams](r)
	if err != nil {
		return err
	}
	return act(w, r, "userID", func(ctx context.Context, id muster.ID) error { return f.core.SetPassword(ctx, id, p.Password) })
}

// listMembership answers the roles of a user; an id that can be nobody's has none.
func (f *facade) listMembership(w http.ResponseWriter, r *http.Request) error {
	groups, err := f.core.ListGroupsOf(r.Context(), looseID(r.PathValue("userID")))
	if err != nil {
		return err
	}
	return respond(w, decimals(groups))
}
