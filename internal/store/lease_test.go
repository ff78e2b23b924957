package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/store/storetest"
)

func TestNodesHaveNumbersOfTheirOwn(t *testing.T) {
	nodes := twoNodes(t)
	if a, b := nodes[0].Node(), nodes[1].Node(); a != 0 || b != 1 {
		t.Errorf("the nodes are %d and %d", a, b)
	}
	if a, b := nodes[0].NewID().Node(), nodes[1].NewID().Node(); a != 0 || b != 1 {
		t.Errorf("the ids are of %d and %d", a, b)
	}
	if got := must(read(t, nodes[1]).NodeNumbers())(t); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("the numbers are %v", got)
	}
}

func TestNumberIsFreeAfterRelease(t *testing.T) {
	cfg := fresh(t, requireEngine(t, storetest.PostgreSQL))
	first := openConfig(t, cfg)
	closeStore(t, first)
	if n := openConfig(t, cfg).Node(); n != 0 {
		t.Errorf("the second node is %d", n)
	}
}

// TestLostLease lets a node sleep until another one has its number.
func TestLostLease(t *testing.T) {
	cfg := fresh(t, requireEngine(t, storetest.PostgreSQL))
	now := newClock()
	cfg.Now, cfg.LeaseNow = now.now, now.now
	asleep := openConfig(t, cfg)
	now.advance(leaseTime - leaseSpare - time.Second)
	write(t, asleep, state("in time"))
	if n := openConfig(t, cfg).Node(); n != 1 {
		t.Errorf("the number of a node that lives was taken: %d", n)
	}

	release := hold(t, asleep)
	queued := submit(t, asleep, state("queued"), nil)
	now.advance(leaseSpare + 2*time.Second)
	heir := openConfig(t, cfg)
	if n := heir.Node(); n != 0 {
		t.Errorf("the heir is %d", n)
	}
	release()
	wantErr(t, queued.wait(), muster.ErrUnavailable)
	wantErr(t, asleep.Write(t.Context(), state("late"), nil), muster.ErrUnavailable)
	wantErr(t, asleep.Ping(t.Context()), muster.ErrUnavailable)
	if err := asleep.node.renew(t.Context()); err == nil || !strings.Contains(err.Error(), "hint") {
		t.Errorf("renewing gave %v", err)
	}
	wantErr(t, asleep.Write(t.Context(), state("late"), nil), muster.ErrUnavailable)

	closeStore(t, asleep)
	if n := openConfig(t, cfg).Node(); n == 0 {
		t.Error("who lost the number gave it back")
	}
	wantErr(t, errors.Join(heir.node.renew(t.Context()), heir.Ping(t.Context())), nil)
	write(t, heir, state("of the heir"))
	wantFacts(t, heir, "in time", "of the heir")
}

func TestRenewingKeepsTheNumber(t *testing.T) {
	cfg := fresh(t, requireEngine(t, storetest.PostgreSQL))
	now := newClock()
	cfg.Now, cfg.LeaseNow = now.now, now.now
	s := openConfig(t, cfg)
	for range 3 {
		now.advance(leaseTime - leaseSpare - time.Second)
		wantErr(t, s.node.renew(t.Context()), nil)
	}
	write(t, s, state("still"))
}

// TestIDsGrowOverARestart puts the clock back while the house is down. The last id is not an event's.
func TestIDsGrowOverARestart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		cfg := fresh(t, engine)
		now := newClock()
		cfg.Now, cfg.LeaseNow = now.now, now.now
		s := openConfig(t, cfg)
		var last muster.ID
		write(t, s, func(tx *Tx) error {
			if err := tx.AppendEvent(&muster.Event{Realm: muster.MainRealm}); err != nil {
				return err
			}
			last = tx.NewID()
			return tx.InsertDelivery(&Delivery{ID: last, Kind: "mail", Payload: "{}", DueAt: tx.Now()})
		})
		closeStore(t, s)
		now.advance(-time.Hour)
		if id := openConfig(t, cfg).NewID(); id <= last {
			t.Errorf("the first id after the restart is %d, the last before was %d", id, last)
		}
	})
}

func TestNothingOfOursIsLeftAfterClose(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		cfg := fresh(t, engine)
		before := ours()
		s := openConfig(t, cfg)
		write(t, s, state("something"))
		wantFacts(t, s, "something")
		closeStore(t, s)
		wantErr(t, s.Close(context.Background()), nil)
		wait(t, func() bool { return len(ours()) <= len(before) }, func() string { return strings.Join(ours(), "\n\n") })
	})
}
