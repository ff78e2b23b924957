package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTOML(t *testing.T) {
	file := write(t, "listen = ':1'\ndata = 'from-file'\ntrusted_proxies = ['10.0.0.1']\n[admin]\npassword = 'hunter2'\n")
	secret := filepath.Join(t.TempDir(), "url")
	if err := os.WriteFile(secret, []byte("smtp://me:hunter2@mail.example:587\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	data := "from-flag"
	told, err := Read(file, []string{
		"MUSTER_LISTEN=127.0.0.1:2", "MUSTER_DATA=from-env", "MUSTER_ADMIN_EMAIL=a@example.org", "MUSTER_SMTP_URL_FILE=" + secret,
		"MUSTER_DATABASE_URL=postgres://me:hunter2@db.example/x?sslpassword=hunter2", "MUSTER_KEYS_FILE=",
		"MUSTER_S3_URL=https://s3.example.org:9000/b/p?region=hunter2", "MUSTER_S3_ACCESS_KEY=hunter2", "MUSTER_S3_SECRET_KEY=hunter2",
	}, Flags{Data: &data})
	if err != nil {
		t.Fatal(err)
	}
	want := `data = "from-flag" # flag --data
listen = "127.0.0.1:2" # environment MUSTER_LISTEN
database_url = "postgres://me:•••@db.example/x?•••" # environment MUSTER_DATABASE_URL
keys_file = "from-flag/keys.json" # default
files_dir = "from-flag/files" # default
scripts = "" # default
public_url = "http://127.0.0.1:2" # default
ops_listen = "" # default
trusted_proxies = ["10.0.0.1"] # file
trusted_origins = [] # default
default_group = "" # default
message_days = 7 # default
dev = false # default

[admin]
email = "a@example.org" # environment MUSTER_ADMIN_EMAIL
username = "admin" # default
password = "•••" # file

[mail]
smtp_url = "smtp://me:•••@mail.example:587" # environment MUSTER_SMTP_URL_FILE
folder = "from-flag/mail" # default

[files]
s3_url = "https://s3.example.org:9000/b/p?•••" # environment MUSTER_S3_URL
s3_access_key = "•••" # environment MUSTER_S3_ACCESS_KEY
s3_secret_key = "•••" # environment MUSTER_S3_SECRET_KEY

[tat]
scheme = "" # default
host = "" # default
port = "" # default
path = "" # default
allowed_domains = [] # default
username_from_email = false # default
reserve_system_names = false # default
callback_hosts = [] # default
origins = [] # default
message_length = 1000 # default

[agora]
listen = "" # default
`
	if diff := cmp.Diff(want, told.TOML()); diff != "" {
		t.Error(diff)
	}
}

// What is shown can be read again, and means the same.
func TestTOMLIsAFile(t *testing.T) {
	first, err := Read("", []string{"MUSTER_DATA=a \"quoted\" \\ folder", "MUSTER_TRUSTED_PROXIES=10.0.0.0/8, ::1", "MUSTER_DEV=true"}, Flags{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := Read(write(t, first.TOML()), nil, Flags{})
	if err != nil {
		t.Fatalf("%v\n%s", err, first.TOML())
	}
	without := func(text string) string {
		var lines []string
		for line := range strings.Lines(text) {
			before, _, _ := strings.Cut(line, " # ")
			lines = append(lines, before)
		}
		return strings.Join(lines, "\n")
	}
	if diff := cmp.Diff(without(first.TOML()), without(second.TOML())); diff != "" {
		t.Error(diff)
	}
}

// Applications are in the file alone. What is shown of them holds no secret, and is TOML.
func TestTOMLOfApplications(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("hunter2-hunter2-2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	told, err := Read(write(t, `
[agora]
listen = "127.0.0.1:0"
[[agora.app]]
org = "acme"
name = "chat"
app_id = "0123456789abcdef0123456789abcdef"
app_certificate = "hunter2"
client_id = "me"
client_secret_file = "`+secret+`"
limits = { "*" = -1, "DELETE /users" = 5 }
[[agora.app]]
org = "acme"
name = "house"
client_secret = "hunter2"
realm = "main"
open_registration = true
`), nil, Flags{})
	if err != nil {
		t.Fatal(err)
	}
	if got := told.Config.Agora.Apps[0].ClientSecret; got != "hunter2-hunter2-2" {
		t.Errorf("the secret is %q", got)
	}
	_, shown, _ := strings.Cut(told.TOML(), "[agora]\n")
	want := `listen = "127.0.0.1:0" # file

[[agora.app]]
org = "acme" # file
name = "chat" # file
app_id = "0123456789abcdef0123456789abcdef" # file
app_certificate = "•••" # file
client_id = "me" # file
client_secret_file = "` + secret + `" # file
limits = { "*" = -1, "DELETE /users" = 5 } # file

[[agora.app]]
org = "acme" # file
name = "house" # file
client_secret = "•••" # file
open_registration = true # file
realm = "main" # file
`
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Error(diff)
	}
	if _, err := Read(write(t, told.TOML()), nil, Flags{}); err != nil {
		t.Errorf("it can't be read again: %v", err)
	}
}

func TestPasswordsOfURLs(t *testing.T) {
	for text, want := range map[string]string{
		"postgres://me:hunter2@h:5432/d":  "postgres://me:•••@h:5432/d",
		"postgres://me@h/d":               "postgres://me@h/d",
		"postgres://h/d?password=hunter2": "postgres://h/d?•••",
		"postgres:hunter2":                "•••",
		"postgres://me:hunter2@[h":        "•••",
		"hunter2":                         "•••",
		"smtps://:hunter2@h":              "smtps://:•••@h",
	} {
		if got := withoutPassword(text); got != want {
			t.Errorf("%s is shown as %s", text, got)
		}
	}
}

func TestWarnings(t *testing.T) {
	told, err := Read("", []string{
		"MUSTER_LISTN=x", "MUSTER_ADMIN_PASWORD_FILE=hunter2", "MUSTER_DEV_FILE=x", "muster_data=x", "MUSTER=x", "MUSTERED=x", "MUSTER_=",
		"MUSTER_SERVICE_HOST=10.0.0.1", "MUSTER_PORT=tcp://10.0.0.1:80", "MUSTER_PORT_80_TCP_ADDR=10.0.0.1", "MUSTER_SMTP_URL_FILE=", "MUSTER_DEV=",
	}, Flags{})
	if err != nil {
		t.Fatal(err)
	}
	if len(told.Warnings) != 4 {
		t.Errorf("%d warnings: %q", len(told.Warnings), told.Warnings)
	}
	for i, name := range []string{"MUSTER_", "MUSTER_ADMIN_PASWORD_FILE", "MUSTER_DEV_FILE", "MUSTER_LISTN"} {
		if w := told.Warnings[i]; !strings.Contains(w, " "+name+",") || !strings.Contains(w, "(hint: ") || strings.Contains(w, "hunter2") {
			t.Errorf("warning %d: %s", i, w)
		}
	}
}

func TestProxies(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "[]",
		"10.0.0.1":                   "[10.0.0.1/32]",
		" 10.1.2.3/8 , ::1,":         "[10.0.0.0/8 ::1/128]",
		"::ffff:10.0.0.1":            "[10.0.0.1/32]",
		"::ffff:10.0.0.0/104":        "[10.0.0.0/8]",
		"fe80::1%eth0":               "[fe80::1/128]",
		"0.0.0.0/0":                  "whole world",
		"::/0":                       "whole world",
		"::ffff:0.0.0.0/96":          "whole world",
		"::ffff:0.0.0.0/64":          "neither",
		"proxy.example.org":          "neither",
		"10.0.0.1:80":                "neither",
		"10.0.0.1;10.0.0.2":          "neither",
		"10.0.0.1, 10.0.0.0/33, ::1": "neither",
	} {
		told, err := Read("", []string{"MUSTER_TRUSTED_PROXIES=" + text}, Flags{})
		got := fmt.Sprint(told.Config.Proxies())
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) || err != nil && !strings.Contains(got, "(hint: ") {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestOperationsAddress(t *testing.T) {
	for address, good := range map[string]bool{
		"127.0.0.1:9090": true, "localhost:0": true, "[::1]:9090": true, "127.8.9.1:1": true, "": true,
		":9090": false, "0.0.0.0:9090": false, "192.0.2.1:9090": false, "example.org:9090": false, "127.0.0.1": false, "[::]:1": false,
		"localhost:99999": false,
	} {
		_, err := Load("", []string{"MUSTER_OPS_LISTEN=" + address}, Flags{})
		if (err == nil) != good || err != nil && !strings.Contains(err.Error(), "(hint: ") {
			t.Errorf("%q: %v", address, err)
		}
	}
}
