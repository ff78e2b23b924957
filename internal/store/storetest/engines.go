package storetest

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// The engines that tests run on.
const (
	SQLite     = "sqlite"
	PostgreSQL = "postgres"
)

// enginesVariable names the environment variable that says on which engines tests run: names from [SQLite] and
// [PostgreSQL] with commas between them.
const enginesVariable = "ENGINES"

// missing tells whoever asked for PostgreSQL what to do about a machine that has none.
const missing = `no PostgreSQL server on this machine: run "make deps", or go on with "make test ENGINES=sqlite"`

// Engines lists the engines that tests run on, SQLite first. They come from the environment variable ENGINES. Where that
// is unset, they are SQLite, and PostgreSQL if its programs are on the machine. A name that is no engine fails the test,
// and so does PostgreSQL asked for by name where there is none: what was asked for is never left out in silence.
func Engines(tb testing.TB) []string {
	tb.Helper()
	asked := os.Getenv(enginesVariable)
	if asked != "" {
		engines, err := parseEngines(asked)
		if err == nil && slices.Contains(engines, PostgreSQL) {
			_, err = findPrograms()
		}
		if err != nil {
			tb.Fatal(err)
		}
		return engines
	}
	if _, err := findPrograms(); err != nil {
		return []string{SQLite}
	}
	return []string{SQLite, PostgreSQL}
}

// Each runs f as one subtest per engine, named after it. Where ENGINES is unset and the machine has no PostgreSQL, that
// subtest is skipped and says why, so that the gap is seen in the output.
func Each(t *testing.T, f func(t *testing.T, engine string)) {
	t.Helper()
	engines := Engines(t)
	for _, engine := range engines {
		t.Run(engine, func(t *testing.T) { f(t, engine) })
	}
	if os.Getenv(enginesVariable) == "" && !slices.Contains(engines, PostgreSQL) {
		t.Run(PostgreSQL, func(t *testing.T) { t.Skip(missing) })
	}
}

// parseEngines reads the value of ENGINES. The answer is in the order in which tests run, whatever the value's.
func parseEngines(value string) ([]string, error) {
	asked := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
	all := []string{SQLite, PostgreSQL}
	for _, name := range asked {
		if !slices.Contains(all, name) {
			return nil, fmt.Errorf("%s names %q: the engines are %s", enginesVariable, name, strings.Join(all, " and "))
		}
	}
	if len(asked) == 0 {
		return nil, fmt.Errorf("%s names no engine: the engines are %s", enginesVariable, strings.Join(all, " and "))
	}
	return slices.DeleteFunc(all, func(name string) bool { return !slices.Contains(asked, name) }), nil
}

// requirePostgres ends a test that needs PostgreSQL and can't have it: skipped where nobody asked for it, failed where
// ENGINES did.
func requirePostgres(tb testing.TB) programs {
	tb.Helper()
	if os.Getenv(enginesVariable) != "" && !slices.Contains(Engines(tb), PostgreSQL) {
		tb.Skipf("%s leaves %s out", enginesVariable, PostgreSQL)
	}
	found, err := findPrograms()
	if err != nil {
		tb.Skip(err)
	}
	return found
}
