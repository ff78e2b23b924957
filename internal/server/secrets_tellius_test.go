package server_test

import (
	"net/http"
	"strings"
	"testing"

	"muster/internal/mustertest"
)

// throughTellius types secrets wherever Tellius takes any.
func (s *secretStory) throughTellius(t *testing.T) {
	given, changed := "Marker-tellius-given-1f2a3b4c", "Marker-tellius-changed-2a3b4c5d"
	s.secrets["a password given by Tellius"], s.secrets["a password changed by Tellius"] = given, changed
	pair := func(what string, a mustertest.Answer) (*mustertest.Client, string) {
		t.Helper()
		wants(t, a, "token")
		token, refresh := a.String(t, "token"), a.String(t, "refreshToken")
		s.secrets["a token of Tellius, "+what], s.secrets["a refresh token of Tellius, "+what] = token, refresh
		return &mustertest.Client{URL: s.URL, Token: token}, refresh
	}
	signIn := func(name, password string) (*mustertest.Client, string) {
		t.Helper()
		return pair(name+" by "+password[7:20], s.Nobody().POST(t, "/tellius/api/login", `{"username":"`+name+`","password":"`+password+`"}`))
	}
	admin, _ := signIn("admin", s.Config.Admin.Password)
	a := wants(t, admin.POST(t, "/tellius/users", `{"username":"tove","email":"tove@example.org","password":"`+given+`"}`), "id")
	_, refresh := signIn("tove", given)
	_, next := pair("refreshed", s.Nobody().POST(t, "/tellius/api/refreshToken", `{"refreshToken":"`+refresh+`"}`))
	pair("given for a lost answer", s.Nobody().POST(t, "/tellius/api/refreshToken", `{"refreshToken":"`+refresh+`"}`))
	wants(t, admin.PUT(t, "/tellius/users/"+a.String(t, "id"), `{"password":"`+changed+`"}`), "id")
	signIn("tove", changed)

	wrong := "Marker-tellius-wrong-3b4c5d6e"
	s.secrets["what stands in the wrong place of Tellius"] = wrong
	for path, body := range map[string]string{
		"/tellius/api/login": `{"username":"` + wrong + `","password":"x"}`, "/tellius/api/auth/login?password=" + wrong: `{"username":"tove"}`,
		"/tellius/api/refreshToken": `{"refreshToken":"` + wrong + `"}`, "/tellius/api/refreshToken?x": `{"refreshToken":"` + next + `"}`,
		"/tellius/users?token=" + wrong: `{"password":"` + wrong, "/tellius/" + wrong: `{}`,
	} {
		r, err := http.NewRequest("POST", s.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", wrong)
		if a := s.Nobody().Send(t, r); a.Status < 400 {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
}
