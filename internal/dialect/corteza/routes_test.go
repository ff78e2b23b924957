package corteza_test

import (
	"slices"
	"strings"
	"testing"

	"muster/internal/dialect/corteza"
)

// refusals are what somebody without rights is told, by route. Routes that are not here are open to everybody, or to
// everybody who is signed in.
var refusals = map[string]string{
	"POST /auth/impersonate":                       "not allowed to impersonate this user",
	"POST /users/":                                 "not allowed to create users",
	"PUT /users/{userID}":                          "not allowed to update this user",
	"DELETE /users/{userID}":                       "not allowed to delete this user",
	"POST /users/{userID}/suspend":                 "not allowed to suspend this user",
	"POST /users/{userID}/unsuspend":               "not allowed to unsuspend this user",
	"POST /users/{userID}/undelete":                "not allowed to delete this user",
	"POST /users/{userID}/password":                "not allowed to update this user",
	"POST /users/{userID}/membership/{roleID}":     "not allowed to manage role members",
	"DELETE /users/{userID}/membership/{roleID}":   "not allowed to manage role members",
	"POST /roles/":                                 "not allowed to create roles",
	"PUT /roles/{roleID}":                          "not allowed to update this role",
	"DELETE /roles/{roleID}":                       "not allowed to delete this role",
	"POST /roles/{roleID}/undelete":                "not allowed to delete this role",
	"POST /roles/{roleID}/member/{userID}":         "not allowed to manage role members",
	"DELETE /roles/{roleID}/member/{userID}":       "not allowed to manage role members",
	"POST /roles/{roleID}/archive":                 "not allowed to archive this role",
	"POST /roles/{roleID}/unarchive":               "not allowed to delete this role",
	"POST /roles/{roleID}/move":                    masked,
	"GET /permissions/{roleID}/rules":              "not allowed to set permissions",
	"PATCH /permissions/{roleID}/rules":            "not allowed to set permissions",
	"DELETE /permissions/{roleID}/rules":           "not allowed to set permissions",
	"GET /settings/":                               "not allowed to read settings",
	"GET /settings/{key}":                          "not allowed to read settings",
	"PATCH /settings/":                             "not allowed to manage settings",
	"GET /stats/":                                  "not allowed to read statistics",
	"POST /roles/{roleID}/merge":                   "not allowed to update this role",
	"GET /actionlog/":                              "not allowed to list users",
	"POST /organisations/":                         "not allowed to create organisations",
	"PUT /organisations/{organisationID}":          "not allowed to update this organisation",
	"DELETE /organisations/{organisationID}":       "not allowed to delete this organisation",
	"POST /organisations/{organisationID}/archive": "not allowed to archive this organisation",
	"POST /application/":                           "not allowed to create applications",
	"PUT /application/{applicationID}":             "not allowed to update this application",
	"DELETE /application/{applicationID}":          "not allowed to delete this application",
	"POST /application/{applicationID}/undelete":   "not allowed to undelete this application",
	"POST /reminder/":                              "not allowed to assign reminders to other users",
	"PUT /reminder/{reminderID}":                   masked, // that of somebody else
	"GET /reminder/{reminderID}":                   masked,
	"PATCH /reminder/{reminderID}/dismiss":         "reminder not found",
	"PATCH /reminder/{reminderID}/snooze":          "reminder not found",
	"DELETE /reminder/{reminderID}":                "reminder not found",

	"POST /settings/{key}":                                  "error parsing http request body: the body is of a type, charset or encoding that isn't read here", // TestUploadForm
	"GET /attachment/{kind}/{attachmentID}":                 masked,                                                                                             // of a kind that is not everybody's
	"DELETE /attachment/{kind}/{attachmentID}":              "not allowed to delete this attachment",
	"GET /attachment/{kind}/{attachmentID}/original/{name}": "Unauthorized", // without a signature
	"GET /attachment/{kind}/{attachmentID}/{preview}":       "Unauthorized",
}

// readable are the routes that everybody may use who is signed in.
var readable = []string{
	"GET /users/", "GET /users/{userID}", "GET /users/{userID}/membership",
	"GET /roles/", "GET /roles/{roleID}", "GET /roles/{roleID}/members",
	"GET /permissions/", "GET /permissions/effective", "GET /settings/current",
	"GET /organisations/", "GET /organisations/{organisationID}", "GET /application/", "GET /application/{applicationID}", "GET /reminder/",
	"POST /users/{userID}/trigger", "POST /roles/{roleID}/trigger", "POST /application/{applicationID}/trigger",
	"GET /subscription/", "GET /automation/", "GET /automation/{bundle}", "POST /automation/trigger",
}

// signedIn are the open routes that need somebody to be signed in all the same, and what they say to strangers.
var signedIn = map[string]string{
	"GET /auth/check":                     "not authenticated",
	"POST /auth/internal/change-password": "invalid user (not authenticated)",
	"POST /auth/impersonate":              "not allowed to impersonate this user",
}

// TestEveryRouteRefusesTheWeak walks the table: nobody, somebody with a bad token, somebody who was suspended since, and
// somebody without rights, on each route. A route that none of the lists above names fails.
func TestEveryRouteRefusesTheWeak(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ann, weak, locked := h.person(t, "ann"), h.person(t, "weak"), h.person(t, "locked")
		role := h.role(t, "Red", ann.id)
		h.admin.POST(t, "/users/"+locked.id+"/suspend", nil).ok(t)
		reminder, application := ann.remind(t, "r", ""), h.application(t, "Red")
		organisation := h.admin.POST(t, "/organisations/", `{"name":"Red"}`).Text(t, "response.organisationID")
		attachment := h.admin.uploaded(t, "k", logo())
		before := h.Rows(t)
		fill := strings.NewReplacer("{userID}", ann.id, "{roleID}", role, "{reminderID}", reminder, "{organisationID}", organisation, "{applicationID}", application, "{kind}", "compose", "{attachmentID}", attachment, "{preview}", "preview.jpg")
		spoil := strings.NewReplacer("{userID}", "x", "{roleID}", "0", "{reminderID}", "x", "{organisationID}", "x", "{applicationID}", "x", "{attachmentID}", "x", "{preview}", "preview.jpg")
		strangers := map[string]*client{"nobody": h.nobody(), "a bad token": h.showing("bad"), "suspended": locked.client}
		for _, route := range corteza.Routes() {
			name, path := route.String(), fill.Replace(route.Pattern())
			const body = `{"email":"n@example.org","name":"N","password":"correct-horse","destination":"2","userID":"2"}`
			for who, c := range strangers {
				if t.Failed() {
					t.Fatalf("before %s, by %s", name, who)
				}
				if !strings.HasPrefix(path, "/auth/") {
					// Before anything is looked at: neither the id nor the body has to be good for that.
					c.Do(t, route.Method(), path, body).fails(t, "Unauthorized")
					c.Do(t, route.Method(), spoil.Replace(route.Pattern()), `{"broken`).fails(t, "Unauthorized")
				} else if text, ok := signedIn[name]; ok {
					c.Do(t, route.Method(), path, `{"broken`).fails(t, text)
				}
			}
			switch text, refused := refusals[name]; {
			case refused:
				weak.Do(t, route.Method(), path, body).fails(t, text)
			case strings.HasPrefix(path, "/auth/"):
			default:
				if !slices.Contains(readable, name) {
					t.Errorf("%s is in no list of this test", name)
				}
				if strings.HasSuffix(path, "/{bundle}") {
					continue // there is none: TestAutomation
				}
				if message := weak.Do(t, route.Method(), path, nil).Error(t); message != "" {
					t.Errorf("%s: %s", name, message)
				}
			}
		}
		if after := h.Rows(t); after != before {
			t.Errorf("something has changed: was\n%s\nis\n%s", before, after)
		}
	})
}
