package core

import (
	"strings"
	"testing"

	"muster"
)

func TestOrganisations(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		admin, ann := h.join("admin"), h.join("ann")
		ctx := h.as(admin)
		h.quiet()
		red, err := h.CreateOrganisation(ctx, " Red ")
		h.must(err)
		if e := h.emitted("organisation.create")[0]; e.Resource != organisationResource(red.ID) || e.Changes["new.name"] != " Red " {
			t.Errorf("event %+v", e)
		}
		again, err := h.CreateOrganisation(ctx, "red") // names may repeat
		h.must(err)
		renamed, err := h.UpdateOrganisation(ctx, red.ID, "Redder")
		h.must(err)
		if renamed.Name != "Redder" || renamed.CreatedAt != red.CreatedAt || renamed.UpdatedAt.IsZero() {
			t.Errorf("renamed to %+v", renamed)
		}
		h.must(h.ArchiveOrganisation(ctx, again.ID))
		e := h.emitted("organisation.create", "organisation.update", "organisation.archive")
		if e[1].Changes["update.name"] != "Redder" || e[1].Changes["organisation.name"] != "Red" {
			t.Errorf("event %+v", e[1])
		}
		for _, err := range []error{h.ArchiveOrganisation(ctx, again.ID), h.DeleteOrganisation(ctx, again.ID), h.DeleteOrganisation(ctx, 12345)} {
			h.refused(err, muster.ErrOrganisationNotFound)
		}
		_, err = h.ReadOrganisation(h.as(ann), again.ID)
		h.refused(err, muster.ErrOrganisationNotFound)
		h.emitted("organisation.archive:not-found", "organisation.delete:not-found", "organisation.delete:not-found", "organisation.read:not-found")
		for _, name := range []string{"", " ", "a\x00b", strings.Repeat("x", 201)} {
			_, err := h.CreateOrganisation(ctx, name)
			h.refused(err, muster.InvalidField("name", ""))
			_, err = h.UpdateOrganisation(ctx, red.ID, name)
			h.refused(err, muster.InvalidField("name", ""))
		}
		h.quiet()
		_, err = h.CreateOrganisation(h.as(ann), "x")
		h.refused(err, muster.ErrDenied)
		h.refused(h.DeleteOrganisation(h.as(ann), red.ID), muster.ErrDenied)
		h.refused(h.ArchiveOrganisation(h.as(ann), 12345), muster.ErrDenied)
		h.emitted("organisation.create:denied", "organisation.delete:denied", "organisation.archive:denied")
		if list, err := h.ListOrganisations(h.as(ann), "RED"); err != nil || len(list) != 1 || list[0].ID != red.ID {
			t.Errorf("listed %v, %v", list, err)
		}
		if _, err := h.ListOrganisations(h.nobody(), ""); muster.KindOf(err) != muster.Unauthenticated {
			t.Errorf("nobody reads: %v", err)
		}
	})
}
