package tellius

import (
	"net/http"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// group is the group object (contract, 7).
type group struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

// listedGroup is the group object in a list.
type listedGroup struct {
	group
	Permissions []any `json:"permissions"` // always empty
}

// superUsers is what the group of the administrators is called here.
const superUsers = "SuperUsers"

func groupName(g *muster.Group) string {
	if g.ID == muster.Administrators {
		return superUsers
	}
	return g.Name
}

func groupOf(g core.SeenGroup) group { return group{g.ID.Hex(), groupName(g.Group), g.Role} }

type groupBody struct {
	Name word `json:"name"`
	Role word `json:"role"`
}

// form is the core's form. A blank role is none.
func (b groupBody) form() (core.GroupForm, error) {
	f := core.GroupForm{Name: b.Name.text, Partial: true}
	if !b.Role.given || b.Role.text == "" {
		f.Role = b.Role.pointer()
		return f, nil
	}
	role, err := b.Role.role()
	f.Role = &role
	return f, err
}

func (f *facade) createGroup(w http.ResponseWriter, r *http.Request) error {
	var p groupBody
	if err := read(r, &p); err != nil {
		return err
	}
	form, err := p.form()
	if err != nil {
		return err
	}
	return answerGroup(w)(f.core.CreateGroup(r.Context(), form))
}

func answerGroup(w http.ResponseWriter) func(core.SeenGroup, error) error {
	return func(g core.SeenGroup, err error) error {
		if err != nil {
			return err
		}
		return httpx.JSON(w, http.StatusOK, dialect.ContentType, groupOf(g))
	}
}

func (f *facade) updateGroup(w http.ResponseWriter, r *http.Request) error {
	var p groupBody
	if err := read(r, &p); err != nil {
		return err
	}
	if err := p.Name.notBlank("name"); err != nil {
		return err
	}
	form, err := p.form()
	if err != nil {
		return err
	}
	id := idOf(r.PathValue("groupId"))
	if id == muster.Administrators && form.Name == superUsers {
		form.Name = "" // that is how it is called
	}
	return answerGroup(w)(f.core.UpdateGroup(r.Context(), id, form))
}

func (f *facade) listGroups(w http.ResponseWriter, r *http.Request) error {
	list, err := f.core.ListGroups(r.Context(), muster.GroupFilter{Ordinary: true, Sort: []muster.Order{{Column: "name"}}})
	if err != nil {
		return err
	}
	return httpx.JSON(w, http.StatusOK, dialect.ContentType, map[string][]listedGroup{
		"groups": dialect.All(list.Items, func(g core.SeenGroup) listedGroup { return listedGroup{groupOf(g), []any{}} }),
	})
}

func (f *facade) deleteGroup(w http.ResponseWriter, r *http.Request) error {
	return done(w, f.core.DeleteGroup(r.Context(), idOf(r.PathValue("groupId"))))
}
