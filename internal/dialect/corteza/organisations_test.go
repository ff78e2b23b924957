package corteza_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

const noOrganisation = "system.repository.OrganisationNotFound"

// TestOrganisations: contract, 7, and what Muster mends of it.
func TestOrganisations(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann := h.person(t, "ann")
		a := h.admin.POST(t, "/organisations/", `{"name":" Red ","fqn":"x","organisationID":"7","archivedAt":"2000-01-01T00:00:00Z"}`)
		red := a.Text(t, "response.organisationID")
		if got := fmt.Sprint(a.members(t, "response")); got != "[createdAt fqn name organisationID]" || a.Get(t, "response.fqn") != "" || a.Get(t, "response.name") != "Red" || !nanoseconds.MatchString(a.Text(t, "response.createdAt")) || red == "7" {
			t.Errorf("created: %s", a.Body)
		}
		created := h.admin.GET(t, "/organisations/"+red).Text(t, "response.createdAt")
		h.Clock.Advance(5 * time.Second)
		a = h.admin.PUT(t, "/organisations/"+red, `{"name":"red house"}`)
		if a.Text(t, "response.createdAt") != created || !seconds.MatchString(a.Text(t, "response.updatedAt")) || string(a.Body) != string(ann.GET(t, "/organisations/"+red).Body) {
			t.Errorf("renamed: %s", a.Body)
		}
		blue := h.admin.POST(t, "/organisations/", `{"name":"Blue"}`).Text(t, "response.organisationID")
		again := h.admin.POST(t, "/organisations/", `{"name":"blue"}`).Text(t, "response.organisationID") // names repeat
		for query, want := range map[string][]string{
			"": {blue, again, red}, "query=BLU": {blue, again}, "query=lue": {}, "query=%25": {}, "query=_lue": {}, "limit=1&page=2&perPage=1&deleted=1": {blue, again, red},
		} {
			a := ann.GET(t, "/organisations/?"+query)
			if got := a.list(t, "response", "organisationID"); !slices.Equal(got, want) || !strings.HasPrefix(string(a.Body), `{"response":[`) {
				t.Errorf("%s: %s, want %v", query, a.Body, want)
			}
		}
		h.admin.POST(t, "/organisations/"+blue+"/archive", nil).ok(t)
		h.admin.DELETE(t, "/organisations/"+again).ok(t)
		for id, text := range map[string]string{blue: noOrganisation, again: noOrganisation, "0": "invalid ID", "abc": "invalid ID", "999": noOrganisation, "18446744073709551616": noOrganisation} { // gone, or never there: no way back
			for _, c := range []*client{h.admin, ann.client} {
				c.GET(t, "/organisations/"+id).fails(t, text)
			}
			h.admin.PUT(t, "/organisations/"+id, `{"name":"x"}`).fails(t, text)
			h.admin.DELETE(t, "/organisations/"+id).fails(t, text)
			h.admin.POST(t, "/organisations/"+id+"/archive", nil).fails(t, text)
		}
		if got := ann.GET(t, "/organisations/").list(t, "response", "name"); !slices.Equal(got, []string{"red house"}) {
			t.Errorf("left are %v", got)
		}
		for _, name := range []string{"", "  ", "a\nb", strings.Repeat("x", 201), "\u202e"} {
			h.admin.POST(t, "/organisations/", map[string]string{"name": name}).fails(t, "invalid name")
			h.admin.PUT(t, "/organisations/"+red, map[string]string{"name": name}).fails(t, "invalid name")
		}
		// Who may make organisations may also change them.
		h.rule(t, h.role(t, "Founders", ann.id), "system", "organisation.create", "allow")
		ann.PUT(t, "/organisations/"+red, `{"name":"Ann's"}`).Text(t, "response.name")
		ann.DELETE(t, "/organisations/"+red).ok(t)
	})
}
