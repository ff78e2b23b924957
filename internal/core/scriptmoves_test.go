package core

import (
	"slices"
	"testing"

	"muster"
)

// TestScriptsHearOfGroupsOfAPerson: who joins and leaves groups by a change of his person is told of like by any other.
func TestScriptsHearOfGroupsOfAPerson(t *testing.T) {
	scripted(t, func(t *testing.T, h *house, s *fakeFolder, admin *SignedIn) {
		red, blue := h.group("Red", nil), h.group("Blue", nil)
		for _, when := range []string{"system:role:member beforeAdd", "system:role:member beforeRemove", "system:role:member afterAdd"} {
			s.on(when[len("system:role:"):], when, fine)
		}
		heard := func(want ...string) {
			t.Helper()
			for _, err := range h.run() {
				t.Error(err)
			}
			if got := s.since(); !slices.Equal(got, want) {
				t.Errorf("heard %q, want %q", got, want)
			}
		}
		const add, remove, added = "member beforeAdd beforeAdd", "member beforeRemove beforeRemove", "member afterAdd afterAdd"
		given, family := "Ann", "Lee"
		u, err := h.CreateUser(h.as(admin), Profile{
			Email: "ann@example.org", GivenName: &given, FamilyName: &family, Groups: []muster.ID{red, red}, DefaultGroup: true,
		})
		h.must(err)
		if u.Name != "Ann Lee" {
			t.Errorf("made %+v", u.User)
		}
		heard(add, added, added) // nobody has a say in whom the operator has join
		_, err = h.UpdateUser(h.as(admin), u.ID, Profile{Partial: true, Groups: []muster.ID{blue}})
		h.must(err)
		// He leaves two: red and the default group.
		heard(add, remove, remove, added)
		_, err = h.UpdateUser(h.as(admin), u.ID, Profile{Partial: true, Role: muster.RoleSuperUser})
		h.must(err)
		heard(add, added)
		_, err = h.UpdateUser(h.as(admin), u.ID, Profile{Partial: true, Role: muster.RoleViewer})
		h.must(err)
		heard(remove)

		s.on("no", "system:role:member beforeAdd", says("full"))
		_, err = h.UpdateUser(h.as(admin), u.ID, Profile{Partial: true, Name: "Other", Groups: []muster.ID{red, blue}})
		h.refused(err, muster.ErrAborted)
		if got := h.user(u.ID); got.Name != "Ann Lee" {
			t.Errorf("a refused change left %+v", got)
		}
	})
}
