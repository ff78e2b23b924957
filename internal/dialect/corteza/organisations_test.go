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
		a := h.admin.post(t, "/organisations/", `{"name":" Red ","fqn":"x","organisationID":"7","archivedAt":"2000-01-01T00:00:00Z"}`)
		red := a.str(t, "response.organisationID")
		if got := fmt.Sprint(a.members(t, "response")); got != "[createdAt fqn name organisationID]" || a.Get(t, "response.fqn") != "" || a.Get(t, "response.name") != "Red" || !nanoseconds.MatchString(a.str(t, "response.createdAt")) || red == "7" {
			t.Errorf("created: %s", a.Body)
		}
		created := h.admin.get(t, "/organisations/"+red).str(t, "response.createdAt")
		h.Clock.Advance(5 * time.Second)
		a = h.admin.put(t, "/organisations/"+red, `{"name":"red house"}`)
		if a.str(t, "response.createdAt") != created || !seconds.MatchString(a.str(t, "response.updatedAt")) || string(a.Body) != string(ann.get(t, "/organisations/"+red).Body) {
			t.Errorf("renamed: %s", a.Body)
		}
		blue := h.admin.post(t, "/organisations/", `{"name":"Blue"}`).str(t, "response.organisationID")
		again := h.admin.post(t, "/organisations/", `{"name":"blue"}`).str(t, "response.organisationID") // names repeat
		for query, want := range map[string][]string{
			"": {blue, again, red}, "query=BLU": {blue, again}, "query=lue": {}, "query=%25": {}, "query=_lue": {}, "limit=1&page=2&perPage=1&deleted=1": {blue, again, red},
		} {
			a := ann.get(t, "/organisations/?"+query)
			if got := a.list(t, "response", "organisationID"); !slices.Equal(got, want) || !strings.HasPrefix(string(a.Body), `{"response":[`) {
				t.Errorf("%s: %s, want %v", query, a.Body, want)
			}
		}
		h.admin.post(t, "/organisations/"+blue+"/archive", nil).ok(t)
		h.admin.del(t, "/organisations/"+again).ok(t)
		for id, text := range map[string]string{blue: noOrganisation, again: noOrganisation, "0": "invalid ID", "abc": "invalid ID", "999": noOrganisation, "18446744073709551616": noOrganisation} { // gone, or never there: no way back
			for _, c := range []*client{h.admin, ann.client} {
				c.get(t, "/organisations/"+id).fails(t, text)
			}
			h.admin.put(t, "/organisations/"+id, `{"name":"x"}`).fails(t, text)
			h.admin.del(t, "/organisations/"+id).fails(t, text)
			h.admin.post(t, "/organisations/"+id+"/archive", nil).fails(t, text)
		}
		if got := ann.get(t, "/organisations/").list(t, "response", "name"); !slices.Equal(got, []string{"red house"}) {
			t.Errorf("left are %v", got)
		}
		for _, name := range []string{"", "  ", "a\nb", strings.Repeat("x", 201), "\u202e"} {
			h.admin.post(t, "/organisations/", map[string]string{"name": name}).fails(t, "invalid name")
			h.admin.put(t, "/organisations/"+red, map[string]string{"name": name}).fails(t, "invalid name")
		}
		// Who may make organisations may also change them.
		h.rule(t, h.role(t, "Founders", ann.id), "system", "organisation.create", "allow")
		ann.put(t, "/organisations/"+red, `{"name":"Ann's"}`).str(t, "response.name")
		ann.del(t, "/organisations/"+red).ok(t)
	})
}
