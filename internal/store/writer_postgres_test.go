package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"muster"
	"muster/internal/store/storetest"
)

// twoNodes opens one database twice.
func twoNodes(t *testing.T) [2]*Store {
	t.Helper()
	cfg := fresh(t, requireEngine(t, storetest.PostgreSQL))
	return [2]*Store{openConfig(t, cfg), openConfig(t, cfg)}
}

// TestLastAdministratorStays has four clients on two nodes take out one administrator each, unless he is the last.
func TestLastAdministratorStays(t *testing.T) {
	nodes := twoNodes(t)
	var users [4]*muster.User
	for i := range users {
		users[i] = insertUser(t, nodes[0], fmt.Sprint("admin", i))
	}
	for round := range 60 {
		write(t, nodes[0], func(tx *Tx) error { return addAdministrators(tx, users[:]) })
		var wait sync.WaitGroup
		var refused atomic.Int32
		for i, u := range users {
			wait.Go(func() {
				switch err := nodes[i%2].Write(t.Context(), removeUnlessLast(u.ID), nil); {
				case errors.Is(err, muster.ErrLastAdmin):
					refused.Add(1)
				case err != nil:
					t.Error(err)
				}
			})
		}
		wait.Wait()
		left := must(read(t, nodes[1]).Members(muster.Administrators))(t)
		if len(left) != 1 || refused.Load() != 1 {
			t.Fatalf("round %d: %d administrators are left, %d were refused", round, len(left), refused.Load())
		}
	}
}

func addAdministrators(tx *Tx, users []*muster.User) error {
	for _, u := range users {
		if _, err := tx.AddMember(muster.Administrators, u.ID, tx.Now()); err != nil {
			return err
		}
	}
	return nil
}

func removeUnlessLast(user muster.ID) func(*Tx) error {
	return func(tx *Tx) error {
		other, err := tx.OtherAdministrator(user, false)
		if err != nil {
			return err
		}
		if !other {
			return muster.ErrLastAdmin
		}
		_, err = tx.RemoveMember(muster.Administrators, user)
		return err
	}
}

// TestCollisionsEnd makes two nodes read what the other changes, all the time: every request ends, and none is done twice.
func TestCollisionsEnd(t *testing.T) {
	nodes := twoNodes(t)
	g := insertGroup(t, nodes[0], "Counted")
	const each = 25
	var wait sync.WaitGroup
	for c := range 4 {
		wait.Go(func() {
			for range each {
				if err := nodes[c%2].Write(t.Context(), countUp(g.ID), nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	if got := must(read(t, nodes[0]).Group(muster.MainRealm, g.ID))(t); got.Version != 1+4*each {
		t.Errorf("the version is %d after %d changes", got.Version, 4*each)
	}
}

func countUp(id muster.ID) func(*Tx) error {
	return func(tx *Tx) error {
		g, err := tx.Group(muster.MainRealm, id)
		if err != nil {
			return err
		}
		return tx.UpdateGroup(g)
	}
}

// killWriter ends the connection of the transaction that runs, as an administrator of PostgreSQL or a restart would.
func killWriter(tx *Tx, s *Store) error {
	pid, _, err := one(tx.Reader, column[int], `SELECT pg_backend_pid()`)
	if err != nil {
		return err
	}
	// It has ended when the statement answers true.
	_, err = s.read.ExecContext(context.Background(), `SELECT pg_terminate_backend($1, 5000)`, pid)
	return err
}

func TestConnectionBreaksInTheMiddle(t *testing.T) {
	s := open(t, requireEngine(t, storetest.PostgreSQL))
	release := hold(t, s)
	before := submit(t, s, state("before"), nil)
	killed := false
	breaking := submit(t, s, func(tx *Tx) error {
		if !killed {
			killed = true
			if err := killWriter(tx, s); err != nil {
				return err
			}
		}
		return state("breaking")(tx)
	}, nil)
	later := submit(t, s, state("later"), nil)
	release()
	wantErr(t, errors.Join(before.wait(), breaking.wait(), later.wait()), nil)
	wantFacts(t, s, "before", "breaking", "later")
}

func TestConnectionBreaksBeforeCommit(t *testing.T) {
	s := open(t, requireEngine(t, storetest.PostgreSQL))
	release := hold(t, s)
	hooks := 0
	before := submit(t, s, func(tx *Tx) error { tx.AfterCommit(func() { hooks++ }); return state("before")(tx) }, nil)
	breaking := submit(t, s, func(tx *Tx) error { return killWriter(tx, s) }, nil)
	release()
	if before.wait() == nil || breaking.wait() == nil {
		t.Error("a caller was told that his change is done")
	}
	if hooks != 1 {
		t.Error("nobody knows whether the change is done, and what it may have changed is still remembered")
	}
	write(t, s, state("after"))
	wantFacts(t, s, "after")
}

func TestConnectionBreaksWhileIdle(t *testing.T) {
	s := open(t, requireEngine(t, storetest.PostgreSQL))
	var pid int
	write(t, s, func(tx *Tx) (err error) {
		pid, _, err = one(tx.Reader, column[int], `SELECT pg_backend_pid()`)
		return err
	})
	must(s.read.ExecContext(t.Context(), `SELECT pg_terminate_backend($1, 5000)`, pid))(t)
	write(t, s, state("after"))
	wantFacts(t, s, "after")
}

// TestServerIsGone takes the database away from a node: it says so, at once, and goes on when the database is back.
func TestServerIsGone(t *testing.T) {
	s := open(t, requireEngine(t, storetest.PostgreSQL))
	limitConnections(t, s, 0)
	runs := 0
	_ = s.Write(t.Context(), func(tx *Tx) error { runs++; return killWriter(tx, s) }, nil)
	wantErr(t, s.Write(t.Context(), func(*Tx) error { runs++; return nil }, nil), muster.ErrUnavailable)
	limitConnections(t, s, -1)
	write(t, s, state("after"))
	if runs != 1 {
		t.Errorf("closures ran %d times", runs)
	}
}

// limitConnections says how many more connections the database takes; -1 means any number.
func limitConnections(t *testing.T, s *Store, n int) {
	t.Helper()
	must(s.read.ExecContext(t.Context(), fmt.Sprintf(
		`DO $$ BEGIN EXECUTE format('ALTER DATABASE %%I CONNECTION LIMIT %d', current_database()); END $$`, n)))(t)
}

// TestStarvedGroupLocksTheOthersOut lets another node change what a closure has read, each time it runs, until the other
// node has to wait.
func TestStarvedGroupLocksTheOthersOut(t *testing.T) {
	nodes := twoNodes(t)
	g := insertGroup(t, nodes[0], "Wanted")
	var others []chan error
	write(t, nodes[0], func(tx *Tx) error {
		mine, err := tx.Group(g.Realm, g.ID)
		if err != nil {
			return err
		}
		other := make(chan error, 1)
		go func() { other <- nodes[1].Write(context.Background(), countUp(g.ID), nil) }()
		others = append(others, other)
		for len(other) == 0 && !someoneWaits(tx.Context(), nodes[0]) {
			runtime.Gosched()
		}
		return tx.UpdateGroup(mine)
	})
	for _, other := range others {
		wantErr(t, <-other, nil)
	}
	got := must(read(t, nodes[0]).Group(g.Realm, g.ID))(t)
	if tries := 1 + groupRetries + 1; len(others) != tries || got.Version != int64(1+1+tries) {
		t.Errorf("the closure ran %d times, want %d; the version is %d", len(others), tries, got.Version)
	}
}

// someoneWaits reports whether a writer is locked out, or whether it is too late to ask.
func someoneWaits(ctx context.Context, s *Store) bool {
	waits, err := s.Reader(ctx).exists(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	return waits || err != nil
}
