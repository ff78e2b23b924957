package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoad(t *testing.T) {
	const file = "data = 'file'\nlisten = ':1'\ndev = true\n[admin]\nemail = 'file@example.org'\npassword = 'file-secret'\n[mail]\nfolder = 'file-mail'\n"
	text := func(s string) *string { return &s }
	yes, no := true, false
	defaults := Config{Data: "./muster-data", Listen: "127.0.0.1:8080", MessageDays: 7, Admin: Admin{Username: "admin"}, Tat: Tat{MessageLength: 1000}}
	fromFile := Config{
		Data: "file", Listen: ":1", MessageDays: 7, Dev: true, Admin: Admin{"file@example.org", "admin", "file-secret"}, Mail: Mail{Folder: "file-mail"},
		Tat: defaults.Tat,
	}
	with := func(c Config, change func(*Config)) Config { change(&c); return c }
	for name, test := range map[string]struct {
		file    string
		environ []string
		flags   Flags
		want    Config
	}{
		"nothing is said":          {want: defaults},
		"the file":                 {file: file, want: fromFile},
		"the environment wins":     {file, []string{"MUSTER_DATA=env", "MUSTER_LISTEN=:2"}, Flags{}, with(fromFile, func(c *Config) { c.Data, c.Listen = "env", ":2" })},
		"flags win over both":      {file, []string{"MUSTER_DATA=env"}, Flags{Data: text("flag")}, with(fromFile, func(c *Config) { c.Data = "flag" })},
		"a flag can say no":        {file, nil, Flags{Dev: &no}, with(fromFile, func(c *Config) { c.Dev = false })},
		"a flag can say yes":       {"", nil, Flags{Dev: &yes}, with(defaults, func(c *Config) { c.Dev = true })},
		"the environment says no":  {file, []string{"MUSTER_DEV=false"}, Flags{}, with(fromFile, func(c *Config) { c.Dev = false })},
		"what is empty isn't said": {file, []string{"MUSTER_DATA=", "MUSTER_ADMIN_PASSWORD=", "MUSTER_DEV="}, Flags{}, fromFile},
		"inside a table": {file, []string{"MUSTER_ADMIN_EMAIL=env@example.org"}, Flags{}, with(fromFile, func(c *Config) {
			c.Admin.Email = "env@example.org"
		})},
		"strangers are left alone": {"", []string{"MUSTER=x", "PATH=/bin", "MUSTER_UNHEARD_OF=1"}, Flags{}, defaults},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Load(write(t, test.file), test.environ, test.flags)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Each refusal says what is wrong and what to do about it, and nothing of a secret.
func TestLoadRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		file    string
		environ string
		want    string
	}{
		"an unknown key":           {file: "dat = 'x'", want: "unknown key dat "},
		"an unknown key inside":    {file: "[admin]\npasword = 'hunter2'", want: "unknown key admin.pasword "},
		"an unknown table":         {file: "[admins]\nx = 'hunter2'", want: "unknown key admins"},
		"a secret without quotes":  {file: "[admin]\npassword = hunter2", want: "line 2, at admin.password, "},
		"a secret without its end": {file: "[admin]\npassword = 'hunter2", want: "line 2, at admin.password, "},
		"a secret with a bad mark": {file: `admin.password = "\hunter2"`, want: "line 1, "},
		"a date that is none":      {file: "[admin]\npassword = 1999-hunter2", want: "line 2, "},
		"another type":             {file: "data = 5", want: `line 1 (last key "data")`},
		"no TOML at all":           {file: "hunter2", want: "line 1, "},
		"messages for no time":     {environ: "MUSTER_MESSAGE_DAYS=0", want: "messages wait for 0 days"},
		"messages for ever":        {file: "message_days = 366", want: "messages wait for 366 days"},
		"no truth":                 {environ: "MUSTER_DEV=perhaps", want: "Dev"},
		"Tat's scheme":             {environ: "MUSTER_TAT_SCHEME=ftp", want: `tat.scheme is "ftp"`},
		"Tat's port":               {environ: "MUSTER_TAT_PORT=0", want: `tat.port is "0"`},
		"Tat's port, a word":       {environ: "MUSTER_TAT_PORT=https", want: `tat.port is "https"`},
		"Tat's host":               {environ: "MUSTER_TAT_HOST=https://chat.example", want: `tat.host is "https://chat.example"`},
		"Tat's path":               {environ: "MUSTER_TAT_PATH=messages", want: `tat.path is "messages"`},
		"no port":                  {environ: "MUSTER_LISTEN=localhost", want: `"localhost" is not HOST:PORT`},
		"an empty port":            {environ: "MUSTER_LISTEN=localhost:", want: "not HOST:PORT"},
		"a port out of range":      {environ: "MUSTER_LISTEN=:99999", want: "not HOST:PORT"},
		"a URL":                    {environ: "MUSTER_LISTEN=http://localhost:80", want: "not HOST:PORT"},
		"another database":         {environ: "MUSTER_DATABASE_URL=mysql://u:hunter2@h/d", want: "not one of PostgreSQL"},
		"no database URL":          {environ: "MUSTER_DATABASE_URL=postgres://u:hunter2@[h/d", want: "not one of PostgreSQL"},
		"no web address":           {environ: "MUSTER_PUBLIC_URL=users.example.org", want: "not an address of the web"},
		"an address with a query":  {environ: "MUSTER_PUBLIC_URL=https://users.example.org/?x", want: "not an address of the web"},
		"an unknown key of an app": {file: "[[agora.app]]\napp_sertificate = 'hunter2'", want: "unknown key agora.app.app_sertificate "},
		"a realm of others":        {file: "[[agora.app]]\norg = 'a'\nname = 'b'\nrealm = 'c'", want: `[[agora.app]] number 1 (org "a", name "b"): realm is "main"`},
		"two apps of the house":    {file: "[[agora.app]]\nname = 'a'\nrealm = 'main'\n[[agora.app]]\nname = 'b'\nrealm = 'main'", want: `number 2 (org "", name "b"): "a" is bound to main already`},
		"a life that is none":      {file: "[[agora.app]]\ntoken_ttl = -1", want: "token_ttl is a number"},
		"a secret twice":           {file: "[[agora.app]]\nclient_secret = 'hunter2'\nclient_secret_file = 'x'", want: "both client_secret and client_secret_file"},
		"no file of a secret":      {file: "[[agora.app]]\napp_certificate_file = '/does/not/exist'", want: "app_certificate_file: open"},
		"no address for Agora":     {file: "[agora]\nlisten = '8081'\n[[agora.app]]\norg = 'a'", want: `Agora "8081" is not HOST:PORT`},
		"an address for nothing":   {environ: "MUSTER_AGORA_LISTEN=127.0.0.1:8081", want: "no application"},
		"half an administrator":    {environ: "MUSTER_ADMIN_PASSWORD=hunter2", want: "an e-mail and a password or neither"},
		"a bucket without keys":    {environ: "MUSTER_S3_URL=https://s3.example.org/hunter2", want: "or none of them"},
		"a key without a bucket":   {environ: "MUSTER_S3_SECRET_KEY=hunter2", want: "or none of them"},
		"messages of no length":    {environ: "MUSTER_TAT_MESSAGE_LENGTH=0", want: "tat.message_length is 0"},
		"messages without end":     {file: "[tat]\nmessage_length = 1000001", want: "tat.message_length is 1000001"},
		"messages of words":        {environ: "MUSTER_TAT_MESSAGE_LENGTH=long", want: "MessageLength"},
		"the other half":           {environ: "MUSTER_ADMIN_EMAIL=a@example.org", want: "an e-mail and a password or neither"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(write(t, test.file), []string{test.environ}, Flags{})
			refuses(t, err, test.want)
		})
	}
	t.Run("no file", func(t *testing.T) {
		_, err := Load(filepath.Join(t.TempDir(), "none.toml"), nil, Flags{})
		refuses(t, err, "none.toml")
	})
	t.Run("no folder", func(t *testing.T) {
		empty := ""
		_, err := Load("", nil, Flags{Data: &empty})
		refuses(t, err, "no name")
	})
}

func refuses(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatal("it was taken")
	}
	if text := err.Error(); !strings.Contains(text, want) || !strings.Contains(text, "(hint: ") {
		t.Errorf("the error is %q; want %q in it, and a hint", text, want)
	}
	if strings.Contains(err.Error(), "hunter") {
		t.Errorf("the error tells the secret: %q", err)
	}
}

func TestSecretsFromFiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range secrets {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("postgres://from/"+name+"\r\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var environ []string
	for _, name := range secrets {
		environ = append(environ, name+"_FILE="+filepath.Join(dir, name))
	}
	got, err := Load("", environ, Flags{})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Data: "./muster-data", Listen: "127.0.0.1:8080", MessageDays: 7, DatabaseURL: "postgres://from/MUSTER_DATABASE_URL",
		Admin: Admin{"postgres://from/MUSTER_ADMIN_EMAIL", "postgres://from/MUSTER_ADMIN_USERNAME", "postgres://from/MUSTER_ADMIN_PASSWORD"},
		Mail:  Mail{SMTPURL: "postgres://from/MUSTER_SMTP_URL"},
		Files: Files{"postgres://from/MUSTER_S3_URL", "postgres://from/MUSTER_S3_ACCESS_KEY", "postgres://from/MUSTER_S3_SECRET_KEY"},
		Tat:   Tat{MessageLength: 1000},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	t.Run("only one of the two", func(t *testing.T) {
		_, err := Load("", append(environ, "MUSTER_SMTP_URL=smtp://u:hunter2@h"), Flags{})
		refuses(t, err, "both MUSTER_SMTP_URL and MUSTER_SMTP_URL_FILE")
	})
	t.Run("a file that isn't there", func(t *testing.T) {
		_, err := Load("", []string{"MUSTER_SMTP_URL_FILE=" + filepath.Join(dir, "none")}, Flags{})
		refuses(t, err, "MUSTER_SMTP_URL_FILE: ")
	})
	t.Run("an empty name is no name", func(t *testing.T) {
		if _, err := Load("", []string{"MUSTER_SMTP_URL_FILE="}, Flags{}); err != nil {
			t.Error(err)
		}
	})
}

func TestPaths(t *testing.T) {
	c := Config{Data: "d"}
	if got, want := c.KeysPath(), filepath.Join("d", "keys.json"); got != want {
		t.Errorf("keys are at %s, want %s", got, want)
	}
	if got, want := c.MailFolder(), filepath.Join("d", "mail"); got != want {
		t.Errorf("mails are in %s, want %s", got, want)
	}
	c.KeysFile, c.Mail.Folder = "k", "m"
	if c.KeysPath() != "k" || c.MailFolder() != "m" {
		t.Errorf("what was named is not used: %s, %s", c.KeysPath(), c.MailFolder())
	}
}

// write answers the path of a file with this text; no file for none.
func write(t *testing.T, text string) string {
	t.Helper()
	if text == "" {
		return ""
	}
	path := filepath.Join(t.TempDir(), "muster.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
