package tat_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"muster"
	"muster/internal/dialect/dialecttest"
	"muster/internal/dialect/tat"
	"muster/internal/httpx"
)

// TestRefusals plays the shared table of refusals against this façade.
func TestRefusals(t *testing.T) { dialecttest.Refuse(t, tableOfRefusals()) }

// known are the people of the table, whom this wire knows by other names: by what the table knows of them.
type known struct {
	username map[string]string // by token, e-mail and id
	key      map[string]string // by password
}

// tableOfRefusals is this façade in the words of the table.
func tableOfRefusals() dialecttest.Facade {
	k := known{map[string]string{}, map[string]string{}}
	return dialecttest.Facade{
		Wire: "tat", Mount: base, Routes: tat.Routes(),
		Open:   open(),
		Common: common(),
		Bare:   bare(),
		Loose:  []string{"GET /user/me/contacts/{since}"}, // a number of seconds is no id
		IDs: func(*dialecttest.Stage) map[string]string {
			return map[string]string{"username": "weak1", "token": strings.Repeat("a", 32) + "123456789", "topic...": "Private/ann1", "tag": "red", "since": "15", "name": "Reds"}
		},
		Body: func(httpx.Route) string { return goodBody },
		Show: func(r *http.Request, token string) {
			r.Header["Tat_username"], r.Header["Tat_password"] = []string{k.named(token)}, []string{token}
		},
		Token: func(a dialecttest.Answer) string {
			if a.Status != http.StatusOK {
				return ""
			}
			return "in"
		},
		Enter: k.enter,

		Refused: func(a dialecttest.Answer) bool { return a.Status >= 400 },
		Stranger: func(_ string, a dialecttest.Answer) bool {
			return a.Status == http.StatusBadRequest && said(a) == "Invalid Tat Headers" || a.Status == http.StatusUnauthorized && strings.HasPrefix(said(a), "Invalid Tat credentials for username ")
		},
		Denied: denied,
		Malformed: func(a dialecttest.Answer) bool {
			return a.Status == http.StatusBadRequest && strings.HasPrefix(said(a), "Invalid request: ")
		},
		Internal: func(a dialecttest.Answer) bool {
			return a.Status == http.StatusInternalServerError && said(a) == "internal error"
		},
		Ours: func(a dialecttest.Answer) bool {
			return !strings.HasPrefix(said(a), "Error on verify token for username ")
		},
		Empty: func(a dialecttest.Answer) bool {
			list := struct {
				Count int
				Users []any
			}{}
			return json.Unmarshal(a.Body, &list) == nil && list.Count == 0 && len(list.Users) == 0
		},
		Cache: "no-cache, no-store, must-revalidate", Unicode: true,
		Calls: k.calls(),
		Skip: map[int]string{
			9:  "the answer repeats the name: TestOneAnswerToStrangers",
			10: "e-mails are compared letter for letter: TestResetTellsNothing",
			13: "names are compared letter for letter, and nobody guesses at 256 bits: TestGuessingAtKeys",
		},
	}
}

// goodBody is good for every route: members that a route does not know are nothing to it.
const goodBody = `{"username":"ann1","fullname":"New Name","email":"n@example.org","newUsername":"annabel","newFullname":"Annabel","newEmail":"annabel@example.org",
	"canListUsersAsAdmin":true,"fixPrivateTopics":true,"fixDefaultGroup":true,"topic":"/Private/ann1/x","description":"x","groupname":"Reds","name":"New","status":"online"}`

func open() []string {
	return []string{"POST /user", "GET /user/verify/{username}/{token}", "POST /user/reset", "GET /version", "GET /capabilities"}
}

// common are the routes that everybody may use who is known.
func common() (list []string) {
	for _, r := range tat.Routes() {
		if _, named := r.Action(); named && r.Demand() == "" {
			list = append(list, r.String())
		}
	}
	return list
}

// bare are the routes without a body.
func bare() (list []string) {
	for _, r := range tat.Routes() {
		if strings.HasPrefix(r.Pattern(), "/user/me/") || r.Method() == "DELETE" && !strings.HasPrefix(r.Pattern(), "/presences") {
			list = append(list, r.String())
		}
	}
	return list
}

func denied(_ string, a dialecttest.Answer) bool {
	return a.Status == http.StatusForbidden && said(a) == "user is not admin"
}

// said is the text of a refusal.
func said(a dialecttest.Answer) string {
	var e struct{ Error string }
	_ = json.Unmarshal(a.Body, &e) // of another shape: nothing is said
	return e.Error
}

// named is whose token it is; one that is nobody's is shown as Ann's.
func (k known) named(token string) string {
	if name := k.username[token]; name != "" {
		return name
	}
	return "ann1"
}

// enter has a password mailed to somebody whom the core has made.
func (k known) enter(s *dialecttest.Stage, p *dialecttest.Person) {
	id := p.ID
	if id == 0 { // the administrator of another house
		id = s.Find(p.Email)
	}
	u := s.User(id)
	before := s.MailsTo(p.Email)
	s.Nobody(dialecttest.Call{Method: "POST", Path: "/user/reset", Body: fmt.Sprintf(`{"username":%q,"email":%q}`, u.Username, u.Email)})
	a := s.Nobody(dialecttest.Call{Method: "GET", Path: "/user/verify/" + u.Username + "/" + s.NextMail(p.Email, before).Token()})
	var answer struct{ Password string }
	_ = json.Unmarshal(a.Body, &answer) // whoever has none is refused later
	p.Token = answer.Password
	k.username[p.Token], k.username[p.Email], k.username[id.String()] = u.Username, u.Username, u.Username
	k.key[p.Password] = p.Token
}

// calls are the calls by which the table asks what it has to.
func (k known) calls() dialecttest.Calls {
	call := dialecttest.NewCall
	query := func(path string) func(string) dialecttest.Call {
		return func(value string) dialecttest.Call { return call("GET", path+url.QueryEscape(value)) }
	}
	create := func(email, name string) dialecttest.Call {
		local, _, _ := strings.Cut(email, "@")
		return call("POST", "/user", "username", local, "fullname", name, "email", email)
	}
	return dialecttest.Calls{
		Look: call("GET", "/user/me"),
		SignIn: func(name, password string) dialecttest.Call {
			c := call("GET", "/user/me")
			if known, ok := k.username[name]; ok {
				name = known
			}
			if key, ok := k.key[password]; ok {
				password = key
			}
			c.Header = http.Header{"Tat_username": {name}, "Tat_password": {password}}
			return c
		},
		SignUp: func(email, username, _ string) dialecttest.Call {
			return call("POST", "/user", "username", username, "fullname", "Name of "+email, "email", email)
		},
		AskReset: func(email string) dialecttest.Call {
			local, _, _ := strings.Cut(email, "@")
			return call("POST", "/user/reset", "username", local+"1", "email", email)
		},
		Confirm: func(mailed string) dialecttest.Call { return call("GET", "/user/verify/late/"+mailed) },

		CreateUser: create,
		ReadUser:   func(user muster.ID) dialecttest.Call { return call("GET", "/users?idUser="+user.Hex()) },
		UpdateUser: func(user muster.ID, email, name string) dialecttest.Call {
			return call("PUT", "/user/update", "username", k.username[user.String()], "newEmail", email, "newFullname", name)
		},
		DeleteUser: func(user muster.ID) dialecttest.Call {
			return call("PUT", "/user/archive", "username", k.username[user.String()])
		},
		Search: []func(string) dialecttest.Call{query("/users?username="), query("/users?fullname="), query("/users?idUser=")},
		Page:   []func(string) dialecttest.Call{query("/users?limit="), query("/users?skip=")},
	}
}
