package crust_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"testing"

	"muster"
	"muster/internal/core"
	"muster/internal/dialect/dialecttest"
	"muster/internal/mustertest"
	"muster/internal/store/storetest"
)

// BenchmarkListUsers lists 10,000 users, each in three of thirty teams: this wire has no pages.
func BenchmarkListUsers(b *testing.B) {
	s := mustertest.Start(b, storetest.SQLite)
	people(b, s.Core, 10_000)
	c := &client{dialecttest.Client[answer]{URL: s.URL + base}}
	in := c.login(b, mustertest.AdminEmail, mustertest.AdminPassword)
	if in.cookie() == nil {
		b.Fatalf("signing in: %s", in.Body)
	}
	c.Token = in.cookie().Value
	for name, path := range map[string]string{"all": "/users/", "query": "/users/?query=user42", "one": "/users/?username=user4242"} {
		b.Run(name, func(b *testing.B) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			bytes := 0
			for b.Loop() {
				req, err := http.NewRequest("GET", c.URL+path, nil)
				if err != nil {
					b.Fatal(err)
				}
				req.Header.Set("Authorization", "Bearer "+c.Token)
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.Copy(io.Discard, res.Body)
				if err != nil {
					b.Fatal(err)
				}
				res.Body.Close()
				bytes = int(n)
			}
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(bytes), "answer-B")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/1e6, "MB/op")
		})
	}
}

// people makes users, many at once: they share commits.
func people(b *testing.B, c *core.Core, n int) {
	b.Helper()
	ctx := muster.WithActor(b.Context(), muster.House())
	var groups []muster.ID
	for i := range 30 {
		g, err := c.CreateGroup(ctx, core.GroupForm{Name: fmt.Sprintf("Team %d", i)})
		if err != nil {
			b.Fatal(err)
		}
		groups = append(groups, g.ID)
	}
	const workers = 32
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < n; i += workers {
				name := fmt.Sprintf("user%d", i)
				u, err := c.CreateUser(ctx, core.Profile{Email: name + "@example.org", Username: name, Name: "User " + name, Handle: name})
				for k := range 3 {
					if err == nil {
						err = c.AddMember(ctx, groups[(i+k*7)%len(groups)], u.ID)
					}
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}
