package tat

import (
	"strings"
	"testing"
)

func house(hosts ...string) *facade {
	return &facade{options: Options{Exposed: Exposed{"http", "localhost", "8080", "/tat"}, CallbackHosts: hosts}}
}

const usual = "http://localhost:8080/tat/user/verify/ada/:token"

// TestCallback: placeholders are filled in their order, as plain text, wherever they stand.
func TestCallback(t *testing.T) {
	for text, want := range map[string]string{
		"": usual, "  \t": usual,
		":scheme://:host::port:path": "http://localhost:8080/tat",
		"tatcli --url=:scheme://:host::port:path user verify --save :username :token":                          "tatcli --url=http://localhost:8080/tat user verify --save ada :token",
		" Click on :scheme://:host::port/user/verify/:username/:token to validate your account":                " Click on http://localhost:8080/user/verify/ada/:token to validate your account",
		" Click on scheme://:host::port/user/verify/:username/:token to validate your account":                 " Click on scheme://localhost:8080/user/verify/ada/:token to validate your account",
		":scheme://:host::port:path/user/confirm/:username/token/:token and :token again, :usernameX, :portly": "http://localhost:8080/tat/user/confirm/ada/token/:token and :token again, adaX, 8080ly",
		"<b>no & markup</b>, {{.Callback}} %s":                                                                 "<b>no & markup</b>, {{.Callback}} %s",
		"one\r\nBcc: x@evil.example\n\ttwo\u202e":                                                              "oneBcc: x@evil.exampletwo",
		"no placeholders at all": "no placeholders at all",
	} {
		if got := house().callback(text, "ada"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := house().callback(strings.Repeat("x", 1001), "ada"); got != usual {
		t.Errorf("a text that is too long gives %.50q", got)
	}
	if got := house().callback(strings.Repeat("é", 1000), "ada"); got != strings.Repeat("é", 1000) {
		t.Errorf("a text that just fits gives %.50q", got)
	}
}

// TestCallbackLeadsHome: a text that leads elsewhere, however it is spelled, is not sent.
func TestCallbackLeadsHome(t *testing.T) {
	for _, text := range []string{
		"http://evil.example/:token", "HTTPS://EVIL.example/:token", "see http://:host/ and http://evil.example/:token", ":scheme://evil.example/:token",
		"http://:host@evil.example/:token", "http://:host::port@evil.example/:token", "http://:host.evil.example/:token", "http://:host:token.evil.example/",
		"http://localhost:8080.evil.example/:token", "http://evil.example:8080/:token", "http:evil.example/:token", "http:/evil.example/:token",
		`http:\\evil.example\:token`, `http:/\evil.example/:token`, "//evil.example/:token", `\\evil.example/:token`, "www.evil.example/:token", "x www.localhost/:token",
		"javascript:alert(':token')", "data:text/html,:token", "ftp://localhost/:token", "mailto:x@evil.example?body=:token", "http://[::1]/:token", "http://:token/",
		"http://127.0.0.1/:token", "http://loc\u200balhost.evil.example/:token", "http://evil.example", "http://:username.evil.example/:token", "http:///evil.example/:token",
		"http://localhost\u3002evil.example/:token", "http://%65vil.example/:token", "httphttp://://evil.example/:token",
	} {
		if got := house().callback(text, "ada"); got != usual {
			t.Errorf("%q is sent as %q", text, got)
		}
	}
	for _, text := range []string{"http://localhost:9999/x/:token", "https://LOCALHOST/:token", "https://chat.example/user/confirm/:username/token/:token", "http://localhost", "http://localhost/?u=:token#x"} {
		if got := house("Chat.example").callback(text, "ada"); got == usual {
			t.Errorf("%q is not sent", text)
		}
	}
	six := &facade{options: Options{Exposed: Exposed{"http", "[::1]", "80", ""}}}
	if got := six.callback(":scheme://:host::port:path/:token", "ada"); got != "http://[::1]:80/:token" {
		t.Errorf("an address of IPv6: %q", got)
	}
}

func FuzzCallback(f *testing.F) {
	f.Add("http://evil.example/:token")
	f.Add(":scheme://:host::port:path/:token")
	f.Fuzz(func(t *testing.T, text string) {
		got := house().callback(text, "ada")
		if strings.ContainsAny(got, "\r\n\x00") {
			t.Errorf("%q: %q", text, got)
		}
		if strings.Contains(strings.ToLower(got), "http://evil.example") {
			t.Errorf("%q leads away: %q", text, got)
		}
	})
}
