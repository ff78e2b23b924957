//go:build unix

package core

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"muster"
	"muster/internal/password"
	"muster/internal/store/storetest"
)

// Benchmarks never run with the race detector: SQLite is many times slower under it.

// benchHouse is a house whose disk is real, with an administrator and so many users.
func benchHouse(b *testing.B, engine string, users int) (*house, *SignedIn, []muster.ID) {
	b.Helper()
	h := newHouse(b, engine, storetest.Durable)
	h.confirmation(false)
	admin := h.join("admin")
	ids := make([]muster.ID, users)
	for i, err := range atOnce(users, func(i int) error {
		u, err := h.CreateUser(h.system(), Profile{Email: fmt.Sprintf("u%d@example.org", i), Name: fmt.Sprintf("User %d", i)})
		if err == nil {
			ids[i] = u.ID
		}
		return err
	}) {
		if err != nil {
			b.Fatal(i, err)
		}
	}
	return h, admin, ids
}

func engines(b *testing.B, f func(b *testing.B, engine string)) {
	for _, engine := range storetest.Engines(b) {
		b.Run(engine, func(b *testing.B) { f(b, engine) })
	}
}

// callers runs f b.N times from so many goroutines, and reports the processor time of this process for each. What a
// PostgreSQL server needs is not in it.
func callers(b *testing.B, n int, f func(i int) error) {
	b.Helper()
	b.ReportAllocs()
	b.ResetTimer()
	before := processorTime()
	var next atomic.Int64
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			for i := int(next.Add(1)); i <= b.N; i = int(next.Add(1)) {
				if err := f(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64((processorTime()-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

func processorTime() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// BenchmarkUpdateUser is do with all it has: the session, the right, the change, its event, a synced commit.
func BenchmarkUpdateUser(b *testing.B) {
	engines(b, func(b *testing.B, engine string) {
		h, admin, ids := benchHouse(b, engine, 200)
		ctx := h.as(admin)
		for _, n := range []int{1, 16, 64} {
			b.Run(fmt.Sprint(n), func(b *testing.B) {
				callers(b, n, func(i int) error {
					k := i % len(ids)
					_, err := h.UpdateUser(ctx, ids[k], Profile{Email: fmt.Sprintf("u%d@example.org", k), Name: fmt.Sprintf("User %d", i)})
					return err
				})
			})
		}
	})
}

func BenchmarkToken(b *testing.B) {
	engines(b, func(b *testing.B, engine string) {
		h, admin, _ := benchHouse(b, engine, 0)
		jwt, nobody := h.token(admin), h.nobody()
		callers(b, 1, func(int) error {
			_, err := h.Authenticator.WithJWT(nobody, jwt)
			return err
		})
	})
}

// BenchmarkKey is what each request costs that shows the right key; nothing of it is SQL.
func BenchmarkKey(b *testing.B) {
	engines(b, func(b *testing.B, engine string) {
		h, _, _ := benchHouse(b, engine, 0)
		k, nobody := h.key("ann"), h.tatNobody()
		callers(b, 1, func(int) error {
			_, err := h.Authenticator.WithKey(nobody, "ann", k.Secret)
			return err
		})
	})
}

func BenchmarkReadUser(b *testing.B) {
	engines(b, func(b *testing.B, engine string) {
		h, admin, ids := benchHouse(b, engine, 200)
		ctx := h.as(admin)
		callers(b, 1, func(i int) error {
			_, err := h.ReadUser(ctx, ids[i%len(ids)])
			return err
		})
	})
}

func BenchmarkListUsers(b *testing.B) {
	engines(b, func(b *testing.B, engine string) {
		h, admin, _ := benchHouse(b, engine, 1000)
		ctx := h.as(admin)
		for name, f := range map[string]muster.UserFilter{
			"page":   {Page: muster.Page{Limit: 50, Offset: 100}, Sort: []muster.Order{{Column: "email"}}},
			"prefix": {Page: muster.Page{Limit: 50}, Prefix: "u7"},
		} {
			b.Run(name, func(b *testing.B) {
				callers(b, 1, func(int) error {
					list, err := h.ListUsers(ctx, f)
					if err == nil && len(list.Items) != 50 {
						err = fmt.Errorf("%d users on the page", len(list.Items))
					}
					return err
				})
			})
		}
	})
}

// BenchmarkNoOracle tells how long a wrong password takes for somebody who is there and for nobody: medians of pairs in turn,
// with the parameters of real hashes. It fails nothing, since a busy machine would; 200 pairs show whether 10 % are kept.
func BenchmarkNoOracle(b *testing.B) {
	h, admin, _ := benchHouse(b, storetest.SQLite, 0)
	h.hasher = password.New(password.Options{})
	h.must(h.SetPassword(h.system(), admin.User.ID, pass)) // a hash of real parameters
	took := [2][]time.Duration{}
	b.ResetTimer()
	for range b.N {
		for i, email := range []string{"admin@example.org", "nobody@example.org"} {
			h.advance(2 * time.Second) // below the bound of the audit trail against floods
			begun := time.Now()
			_, err := h.SignIn(h.nobody(), Proof{Email: email, Password: "wrong-horse"})
			took[i] = append(took[i], time.Since(begun))
			h.refused(err, muster.ErrBadCredentials)
		}
	}
	for i, name := range []string{"known-ms", "unknown-ms"} {
		slices.Sort(took[i])
		b.ReportMetric(float64(took[i][len(took[i])/2].Microseconds())/1000, name)
	}
}
