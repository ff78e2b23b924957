package test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// query is the command sql.
func query(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 || neg {
		ts.Fatalf("usage: sql STATEMENT")
	}
	s := of(ts)
	if s.server != nil {
		ts.Fatalf("a server runs: shutdown comes first")
	}
	db, err := openDatabase(s.work, ts.Getenv("DATABASE_URL"))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(args[0])
	ts.Check(err)
}

// openDatabase opens what a server keeps its data in: the database of that URL, or the file in work/data.
func openDatabase(work, url string) (*sql.DB, error) {
	if url != "" {
		return sql.Open("pgx", url)
	}
	return sql.Open("sqlite", "file:"+filepath.Join(work, "data", "muster.db"))
}

// rows answers the rows of a query, each as one text.
func rows(db *sql.DB, text string, args ...any) ([]string, error) {
	found, err := db.Query(text, args...)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	var list []string
	for found.Next() {
		var row string
		if err := found.Scan(&row); err != nil {
			return nil, err
		}
		list = append(list, row)
	}
	return list, found.Err()
}

// none fails for each row that a query answers: it asks for what must not be.
func none(t *testing.T, db *sql.DB, what, text string) {
	t.Helper()
	list, err := rows(db, text)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if len(list) > 0 {
		t.Errorf("%s: %d, the first is %s", what, len(list), list[0])
	}
}
