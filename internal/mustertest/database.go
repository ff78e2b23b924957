package mustertest

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Rows is all that the server has stored, as text that is equal as long as nothing has changed. Left out is what changes by
// itself: events, which tell of refusals, too, mails on their way, and the leases of nodes.
func (s *Server) Rows(t testing.TB) string {
	t.Helper()
	db := s.database(t)
	var b strings.Builder
	for _, table := range []string{
		"realm", `"user"`, "signin_name", "credential", "mail_token", "session", `"group"`, "member", "rule", "setting", "fact",
		"organisation", "application", "reminder", "attachment", "attribute_set", "message", "topic", "topic_right", "group_manager", "contact", "kept_topic", "favourite_tag",
		"(SELECT user_id, kind, id, digest, created_at FROM access_key) AS access_key", // not when they were used
	} {
		lines, err := lines(db, table)
		if err != nil {
			t.Fatalf("reading %s: %v", table, err)
		}
		for _, l := range lines {
			fmt.Fprintln(&b, table, l)
		}
	}
	return b.String()
}

// Exec brings the database into a state that no verb makes.
func (s *Server) Exec(t testing.TB, text string) {
	t.Helper()
	if _, err := s.database(t).Exec(text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// lines are the rows of a table, sorted as text.
func lines(db *sql.DB, table string) ([]string, error) {
	rows, err := db.Query("SELECT * FROM " + table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var list []string
	for rows.Next() {
		values := make([]any, len(columns))
		places := make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return nil, err
		}
		list = append(list, fmt.Sprint(values...))
	}
	slices.Sort(list)
	return list, rows.Err()
}

// SQL changes the database behind the server's back.
func (s *Server) SQL(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := s.database(t).Exec(statement, args...); err != nil {
		t.Fatal(err)
	}
}

// database opens the server's database a second time.
func (s *Server) database(t testing.TB) *sql.DB {
	t.Helper()
	driver, source := "sqlite", "file:"+filepath.Join(s.Config.Data, "muster.db")+"?_pragma=busy_timeout(5000)"
	if s.Config.DatabaseURL != "" {
		driver, source = "pgx", s.Config.DatabaseURL
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
