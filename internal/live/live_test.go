package live

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"muster"
	"muster/internal/core"
	"muster/internal/store/storetest"
)

func each(t *testing.T, f func(t *testing.T, n *node)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, engine string) { f(t, newHouse(t, engine).node()) })
}

// What waits comes first, oldest first, then what is sent; what is not acknowledged comes again.
func TestMessages(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ann := n.join("ann")
		first, second := n.send("ann", "nobody")[0], n.send("ann")[0]
		c := n.link(ann, "phone")
		if got := c.next(); got != fmt.Sprintf(`message {"id":"%d","from":"bob","to":"ann","type":"txt","body":{"msg":"hello"},"timestamp":%d}`, first, first.Time().UnixMilli()) {
			t.Errorf("got %s", got)
		}
		if got := c.message(); got != second {
			t.Errorf("the second is %d, want %d", got, second)
		}
		ids, err := n.SendMessage(system(), core.MessageForm{From: "<a>\"\n", To: []string{"ANN"}, Type: "cmd", Body: []byte(`{}`), Ext: []byte(`{ "k": "\n" }`)})
		if err == nil {
			t.Errorf("a sender with a line break: %v", ids)
		}
		ids, err = n.SendMessage(system(), core.MessageForm{From: `<a>"`, To: []string{"ANN"}, Type: "cmd", Body: []byte("{\n}"), Ext: []byte(`{ "k": "\n" }`)})
		n.h.must(err)
		if got := c.next(); got != fmt.Sprintf(`message {"id":"%d","from":"\u003ca\u003e\"","to":"ann","type":"cmd","body":{},"ext":{"k":"\n"},"timestamp":%d}`, ids[0], ids[0].Time().UnixMilli()) {
			t.Errorf("got %s", got)
		}
		ctx, err := n.Authenticator.WithJWT(muster.WithActor(t.Context(), muster.Actor{Origin: muster.Origin{Wire: "corteza"}}), jwt(t, n, ann))
		n.h.must(err)
		if acked, err := n.AcknowledgeMessages(ctx, []muster.ID{first, ids[0]}); acked != 2 || err != nil {
			t.Errorf("%d acknowledged %v", acked, err)
		}
		again := n.link(ann, "web")
		third := n.send("ann")[0]
		if a, b := again.message(), again.message(); a != second || b != third {
			t.Errorf("on the next link: %d %d, want %d %d", a, b, second, third)
		}
		if got := c.message(); got != third {
			t.Errorf("on the first link: %d", got)
		}
		eventually(t, "six were pushed", func() bool { return n.hub.Stats().Pushed == 6 })
	})
}

func jwt(t *testing.T, n *node, in *core.SignedIn) string {
	t.Helper()
	text, err := n.Authenticator.SignJWT(in)
	n.h.must(err)
	return text
}

// TestNoGapNoRepeat: whoever connects while messages are sent gets each of them once on each link.
func TestNoGapNoRepeat(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		ann := n.join("ann")
		const count = 120
		ids := make(chan muster.ID, count)
		var sending sync.WaitGroup
		for range 3 {
			sending.Go(func() {
				for range count / 3 {
					sent, err := n.SendMessage(system(), core.MessageForm{From: "bob", To: []string{"ann"}, Type: "txt", Body: []byte(`{"msg":"x"}`)})
					if err != nil {
						t.Error(err)
						return
					}
					ids <- sent[0]
				}
			})
		}
		got := make([][]muster.ID, 8)
		var reading sync.WaitGroup
		for i := range got {
			reading.Go(func() {
				c, err := n.tryDial(ann, fmt.Sprint("r", i))
				if err != nil {
					t.Error(err)
					return
				}
				for len(got[i]) < count {
					event, err := c.tryNext()
					if err != nil {
						t.Errorf("link %d after %d: %v", i, len(got[i]), err)
						return
					}
					var id int64
					if _, err := fmt.Sscanf(event, `message {"id":"%d"`, &id); err == nil {
						got[i] = append(got[i], muster.ID(id))
					}
				}
			})
		}
		sending.Wait()
		reading.Wait()
		close(ids)
		var want []muster.ID
		for id := range ids {
			want = append(want, id)
		}
		slices.Sort(want)
		for i := range got {
			if slices.Sort(got[i]); !slices.Equal(got[i], want) {
				t.Errorf("link %d has %d of %d messages, or not each once", i, len(got[i]), len(want))
			}
		}
	})
}

// What ends a link is told, with the reason, within a second, and the user is offline then.
func TestKicks(t *testing.T) {
	each(t, func(t *testing.T, n *node) {
		n.join("admin")
		for _, x := range []struct {
			reason string
			do     func(*core.SignedIn) error
		}{
			{"banned", func(in *core.SignedIn) error { return n.SuspendUser(system(), in.User.ID) }},
			{"deleted", func(in *core.SignedIn) error { return n.DeleteUser(system(), in.User.ID) }},
			{"password", func(in *core.SignedIn) error { return n.SetPassword(system(), in.User.ID, "battery-staple") }},
			{"disconnect", func(in *core.SignedIn) error { return n.DisconnectUser(system(), in.User.ID, "") }},
			{"replaced", func(in *core.SignedIn) error { n.link(in, "phone"); return nil }},
		} {
			in := n.join(x.reason)
			c := n.link(in, "phone")
			begun := time.Now()
			n.h.must(x.do(in))
			c.want(`kicked {"reason":"`+x.reason+`"}`, "end")
			if took := time.Since(begun); took > time.Second {
				t.Errorf("%s took %v", x.reason, took)
			}
			if want := x.reason == "replaced"; x.reason != "deleted" && n.online(in.User.ID) != want {
				t.Errorf("%s: online is %v", x.reason, !want)
			}
			if got := n.hub.Stats().Ended[x.reason]; got != 1 {
				t.Errorf("%d have ended so", got)
			}
		}
	})
}

// Of several links one is ended, and what concerns others, or changes nothing that a link lives on, ends none.
func TestKickOfOne(t *testing.T) {
	n := newHouse(t, storetest.SQLite).node()
	n.join("admin")
	ann, bob := n.join("ann"), n.join("bob")
	phone, web, others := n.link(ann, "phone"), n.link(ann, "web"), n.link(bob, "phone")
	n.h.must(n.DisconnectUser(system(), ann.User.ID, "phone"))
	phone.want(`kicked {"reason":"disconnect"}`, "end")
	_, err := n.UpdateUser(system(), ann.User.ID, core.Profile{Email: ann.User.Email, Name: "Ann"})
	n.h.must(err)
	n.h.must(n.DisconnectUser(system(), ann.User.ID, "tablet"))
	id := n.send("ann", "bob")
	if web.message() != id[0] || others.message() != id[1] {
		t.Error("the wrong messages came")
	}
}

func TestRefusals(t *testing.T) {
	n := newHouse(t, storetest.SQLite).node()
	ann := n.join("ann")
	if c := n.dial(ann, "no%20name"); c.res.StatusCode != 418 {
		t.Errorf("a bad resource: %d", c.res.StatusCode)
	}
	for i := range muster.MaxLinks {
		n.link(ann, fmt.Sprint("r", i))
	}
	if c := n.dial(ann, "more"); c.res.StatusCode != 418 {
		t.Errorf("one more than a user may have: %d", c.res.StatusCode)
	}
	n.link(ann, "r1")
	bob := n.join("bob")
	n.between = func() { n.h.must(n.SuspendUser(system(), bob.User.ID)) }
	if c := n.dial(bob, "phone"); c.res.StatusCode != 418 {
		t.Errorf("locked out at the last moment: %d", c.res.StatusCode)
	}
	if n.hub.linked(bob.User.ID) {
		t.Error("he has a link")
	}
}

// A link says now and then that it is there, and notices a session that has run out.
func TestHeartbeat(t *testing.T) {
	n := newHouse(t, storetest.SQLite).node()
	c := n.link(n.join("ann"), "phone")
	for range 3 {
		n.beat <- time.Now()
		c.want(":")
	}
	n.h.advance(91 * 24 * time.Hour)
	n.beat <- time.Now()
	c.want(":", `kicked {"reason":"disconnect"}`, "end")
}

func TestReminders(t *testing.T) {
	n := newHouse(t, storetest.SQLite).node()
	ann, bob := n.join("ann"), n.join("bob")
	c, other := n.link(ann, "phone"), n.link(bob, "phone")
	m, err := n.CreateReminder(system(), core.ReminderForm{Resource: "a:b:1", AssignedTo: ann.User.ID, RemindAt: n.h.Now(), Payload: []byte(`{"title": "Call"}`)})
	n.h.must(err)
	_, err = n.FireReminders(system())
	n.h.must(err)
	c.want(fmt.Sprintf(`reminder {"id":"%d","resource":"a:b:1","payload":{"title":"Call"},"timestamp":%d}`, m.ID, m.RemindAt.UnixMilli()))
	id := n.send("bob")[0]
	if other.message() != id {
		t.Error("bob got something else")
	}
}

// Whoever does not read is cut, and finds in his inbox what he has missed.
func TestSlowReader(t *testing.T) {
	n := newHouse(t, storetest.SQLite).node()
	ann := n.join("ann")
	n.link(ann, "phone")
	large := core.MessageForm{From: "bob", To: []string{"ann"}, Type: "txt", Body: fmt.Appendf(nil, `{"msg":%q}`, strings.Repeat("x", 5000))}
	for sent := 0; n.online(ann.User.ID); sent++ {
		if sent > 5000 {
			t.Fatal("5,000 messages, and he is not cut")
		}
		_, err := n.SendMessage(system(), large)
		n.h.must(err)
	}
	eventually(t, "the connection is closed", func() bool { return n.hub.Stats().Ended["slow"] == 1 && n.open() == 0 })
	if got := n.link(ann, "web").message(); got == 0 {
		t.Error("nothing is left")
	}
}

func TestStop(t *testing.T) {
	n := newHouse(t, storetest.SQLite).node()
	ann := n.join("ann")
	c, d := n.link(ann, "phone"), n.link(ann, "web")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	n.hub.Stop(ctx)
	for _, c := range []*client{c, d} {
		var wait int
		if got := c.next(); !strings.HasPrefix(got, ": ") {
			t.Errorf("got %s", got)
		} else if _, err := fmt.Sscanf(got[strings.Index(got, "retry"):], "retry: %d", &wait); err != nil || wait < 1000 || wait > 5000 {
			t.Errorf("got %s: %v", got, err)
		}
		c.want("end")
	}
	if ctx.Err() != nil || n.hub.Stats().Ended["stop"] != 2 || n.online(ann.User.ID) {
		t.Errorf("after the stop: %v %+v", ctx.Err(), n.hub.Stats())
	}
	if c := n.dial(ann, "phone"); c.res.StatusCode != 418 {
		t.Errorf("a link to a house that stops: %d", c.res.StatusCode)
	}
}

// TestVanish: a thousand clients who connect and vanish leave nothing behind.
func TestVanish(t *testing.T) {
	clients := 1000
	if testing.Short() {
		clients = 100
	}
	each(t, func(t *testing.T, n *node) {
		var people []*core.SignedIn
		for i := range 50 {
			people = append(people, n.join(fmt.Sprint("u", i)))
		}
		n.link(people[0], "warm").conn.Close()
		eventually(t, "nobody", func() bool { return n.Links.Count() == 0 && n.open() == 0 })
		before := runtime.NumGoroutine()
		for i := 0; i < clients; {
			var some []*client
			for ; len(some) < 100; i++ {
				some = append(some, n.link(people[i%len(people)], fmt.Sprint("r", i/len(people)%16)))
			}
			begun := time.Now()
			for _, c := range some {
				c.conn.Close()
			}
			eventually(t, "nobody", func() bool { return n.Links.Count() == 0 })
			if took := time.Since(begun); took > 2*time.Second {
				t.Errorf("to notice it took %v", took)
			}
		}
		eventually(t, "no connection", func() bool { return n.open() == 0 })
		eventually(t, "no goroutine", func() bool { return runtime.NumGoroutine() <= before })
		n.hub.mu.Lock()
		defer n.hub.mu.Unlock()
		if len(n.hub.links) != 0 || n.online(people[3].User.ID) {
			t.Errorf("left are %d users", len(n.hub.links))
		}
	})
}

// TestNodes: what is sent, ended and replaced on one node reaches links of another.
func TestNodes(t *testing.T) {
	h := newHouse(t, storetest.PostgreSQL)
	here, there := h.node(), h.node()
	here.join("admin")
	ann := here.join("ann")
	c := here.link(ann, "phone")
	within := func(what string, begun time.Time) {
		t.Helper()
		if took := time.Since(begun); took > 1500*time.Millisecond {
			t.Errorf("%s took %v", what, took)
		}
	}
	begun := time.Now()
	id := there.send("ann")[0]
	if got := c.message(); got != id {
		t.Errorf("got %d, want %d", got, id)
	}
	within("a message", begun)
	begun = time.Now()
	other := there.link(ann, "phone")
	if got := other.message(); got != id {
		t.Errorf("on the other node: got %d, want %d", got, id)
	}
	c.want(`kicked {"reason":"replaced"}`, "end")
	within("the end", begun)
	// The message that the inbox had is not pushed once more when the news of it come.
	second := here.send("ann")[0]
	if got := other.message(); got != second {
		t.Errorf("got %d, want %d", got, second)
	}
	begun = time.Now()
	h.must(here.SuspendUser(system(), ann.User.ID))
	other.want(`kicked {"reason":"banned"}`, "end")
	within("the ban", begun)
}
