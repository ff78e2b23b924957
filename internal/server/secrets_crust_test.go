package server_test

import (
	"net/http"
	"strings"
	"testing"

	"muster/internal/mustertest"
)

// throughCrust types secrets wherever Crust takes any.
func (s *secretStory) throughCrust(t *testing.T) {
	given, own := "Marker-crust-given-1f2a3b4c", "Marker-crust-own-2a3b4c5d"
	s.secrets["a password given by Crust"], s.secrets["a password changed by Crust"] = given, own
	signIn := func(password string) *mustertest.Client {
		t.Helper()
		a := s.Nobody().POST(t, "/crust/auth/login", `{"username":"cleo","password":"`+password+`"}`)
		for _, c := range (&http.Response{Header: a.Header}).Cookies() {
			s.secrets["a token of Crust, by "+password[7:18]] = c.Value
			return &mustertest.Client{URL: s.URL, Token: c.Value}
		}
		t.Fatalf("no cookie: %s", a.Body)
		return nil
	}
	admin := s.Nobody().POST(t, "/crust/auth/login", `{"username":"`+mustertest.AdminEmail+`","password":"`+s.Config.Admin.Password+`"}`)
	token := (&http.Response{Header: admin.Header}).Cookies()[0].Value
	s.secrets["the administrator's token of Crust"] = token
	a := (&mustertest.Client{URL: s.URL, Token: token}).POST(t, "/crust/users/", `{"username":"cleo","email":"cleo@example.org","name":"Cleo","handle":"cleo","password":"`+given+`"}`)
	user := wants(t, a, "response.userID").String(t, "response.userID")
	cleo := signIn(given)
	wants(t, cleo.PUT(t, "/crust/users/"+user, `{"password":"`+own+`"}`), "response.userID")
	cleo = signIn(own)
	s.secrets["a renewed token of Crust"] = wants(t, cleo.GET(t, "/crust/auth/check"), "response.jwt").String(t, "response.jwt")

	wrong := "Marker-crust-wrong-3b4c5d6e"
	s.secrets["what stands in the wrong place of Crust"] = wrong
	for path, body := range map[string]string{
		"/crust/auth/login": `{"username":"` + wrong + `","password":"x"}`, "/crust/auth/login?password=" + wrong: `{"username":"cleo"}`,
		"/crust/users/?jwt=" + wrong: `{"password":"` + wrong, "/crust/" + wrong: `{}`,
	} {
		r, err := http.NewRequest("POST", s.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if !strings.Contains(path, "login") {
			r.Header.Set("Cookie", "jwt="+wrong)
		}
		if a := s.Nobody().Send(t, r); a.Status == http.StatusOK && a.Error(t) == "" {
			t.Errorf("%s: %s", path, a.Body)
		}
	}
}
