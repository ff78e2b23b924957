package bench

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCheck(t *testing.T) {
	for name, test := range map[string]struct {
		o    Options
		want string // part of the error; "": none
	}{
		"the defaults":          {Options{Users: 10_000, Connections: 16, Seconds: 5}, ""},
		"the least":             {Options{Users: 1, Connections: 1, Seconds: 1}, ""},
		"the most":              {Options{Users: mostUsers, Connections: mostConnections, Seconds: mostSeconds}, ""},
		"nobody":                {Options{Users: 0, Connections: 1, Seconds: 1}, "--users"},
		"too many users":        {Options{Users: mostUsers + 1, Connections: 1, Seconds: 1}, "--users"},
		"no connection":         {Options{Users: 1, Connections: 0, Seconds: 1}, "--connections"},
		"too many connections":  {Options{Users: mostUsers, Connections: mostConnections + 1, Seconds: 1}, "--connections"},
		"no time":               {Options{Users: 1, Connections: 1, Seconds: 0}, "--seconds"},
		"back in time":          {Options{Users: 1, Connections: 1, Seconds: -1}, "--seconds"},
		"too long":              {Options{Users: 1, Connections: 1, Seconds: mostSeconds + 1}, "--seconds"},
		"a connection too many": {Options{Users: 2, Connections: 3, Seconds: 1}, "raise --users"},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.o.check()
			if test.want == "" && err != nil {
				t.Fatalf("refused: %v", err)
			}
			if test.want != "" && (err == nil || !strings.Contains(err.Error(), "(hint: ") || !strings.Contains(err.Error(), test.want)) {
				t.Fatalf("got %v, want an error with %q and a hint", err, test.want)
			}
		})
	}
}

func TestLongestIsLongEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{Users: rapid.IntRange(1, mostUsers).Draw(t, "users"), Seconds: rapid.IntRange(1, mostSeconds).Draw(t, "seconds")}
		if needed := 2 * scenarioCount * (o.measured() + o.warmUp()); o.longest() <= needed {
			t.Fatalf("%v for what takes %v", o.longest(), needed)
		}
	})
}

// A real Muster's configuration, its database above all, never reaches the servers that bench starts.
func TestWithoutOurs(t *testing.T) {
	environ := []string{"PATH=/bin", "MUSTER_DATABASE_URL=postgres://real", "MUSTER_DATA=/real", "GOGC=100", "NOT_MUSTER_DATA=1"}
	got := withoutOurs(environ)
	if want := []string{"PATH=/bin", "GOGC=100", "NOT_MUSTER_DATA=1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if environ[1] != "MUSTER_DATABASE_URL=postgres://real" {
		t.Error("the caller's own environment was changed")
	}
}

// The table of scenarios and the time that is planned for it agree.
func TestScenarioCount(t *testing.T) {
	if got := len((&client{}).scenarios()); got != scenarioCount {
		t.Errorf("there are %d scenarios, not %d", got, scenarioCount)
	}
}
