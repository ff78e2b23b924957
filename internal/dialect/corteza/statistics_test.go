package corteza_test

import (
	"fmt"
	"testing"
	"time"
)

// TestStatistics: contract, 10.
func TestStatistics(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, bob, cid := h.person(t, "ann"), h.person(t, "bob"), h.person(t, "cid")
		h.admin.POST(t, "/users/"+bob.id+"/suspend", nil).ok(t)
		h.admin.DELETE(t, "/users/"+cid.id).ok(t)
		h.admin.POST(t, "/roles/"+h.role(t, "Old")+"/archive", nil).ok(t)
		h.application(t, "One")
		h.admin.DELETE(t, "/application/"+h.application(t, "Two")).ok(t)
		ann.GET(t, "/stats/").fails(t, "not allowed to read statistics")
		a := h.admin.GET(t, "/stats/")
		for path, want := range map[string]string{
			"users": "[dailyCreated dailyDeleted dailySuspended dailyUpdated deleted suspended total valid]",
			"roles": "[archived dailyArchived dailyCreated dailyDeleted dailyUpdated deleted total valid]", "applications": "[deleted total valid]",
		} {
			if got := fmt.Sprint(a.members(t, "response."+path)); got != want {
				t.Errorf("members of %s: %s, want %s", path, got, want)
			}
		}
		day := h.Clock.Now().Truncate(24 * time.Hour).Unix()
		for path, want := range map[string]string{
			"users.total": "4", "users.valid": "2", "users.deleted": "1", "users.suspended": "1", "roles.total": "3", "roles.valid": "2", "roles.archived": "1", "roles.deleted": "0",
			"applications.total": "3", "applications.valid": "2", "applications.deleted": "1",
			"users.dailyCreated": fmt.Sprintf("[%d 4]", day), "users.dailyDeleted": fmt.Sprintf("[%d 1]", day), "users.dailyUpdated": "[]", "roles.dailyArchived": fmt.Sprintf("[%d 1]", day),
		} {
			if got := fmt.Sprint(a.Get(t, "response."+path)); got != want {
				t.Errorf("%s: %s, want %s", path, got, want)
			}
		}
	})
}
