package corteza_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"muster"
	"muster/internal/dialect/corteza"
	"muster/internal/dialect/dialecttest"
	"muster/internal/httpx"
	"muster/internal/token"
)

// TestRefusals plays the shared table of refusals against this façade.
func TestRefusals(t *testing.T) { dialecttest.Refuse(t, tableOfRefusals()) }

// tableOfRefusals is this façade in the words of the table.
func tableOfRefusals() dialecttest.Facade {
	return dialecttest.Facade{
		Wire: "corteza", Mount: base, Routes: corteza.Routes(),
		Open: []string{
			"GET /auth/", "GET /auth/logout", "POST /auth/exchange", "POST /auth/internal/login", "POST /auth/internal/signup", "POST /auth/internal/confirm-email",
			"POST /auth/internal/request-password-reset", "POST /auth/internal/exchange-password-reset-token", "POST /auth/internal/reset-password",
			"GET /attachment/{kind}/{attachmentID}/original/{name}", "GET /attachment/{kind}/{attachmentID}/{preview}",
		},
		Common: []string{
			"GET /auth/check", "POST /auth/internal/change-password",
			"GET /users/", "GET /users/{userID}", "GET /users/{userID}/membership", "GET /roles/", "GET /roles/{roleID}", "GET /roles/{roleID}/members",
			"GET /permissions/", "GET /permissions/effective", "GET /settings/current", "GET /organisations/", "GET /organisations/{organisationID}",
			"GET /application/", "GET /application/{applicationID}", "GET /reminder/", "GET /attachment/{kind}/{attachmentID}",
			"POST /users/{userID}/trigger", "POST /roles/{roleID}/trigger", "POST /application/{applicationID}/trigger",
			"GET /subscription/", "GET /automation/", "GET /automation/{bundle}", "POST /automation/trigger",
		},
		Inert: []string{"POST /roles/{roleID}/move"},
		Loose: []string{"GET /users/{userID}/membership", "GET /permissions/{roleID}/rules"},
		IDs: func(s *dialecttest.Stage) map[string]string {
			return map[string]string{
				"userID": s.Ann.ID.String(), "roleID": s.Group.String(), "organisationID": s.Organisation.String(), "applicationID": s.Application.String(),
				"reminderID": s.Reminder.String(), "key": "ui.one.title",
				"kind": "settings", "attachmentID": s.Attachment.String(), "name": "logo.png", "preview": "preview.jpg", "bundle": "x-client-scripts.js",
			}
		},
		Body:  func(httpx.Route) string { return goodBody },
		Show:  func(r *http.Request, token string) { r.Header.Set("Authorization", "Bearer "+token) },
		Token: func(a dialecttest.Answer) string { return reading(a).Response.JWT },
		JWT:   token.CortezaJWT,

		Refused: func(a dialecttest.Answer) bool { return a.Status >= 400 || reading(a).Error != nil },
		Stranger: func(route string, a dialecttest.Answer) bool {
			want, named := map[string]string{
				"GET /auth/check": "not authenticated", "POST /auth/impersonate": "not allowed to impersonate this user", "POST /auth/internal/change-password": "invalid user (not authenticated)",
			}[route]
			if !named {
				want = "Unauthorized"
			}
			return string(a.Body) == `{"error":{"message":"`+want+`"}}`
		},
		Denied: func(route string, a dialecttest.Answer) bool {
			switch e := reading(a).Error; {
			case a.Status != http.StatusOK || e == nil:
				return false
			case strings.Contains(route, "/reminder/{"): // those of others are not there
				return e.Message == "reminder not found" || e.Message == masked
			case strings.HasSuffix(route, "/move"):
				return e.Message == masked
			default:
				return strings.HasPrefix(e.Message, "not allowed to ")
			}
		},
		Malformed: func(a dialecttest.Answer) bool {
			e := reading(a).Error
			return a.Status == http.StatusOK && e != nil && strings.HasPrefix(e.Message, "error parsing http request body: ")
		},
		Internal: func(a dialecttest.Answer) bool { return string(a.Body) == `{"error":{"message":"`+masked+`"}}` },
		Empty: func(a dialecttest.Answer) bool {
			list := struct{ Response json.RawMessage }{}
			set := struct{ Set []any }{}
			return json.Unmarshal(a.Body, &list) == nil && (string(list.Response) == "[]" || json.Unmarshal(list.Response, &set) == nil && len(set.Set) == 0)
		},
		Calls: callsOfRefusals(),
		Files: filesOfRefusals(),
	}
}

// filesOfRefusals is how this wire takes and serves files.
func filesOfRefusals() *dialecttest.Files {
	return &dialecttest.Files{
		Routes: []string{"POST /settings/{key}"},
		Upload: func(name, mediaType, content string) dialecttest.Call {
			media, body := form(file{name, mediaType, content}, nil, nil)
			return dialecttest.Call{Method: "POST", Path: "/settings/uploaded", Body: body, Header: http.Header{"Content-Type": {media}}}
		},
		Fetch: func(a dialecttest.Answer) dialecttest.Call {
			return dialecttest.Call{Method: "GET", Path: "/attachment/settings/" + strings.TrimPrefix(reading(a).Response.Value, "attachment:") + "/original/a.html"}
		},
		Read: func(kind string, id muster.ID) dialecttest.Call {
			return dialecttest.Call{Method: "GET", Path: "/attachment/" + kind + "/" + id.String()}
		},
		Address: func(a dialecttest.Answer) dialecttest.Call {
			return dialecttest.Call{Method: "GET", Path: reading(a).Response.URL}
		},
	}
}

// goodBody is good for every route: members that a route does not know are nothing to it.
const goodBody = `{"email":"n@example.org","name":"N","handle":"nn","password":"correct-horse","destination":"2","userID":"2","expire":60,
	"rules":[{"resource":"system","operation":"access","access":"allow"}],"values":[{"name":"ui.one.title","value":"N"}],
	"oldPassword":"correct-horse","newPassword":"battery-staple","token":"x","resource":"a:b:1","assignedTo":"2","enabled":true}`

// reading is what matters of an answer.
func reading(a dialecttest.Answer) (v struct {
	Error    *struct{ Message string }
	Response struct{ JWT, Token, Value, URL string }
},
) {
	_ = json.Unmarshal(a.Body, &v) // of another shape: nothing is there
	return v
}

// callsOfRefusals are the calls by which the table asks what it has to.
func callsOfRefusals() dialecttest.Calls {
	call := dialecttest.NewCall
	query := func(path string) func(string) dialecttest.Call {
		return func(value string) dialecttest.Call {
			return call("GET", strings.ReplaceAll(path, "%s", url.QueryEscape(value)))
		}
	}
	setting := func(name string) func(string) dialecttest.Call {
		return func(value string) dialecttest.Call {
			return call("PATCH", "/settings/", "values", []any{map[string]any{"name": name, "value": value}})
		}
	}
	logout := call("GET", "/auth/logout")
	return dialecttest.Calls{
		Look:       call("GET", "/users/"),
		Privileged: call("GET", "/settings/"),
		Operation:  muster.OpSettingsRead,
		SignIn: func(name, password string) dialecttest.Call {
			return call("POST", "/auth/internal/login", "email", name, "password", password)
		},
		Names: func(p dialecttest.Person) []string { return []string{p.Email} },
		SignUp: func(email, username, password string) dialecttest.Call {
			return call("POST", "/auth/internal/signup", "email", email, "username", username, "password", password)
		},
		SignOut: &logout,
		ChangePassword: func(old, fresh string) dialecttest.Call {
			return call("POST", "/auth/internal/change-password", "oldPassword", old, "newPassword", fresh)
		},
		AskReset: func(email string) dialecttest.Call {
			return call("POST", "/auth/internal/request-password-reset", "email", email)
		},
		Exchange: func(mailed string) dialecttest.Call {
			return call("POST", "/auth/internal/exchange-password-reset-token", "token", mailed)
		},
		Exchanged: func(a dialecttest.Answer) string { return reading(a).Response.Token },
		Reset: func(token, password string) dialecttest.Call {
			return call("POST", "/auth/internal/reset-password", "token", token, "password", password)
		},
		Confirm: func(mailed string) dialecttest.Call {
			return call("POST", "/auth/internal/confirm-email", "token", mailed)
		},

		CreateUser: func(email, name string) dialecttest.Call {
			return call("POST", "/users/", "email", email, "name", name)
		},
		ReadUser: func(user muster.ID) dialecttest.Call { return call("GET", "/users/"+user.String()) },
		UpdateUser: func(user muster.ID, email, name string) dialecttest.Call {
			return call("PUT", "/users/"+user.String(), "email", email, "name", name)
		},
		DeleteUser:  func(user muster.ID) dialecttest.Call { return call("DELETE", "/users/"+user.String()) },
		DeleteGroup: func(group muster.ID) dialecttest.Call { return call("DELETE", "/roles/"+group.String()) },
		AddMember: func(group, user muster.ID) dialecttest.Call {
			return call("POST", "/roles/"+group.String()+"/member/"+user.String())
		},
		RemoveMember: func(group, user muster.ID) dialecttest.Call {
			return call("DELETE", "/roles/"+group.String()+"/member/"+user.String())
		},
		Grant: func(group muster.ID, operation string) dialecttest.Call {
			rule := map[string]any{"resource": "system", "operation": operation, "access": "allow"}
			return call("PATCH", "/permissions/"+group.String()+"/rules", "rules", []any{rule})
		},
		Search: []func(string) dialecttest.Call{
			query("/users/?query=%s"), query("/users/?email=%s"), query("/users/?username=%s"), query("/users/?handle=%s"), query("/users/?kind=%s"), query("/users/?userID=%s"), query("/users/?roleID[]=%s"),
			query("/roles/?query=%s"), query("/application/?query=%s"), query("/organisations/?query=%s"), query("/reminder/?resource=%s"), query("/actionlog/?resource=%s"), query("/actionlog/?action=%s"),
		},
		Sort: []func(string) dialecttest.Call{query("/users/?sort=%s"), query("/roles/?sort=%s"), query("/application/?sort=%s")},
		Page: []func(string) dialecttest.Call{
			query("/users/?limit=%s"), query("/users/?offset=0&perPage=%s"), query("/users/?perPage=2&page=%s"), query("/roles/?limit=%s"), query("/actionlog/?limit=%s"),
		},
		Landing: []func(string) dialecttest.Call{
			setting("auth.frontend.url.base"), setting("auth.frontend.url.password-reset"), setting("auth.frontend.url.email-confirmation"), setting("auth.frontend.url.redirect"),
		},
		Link: []func(string) dialecttest.Call{
			func(address string) dialecttest.Call {
				return call("POST", "/application/", "name", "Linked", "unify", map[string]any{"name": "x", "url": address})
			},
		},
	}
}
