package obs

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestSecretsAreReplaced(t *testing.T) {
	var out bytes.Buffer
	log := NewLogger(&out, true).With("token", "hunter2").WithGroup("request")
	log.Info("signing in",
		"email", "ann@example.org", "password", "hunter2", "Authorization", "Bearer hunter2", "newPassword", []byte("hunter2"),
		slog.Group("inside", "jwt", "hunter2", "cookie", http.Cookie{Value: "hunter2"}), "app_certificate", []string{"hunter2"})
	text := out.String()
	if strings.Contains(text, "hunter2") {
		t.Errorf("the log tells a secret: %s", text)
	}
	if !strings.Contains(text, `"email":"ann@example.org"`) {
		t.Errorf("the log hides what is none: %s", text)
	}
}

// A group has no value of its own to replace: what is in it must not slip through under its name.
func TestSecretGroups(t *testing.T) {
	var out bytes.Buffer
	NewLogger(&out, false).Info("x", slog.Group("password", "old", "hunter2"))
	if strings.Contains(out.String(), "hunter2") {
		t.Errorf("the log tells a secret: %s", out.String())
	}
}

func TestSecret(t *testing.T) {
	for _, name := range []string{
		"password", "Password", "PASSWORD", "Set-Cookie", "refreshToken", "client_secret", "code",
		"Authorization", "Proxy-Authorization", "Cookie", "Tat_password", "Tat-password", "X-Tat-Password", "X-Tat_password",
		"jwt", "token", "access_token", "refresh_token", "state", "sign", "key", "oldPassword", "newPassword", "oldpassword",
		"newpassword", "app_certificate", "secret", "seed",
	} {
		if !Secret(name) {
			t.Errorf("%s can be logged", name)
		}
	}
	for _, name := range []string{"email", "status", "passwords", "node", "keys", ""} {
		if Secret(name) {
			t.Errorf("%q can't be logged", name)
		}
	}
}

func TestForm(t *testing.T) {
	var out bytes.Buffer
	log := NewLogger(&out, false)
	log.Debug("not without dev")
	log.Info("listening", "address", "127.0.0.1:80")
	var line struct {
		Time                time.Time
		Level, Msg, Address string
	}
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("a line is not one object: %v\n%s", err, out.String())
	}
	if line.Level != "INFO" || line.Msg != "listening" || line.Address != "127.0.0.1:80" || line.Time.Location() != time.UTC {
		t.Errorf("the line is %s", out.String())
	}

	out.Reset()
	NewLogger(&out, true).Debug("with dev")
	if !strings.Contains(out.String(), "with dev") {
		t.Error("with dev the log says no more than without")
	}
}
