package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"muster/internal/config"
	"muster/internal/token"
)

func TestRun(t *testing.T) {
	for name, test := range map[string]struct {
		args           []string
		vars           []string
		status         int
		stdout, stderr string
	}{
		"version":              {args: []string{"--version"}, stdout: "v1.2.3\n"},
		"help":                 {args: []string{"--help"}, stdout: "serve"},
		"help of a command":    {args: []string{"serve", "--help"}, stdout: "MUSTER_DATABASE_URL"},
		"help of keys":         {args: []string{"keys", "rotate", "--help"}, stdout: "--now"},
		"nothing":              {status: 2, stderr: "(hint: muster --help)"},
		"no command":           {args: []string{"fly"}, status: 2, stderr: "(hint: muster --help)"},
		"half a command":       {args: []string{"keys"}, status: 2, stderr: "(hint: muster --help)"},
		"no flag":              {args: []string{"serve", "--fly"}, status: 2, stderr: "unknown flag --fly"},
		"too much":             {args: []string{"serve", "now"}, status: 2, stderr: "(hint: muster --help)"},
		"a value is missing":   {args: []string{"serve", "--data"}, status: 2, stderr: "(hint: muster --help)"},
		"a bad address":        {args: []string{"serve", "--listen", "x"}, status: 1, stderr: "is not HOST:PORT (hint: "},
		"a bad variable":       {args: []string{"serve"}, vars: []string{"MUSTER_DEV=x"}, status: 1, stderr: "(hint: MUSTER_DEV"},
		"a good configuration": {args: []string{"config", "check"}, stdout: "the configuration is good\n"},
		"a bad configuration":  {args: []string{"config", "check", "--ops-listen", ":9090"}, status: 1, stderr: "operations address"},
		"no trusted origin":    {args: []string{"config", "check"}, vars: []string{"MUSTER_TRUSTED_ORIGINS=https://app.example.org,app.example.org/x"}, status: 1, stderr: `"app.example.org/x" is not the origin of a page (hint: `},
		"a bad SMTP server":    {args: []string{"config", "check"}, vars: []string{"MUSTER_SMTP_URL=me:hunter2@h"}, status: 1, stderr: "SMTP URL"},
		"a bad database":       {args: []string{"config", "check"}, vars: []string{"MUSTER_DATABASE_URL=postgres://h/x?sslmode=hunter2"}, status: 1, stderr: "can't be read (hint: "},
		"a bad administrator":  {args: []string{"config", "check"}, vars: []string{"MUSTER_ADMIN_EMAIL=a@example.org", "MUSTER_ADMIN_PASSWORD=short"}, status: 1, stderr: "first administrator: password"},
		"a misspelt variable":  {args: []string{"config", "check"}, vars: []string{"MUSTER_LISTN=:1"}, stdout: "good", stderr: "warning: the environment has MUSTER_LISTN"},
		"what holds":           {args: []string{"config", "show", "--dev"}, stdout: "dev = true # flag --dev\n"},
		"what would not":       {args: []string{"config", "show", "--listen", "x"}, status: 1, stderr: "is not HOST:PORT"},
		"no keys to rotate":    {args: []string{"keys", "rotate", "--data", "/dev/null/x"}, status: 1, stderr: "(hint: "},
		"rotate, by variable":  {args: []string{"keys", "rotate"}, vars: []string{"MUSTER_DATA=/nonexistent"}, status: 1, stderr: "/nonexistent/keys.json (hint: "},
	} {
		t.Run(name, func(t *testing.T) {
			status, stdout, stderr := runWith(test.vars, test.args...)
			if status != test.status {
				t.Errorf("the status is %d, want %d", status, test.status)
			}
			check(t, "stdout", stdout, test.stdout)
			check(t, "stderr", stderr, test.stderr)
			if stderr != "" && (!strings.HasPrefix(stderr, "muster: ") || strings.Count(stderr, "\n") != 1) {
				t.Errorf("stderr is not one line of muster's: %q", stderr)
			}
		})
	}
}

// check wants the text somewhere in what was written, and silence where there is none to want.
func check(t *testing.T, name, got, want string) {
	t.Helper()
	if strings.Contains(got, "hunter2") || !strings.Contains(got, want) || want == "" && got != "" {
		t.Errorf("%s is %q, want %q", name, got, want)
	}
}

func runWith(vars []string, args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = run(args, "v1.2.3", &environment{vars: vars, stdout: &out, stderr: &err})
	return status, out.String(), err.String()
}

func TestRotate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "keys.json")
	before, _, err := token.OpenKeys(path, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--data", dir}, {"--data", dir, "--now"}} {
		status, stdout, stderr := runWith(nil, append([]string{"keys", "rotate"}, args...)...)
		if status != 0 || !strings.Contains(stdout, path) || !strings.Contains(stdout, "Restart") || stderr != "" {
			t.Errorf("rotate %v: %d, %q, %q", args, status, stdout, stderr)
		}
	}
	after, made, err := token.OpenKeys(path, time.Now())
	if err != nil || made {
		t.Fatalf("opening what was rotated: %v, made %t", err, made)
	}
	if before.Fingerprint() != after.Fingerprint() {
		t.Error("the keys are another house's now")
	}
	if err := os.WriteFile(path+".new", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := runWith(nil, "keys", "rotate", "--data", dir); status != 1 || !strings.Contains(stderr, "hint: ") {
		t.Errorf("rotating twice at once: %d, %q", status, stderr)
	}
}

// Each flag of serve is a setting's, and the other way round; the commands that look at the configuration have the same.
func TestFlagsAreSettings(t *testing.T) {
	var want []string
	for _, s := range config.Settings() {
		if s.Flag != "" {
			want = append(want, s.Flag)
		}
	}
	slices.Sort(want)
	var c commands
	parser, err := kong.New(&c, kong.Vars{"version": ""})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve"}, {"config", "check"}, {"config", "show"}} {
		command, err := parser.Parse(args)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range command.Selected().Flags {
			got = append(got, f.Name)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%v has the flags %q, settings have %q", args, got, want)
		}
	}
}
