package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"muster/internal/store/storetest"
)

// TestLostTransaction fills the disk, as SQLite sees it, in the middle of a group: SQLite then rolls back all of it.
func TestLostTransaction(t *testing.T) {
	s := open(t, requireEngine(t, storetest.SQLite))
	release := hold(t, s)
	before := submit(t, s, state("before"), nil)
	lost := false
	guilty := submit(t, s, func(tx *Tx) error {
		if err := errors.Join(limitPages(tx, 20), state("guilty")(tx)); err != nil {
			return err
		}
		_, err := tx.StateFact("big", strings.Repeat("x", 1<<20))
		lost = savepointGone(tx)
		return err
	}, func(tx *Tx, _ error) error { return state("refused")(tx) })
	later := submit(t, s, state("later"), nil)
	release()
	if err := guilty.wait(); err == nil || !strings.Contains(err.Error(), "full") {
		t.Errorf("the guilty one got %v", err)
	}
	if !lost {
		t.Error("the transaction was not lost, so this test proves nothing")
	}
	wantErr(t, errors.Join(before.wait(), later.wait()), nil)
	wantFacts(t, s, "before", "later", "refused")
}

// TestCommitFails has COMMIT find what no statement did: a closure that defers the check of a reference and breaks it.
func TestCommitFails(t *testing.T) {
	s := open(t, requireEngine(t, storetest.SQLite))
	release := hold(t, s)
	before := submit(t, s, state("before"), nil)
	guilty := submit(t, s, func(tx *Tx) error {
		if _, err := tx.conn.conn.ExecContext(context.Background(), "PRAGMA defer_foreign_keys = 1"); err != nil {
			return err
		}
		tx.AfterCommit(func() { t.Error("a hook ran though COMMIT failed") })
		return cmp.Or(state("guilty")(tx), tx.SetCredential(tx.NewID(), CredentialPassword, "of nobody", tx.Now()))
	}, func(tx *Tx, _ error) error { return state("refused")(tx) })
	later := submit(t, s, state("later"), nil)
	release()
	if err := guilty.wait(); err == nil || !strings.Contains(err.Error(), "FOREIGN KEY") {
		t.Errorf("the guilty one got %v", err)
	}
	wantErr(t, errors.Join(before.wait(), later.wait()), nil)
	wantFacts(t, s, "before", "later", "refused")
}

// limitPages lets the database grow by so many pages only.
func limitPages(tx *Tx, more int) error {
	var pages, limit int
	c, ctx := tx.conn.conn, context.Background()
	if err := c.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		return err
	}
	return c.QueryRowContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages+more)).Scan(&limit)
}

func savepointGone(tx *Tx) bool {
	_, err := tx.conn.conn.ExecContext(context.Background(), "ROLLBACK TO SAVEPOINT closure")
	return err != nil
}

// requireEngine skips the test where the engine is left out.
func requireEngine(t *testing.T, engine string) string {
	t.Helper()
	for _, e := range storetest.Engines(t) {
		if e == engine {
			return engine
		}
	}
	t.Skip("tests do not run on " + engine + " here")
	return ""
}
