package corteza

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"muster"
	"muster/internal/dialect"
	"muster/internal/httpx"
)

// pathID reads an id of the path. Text is 0, which the core refuses as no id.
func pathID(r *http.Request, name string) muster.ID { return dialect.ID(r.PathValue(name)) }

// An idParam is an id as a parameter: a string in JSON, whatever it looks like elsewhere.
type idParam muster.ID

func (p *idParam) SetParam(text string) error {
	*p = idParam(dialect.ID(text))
	return nil
}

func (p *idParam) UnmarshalText(text []byte) error {
	id := dialect.ID(string(text))
	if id == 0 && strings.Trim(string(text), "0") != "" {
		return muster.Errorf(muster.Invalid, "malformed", "an id is a decimal number in a string")
	}
	*p = idParam(id)
	return nil
}

func ids(list []idParam) []muster.ID {
	return dialect.All(list, func(p idParam) muster.ID { return muster.ID(p) })
}

// A stateParam is 0 for without, 1 for with, 2 for only.
type stateParam uint

func (p stateParam) state(also bool) muster.State {
	switch {
	case p == 2:
		return muster.Only
	case p == 1 || also:
		return muster.With
	}
	return muster.Without
}

// A timeParam is an instant of a query.
type timeParam struct{ time.Time }

func (p *timeParam) SetParam(text string) error {
	if text == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err == nil {
		_, err = t.MarshalText() // some zones can be read, but not be echoed
	}
	switch {
	case err != nil && !printable(text):
		return muster.Errorf(muster.Invalid, "bad-time", "parsing time failed")
	case err != nil:
		return muster.Errorf(muster.Invalid, "bad-time", "parsing time %s", strings.TrimPrefix(err.Error(), "parsing time "))
	}
	p.Time = t
	return nil
}

// UnmarshalJSON reads an instant of a body; null is none.
func (p *timeParam) UnmarshalJSON(text []byte) error {
	var s *string
	if json.Unmarshal(text, &s) != nil {
		return muster.Errorf(muster.Invalid, "malformed", "a time is a string")
	}
	if s == nil {
		return nil
	}
	if err := p.SetParam(*s); err != nil {
		return muster.Errorf(muster.Invalid, "malformed", "%s", err)
	}
	return nil
}

// printable keeps the echo of a bad value harmless.
func printable(s string) bool { return muster.ValidText(s, 64) }

// pageParams are the two ways of paging (contract, 1.3).
type pageParams struct {
	Limit   uint `json:"limit"`
	Offset  uint `json:"offset"`
	Page    uint `json:"page"`
	PerPage uint `json:"perPage"`
}

// mostRows is how many rows a list has at the most; clients that want more use pages. The total is told in any case.
const mostRows = 10_000

func (p pageParams) page() muster.Page {
	const farthest = 1 << 31
	switch {
	case p.Limit > 0 || p.Offset > 0:
		return muster.Page{Limit: rows(p.Limit), Offset: int(min(p.Offset, farthest))}
	case p.PerPage > 0:
		per := rows(p.PerPage)
		return muster.Page{Limit: per, Offset: int(min(uint64(max(p.Page, 1)-1)*uint64(per), farthest))}
	}
	return muster.Page{Limit: mostRows}
}

func rows(n uint) int {
	if n == 0 {
		return mostRows
	}
	return int(min(n, mostRows))
}

// paging is the paging part of a list's filter.
type paging struct {
	Limit   uint `json:"limit,omitempty"`
	Offset  uint `json:"offset,omitempty"`
	Page    uint `json:"page,omitempty"`
	PerPage uint `json:"perPage,omitempty"`
	Count   int  `json:"count"`
}

func (p pageParams) echo(count int) paging {
	return paging{p.Limit, p.Offset, p.Page, p.PerPage, count}
}

// sortParam reads "column [ASC|DESC], …". What is none becomes an order by no column, which the core refuses. The echo has the
// storage names of the original.
func sortParam(text string, columns map[string]string) (orders []muster.Order, echo string) {
	if strings.TrimSpace(text) == "" {
		return nil, "id"
	}
	var echoes []string
	for part := range strings.SplitSeq(text, ",") {
		words := strings.Fields(part)
		descending := len(words) == 2 && strings.EqualFold(words[1], "desc")
		if len(words) != 1 && !descending && (len(words) != 2 || !strings.EqualFold(words[1], "asc")) || len(orders) > len(columns) {
			return []muster.Order{{}}, ""
		}
		words[0] = storageName(words[0])
		orders = append(orders, muster.Order{Column: columns[words[0]], Descending: descending})
		echoes = append(echoes, strings.Join(words, " "))
	}
	return orders, strings.Join(echoes, ", ")
}

func storageName(column string) string {
	switch column {
	case "createdAt":
		return "created_at"
	case "updatedAt":
		return "updated_at"
	case "deletedAt":
		return "deleted_at"
	}
	return column
}

// decodeJSON reads a body that can't be a form.
func decodeJSON(r *http.Request, into any) error {
	body, err := httpx.ReadBody(r)
	if err != nil || len(body) == 0 {
		return err
	}
	media, err := httpx.MediaType(r)
	if err != nil {
		return err
	}
	if media != dialect.ContentType {
		return httpx.ErrUnsupported
	}
	return httpx.DecodeJSON(body, into)
}
