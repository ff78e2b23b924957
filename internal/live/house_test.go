package live

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"muster"
	"muster/internal/blob"
	"muster/internal/core"
	"muster/internal/httpx"
	"muster/internal/password"
	"muster/internal/store"
	"muster/internal/store/storetest"
	"muster/internal/token"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

const pass = "correct-horse"

// A house is one or more nodes on a database of their own.
type house struct {
	t      testing.TB
	config store.Config
	keys   *token.Keys

	mu  sync.Mutex
	now time.Time
}

// A node serves live links at a loopback port, to whoever shows the token of a session.
type node struct {
	*core.Core
	h       *house
	hub     *Hub
	address string
	beat    chan time.Time // each value is a heartbeat of one link
	between func()         // what happens between the look at the token and the link
	open    func() int     // connections that the server has
}

func (h *house) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(time.Microsecond)
	return h.now
}

func (h *house) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func newHouse(t testing.TB, engine string) *house {
	t.Helper()
	h := &house{t: t, now: time.Now().UTC().Truncate(time.Second)}
	h.config = store.Config{Folder: t.TempDir(), Now: h.Now, Log: slog.New(slog.DiscardHandler)}
	if engine == storetest.PostgreSQL {
		h.config.DatabaseURL = storetest.PostgresTemplate(t, "live", prepare)
	}
	var err error
	h.keys, _, err = token.OpenKeys(filepath.Join(t.TempDir(), "keys.json"), h.now)
	h.must(err)
	return h
}

func prepare(url string) error {
	s, err := store.Open(context.Background(), store.Config{DatabaseURL: url, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return s.Close(context.Background())
}

// node starts one more node, which ends with the test.
func (h *house) node() *node {
	h.t.Helper()
	s, err := store.Open(context.Background(), h.config)
	h.must(err)
	h.t.Cleanup(func() { _ = s.Close(context.Background()) })
	files, err := blob.OpenFolder(filepath.Join(h.t.TempDir(), "files"))
	h.must(err)
	h.t.Cleanup(func() { _ = files.Close() })
	c, err := core.New(context.Background(), core.Options{
		Store: s, Keys: h.keys, Hasher: password.New(password.Options{Params: password.Params{MemoryKiB: 64, Time: 1, Threads: 1}}),
		Now: h.Now, Log: h.config.Log, Unthrottled: true, PublicURL: "http://muster.example", Blobs: files,
	})
	h.must(err)
	h.t.Cleanup(c.Close)
	n := &node{Core: c, h: h, beat: make(chan time.Time), between: func() {}}
	h.must(c.SetSettings(system(), []muster.Setting{{Name: muster.SettingConfirmation, Value: []byte("false")}}))
	n.hub = New(Options{Core: c, Log: h.config.Log, After: func(time.Duration) <-chan time.Time { return n.beat }})
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan struct{})
	go func() { defer close(ran); n.hub.Run(ctx) }()
	h.t.Cleanup(func() { cancel(); <-ran })
	n.listen()
	return n
}

func (n *node) listen() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	n.h.must(err)
	limited := httpx.Limit(small{l}, httpx.ConnLimits{})
	wire := httpx.Wire{
		Name: "test", NotFound: http.NotFound, MethodNotAllowed: http.NotFound,
		Error: func(w http.ResponseWriter, _ *http.Request, err error) { http.Error(w, err.Error(), http.StatusTeapot) },
	}
	router := httpx.NewRouter(wire, []httpx.Route{httpx.For(muster.ActionOpenLink, "GET", "/link", func(w http.ResponseWriter, r *http.Request) error {
		ctx := muster.WithActor(r.Context(), muster.Actor{Origin: muster.Origin{Wire: "corteza"}})
		ctx, err := n.Authenticator.WithJWT(ctx, r.Header.Get("Authorization"))
		if err != nil {
			return err
		}
		n.between()
		return n.hub.Serve(w, r.WithContext(ctx), r.FormValue("resource"))
	})})
	server := httpx.NewServer(httpx.NewHandler(httpx.Options{}, httpx.Mount("", router)), slog.New(slog.DiscardHandler))
	go func() { _ = server.Serve(limited) }()
	n.h.t.Cleanup(func() { _ = server.Close() })
	n.address, n.open = l.Addr().String(), func() int { return limited.Counts().Open }
}

// small is a listener whose connections take little at once, so that a client who does not read is noticed soon.
type small struct{ net.Listener }

func (s small) Accept() (net.Conn, error) {
	c, err := s.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
	}
	return c, err
}

func system() context.Context { return muster.WithActor(context.Background(), muster.House()) }

func (n *node) join(name string) *core.SignedIn {
	n.h.t.Helper()
	nobody := muster.WithActor(context.Background(), muster.Actor{Origin: muster.Origin{Wire: "corteza", Address: "192.0.2.1"}})
	in, err := n.SignUp(nobody, core.NewAccount{Email: name + "@example.org", Password: pass, Username: name})
	n.h.must(err)
	return in
}

func (n *node) send(to ...string) []muster.ID {
	n.h.t.Helper()
	ids, err := n.SendMessage(system(), core.MessageForm{From: "bob", To: to, Type: "txt", Body: []byte(`{"msg":"hello"}`)})
	n.h.must(err)
	return ids
}

func (n *node) online(user muster.ID) bool {
	n.h.t.Helper()
	online, err := n.ReadStatus(system(), user)
	n.h.must(err)
	return online
}

// A client is connected by a live link.
type client struct {
	t    testing.TB
	conn net.Conn
	res  *http.Response
	read *bufio.Reader
}

// patience is how long a test waits for what has to come within a second.
const patience = 10 * time.Second

// dial asks for a link and answers what came before the first event.
func (n *node) dial(in *core.SignedIn, resource string) *client {
	n.h.t.Helper()
	c, err := n.tryDial(in, resource)
	n.h.must(err)
	return c
}

func (n *node) tryDial(in *core.SignedIn, resource string) (*client, error) {
	jwt, err := n.Authenticator.SignJWT(in)
	if err != nil {
		return nil, err
	}
	conn, err := net.Dial("tcp", n.address)
	if err != nil {
		return nil, err
	}
	c := &client{t: n.h.t, conn: conn, read: bufio.NewReader(conn)}
	n.h.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	if _, err := fmt.Fprintf(conn, "GET /link?resource=%s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n", resource, jwt); err != nil {
		return nil, err
	}
	if c.res, err = http.ReadResponse(c.read, nil); err != nil {
		return nil, err
	}
	c.read = bufio.NewReader(c.res.Body)
	return c, nil
}

// link is dial for who wants to be let in.
func (n *node) link(in *core.SignedIn, resource string) *client {
	n.h.t.Helper()
	c := n.dial(in, resource)
	if c.res.StatusCode != http.StatusOK || c.res.Header.Get("Content-Type") != "text/event-stream" {
		n.h.t.Fatalf("answered %d %v", c.res.StatusCode, c.res.Header)
	}
	if got := c.next(); !strings.HasPrefix(got, `ready {"resource":"`+resource) {
		n.h.t.Fatalf("the first event is %s", got)
	}
	return c
}

// next is the next event, its name and its data, or "end".
func (c *client) next() string {
	c.t.Helper()
	got, err := c.tryNext()
	if err != nil {
		c.t.Fatal(err)
	}
	return got
}

func (c *client) tryNext() (string, error) {
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	var lines []string
	for {
		line, err := c.read.ReadString('\n')
		switch {
		case err == io.EOF && line == "" && lines == nil:
			return "end", nil
		case err != nil:
			return "", err
		}
		if line = strings.TrimSuffix(line, "\n"); line == "" {
			return strings.Join(lines, " "), nil
		}
		lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(line, "event: "), "data: "))
	}
}

// message is the id of the message that comes next.
func (c *client) message() muster.ID {
	c.t.Helper()
	got := c.next()
	_, rest, ok := strings.Cut(got, `message {"id":"`)
	id, _, _ := strings.Cut(rest, `"`)
	n, err := strconv.ParseInt(id, 10, 64)
	if !ok || err != nil {
		c.t.Fatalf("got %s, want a message", got)
	}
	return muster.ID(n)
}

func (c *client) want(events ...string) {
	c.t.Helper()
	for _, want := range events {
		if got := c.next(); got != want {
			c.t.Errorf("got %s, want %s", got, want)
		}
	}
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, condition func() bool) time.Duration {
	t.Helper()
	begun := time.Now()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for time.Since(begun) < patience {
		if condition() {
			return time.Since(begun)
		}
		<-tick.C
	}
	t.Fatalf("%s: not in time", what)
	return 0
}
