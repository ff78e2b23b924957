package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"muster"
)

var errRefused = errors.New("refused")

// hold keeps the writer in the hook after a commit, where it is when a commit is synced: what is submitted now shares the
// next transaction, however slow the machine is.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	s.writer.share = time.Hour
	reached, gate := make(chan struct{}), make(chan struct{})
	j := submit(t, s, func(tx *Tx) error {
		tx.AfterCommit(func() { close(reached); <-gate })
		return nil
	}, nil)
	<-reached
	return func() { close(gate); <-j.done }
}

// submit queues a closure and does not wait for it.
func submit(t *testing.T, s *Store, f func(*Tx) error, refused func(*Tx, error) error) *job {
	t.Helper()
	j := &job{ctx: context.Background(), f: f, refused: refused, done: make(chan struct{})}
	if err := s.writer.submit(j); err != nil {
		t.Fatal(err)
	}
	return j
}

func (j *job) wait() error { <-j.done; return j.err }

// state is a closure that states a fact.
func state(name string) func(*Tx) error {
	return func(tx *Tx) error {
		_, err := tx.StateFact(name, "yes")
		return err
	}
}

// stateAndFail is state for a closure that fails, after what it wrote.
func stateAndFail(name string, err error) func(*Tx) error {
	return func(tx *Tx) error { return cmp.Or(state(name)(tx), err) }
}

// wantFacts compares the facts that are on the disk.
func wantFacts(t *testing.T, s *Store, want ...string) {
	t.Helper()
	got := must(all(read(t, s), column[string], `SELECT name FROM fact ORDER BY name`))(t)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the facts are %q, want %q", got, want)
	}
}

func wantErr(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("got the error %v, want %v", got, want)
	}
}

func TestGroupSharesOneTransactionUpToItsSize(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		release := hold(t, s)
		committed := make([]int64, groupSize+4)
		var jobs []*job
		for i := range committed {
			jobs = append(jobs, submit(t, s, func(tx *Tx) (err error) {
				committed[i], _, err = one(s.Reader(tx.Context()), column[int64], `SELECT COUNT(*) FROM fact`)
				return errors.Join(err, state(fmt.Sprint(i))(tx))
			}, nil))
		}
		release()
		for i, j := range jobs {
			wantErr(t, j.wait(), nil)
			if want := int64(i / groupSize * groupSize); committed[i] != want {
				t.Errorf("closure %d ran after %d were committed, want %d", i, committed[i], want)
			}
		}
	})
}

func TestGroupEndsWithItsTime(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		release := hold(t, s)
		s.writer.share = 0
		first := submit(t, s, state("first"), nil)
		second := submit(t, s, func(tx *Tx) error {
			v, err := s.Reader(tx.Context()).Fact("first")
			return errors.Join(err, state("saw "+v)(tx))
		}, nil)
		release()
		wantErr(t, errors.Join(first.wait(), second.wait()), nil)
		wantFacts(t, s, "first", "saw yes")
	})
}

func TestOneFailureTakesNothingOfTheOthers(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		release := hold(t, s)
		before := submit(t, s, state("before"), nil)
		failing := submit(t, s, stateAndFail("failing", errRefused), nil)
		recorded := submit(t, s, stateAndFail("recorded", errRefused), func(tx *Tx, err error) error {
			return state("refusal: " + err.Error())(tx)
		})
		twice := submit(t, s, stateAndFail("twice", errRefused), func(tx *Tx, _ error) error {
			return stateAndFail("second", errors.New("refused as well"))(tx)
		})
		later := submit(t, s, state("later"), nil)
		release()
		wantErr(t, errors.Join(before.wait(), later.wait()), nil)
		wantErr(t, failing.wait(), errRefused)
		wantErr(t, recorded.wait(), errRefused)
		wantErr(t, twice.wait(), errRefused)
		wantFacts(t, s, "before", "later", "refusal: refused")
	})
}

func TestRefusedGetsAndKeepsTheError(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		var seen error
		err := s.Write(t.Context(), func(*Tx) error { return muster.ErrDenied }, func(_ *Tx, err error) error {
			seen = err
			return nil
		})
		if err != error(muster.ErrDenied) || seen != err {
			t.Errorf("the caller got %v, refused got %v", err, seen)
		}
	})
}

func TestPanicHarmsOnlyItsCaller(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		release := hold(t, s)
		before := submit(t, s, state("before"), nil)
		panicking := submit(t, s, func(tx *Tx) error {
			_ = state("panicking")(tx)
			panic("a bug")
		}, func(tx *Tx, _ error) error { return state("refused")(tx) })
		later := submit(t, s, state("later"), nil)
		release()
		if err := panicking.wait(); err == nil || !strings.Contains(err.Error(), "a bug") {
			t.Errorf("the caller got %v", err)
		}
		wantErr(t, errors.Join(before.wait(), later.wait()), nil)
		write(t, s, state("alive"))
		wantFacts(t, s, "before", "later", "alive")
	})
}

func TestCallerWhoLeavesEarlyIsNotServed(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		release := hold(t, s)
		ctx, leave := context.WithCancel(t.Context())
		answers := make(chan error, 2)
		queue := func() {
			before := len(s.writer.queue)
			go func() { answers <- s.Write(ctx, state("left"), nil) }()
			for len(s.writer.queue) == before {
				runtime.Gosched()
			}
		}
		queue() // one that would begin a group
		stays := submit(t, s, state("stayed"), nil)
		queue() // and one that would join it
		leave()
		wantErr(t, <-answers, context.Canceled)
		wantErr(t, <-answers, context.Canceled)
		release()
		wantErr(t, stays.wait(), nil)
		write(t, s, state("came later"))
		wantFacts(t, s, "stayed", "came later")
	})
}

func TestCallerWhoLeavesLateIsServedAndDisturbsNobody(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		release := hold(t, s)
		ctx, leave := context.WithCancel(t.Context())
		neighbour := submit(t, s, state("neighbour"), nil)
		answer := make(chan error)
		go func() {
			answer <- s.Write(ctx, func(tx *Tx) error {
				leave()
				if tx.Context().Err() != nil {
					return errors.New("the closure saw that its caller left")
				}
				return state("left")(tx)
			}, nil)
		}()
		for len(s.writer.queue) < 2 {
			runtime.Gosched()
		}
		later := submit(t, s, state("later"), nil)
		release()
		wantErr(t, errors.Join(neighbour.wait(), <-answer, later.wait()), nil)
		wantFacts(t, s, "left", "neighbour", "later")
	})
}

func TestSlowClosureIsEndedAndItsNeighboursAreDone(t *testing.T) {
	for name, wait := range map[string]func(*Tx) error{
		"it waits":        func(tx *Tx) error { <-tx.Context().Done(); return nil },
		"it asks on":      func(tx *Tx) error { <-tx.Context().Done(); return state("on")(tx) },
		"its query lasts": endless,
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *Store) {
				release := hold(t, s)
				s.writer.limit = 50 * time.Millisecond
				runs := 0
				before := submit(t, s, state("before"), nil)
				slow := submit(t, s, func(tx *Tx) error {
					runs++
					return errors.Join(state("slow")(tx), wait(tx))
				}, func(tx *Tx, _ error) error { return state("refused")(tx) })
				later := submit(t, s, state("later"), nil)
				release()
				if err := slow.wait(); err == nil || runs != 1 {
					t.Errorf("the slow one ran %d times and got %v", runs, err)
				}
				wantErr(t, errors.Join(before.wait(), later.wait()), nil)
				wantFacts(t, s, "before", "later", "refused")
			})
		})
	}
}

// endless asks a question that no database ever answers.
func endless(tx *Tx) error {
	_, err := allOf(tx.Reader, column[int64], `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT 1 - i FROM n) SELECT COUNT(*) FROM n`)
	return err
}

func TestTxIsDeadAfterAnError(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		g := insertGroup(t, s, "Taken")
		var then error
		err := s.Write(t.Context(), func(tx *Tx) error {
			_ = state("before")(tx)
			twin := *g
			twin.ID = tx.NewID()
			_ = tx.InsertGroup(&twin) // swallowed
			_, then = tx.Fact("anything")
			return nil
		}, nil)
		wantErr(t, err, muster.Taken("name"))
		wantErr(t, then, muster.Taken("name"))
		wantFacts(t, s)
	})
}

func TestTxIsDeadAfterItsClosure(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		var kept *Tx
		write(t, s, func(tx *Tx) error { kept = tx; return nil })
		wantErr(t, state("late")(kept), errEnded)
		wantFacts(t, s)
	})
}

func TestHooksRunBetweenCommitAndAnswer(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		var seen, order []string
		hook := func(name string) func() {
			return func() {
				v, err := s.Reader(context.Background()).Fact(name)
				seen = append(seen, fmt.Sprint(name, " ", v, " ", err))
			}
		}
		release := hold(t, s)
		done := submit(t, s, func(tx *Tx) error { tx.AfterCommit(hook("done")); return state("done")(tx) }, nil)
		rolledBack := submit(t, s, func(tx *Tx) error {
			tx.AfterCommit(hook("rolled back"))
			return stateAndFail("rolled back", errRefused)(tx)
		}, func(tx *Tx, _ error) error {
			tx.AfterCommit(func() { order = append(order, "hook of the refusal"); panic("a bug") })
			return nil
		})
		release()
		wantErr(t, done.wait(), nil)
		wantErr(t, rolledBack.wait(), errRefused)
		if want := []string{"done yes <nil>"}; !slices.Equal(seen, want) || len(order) != 1 {
			t.Errorf("the hooks saw %q, want %q; of the refusal: %q", seen, want, order)
		}
		write(t, s, state("alive"))
	})
}

func TestWriterIsFull(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		release := hold(t, s)
		nothing := func(*Tx) error { return nil }
		for range queueLength {
			submit(t, s, nothing, nil).state.Store(left)
		}
		wantErr(t, s.Write(t.Context(), nothing, nil), muster.ErrBusy)
		release()
		write(t, s, nothing)
	})
}

func TestCloseFinishesWhatWaits(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		cfg := Config{Now: s.now, Log: s.log}
		switch e := s.engine.(type) {
		case *sqliteEngine:
			cfg.Folder = e.folder
		case *postgresEngine:
			cfg.DatabaseURL = e.url
		}
		release := hold(t, s)
		waiting := submit(t, s, state("waiting"), nil)
		closed := make(chan error)
		go func() { closed <- s.Close(context.Background()) }()
		release()
		wantErr(t, errors.Join(waiting.wait(), <-closed), nil)
		wantErr(t, s.Write(t.Context(), state("late"), nil), muster.ErrUnavailable)
		wantFacts(t, openConfig(t, cfg), "waiting")
	})
}
