package server_test

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"muster/internal/mustertest"
	"muster/internal/store/storetest"
)

// A logLine is what every line has, and what a line of a request has besides.
type logLine struct {
	Time, Level, Msg, Request, Error, Hint string
}

func logLines(t *testing.T, s *mustertest.Server) (lines []logLine) {
	t.Helper()
	for text := range strings.Lines(s.Log.Text()) {
		var l logLine
		d := json.NewDecoder(strings.NewReader(text))
		if err := d.Decode(&l); err != nil || d.More() {
			t.Fatalf("not one object: %v: %s", err, text)
		}
		if at, err := time.Parse(time.RFC3339Nano, l.Time); err != nil || at.Location() != time.UTC || l.Level == "" || l.Msg == "" {
			t.Errorf("no UTC, level or message: %s", text)
		}
		lines = append(lines, l)
	}
	return lines
}

// What goes wrong in a request is in the log with the id that the client was told, and with what to do about it.
func TestLogOfAFault(t *testing.T) {
	s := mustertest.Start(t, storetest.SQLite)
	admin := s.Administrator(t)
	if a := admin.GET(t, "/corteza/system/settings/"); a.Status != http.StatusOK {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.Config.Data, "muster.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("ALTER TABLE setting RENAME TO gone"); err != nil {
		t.Fatal(err)
	}
	a := admin.GET(t, "/corteza/system/settings/")
	if a.Error(t) == "" || strings.Contains(string(a.Body), "setting") {
		t.Errorf("the client hears %s", a.Body)
	}
	id, found := a.Header.Get("X-Request-Id"), 0
	for _, l := range logLines(t, s) {
		if l.Request == id {
			found++
		}
		if l.Level == "ERROR" && (l.Request != id || !strings.Contains(l.Error, "no such table")) {
			t.Errorf("%+v", l)
		}
	}
	if found != 2 {
		t.Errorf("%d lines have the id: want the fault and the access\n%s", found, s.Log.Text())
	}
}
