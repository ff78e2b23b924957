package tat_test

import (
	"fmt"
	"strings"
	"testing"

	"muster/internal/config"
)

func TestSystemRoutes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		bob := h.join(t, "bob")
		if v := h.nobody().GET(t, "/version"); v.Status != 200 || v.Get(t, "version") == nil {
			t.Errorf("%d %s", v.Status, v.Body)
		}
		h.nobody().GET(t, "/capabilities").is(t, 200, `{"username_from_email":false,"hooks":[]}`)
		for _, path := range []string{"/stats/count", "/stats/instance", "/system/cache/clean", "/system/cache/info"} {
			bob.GET(t, path).fails(t, 403, "user is not admin")
		}
		count := h.admin.GET(t, "/stats/count")
		if got := fmt.Sprintf("%v %v %v", count.Get(t, "users"), count.Get(t, "messages"), count.Get(t, "topics")); got != "2 0 3" || count.Get(t, "date") == nil {
			t.Errorf("%s", count.Body)
		}
		instance := h.admin.GET(t, "/stats/instance")
		if instance.String(t, "hostname") == "" || instance.String(t, "dateHuman") == "" || instance.Get(t, "ips") == nil {
			t.Errorf("%s", instance.Body)
		}
		for _, path := range []string{"/system/cache/clean", "/system/cache/info"} {
			h.admin.GET(t, path).is(t, 200, `{"output":"nothing to do: what is remembered is forgotten when it changes","error":null}`)
		}
		for _, path := range []string{"/stats/db/stats", "/stats/checkHeaders", "/messages/x", "/hooks"} {
			a := h.admin.GET(t, path)
			if a.refused(t, 404); strings.Contains(string(a.Body), h.admin.password) {
				t.Error("a password is echoed")
			}
		}
	})
}

// TestExposed: what clients are told of the address is what the operator says, and never what a request says.
func TestExposed(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.register(t, "bob")
		token := h.token(t, "bob")
		a := h.nobody().With(t, "GET", "/user/verify/bob/"+token, "", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "gopher")
		if got := a.String(t, "url"); got != "https://chat.example:8443/messages" {
			t.Errorf("url %q", got)
		}
		h.register(t, "carl")
		if m := h.mail(t, "carl"); !strings.Contains(m.Raw, "\r\nhttps://chat.example:8443/messages/user/verify/carl/") {
			t.Errorf("%s", m.Raw)
		}
	}, func(c *config.Config) {
		c.Tat.Scheme, c.Tat.Host, c.Tat.Port, c.Tat.Path = "https", "chat.example", "8443", "/messages/"
	})
}

// TestExposedByThePublicURL: where the operator says no more, it is what links begin with, and the mount.
func TestExposedByThePublicURL(t *testing.T) {
	for public, want := range map[string]string{
		"https://users.example.org":         "https://users.example.org:443/tat",
		"https://users.example.org/people/": "https://users.example.org:443/people/tat",
		"http://[::1]:8080":                 "http://[::1]:8080/tat",
	} {
		one(t, func(t *testing.T, h *house) {
			h.register(t, "bob")
			if got := h.nobody().GET(t, "/user/verify/bob/"+h.token(t, "bob")).String(t, "url"); got != want {
				t.Errorf("%s: url %q, want %q", public, got, want)
			}
		}, func(c *config.Config) { c.PublicURL = public })
	}
}

// TestMails: plain text, the callback on a line of its own, as it is, and nowhere in the head.
func TestMails(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		h.nobody().POST(t, "/user", `{"username":"bob","fullname":"Bob","email":"bob@example.org","callback":"a=b&c=d <x> :scheme://:host::port:path/user/verify/:username/:token `+strings.Repeat("long ", 60)+`end"}`).
			is(t, 201, `{"info":"please check your mail to validate your account."}`)
		m := h.mail(t, "bob")
		if m.Subject() != "Welcome to Tat" || m.Header.Get("Content-Type") != "text/plain; charset=UTF-8" {
			t.Errorf("%q %q", m.Subject(), m.Header.Get("Content-Type"))
		}
		head, body, _ := strings.Cut(m.Raw, "\r\n\r\n")
		if strings.Contains(head, "user/verify") || strings.Contains(head, "long") {
			t.Errorf("in the head: %s", head)
		}
		token := tokenPattern.FindString(body)
		if line := "\r\na=b&c=d <x> http://muster.example:80/tat/user/verify/bob/" + token + " " + strings.Repeat("long ", 60) + "end\r\n"; !strings.Contains(body, line) {
			t.Errorf("the line %q is not in %q", line, body)
		}
		h.verify(t, "bob", token)
		h.nobody().POST(t, "/user/reset", `{"username":"bob","email":"bob@example.org","callback":"http://evil.example/:token"}`)
		m = h.mail(t, "bob")
		if m.Subject() != "Tat : confirm your reset password" || strings.Contains(m.Raw, "evil") || !strings.Contains(m.Raw, "\r\nhttp://muster.example:80/tat/user/verify/bob/") {
			t.Errorf("%s", m.Raw)
		}
		h.nobody().POST(t, "/user/reset", `{"username":"bob","email":"bob@example.org","callback":"Größe :token"}`)
		if m = h.mail(t, "bob"); !strings.Contains(m.HTML, "\r\nGröße "+tokenPattern.FindString(m.HTML)+"\r\n") {
			t.Errorf("%s", m.Raw)
		}
	})
}
