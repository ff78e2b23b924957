package core

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"muster"
	"muster/internal/blob"
	"muster/internal/password"
	"muster/internal/store"
	"muster/internal/store/storetest"
	"muster/internal/token"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

const pass = "correct-horse"

// A house is a core on a database of its own, with a clock that the test turns.
type house struct {
	*Core
	t      testing.TB
	clock  *clock
	config store.Config
	keys   *token.Keys
	apps   []AppConfig
	seen   muster.ID // the last event that the test has looked at
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now moves the clock by a microsecond, so that what happens later has a later time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Microsecond)
	return c.now
}

// each runs a scenario in an empty house on each engine. E-mails need no confirmation there.
func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, engine string) {
		h := newHouse(t, engine)
		h.confirmation(false)
		f(t, h)
	})
}

func newHouse(t testing.TB, engine string, options ...storetest.Option) *house {
	t.Helper()
	folder := t.TempDir()
	h := &house{t: t, clock: &clock{now: time.Now().UTC().Truncate(time.Second)}}
	h.config = store.Config{Folder: folder, Now: h.clock.Now, Log: slog.New(slog.DiscardHandler)}
	if engine == storetest.PostgreSQL {
		h.config.DatabaseURL = storetest.PostgresTemplate(t, "muster", prepare, options...)
	}
	var err error
	if h.keys, _, err = token.OpenKeys(filepath.Join(folder, "keys.json"), h.clock.Now()); err != nil {
		t.Fatal(err)
	}
	h.Core = h.open(smallParams())
	return h
}

func prepare(url string) error {
	s, err := store.Open(context.Background(), store.Config{DatabaseURL: url, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return s.Close(context.Background())
}

// open opens one more node, which ends with the test.
func (h *house) open(params password.Params) *Core {
	h.t.Helper()
	s, err := store.Open(context.Background(), h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	files, err := blob.OpenFolder(filepath.Join(h.config.Folder, "files"))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = files.Close() })
	c, err := New(context.Background(), Options{
		Blobs: files,
		Store: s, Keys: h.keys, Hasher: password.New(password.Options{Params: params}), Now: h.clock.Now, Log: h.config.Log, Unthrottled: true,
		PublicURL: "http://muster.example", Apps: h.apps,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { shut(c) })
	return c
}

func shut(c *Core) {
	c.Close()
	_ = c.store.Close(context.Background()) // a second time for a node that the test has ended itself
}

// advance moves the clock.
func (h *house) advance(d time.Duration) {
	h.clock.mu.Lock()
	defer h.clock.mu.Unlock()
	h.clock.now = h.clock.now.Add(d)
}

// nobody is a request without a token.
func (h *house) nobody() context.Context {
	return muster.WithActor(h.context(), muster.Actor{Origin: muster.Origin{Wire: "corteza", Address: "192.0.2.1"}})
}

// system is the house itself.
func (h *house) system() context.Context {
	return muster.WithActor(h.context(), muster.House())
}

func (h *house) context() context.Context {
	if t, ok := h.t.(*testing.T); ok && t.Context().Err() == nil {
		return t.Context()
	}
	return context.Background()
}

// token is the JWT of a session.
func (h *house) token(in *SignedIn) string {
	h.t.Helper()
	jwt, err := h.Authenticator.SignJWT(in)
	if err != nil {
		h.t.Fatal(err)
	}
	return jwt
}

// as is a request with the token of a session.
func (h *house) as(in *SignedIn) context.Context {
	h.t.Helper()
	ctx, err := h.Authenticator.WithJWT(h.nobody(), h.token(in))
	if err != nil {
		h.t.Fatalf("the token of %s is not good: %v", in.User.Email, err)
	}
	return ctx
}

// alive reports whether a token still lets in.
func (h *house) alive(jwt string) bool {
	h.t.Helper()
	_, err := h.Authenticator.WithJWT(h.nobody(), jwt)
	if err != nil && muster.KindOf(err) != muster.Unauthenticated {
		h.t.Fatal(err)
	}
	return err == nil
}

func (h *house) confirmation(on bool) {
	h.t.Helper()
	h.must(h.SetSettings(h.system(), []muster.Setting{{Name: muster.SettingConfirmation, Value: fmt.Append(nil, on)}}))
}

// join makes an account called after the part of the e-mail before the @.
func (h *house) join(name string) *SignedIn {
	h.t.Helper()
	in, err := h.SignUp(h.nobody(), NewAccount{Email: name + "@example.org", Password: pass, Username: name})
	h.must(err)
	return in
}

func (h *house) signIn(name, password string) (*SignedIn, error) {
	return h.SignIn(h.nobody(), Proof{Email: name + "@example.org", Password: password})
}

// user reads a user as he is stored.
func (h *house) user(id muster.ID) *muster.User {
	h.t.Helper()
	u, err := h.store.Reader(h.context()).User(muster.MainRealm, id)
	h.must(err)
	return u
}

// group makes a group with members, and rules that allow.
func (h *house) group(name string, allow []muster.Permission, members ...*SignedIn) muster.ID {
	h.t.Helper()
	ids := []muster.ID{}
	for _, m := range members {
		ids = append(ids, m.User.ID)
	}
	g, err := h.CreateGroup(h.system(), GroupForm{Name: name, Members: ids})
	h.must(err)
	for _, p := range allow {
		h.rule(g.ID, muster.Resource{Noun: p.Noun}, p.Operation, muster.Allow)
	}
	return g.ID
}

func (h *house) rule(group muster.ID, res muster.Resource, operation string, access muster.Access) {
	h.t.Helper()
	h.must(h.SetRules(h.system(), group, []muster.Rule{{Resource: res, Operation: operation, Access: access}}))
}

func (h *house) administrator(user muster.ID) bool {
	h.t.Helper()
	is, err := h.store.Reader(h.context()).IsMember(muster.Administrators, user)
	h.must(err)
	return is
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// refused wants err to be exactly that refusal.
func (h *house) refused(err error, want *muster.Error) {
	h.t.Helper()
	if e, foreign := muster.AsError(err); err == nil || foreign || e.Kind != want.Kind || e.Code != want.Code || e.Field != want.Field {
		h.t.Errorf("got %v, want %v", err, want)
	}
}

// quiet forgets the events so far.
func (h *house) quiet() {
	for _, e := range h.eventsSince() {
		h.seen = e.ID
	}
}

// emitted wants exactly these events since the last look, oldest first: the action, and after a colon the code of a refusal.
func (h *house) emitted(want ...string) []*muster.Event {
	h.t.Helper()
	events := h.eventsSince()
	var got []string
	for _, e := range events {
		name := e.Action
		if e.Refused() {
			name += ":" + e.Code
		}
		got = append(got, name)
		h.seen = e.ID
	}
	if !slices.Equal(got, want) {
		h.t.Errorf("events: got %s; want %s", strings.Join(got, ", "), strings.Join(want, ", "))
	}
	return events
}

func (h *house) eventsSince() []*muster.Event {
	h.t.Helper()
	list, err := h.ListEvents(h.system(), muster.EventFilter{})
	h.must(err)
	var events []*muster.Event
	for _, e := range slices.Backward(list) {
		if e.ID > h.seen {
			events = append(events, e.Event)
		}
	}
	return events
}

// letters takes the mails that are due.
func (h *house) letters() []Letter {
	h.t.Helper()
	list, err := h.Outbox.Lease(h.context(), time.Minute)
	h.must(err)
	for _, l := range list {
		h.must(h.Outbox.Finish(h.context(), l, ""))
	}
	return list
}

// atOnce runs f so many times at the same time, and answers the errors.
func atOnce(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			<-start
			errs[i] = f(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	return errs
}

func succeeded(errs []error) (n int) {
	for _, err := range errs {
		if err == nil {
			n++
		}
	}
	return n
}

// Tests that bring the database into a state that no verb makes speak to the store.
type storeTx = store.Tx

// changes is what an event keeps, as text to be searched.
func (h *house) changes(e *muster.Event) string { return fmt.Sprintf("%+v %+v", e.Changes, *e) }

func smallParams() password.Params { return password.Params{MemoryKiB: 64, Time: 1, Threads: 1} }
