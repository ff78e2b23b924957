package store

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"muster"
	"muster/internal/store/storetest"
)

// BenchmarkWrite updates one row and appends an event: what nearly every change of the house does.
func BenchmarkWrite(b *testing.B) {
	for _, engine := range storetest.Engines(b) {
		for _, callers := range []int{1, 16, 64} {
			b.Run(fmt.Sprintf("%s/%d", engine, callers), func(b *testing.B) { benchmarkWrite(b, engine, callers) })
		}
	}
}

func benchmarkWrite(b *testing.B, engine string, callers int) {
	s := open(b, engine, storetest.Durable)
	g := insertGroup(b, s, "Bench")
	b.ReportAllocs()
	before := cpuTime(b)
	b.ResetTimer()
	var wait sync.WaitGroup
	for c := range callers {
		n := b.N / callers
		if c < b.N%callers {
			n++
		}
		wait.Go(func() {
			for range n {
				if err := s.Write(context.Background(), touch(g.ID), nil); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// touch reads a group, changes its description and records that.
func touch(id muster.ID) func(*Tx) error {
	return func(tx *Tx) error {
		g, err := tx.Group(muster.MainRealm, id)
		if err != nil {
			return err
		}
		g.Description, g.UpdatedAt = "at "+tx.Now().String(), tx.Now()
		if err := tx.UpdateGroup(g); err != nil {
			return err
		}
		return tx.AppendEvent(&muster.Event{
			Realm: muster.MainRealm, Actor: id, Action: "group.update", Resource: muster.GroupResource(id), Count: 1,
			Origin:  muster.Origin{Wire: "corteza", Address: "192.0.2.1", Agent: "bench", RequestID: "0123456789"},
			Changes: map[string]any{"new.description": g.Description},
		})
	}
}

// cpuTime is what this process has used; PostgreSQL's own processes are not in it.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
