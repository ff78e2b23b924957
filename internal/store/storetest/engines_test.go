package storetest

import (
	"slices"
	"testing"
)

func TestParseEngines(t *testing.T) {
	for value, want := range map[string][]string{
		"sqlite":           {SQLite},
		"postgres":         {PostgreSQL},
		"postgres, sqlite": {SQLite, PostgreSQL},
		"sqlite,sqlite":    {SQLite},
	} {
		if got, err := parseEngines(value); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q gave %v, %v; want %v", value, got, err, want)
		}
	}
	for _, value := range []string{"mysql", "sqlite,oracle", ",", " "} {
		if got, err := parseEngines(value); err == nil {
			t.Errorf("%q gave %v, want an error", value, got)
		}
	}
}

func TestEachRunsTheEnginesAskedFor(t *testing.T) {
	t.Setenv(enginesVariable, SQLite)
	var ran []string
	Each(t, func(_ *testing.T, engine string) { ran = append(ran, engine) })
	if !slices.Equal(ran, []string{SQLite}) {
		t.Errorf("ran %v", ran)
	}
}

func TestPostgresIsSkippedWhereItIsLeftOut(t *testing.T) {
	t.Setenv(enginesVariable, SQLite)
	reached := false
	t.Run("inner", func(t *testing.T) {
		Postgres(t)
		reached = true
	})
	if reached {
		t.Error("it gave a database")
	}
}

func TestNewestFirst(t *testing.T) {
	got := newestFirst([]string{"/lib/9.6/bin", "/lib/15/bin", "/lib/bin", "/lib/17/bin"})
	want := []string{"/lib/17/bin", "/lib/15/bin", "/lib/9.6/bin", "/lib/bin"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
