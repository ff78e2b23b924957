package corteza_test

import (
	"path/filepath"
	"strings"
	"testing"

	"muster/internal/config"
	"muster/internal/dialect/dialecttest"
	"muster/internal/mustertest"
	"muster/internal/store/storetest"
)

// TestRecorded replays what was recorded on the original server.
func TestRecorded(t *testing.T) {
	for _, c := range []struct {
		name, file string
		options    []mustertest.Option
	}{
		{"auth", "testdata/auth.txt", nil},
		{"people", "testdata/people.txt", nil},
		{"applications", "testdata/applications.txt", nil},
		{"organisations", "testdata/organisations.txt", nil},
		{"reminders", "testdata/reminders.txt", nil},
		{"settings", "testdata/settings.txt", nil},
		{"signup", "testdata/signup.txt", nil},
		{"automation", "testdata/automation.txt", []mustertest.Option{withScripts(t)}},
		{"first user", "testdata/first-user.txt", []mustertest.Option{mustertest.NoAdministrator}},
	} {
		t.Run(c.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, engine string) {
				newHouse(t, engine, c.options...).player().Play(t, c.file)
			})
		})
	}
}

// withScripts is a house with the scripts of these tests.
func withScripts(t *testing.T) mustertest.Option {
	folder, err := filepath.Abs("testdata/scripts")
	if err != nil {
		t.Fatal(err)
	}
	return func(c *config.Config) { c.Scripts = folder }
}

func (h *house) player() *dialecttest.Player {
	p := &dialecttest.Player{URL: h.URL + base, Values: map[string]string{
		"run": "golden", "adminEmail": mustertest.AdminEmail, "adminPassword": mustertest.AdminPassword,
		"publicURL": h.Config.PublicURL,
	}, Classes: map[string]string{
		"wrong": `server-scripts/bad\.js:2: .+`, // in the engine's words
	}}
	p.Do = map[string]func(*testing.T, []string){
		"bundle": func(t *testing.T, args []string) { // its path, and what is in it
			a := h.admin.GET(t, args[0])
			if a.Status != 200 || a.Header.Get("Content-Type") != "text/plain" || !strings.Contains(string(a.Body), args[1]) {
				t.Errorf("%d %s %s", a.Status, a.Header.Get("Content-Type"), a.Body)
			}
		},
		"mail": func(t *testing.T, args []string) { // to whom, what its token is called, its subject
			m := h.mail(t, args[0])
			p.Values[args[1]] = m.Token()
			if want := strings.Join(args[2:], " "); m.Subject() != want || m.Header.Get("From") != `"Example Sender" <info@example.tld>` {
				t.Errorf("subject %q from %q, want the subject %q", m.Subject(), m.Header.Get("From"), want)
			}
			if got := m.Header.Get("Content-Type"); got != "text/html; charset=UTF-8" {
				t.Errorf("content type %q", got)
			}
		},
	}
	return p
}
