package tat

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"regexp/syntax"
	"strings"

	"muster"
	"muster/internal/core"
)

// group is the group object (contract, 5.2).
type group struct {
	ID           string   `json:"_id"`
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Users        []string `json:"users,omitempty"`
	AdminUsers   []string `json:"adminUsers,omitempty"`
	DateCreation int64    `json:"dateCreation,omitempty"`
}

func groupOf(g *muster.Group) group {
	return group{ID: hex(g.ID), Name: g.Name, Description: g.Description, DateCreation: unix(g.CreatedAt)}
}

func fullGroupOf(g core.FullGroup) group {
	w := groupOf(g.Group)
	w.Users, w.AdminUsers = g.Members, g.Managers
	return w
}

// groupsParams select groups. What is empty selects nothing and leaves nothing out.
type groupsParams struct {
	filter muster.GroupFilter
	match  func(string) bool
}

func (p *groupsParams) read(r *http.Request) error {
	q, err := query(r)
	if err != nil {
		return err
	}
	p.filter = muster.GroupFilter{
		Names: alternatives(q.Get("name")), IDs: hexIDs(q.Get("idGroup")), Descriptions: alternatives(q.Get("description")),
		Sort: []muster.Order{{Column: "name"}}, Page: page(q, 100),
	}
	if p.filter.From, err = second(q.Get("dateMinCreation"), 0); err != nil {
		return err
	}
	if p.filter.To, err = second(q.Get("dateMaxCreation"), 0); err != nil {
		return err
	}
	p.match, err = pattern(q.Get("nameRegex"))
	return err
}

// The bounds of a pattern. It is matched in memory, by an engine whose time grows with the text and the states only.
const (
	mostPattern = 100 // bytes
	mostStates  = 500
)

// pattern reads a regular expression; nil for none.
func pattern(text string) (func(string) bool, error) {
	if text == "" {
		return nil, nil
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err == nil && len(text) <= mostPattern {
		var program *syntax.Prog
		if program, err = syntax.Compile(tree.Simplify()); err == nil && len(program.Inst) <= mostStates {
			var re *regexp.Regexp
			if re, err = regexp.Compile(text); err == nil {
				return re.MatchString, nil
			}
		}
	}
	return nil, refuse("Invalid nameRegex")
}

func (f *facade) listGroups(r *http.Request, p groupsParams) (any, error) {
	list, err := f.core.ListFullGroups(r.Context(), p.filter, p.match)
	return struct {
		Count  int     `json:"count"`
		Groups []group `json:"groups"`
	}{list.Total, all(list.Items, fullGroupOf)}, err
}

// groupParams are what a group is to be called and described as. Tat's own client sends the plain names to change them.
type groupParams struct {
	Name           string  `json:"name"`
	Description    *string `json:"description"`
	NewName        string  `json:"newName"`
	NewDescription *string `json:"newDescription"`
}

func (f *facade) createGroup(r *http.Request, p groupParams) (any, error) {
	g, err := f.core.CreateGroup(r.Context(), core.GroupForm{Name: p.Name, Description: p.Description})
	if err != nil {
		return nil, wordGroup(http.StatusBadRequest, err, p.Name)
	}
	return groupOf(g.Group), nil
}

// editGroup changes name and description. The handle, which this wire does not know, stays.
func (f *facade) editGroup(r *http.Request, p groupParams) (any, error) {
	name := r.PathValue("name")
	g, err := f.core.FindGroup(r.Context(), name)
	if err != nil {
		return nil, wordGroup(http.StatusBadRequest, err, name)
	}
	form := core.GroupForm{Name: cmp.Or(p.NewName, p.Name), Description: cmp.Or(p.NewDescription, p.Description), Partial: true}
	if strings.TrimSpace(form.Name) == "" {
		return nil, refuse("Invalid group name")
	}
	_, err = f.core.UpdateGroup(r.Context(), g.ID, form)
	return nothing, wordGroup(http.StatusBadRequest, err, form.Name)
}

func (f *facade) deleteGroup(r *http.Request, _ none) (any, error) {
	name := r.PathValue("name")
	g, err := f.core.FindGroup(r.Context(), name)
	if err != nil {
		return nil, wordGroup(http.StatusNotFound, err, name)
	}
	return nothing, wordGroup(http.StatusNotFound, f.core.DeleteUnusedGroup(r.Context(), g.ID), name)
}

type memberParams struct {
	Groupname string `json:"groupname"`
	Username  string `json:"username"`
}

// onMember asks a verb about a user and a group.
func (f *facade) onMember(verb func(ctx context.Context, group, user muster.ID) error) func(*http.Request, memberParams) (any, error) {
	return func(r *http.Request, p memberParams) (any, error) {
		g, err := f.core.FindGroup(r.Context(), p.Groupname)
		if err != nil {
			return nil, wordGroup(http.StatusBadRequest, err, p.Groupname)
		}
		user, err := f.id(r.Context(), p.Username)
		if err != nil {
			return nil, err
		}
		return nothing, wordGroup(http.StatusBadRequest, verb(r.Context(), g.ID, user), p.Groupname)
	}
}
