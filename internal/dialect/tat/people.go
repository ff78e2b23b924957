package tat

import (
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"muster"
	"muster/internal/core"
)

// mostRows is how many rows a list has at the most (contract, 3.3).
const mostRows = 10_000

// listParams select users. What is empty selects nothing and leaves nothing out.
type listParams struct {
	filter     muster.PeopleFilter
	withGroups bool
	impossible bool // nobody can match
}

// read reads the query (contract, 3.3).
func (p *listParams) read(r *http.Request) (err error) {
	q, err := query(r)
	if err != nil {
		return err
	}
	p.filter.Page = page(q, 100)
	p.filter.Usernames, p.filter.Names = alternatives(q.Get("username")), alternatives(q.Get("fullname"))
	for _, text := range alternatives(q.Get("idUser")) {
		if id, ok := muster.ParseHexID(text); ok {
			p.filter.IDs = append(p.filter.IDs, id)
		}
	}
	p.impossible = q.Get("idUser") != "" && len(p.filter.IDs) == 0
	p.withGroups = q.Get("withGroups") == "true"
	if p.filter.CreatedFrom, err = second(q.Get("dateMinCreation"), 0); err != nil {
		return err
	}
	p.filter.CreatedTo, err = second(q.Get("dateMaxCreation"), 1)
	return err
}

// query reads the query of a request, or refuses it whole.
func query(r *http.Request) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse("Invalid query")
	}
	for _, values := range q {
		for _, v := range values {
			if !muster.ValidText(v, 8<<10) {
				return nil, refuse("Invalid query")
			}
		}
	}
	return q, nil
}

// page is skip and limit: 0 is no limit, which means mostRows.
func page(q url.Values, usual int) muster.Page {
	limit, err := strconv.Atoi(q.Get("limit"))
	switch {
	case err != nil || limit < 0:
		limit = usual
	case limit == 0 || limit > mostRows:
		limit = mostRows
	}
	skip, err := strconv.Atoi(q.Get("skip"))
	if err != nil || skip < 0 {
		skip = 0
	}
	return muster.Page{Limit: limit, Offset: min(skip, math.MaxInt32)}
}

// alternatives are the values of a filter, which commas separate.
func alternatives(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

// second reads a bound in Unix seconds, and so many more; the zero time for none. Bounds beyond all times are as good as the
// last ones.
func second(text string, more int64) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, refuse("Invalid date %s", text)
	}
	const last = 1 << 40 // no instant of ours comes near
	return time.Unix(min(max(n, -last), last)+more, 0), nil
}

type listAnswer struct {
	Count int    `json:"count"`
	Users []user `json:"users"`
}

// listUsers answers who is there.
func (f *facade) listUsers(r *http.Request, p listParams) (any, error) {
	if p.impossible {
		p.filter.IDs = []muster.ID{math.MaxInt64} // of nobody; it has to be asked all the same, for who may ask
	}
	list, err := f.core.ListPeople(r.Context(), p.filter)
	if err != nil {
		return nil, err
	}
	return listAnswer{list.Total, all(list.Items, func(one core.Person) user {
		u := userOf(one.User)
		if !list.Full {
			return u
		}
		u.Email, u.IsAdmin, u.CanListUsersAsAdmin = one.User.Email, one.Administrator, one.User.ListsInFull
		u.IsSystem, u.DateCreation = one.User.Kind == muster.KindSystem, unix(one.User.CreatedAt)
		if p.withGroups {
			u.Groups = one.Groups
		}
		return u
	})}, nil
}
