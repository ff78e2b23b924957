//go:build unix

package core

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"muster/internal/password"
	"muster/internal/store/storetest"
)

// benchApps is a house with applications, a real disk and the real cost of a hash.
func benchApps(b *testing.B, engine string) *house {
	b.Helper()
	h := newHouse(b, engine, storetest.Durable)
	shut(h.Core)
	h.apps = testApps()
	h.Core = h.open(password.DefaultParams())
	return h
}

// BenchmarkRegisterBesideHash registers users one by one through an application, from four callers, and hashes as many passwords
// without anything around them: the ratio is what the rest of a registration costs. The aim is 0.9.
func BenchmarkRegisterBesideHash(b *testing.B) {
	engines(b, func(b *testing.B, engine string) {
		h := benchApps(b, engine)
		app := h.asApp("chat")
		var n atomic.Int64
		rate := func(f func(i int64) error) float64 {
			begun := time.Now()
			callers(b, 4, func(int) error { return f(n.Add(1)) })
			return float64(b.N) / time.Since(begun).Seconds()
		}
		registered := rate(func(i int64) error {
			_, err := h.RegisterUsers(app, []Registration{{Username: fmt.Sprint("user", i), Password: "s3cret"}}, true)
			return err
		})
		hashed := rate(func(int64) error {
			_, err := h.hasher.Hash(context.Background(), "", "s3cret")
			return err
		})
		b.ReportMetric(registered, "registrations/s")
		b.ReportMetric(registered/hashed, "ratio")
	})
}

// BenchmarkBesideBatches: while batches of sixty are registered one after the other, somebody else signs in, reads and writes. What
// he waits for is told beside what he waits for alone.
func BenchmarkBesideBatches(b *testing.B) {
	engines(b, func(b *testing.B, engine string) {
		h := benchApps(b, engine)
		mina := h.enrol("chat", "mina")[0]
		app := h.asApp("chat")
		measure := func() (signIn, read, write time.Duration) {
			var ins, reads, writes []time.Duration
			timed := func(to *[]time.Duration, f func() error) {
				begun := time.Now()
				if err := f(); err != nil {
					b.Error(err)
				}
				*to = append(*to, time.Since(begun))
			}
			for i := range 40 {
				timed(&ins, func() error { return second(h.SignInThroughApp(h.through("chat"), "mina", "mina", Life{})) })
				timed(&reads, func() error { return second(h.ReadAppUser(app, "mina")) })
				timed(&writes, func() error { return second(h.SetName(app, mina.ID, fmt.Sprint("Mina ", i))) })
			}
			return worst(ins), worst(reads), worst(writes)
		}
		alone, _, writing := measure()
		b.ReportMetric(float64(alone.Milliseconds()), "ms-sign-in-alone")
		b.ReportMetric(float64(writing.Microseconds()), "µs-write-alone")
		done := make(chan struct{})
		var all sync.WaitGroup
		var n atomic.Int64
		for range 2 {
			all.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					var list []Registration
					for range MostRegistrations {
						list = append(list, Registration{Username: fmt.Sprint("u", n.Add(1)), Password: "x"})
					}
					if _, err := h.RegisterUsers(app, list, false); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		begun := time.Now()
		in, read, write := measure()
		for range b.N - 1 {
			_, _, _ = measure()
		}
		took := time.Since(begun)
		close(done)
		all.Wait()
		b.ReportMetric(float64(in.Milliseconds()), "ms-sign-in")
		b.ReportMetric(float64(read.Microseconds()), "µs-read")
		b.ReportMetric(float64(write.Microseconds()), "µs-write")
		b.ReportMetric(float64(n.Load())/took.Seconds(), "registrations/s")
	})
}

// worst is what 19 of 20 stay below.
func worst(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)*19/20]
}
