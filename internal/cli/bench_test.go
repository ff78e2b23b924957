package cli

import (
	"strings"
	"testing"
)

// What bench can't do it refuses before it makes anything, with a hint.
func TestBenchRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		args   []string
		status int
		want   string
	}{
		"nobody":                       {[]string{"bench", "--users", "0"}, 1, "--users takes"},
		"crowded":                      {[]string{"bench", "--users", "2", "--connections", "3"}, 1, "raise --users"},
		"no time":                      {[]string{"bench", "--seconds", "0"}, 1, "--seconds takes"},
		"no number":                    {[]string{"bench", "--users", "many"}, 2, "--users"},
		"an argument":                  {[]string{"bench", "hard"}, 2, "hard"},
		"settings":                     {[]string{"--config", "muster.toml", "bench"}, 1, "leave --config out"},
		"a database that is not there": {[]string{"bench", "--database-url", "postgres://nobody:secret@127.0.0.1:1/none"}, 1, "can't be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			status, stdout, stderr := runWith(nil, test.args...)
			if status != test.status || stdout != "" || !strings.Contains(stderr, test.want) || !strings.Contains(stderr, "(hint: ") {
				t.Errorf("%d, %q, %q", status, stdout, stderr)
			}
			if strings.Contains(stderr, "secret") {
				t.Errorf("the error repeats the password: %s", stderr)
			}
		})
	}
}

// The server that bench compares with is its own business.
func TestBareIsHidden(t *testing.T) {
	if _, stdout, _ := runWith(nil, "--help"); !strings.Contains(stdout, "bench") || strings.Contains(stdout, "bench-bare") {
		t.Errorf("the help is\n%s", stdout)
	}
}
