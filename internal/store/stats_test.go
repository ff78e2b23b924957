package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"muster"
	"muster/internal/store/storetest"
)

func TestCommitsAreTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		var commits []Commit // written by the writer before it answers
		cfg := fresh(t, engine)
		cfg.Observe = func(c Commit) { commits = append(commits, c) }
		s := openConfig(t, cfg)
		release := hold(t, s)
		jobs := []*job{submit(t, s, state("a"), nil), submit(t, s, stateAndFail("b", errRefused), nil), submit(t, s, state("c"), nil)}
		if got := s.Stats().Waiting; got != 3 {
			t.Errorf("%d wait", got)
		}
		release()
		for _, j := range jobs {
			_ = j.wait()
		}
		if len(commits) != 2 || commits[0].Closures != 1 || commits[1].Closures != 3 || commits[1].Took <= 0 {
			t.Errorf("told: %+v", commits)
		}
		if got := s.Stats(); got != (Stats{}) {
			t.Errorf("stats: %+v", got)
		}
	})
}

func TestRetriesAreCounted(t *testing.T) {
	s := open(t, requireEngine(t, storetest.SQLite))
	release := hold(t, s)
	guilty := submit(t, s, func(tx *Tx) error {
		_, err := tx.StateFact("big", strings.Repeat("x", 1<<20))
		return err
	}, nil)
	limited := submit(t, s, func(tx *Tx) error { return limitPages(tx, 20) }, nil)
	again := submit(t, s, func(tx *Tx) error {
		_, err := tx.StateFact("big too", strings.Repeat("x", 1<<20))
		return err
	}, nil)
	release()
	wantErr(t, errors.Join(guilty.wait(), limited.wait()), nil)
	err := again.wait()
	if err == nil || s.Stats().Retried != 1 {
		t.Errorf("%v, stats %+v", err, s.Stats())
	}
	if hint := s.Hint(fmt.Errorf("somewhere: %w", err)); !strings.Contains(hint, "full") {
		t.Errorf("the hint for %v is %q", err, hint)
	}
}

// TestAwayAndBack takes PostgreSQL away: the log says what it means, what to do, and when it is over.
func TestAwayAndBack(t *testing.T) {
	var log bytes.Buffer // written by the writer before it answers
	cfg := fresh(t, requireEngine(t, storetest.PostgreSQL))
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	s := openConfig(t, cfg)
	limitConnections(t, s, 0)
	_ = s.Write(t.Context(), func(tx *Tx) error { return killWriter(tx, s) }, nil)
	wantErr(t, s.Write(t.Context(), state("away"), nil), muster.ErrUnavailable)
	if text := log.String(); !strings.Contains(text, "takes no changes") || !strings.Contains(text, "pg_stat_activity") {
		t.Errorf("away: %s", text)
	}
	if s.Stats().Failed == 0 {
		t.Errorf("stats: %+v", s.Stats())
	}
	limitConnections(t, s, -1)
	write(t, s, state("back"))
	write(t, s, state("still"))
	if text := log.String(); strings.Count(text, "takes changes again") != 1 {
		t.Errorf("back: %s", text)
	}
}

func TestHints(t *testing.T) {
	lite, pg := &Store{engine: &sqliteEngine{}}, &Store{engine: &postgresEngine{}}
	for _, code := range []string{"53100", "53300", "53200", "57P01", "57P03", "25006", "28P01", "3D000", "42501", "42P01"} {
		if pg.Hint(fmt.Errorf("x: %w", &pgconn.PgError{Code: code})) == "" {
			t.Errorf("no hint for %s", code)
		}
	}
	if hint := pg.Hint(fmt.Errorf("x: %w", io.ErrUnexpectedEOF)); hint == "" || lite.Hint(io.EOF) != "" {
		t.Errorf("the hint for a broken connection is %q", hint)
	}
	refused := &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	if hint := pg.Hint(refused); !strings.Contains(hint, "running") {
		t.Errorf("the hint for a refused connection is %q", hint)
	}
	for _, err := range []error{nil, errRefused, muster.ErrDenied, sql.ErrNoRows, context.Canceled, &pgconn.PgError{Code: "23505"}} {
		if hint := pg.Hint(err) + lite.Hint(err); hint != "" {
			t.Errorf("a hint for %v: %s", err, hint)
		}
	}
	if hint := lite.Hint(refused); hint != "" {
		t.Errorf("SQLite is not reached by network: %s", hint)
	}
}

func TestDeliveriesWaiting(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		insertDeliveries(t, s, 3, s.now())
		write(t, s, func(tx *Tx) error {
			leased, err := tx.LeaseDeliveries("mail", s.now().Add(time.Second), s.now().Add(time.Minute))
			if err != nil {
				return err
			}
			_, err = tx.FinishDelivery(leased[0], s.now(), "")
			return err
		})
		if got := must(read(t, s).DeliveriesWaiting("mail"))(t); got != 2 {
			t.Errorf("%d wait", got)
		}
	})
}
