package tellius_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect/dialecttest"
	"muster/internal/dialect/tellius"
	"muster/internal/httpx"
	"muster/internal/token"
)

// TestRefusals plays the shared table of refusals against this façade.
func TestRefusals(t *testing.T) { dialecttest.Refuse(t, tableOfRefusals()) }

// tableOfRefusals is this façade in the words of the table.
func tableOfRefusals() dialecttest.Facade {
	status := func(want ...int) func(dialecttest.Answer) bool {
		return func(a dialecttest.Answer) bool {
			for _, s := range want {
				if a.Status == s && strings.Contains(string(a.Body), `"status":`+strconv.Itoa(s)) {
					return true
				}
			}
			return false
		}
	}
	return dialecttest.Facade{
		Wire: "tellius", Mount: base, Routes: tellius.Routes(),
		Open: []string{"POST /api/login", "POST /api/auth/login", "POST /api/refreshToken"},
		Bare: []string{"DELETE /users/{userId}", "DELETE /api/users/{userId}", "DELETE /groups/{groupId}", "DELETE /api/groups/{groupId}"},
		// Nothing can be had here with a session alone: whom the table lets look is an admin.
		Lets: func(s *dialecttest.Stage, p dialecttest.Person) {
			if _, err := s.Core.UpdateUser(s.System(), p.ID, core.Profile{Partial: true, Role: muster.RoleAdmin}); err != nil {
				panic(err)
			}
		},
		IDs: func(s *dialecttest.Stage) map[string]string {
			return map[string]string{"userId": s.Ann.ID.Hex(), "groupId": s.Group.Hex()}
		},
		Body: func(httpx.Route) string {
			return `{"username":"nn","email":"n@example.org","password":"correct-horse","name":"N","previousOwnerId":"1","newOwnerId":"2","refreshToken":"x"}`
		},
		Show: func(r *http.Request, token string) { r.Header.Set("Authorization", "Bearer "+token) },
		Token: func(a dialecttest.Answer) string {
			var v struct{ Token string }
			_ = json.Unmarshal(a.Body, &v) // of another shape: nothing is there
			return v.Token
		},
		Life: time.Hour, Foreign: foreign, BlankMalformed: true, Unicode: true,

		Refused:   func(a dialecttest.Answer) bool { return a.Status >= 400 },
		Stranger:  func(_ string, a dialecttest.Answer) bool { return status(http.StatusUnauthorized)(a) },
		Denied:    func(_ string, a dialecttest.Answer) bool { return status(http.StatusForbidden)(a) },
		Malformed: status(http.StatusBadRequest, http.StatusRequestEntityTooLarge),
		Internal:  status(http.StatusInternalServerError),
		Calls:     callsOfRefusals(),
	}
}

// foreign are tokens that the house itself has signed, for other purposes, wires, realms, kinds, sessions and pairs.
func foreign(s *dialecttest.Stage) map[string]string {
	keys, _, err := token.OpenKeys(s.Config.KeysPath(), s.Clock.Now())
	if err != nil {
		panic(err)
	}
	fields := strings.Split(strings.TrimPrefix(s.Ann.Token, "mus_s_"), ".")[:3]
	sign := func(p token.Purpose, kind string, bound []string, fields ...string) string {
		text, err := keys.SignBearer(p, kind, bound, fields)
		if err != nil {
			panic(err)
		}
		return text
	}
	here := []string{"tellius", "1"}
	if sign(token.Session, "mus_s_", here, fields...) != s.Ann.Token {
		panic("a forged token proves nothing if it is not like a good one")
	}
	all := map[string]string{
		"another wire":    sign(token.Session, "mus_s_", []string{"v1", "1"}, fields...),
		"crust":           sign(token.Crust, "mus_s_", []string{"crust", "1"}, fields[:2]...),
		"another realm":   sign(token.Session, "mus_s_", []string{"tellius", "2"}, fields...),
		"another kind":    sign(token.Session, "mus_r_", here, fields...),
		"another session": sign(token.Session, "mus_s_", here, "1", fields[1], fields[2]),
		"no pair":         sign(token.Session, "mus_s_", here, fields[:2]...),
		"no such pair":    sign(token.Session, "mus_s_", here, fields[0], fields[1], strconv.FormatInt(s.Clock.Now().UnixMicro()<<10, 10)),
		"a pair of text":  sign(token.Session, "mus_s_", here, fields[0], fields[1], "x"),
		"too old":         sign(token.Session, "mus_s_", here, fields[0], strconv.FormatInt(s.Clock.Now().Unix(), 10), fields[2]),
		"a refresh token": refreshOf(s),
	}
	for _, p := range []token.Purpose{token.Crust, token.CortezaJWT, token.Mail, token.FileURL, token.Cursor, token.Rate} {
		all["signed as "+string(p)] = sign(p, "mus_s_", here, fields...)
	}
	return all
}

// refreshOf is a good refresh token of Ann's.
func refreshOf(s *dialecttest.Stage) string {
	req, err := http.NewRequest("POST", s.URL+base+"/api/login", strings.NewReader(`{"username":"`+s.Ann.Email+`","password":"`+s.Ann.Password+`"}`))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		panic(err)
	}
	defer res.Body.Close()
	var v struct{ RefreshToken string }
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil || v.RefreshToken == "" {
		panic("no refresh token")
	}
	return v.RefreshToken
}

// callsOfRefusals are the calls by which the table asks what it has to.
func callsOfRefusals() dialecttest.Calls {
	call := dialecttest.NewCall
	name := dialecttest.NameOf
	return dialecttest.Calls{
		Look:       call("GET", "/groups"),
		Privileged: call("GET", "/groups"),
		Operation:  muster.OpGroupCreate,
		SignIn: func(name, password string) dialecttest.Call {
			return call("POST", "/api/login", "username", name, "password", password)
		},
		Names: func(p dialecttest.Person) []string {
			return []string{p.Email, p.Username + "1", strings.ToUpper(p.Username) + "1"}
		},
		Refresh: func(token string) dialecttest.Call {
			return call("POST", "/api/refreshToken", "refreshToken", token)
		},
		RefreshToken: func(a dialecttest.Answer) string {
			var v struct{ RefreshToken string }
			_ = json.Unmarshal(a.Body, &v) // of another shape: nothing is there
			return v.RefreshToken
		},
		CreateUser: func(email, display string) dialecttest.Call {
			return call("POST", "/users", "email", email, "firstName", display, "username", name(email), "password", "Marker-made-0c4d7e1a")
		},
		ReadUser: func(muster.ID) dialecttest.Call { return call("GET", "/users") },
		UpdateUser: func(user muster.ID, email, name string) dialecttest.Call {
			return call("PUT", "/users/"+user.Hex(), "email", email, "firstName", name)
		},
		DeleteUser:  func(user muster.ID) dialecttest.Call { return call("DELETE", "/users/"+user.Hex()) },
		DeleteGroup: func(group muster.ID) dialecttest.Call { return call("DELETE", "/groups/"+group.Hex()) },
		RemoveMember: func(_, user muster.ID) dialecttest.Call {
			return call("PUT", "/users/"+user.Hex(), "groups", []string{})
		},
	}
}
