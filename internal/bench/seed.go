package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"muster"
	"muster/internal/config"
	"muster/internal/core"
	"muster/internal/obs"
	"muster/internal/server"
)

// seeders make people at once: twice what the group writer puts into one transaction, so that the next group is there while
// one is being synced.
const seeders = 64

// A house is what was seeded, and who is who in it.
type house struct {
	admin  person
	people []person
	took   time.Duration // to make the people, without their passwords
}

// seed makes the house: a first administrator, the people, and a password for each who will sign in. It uses the server of
// this process for it, which is stopped again in good order.
func seed(ctx context.Context, o *Options, folder string) (h *house, err error) {
	log, err := os.Create(filepath.Join(folder, "seed.log"))
	if err != nil {
		return nil, fmt.Errorf("%w (hint: TMPDIR names a folder with room)", err)
	}
	defer log.Close()
	h = &house{admin: person{email: "bench@example.org", password: rand.Text()}, people: make([]person, o.Users)}
	cfg := config.Config{
		Data: dataFolder(folder), Listen: loopback, DatabaseURL: o.DatabaseURL,
		Admin: config.Admin{Email: h.admin.email, Username: "bench", Password: h.admin.password},
	}
	srv, err := server.Open(ctx, cfg, obs.NewLogger(log, false), server.Options{})
	if err != nil {
		return nil, err
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- srv.Serve(serving) }()
	defer func() {
		stop()
		err = errors.Join(err, <-served)
	}()
	return h, h.fill(asSystem(ctx), srv.Core(), o)
}

// dataFolder is where the servers keep their data.
func dataFolder(folder string) string { return filepath.Join(folder, "data") }

// asSystem is a context in which the house itself acts.
func asSystem(ctx context.Context) context.Context {
	return muster.WithActor(ctx, muster.House())
}

func (h *house) fill(ctx context.Context, c *core.Core, o *Options) error {
	begun := time.Now()
	var made atomic.Int64
	stopTelling := every(time.Second, func() {
		o.Progress("seeding: %d of %d people, %.0f a second", made.Load(), o.Users, float64(made.Load())/time.Since(begun).Seconds())
	})
	err := h.makePeople(ctx, c, &made)
	stopTelling()
	h.took = time.Since(begun)
	if err != nil {
		return fmt.Errorf("seeding: %w", err)
	}
	o.Progress("seeded %d people in %.1f s, %.0f a second", o.Users, h.took.Seconds(), h.perSecond())
	return h.givePasswords(ctx, c, o.Connections)
}

func (h *house) perSecond() float64 { return float64(len(h.people)) / h.took.Seconds() }

// makePeople makes all people, many at once.
func (h *house) makePeople(ctx context.Context, c *core.Core, made *atomic.Int64) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range seeders {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(h.people) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := h.makePerson(ctx, c, i); err != nil {
					fail(err)
					return
				}
				made.Add(1)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

func (h *house) makePerson(ctx context.Context, c *core.Core, i int) error {
	p := personNumber(i)
	u, err := c.CreateUser(ctx, core.Profile{Email: p.email, Name: p.name, MakeHandle: true})
	if err != nil {
		return err
	}
	p.id, p.handle = u.ID, u.Handle
	h.people[i] = p
	return nil
}

// givePasswords gives the first n people one.
func (h *house) givePasswords(ctx context.Context, c *core.Core, n int) error {
	for i := range n {
		h.people[i].password = rand.Text()
		if err := c.SetPassword(ctx, h.people[i].id, h.people[i].password); err != nil {
			return fmt.Errorf("seeding: %w", err)
		}
	}
	return nil
}

// every calls f again and again until the function that it returns is called.
func every(period time.Duration, f func()) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(period)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				f()
			}
		}
	}()
	return func() { close(done); <-ended }
}
