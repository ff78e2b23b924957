package crust_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/dialect/crust"
	"muster/internal/dialect/dialecttest"
	"muster/internal/httpx"
	"muster/internal/token"
)

// TestRefusals plays the shared table of refusals against this façade.
func TestRefusals(t *testing.T) { dialecttest.Refuse(t, tableOfRefusals()) }

// tableOfRefusals is this façade in the words of the table.
func tableOfRefusals() dialecttest.Facade {
	return dialecttest.Facade{
		Wire: "crust", Mount: base, Routes: crust.Routes(),
		Open: []string{"POST /auth/login", "GET /auth/logout"},
		Common: []string{
			"GET /auth/check", "GET /organisations/", "GET /organisations", "GET /organisations/{id}",
			"GET /teams/", "GET /teams", "GET /teams/{teamID}", "GET /users/", "GET /users", "GET /users/{userID}",
		},
		Loose: []string{ // taking away what is not there succeeds
			"DELETE /organisations/{id}", "POST /organisations/{id}/archive", "DELETE /teams/{teamID}", "POST /teams/{teamID}/archive", "DELETE /users/{userID}",
		},
		IDs: func(s *dialecttest.Stage) map[string]string {
			return map[string]string{"userID": s.Ann.ID.String(), "teamID": s.Group.String(), "id": s.Organisation.String()}
		},
		Body: func(r httpx.Route) string {
			if r.String() == "PUT /users/{userID}" {
				return `{"name":"N"}` // who changes his own e-mail has to confirm it
			}
			return goodBody
		},
		Show: func(r *http.Request, token string) { r.Header.Set("Authorization", "Bearer "+token) },
		Token: func(a dialecttest.Answer) string {
			if c := (answer{a}).cookie(); c != nil {
				return c.Value
			}
			return ""
		},
		Life:    60 * time.Hour,
		Foreign: foreign,
		Cookie:  "jwt",
		Unicode: true,

		Refused: func(a dialecttest.Answer) bool { return a.Status >= 400 || refusal(a) != "" },
		Stranger: func(_ string, a dialecttest.Answer) bool {
			return a.Status == http.StatusOK && (refusal(a) == unauthorized || refusal(a) == invalidToken || refusal(a) == expiredToken)
		},
		Denied: func(_ string, a dialecttest.Answer) bool {
			return a.Status == http.StatusOK && refusal(a) == "not allowed"
		},
		Malformed: func(a dialecttest.Answer) bool {
			return a.Status == http.StatusOK && strings.HasPrefix(refusal(a), "failed to read the request: ")
		},
		Internal: func(a dialecttest.Answer) bool { return string(a.Body) == `{"error":{"message":"internal error"}}` },
		Empty:    func(a dialecttest.Answer) bool { return string(a.Body) == `{"response":[]}` },
		Calls:    callsOfRefusals(),
	}
}

// refusal is the message of an error, "" for any other answer.
func refusal(a dialecttest.Answer) string {
	var v struct{ Error struct{ Message string } }
	_ = json.Unmarshal(a.Body, &v) // of another shape: nothing is there
	return v.Error.Message
}

// goodBody is good for every route: members that a route does not know are nothing to it.
const goodBody = `{"email":"n@example.org","username":"nn","name":"N","handle":"nn","password":"correct-horse","organisationID":"0","destination":"2","userID":"2"}`

// foreign are tokens that the house itself has signed, for other purposes, wires, realms, kinds and sessions.
func foreign(s *dialecttest.Stage) map[string]string {
	keys, _, err := token.OpenKeys(s.Config.KeysPath(), s.Clock.Now())
	if err != nil {
		panic(err)
	}
	fields := strings.Split(strings.TrimPrefix(s.Ann.Token, "mus_s_"), ".")[:2]
	sign := func(p token.Purpose, kind string, bound, fields []string) string {
		text, err := keys.SignBearer(p, kind, bound, fields)
		if err != nil {
			panic(err)
		}
		return text
	}
	here := []string{"crust", "1"}
	if sign(token.Crust, "mus_s_", here, fields) != s.Ann.Token {
		panic("a forged token proves nothing if it is not like a good one")
	}
	all := map[string]string{
		"another wire":    sign(token.Crust, "mus_s_", []string{"tellius", "1"}, fields),
		"another realm":   sign(token.Crust, "mus_s_", []string{"crust", "2"}, fields),
		"another kind":    sign(token.Crust, "mus_r_", here, fields),
		"another session": sign(token.Crust, "mus_s_", here, []string{"1", fields[1]}),
		"too old":         sign(token.Crust, "mus_s_", here, []string{fields[0], strconv.FormatInt(s.Clock.Now().Unix(), 10)}),
		"no end":          sign(token.Crust, "mus_s_", here, []string{fields[0], "x"}),
		"a user's id":     sign(token.Crust, "mus_s_", here, []string{s.Admin.ID.String(), fields[1]}),
	}
	for _, p := range []token.Purpose{token.Session, token.CortezaJWT, token.Mail, token.FileURL, token.Cursor, token.Rate} {
		all["signed as "+string(p)] = sign(p, "mus_s_", here, fields)
	}
	return all
}

// callsOfRefusals are the calls by which the table asks what it has to.
func callsOfRefusals() dialecttest.Calls {
	call := dialecttest.NewCall
	query := func(path string) func(string) dialecttest.Call {
		return func(value string) dialecttest.Call { return call("GET", path+url.QueryEscape(value)) }
	}
	name := dialecttest.NameOf
	logout := call("GET", "/auth/logout")
	return dialecttest.Calls{
		Look: call("GET", "/users/"),
		SignIn: func(name, password string) dialecttest.Call {
			return call("POST", "/auth/login", "username", name, "password", password)
		},
		Names: func(p dialecttest.Person) []string {
			return []string{p.Email, p.Username + "1", strings.ToUpper(p.Username) + "1"}
		},
		SignOut: &logout,
		CreateUser: func(email, display string) dialecttest.Call {
			return call("POST", "/users/", "email", email, "name", display, "username", name(email), "handle", name(email), "password", "Marker-made-0c4d7e1a")
		},
		ReadUser: func(user muster.ID) dialecttest.Call { return call("GET", "/users/"+user.String()) },
		UpdateUser: func(user muster.ID, email, name string) dialecttest.Call {
			return call("PUT", "/users/"+user.String(), "email", email, "name", name)
		},
		DeleteUser:  func(user muster.ID) dialecttest.Call { return call("DELETE", "/users/"+user.String()) },
		DeleteGroup: func(group muster.ID) dialecttest.Call { return call("DELETE", "/teams/"+group.String()) },
		AddMember: func(group, user muster.ID) dialecttest.Call {
			return call("POST", "/teams/"+group.String()+"/memberAdd", "userID", user.String())
		},
		RemoveMember: func(group, user muster.ID) dialecttest.Call {
			return call("POST", "/teams/"+group.String()+"/memberRemove", "userID", user.String())
		},
		Search: []func(string) dialecttest.Call{
			query("/users/?query="), query("/users/?username="), query("/users/?email="), query("/teams/?query="), query("/organisations/?query="),
		},
	}
}
