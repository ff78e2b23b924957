package agora_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"muster"
	"muster/internal/dialect/agora"
	"muster/internal/dialect/dialecttest"
	"muster/internal/httpx"
	"muster/internal/mustertest"
)

// TestRefusals plays the shared table of refusals against this façade: the application is one of the house, so that its users are
// the people on the stage. No application acts for an administrator; what the table has an administrator do, the application
// itself does.
func TestRefusals(t *testing.T) { dialecttest.Refuse(t, tableOfRefusals()) }

func tableOfRefusals() dialecttest.Facade {
	return dialecttest.Facade{
		Wire: "agora", Mount: strings.ToLower(main), Routes: finite(agora.Routes()), Options: []mustertest.Option{applications},
		Open:   []string{"POST /token"},
		Common: []string{"POST /metadata/user/get"},
		Bare:   []string{"POST /sdk/users/{username}/link/ack"}, // the application is refused before: bodies of users are in TestLinkRefusals
		Loose:  []string{"GET /metadata/user/{username}"},
		IDs: func(s *dialecttest.Stage) map[string]string {
			return map[string]string{"username": s.Ann.ID.UUID(), "resource": "phone", "msg_id": "1"}
		},
		Body: bodyOf,
		Show: func(r *http.Request, token string) { r.Header.Set("Authorization", "Bearer "+token) },
		Token: func(a dialecttest.Answer) string {
			var v struct {
				Token string `json:"access_token"`
			}
			_ = json.Unmarshal(a.Body, &v) // of another shape: nothing is there
			return v.Token
		},
		Foreign: foreignTokens,
		Refused: func(a dialecttest.Answer) bool { return a.Status >= 400 && wordOf(a) != "" },
		Stranger: func(_ string, a dialecttest.Answer) bool {
			return a.Status == http.StatusUnauthorized && (wordOf(a) == unauthorized || wordOf(a) == badToken)
		},
		Denied: func(_ string, a dialecttest.Answer) bool {
			return a.Status == http.StatusUnauthorized && wordOf(a) == unauthorized && strings.Contains(string(a.Body), oauth)
		},
		Malformed: func(a dialecttest.Answer) bool {
			switch a.Status {
			case http.StatusBadRequest:
				return wordOf(a) == "json_parse" || wordOf(a) == illegal
			case http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
				return true
			}
			return false
		},
		Internal: func(a dialecttest.Answer) bool {
			return a.Status == http.StatusInternalServerError && wordOf(a) == "internal_server_error"
		},
		Empty: func(a dialecttest.Answer) bool {
			var v struct{ Entities []any }
			return json.Unmarshal(a.Body, &v) == nil && v.Entities != nil && len(v.Entities) == 0
		},
		Calls: callsOfRefusals(),
		Skip: map[int]string{
			9:  "the contract tells what was wrong with a sign-in (4.1): an application's server asks, not its user",
			10: "it mails nothing", 11: "it knows no addresses",
			14: "what the table races for it has not; its own races are in TestAtOnce",
			22: "it has no e-mail to find people by; names are in TestNicknames",
			26: "it has no mails, and its users no e-mails; a broken store is in TestBrokenStore",
		},
	}
}

// finite are the routes whose answers have an end. What the live link refuses is in TestLinkRefusals.
func finite(routes []httpx.Route) []httpx.Route {
	return slices.DeleteFunc(routes, func(r httpx.Route) bool { return r.Pattern() == "/sdk/users/{username}/link" })
}

func wordOf(a dialecttest.Answer) string {
	var v struct{ Error string }
	_ = json.Unmarshal(a.Body, &v) // of another shape: no word
	return v.Error
}

func bodyOf(r httpx.Route) string {
	switch {
	case r.Pattern() == "/token":
		return `{"grant_type":"client_credentials","client_id":"client-house","client_secret":"marker-secret-of-house"}`
	case r.Method() == "PUT" && strings.HasPrefix(r.Pattern(), "/metadata/"):
		return "" // a form: see TestAttributes
	}
	switch r.Pattern() {
	case "/messages/users":
		return `{"to":["ann1"],"type":"txt","body":{"msg":"Marker"}}`
	case "/messages":
		return `{"target_type":"users","target":["ann1"],"msg":{"type":"txt","msg":"Marker"}}`
	case "/sdk/users/{username}/link/ack":
		return `{"ids":["1"]}`
	}
	return `{"username":"fresh","password":"Marker-fresh-1c2d3e4f","nickname":"N","newpassword":"Marker-fresh-1c2d3e4f","targets":["ann1"],"usernames":["ann1"]}`
}

// foreignTokens are tokens of other applications, and damaged ones that an application signs.
func foreignTokens(s *dialecttest.Stage) map[string]string {
	app := s.Config.Agora.Apps[2]
	now, t := s.Clock.Now(), s.T()
	good := signedBy(t, app.AppID, app.Certificate, now, "ann1", 60)
	return map[string]string{
		"of another application":        signed(t, now, "ann1", 60),
		"of another certificate":        signedBy(t, app.AppID, certificate, now, "ann1", 60),
		"signed in a second before now": signedBy(t, app.AppID, app.Certificate, now.Add(-3600e9), "ann1", 7200),
		"signed for an administrator":   signedBy(t, app.AppID, app.Certificate, now, "admin", 60),
		"signed and over":               signedBy(t, app.AppID, app.Certificate, now.Add(-120e9), "ann1", 60),
		"signed and cut":                good[:len(good)-8],
		"signed, with a suffix":         good + "AAAA",
	}
}

// callsOfRefusals are the calls by which the table asks what it has to.
func callsOfRefusals() dialecttest.Calls {
	call := dialecttest.NewCall
	look := call("POST", "/metadata/user/get")
	look.Body = `{"targets":["ann1"]}`
	return dialecttest.Calls{
		// Whom everybody may ask about is himself, and no path says that for all: what people keep with each other is for all.
		Look: look,
		SignIn: func(name, password string) dialecttest.Call {
			if name == mustertest.AdminEmail && password == mustertest.AdminPassword {
				return call("POST", "/token", "grant_type", "client_credentials", "client_id", "client-house", "client_secret", "marker-secret-of-house")
			}
			return call("POST", "/token", "grant_type", "password", "username", username(name), "password", password)
		},
		Names:    func(p dialecttest.Person) []string { return []string{p.Email} },
		ReadUser: func(user muster.ID) dialecttest.Call { return call("GET", "/users/"+user.UUID()) },
		UpdateUser: func(user muster.ID, _, name string) dialecttest.Call {
			return call("PUT", "/users/"+user.UUID(), "nickname", name)
		},
		Search: []func(string) dialecttest.Call{func(text string) dialecttest.Call {
			return call("GET", "/users?cursor="+url.QueryEscape(text))
		}},
		Page: []func(string) dialecttest.Call{func(limit string) dialecttest.Call {
			return call("GET", "/users?limit="+url.QueryEscape(limit))
		}},
	}
}

// username is what the stage's people are called: after their handles, which are the local part of the e-mail and a 1.
func username(email string) string {
	local, _, _ := strings.Cut(email, "@")
	return local + "1"
}
