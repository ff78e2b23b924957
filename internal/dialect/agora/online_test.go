package agora_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"muster"
	"muster/internal/config"
)

// A link is a client who is connected.
type link struct {
	t    *testing.T
	conn net.Conn
	res  *http.Response
	read *bufio.Reader
}

// patience is how long a test waits for what has to come within a second.
const patience = 10 * time.Second

// dial asks for a live link, and answers what came of it.
func (c *client) dial(t *testing.T, path string) *link {
	t.Helper()
	at, err := url.Parse(c.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	l := &link{t: t, conn: conn, read: bufio.NewReader(conn)}
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", at.RequestURI(), c.Token); err != nil {
		t.Fatal(err)
	}
	if l.res, err = http.ReadResponse(l.read, nil); err != nil {
		t.Fatal(err)
	}
	l.read = bufio.NewReader(l.res.Body)
	return l
}

// link opens a live link of the client's own.
func (c *client) link(t *testing.T, name, resource string) *link {
	t.Helper()
	l := c.dial(t, "/sdk/users/"+name+"/link?resource="+resource)
	if l.res.StatusCode != http.StatusOK || l.res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("answered %d %v", l.res.StatusCode, l.res.Header)
	}
	l.want(`ready {"resource":"` + resource + `"}`)
	return l
}

// next is the next event, its name and its data, or "end".
func (l *link) next() string {
	l.t.Helper()
	_ = l.conn.SetReadDeadline(time.Now().Add(patience))
	var lines []string
	for {
		line, err := l.read.ReadString('\n')
		if err != nil {
			if line == "" && lines == nil && !isTimeout(err) {
				return "end"
			}
			l.t.Fatal(err)
		}
		if line = strings.TrimSuffix(line, "\n"); line == "" {
			return strings.Join(lines, " ")
		}
		lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(line, "event: "), "data: "))
	}
}

func isTimeout(err error) bool {
	e, ok := err.(net.Error)
	return ok && e.Timeout()
}

func (l *link) want(events ...string) {
	l.t.Helper()
	for _, want := range events {
		if got := l.next(); got != want {
			l.t.Errorf("got %s, want %s", got, want)
		}
	}
}

// message wants a text to come.
func (l *link) message(id, text string) {
	l.t.Helper()
	if got := l.next(); !strings.HasPrefix(got, `message {"id":"`+id+`"`) || !strings.Contains(got, `"body":{"msg":"`+text+`"}`) {
		l.t.Errorf("got %s, want %s: %s", got, id, text)
	}
}

// send sends a text and answers the id of the message to the first.
func (c *client) send(t *testing.T, text string, to ...string) string {
	t.Helper()
	a := c.POST(t, "/messages/users", map[string]any{"from": "mina", "to": to, "type": "txt", "body": map[string]string{"msg": text}}).ok(t)
	return a.String(t, "data."+to[0])
}

func (h *house) status(t *testing.T, name string) string {
	t.Helper()
	return h.app.GET(t, "/users/"+name+"/status").ok(t).String(t, "data."+name)
}

// TestLink: who has a link is online and gets what is sent to him; who has none finds it when he comes.
func TestLink(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mina, otto := h.user(t, "mina"), h.user(t, "otto")
		away := h.app.send(t, "while you were away", "otto")
		l := mina.link(t, "MINA", "web_ab12")
		if got := h.status(t, "mina") + " " + h.status(t, "otto"); got != "online offline" {
			t.Errorf("they are %s", got)
		}
		if got := mina.GET(t, "/users/mina/status").ok(t).String(t, "data.mina"); got != "online" {
			t.Errorf("mina sees herself %s", got)
		}
		a := h.app.POST(t, "/users/batch/status", `{"usernames":["otto","Mina","mina"]}`).ok(t)
		if got := fmt.Sprint(a.Get(t, "data")); got != "[map[otto:offline] map[Mina:online] map[mina:online]]" {
			t.Errorf("the statuses are %s", got)
		}
		if a := mina.GET(t, "/users/mina/resources").ok(t); a.String(t, "data.0.res") != "web_ab12" || a.String(t, "data.0.device_uuid") == "" {
			t.Errorf("her resources are %s", a.Body)
		}
		hello := h.app.send(t, "hello", "mina", "otto")
		l.message(hello, "hello")
		late := otto.link(t, "otto", "phone")
		late.message(away, "while you were away")
		if got := late.next(); !strings.Contains(got, `"msg":"hello"`) || !strings.Contains(got, `"to":"otto"`) || !strings.Contains(got, `"from":"mina"`) {
			t.Errorf("then came %s", got)
		}
		count := func() string {
			return fmt.Sprint(otto.GET(t, "/users/otto/offline_msg_count").ok(t).Get(t, "data.otto"))
		}
		if got := count(); got != "2" {
			t.Errorf("%s wait", got)
		}
		if got := otto.POST(t, "/sdk/users/otto/link/ack", map[string]any{"ids": []string{away, hello}}).ok(t).Get(t, "data.acked"); fmt.Sprint(got) != "1" {
			t.Errorf("%v acknowledged: the other is mina's", got)
		}
		if got := count(); got != "1" {
			t.Errorf("%s wait", got)
		}
		if got := otto.GET(t, "/users/otto/offline_msg_status/"+away).ok(t).String(t, "data."+away); got != "delivered" {
			t.Errorf("it is %s", got)
		}
	})
}

// TestKicks: what ends a link is told within a second; who was forced offline comes back with the same token, nobody else does.
func TestKicks(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for _, x := range []struct {
			reason string
			again  int
			do     func(name string)
		}{
			{"disconnect", 200, func(n string) { h.app.GET(t, "/users/"+n+"/disconnect").ok(t) }},
			{"disconnect", 200, func(n string) { h.app.POST(t, "/users/"+n+"/disconnect", nil).ok(t) }},
			{"disconnect", 200, func(n string) { h.app.GET(t, "/users/"+n+"/disconnect/phone").ok(t) }},
			{"banned", 401, func(n string) { h.app.POST(t, "/users/"+n+"/deactivate", nil).ok(t) }},
			{"password", 401, func(n string) { h.app.PUT(t, "/users/"+n+"/password", `{"newpassword":"x"}`).ok(t) }},
			{"deleted", 401, func(n string) { h.app.DELETE(t, "/users/"+n).ok(t) }},
			{"deleted", 401, func(string) { h.app.DELETE(t, "/users?limit=100").ok(t) }},
			{"replaced", 200, nil},
		} {
			name := "mina"
			if a := h.app.POST(t, "/users", `{"username":"mina","password":"pw-mina"}`); a.Status != 200 {
				h.app.DELETE(t, "/users/mina").ok(t)
				h.app.register(t, name)
			}
			mina := h.signIn(t, base, name, "pw-mina")
			house := h.showing(signed(t, h.Clock.Now(), name, 600), base) // a token that the application has signed
			l, m := mina.link(t, name, "phone"), house.link(t, name, "house")
			h.Clock.Advance(time.Second) // a signed token of the same second would outlive it
			begun := time.Now()
			if x.do == nil {
				mina.link(t, name, "phone")
			} else {
				x.do(name)
			}
			l.want(`kicked {"reason":"`+x.reason+`"}`, "end")
			if took := time.Since(begun); took > time.Second {
				t.Errorf("%s took %v", x.reason, took)
			}
			if x.again == 401 {
				m.want(`kicked {"reason":"`+x.reason+`"}`, "end")
				if x.reason != "deleted" && h.status(t, name) != "offline" {
					t.Errorf("%s: still online", x.reason)
				}
			}
			if got := mina.dial(t, "/sdk/users/"+name+"/link"); got.res.StatusCode != x.again {
				t.Errorf("%s, and back: %d", x.reason, got.res.StatusCode)
			}
		}
		h.app.GET(t, "/users/nobody/disconnect").fails(t, 404, noResource, "Service resource not found")
		h.app.register(t, "zoe")
		h.app.GET(t, "/users/zoe/disconnect/no%20name").fails(t, 400, illegal, "resource is not legal")
	})
}

// TestBanKeepsMessages: what is sent to somebody who is banned waits until he may come back.
func TestBanKeepsMessages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mina := h.user(t, "mina")
		l := mina.link(t, "mina", "phone")
		h.app.POST(t, "/users/mina/deactivate", nil).ok(t)
		l.want(`kicked {"reason":"banned"}`, "end")
		id := h.app.send(t, "later", "mina")
		h.app.POST(t, "/users/mina/activate", nil).ok(t)
		h.signIn(t, base, "mina", "pw-mina").link(t, "mina", "phone").message(id, "later")
	})
}

func TestLinkRefusals(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mina, otto := h.user(t, "mina"), h.user(t, "otto")
		elsewhere := h.as(t, open)
		elsewhere.register(t, "mina")
		for what, x := range map[string]struct {
			c      *client
			path   string
			status int
		}{
			"nobody":                    {h.nobody(base), "mina/link", 401},
			"the application":           {h.app, "mina/link", 401},
			"somebody else":             {otto, "mina/link", 401},
			"of nobody":                 {otto, "nobody/link", 401},
			"mina of another one":       {h.showing(h.signIn(t, open, "mina", "pw-mina").Token, base), "mina/link", 401},
			"a token that ended":        {h.showing(signed(t, h.Clock.Now().Add(-time.Hour), "mina", 600), base), "mina/link", 401},
			"a resource that is no one": {mina, "mina/link?resource=no%20name", 400},
			"a resource, too long":      {mina, "mina/link?resource=" + strings.Repeat("x", 65), 400},
		} {
			if got := x.c.dial(t, "/sdk/users/"+x.path); got.res.StatusCode != x.status || got.res.Header.Get("Content-Type") != "application/json;charset=UTF-8" {
				t.Errorf("%s: answered %d %v", what, got.res.StatusCode, got.res.Header)
			}
		}
		for i := range muster.MaxLinks {
			mina.link(t, "mina", fmt.Sprint("r", i))
		}
		if got := mina.dial(t, "/sdk/users/mina/link?resource=more"); got.res.StatusCode != 429 {
			t.Errorf("one more than she may have: %d", got.res.StatusCode)
		}
		for _, c := range []*client{h.nobody(base), h.app, otto} {
			c.POST(t, "/sdk/users/mina/link/ack", `{"ids":["1"]}`).fails(t, 401, unauthorized, oauth)
		}
		for _, body := range []string{`{}`, `{"ids":"1"}`, `{"ids":[1]}`, `[]`} {
			mina.POST(t, "/sdk/users/mina/link/ack", body).fails(t, 400, illegal, shape)
		}
		mina.POST(t, "/sdk/users/mina/link/ack", `{"ids":[]}`).fails(t, 400, illegal, "ids is not legal")
		for _, path := range []string{"status", "offline_msg_count", "offline_msg_status/1", "resources"} {
			otto.GET(t, "/users/mina/"+path).fails(t, 401, unauthorized, oauth)
			h.app.GET(t, "/users/nobody/"+path).fails(t, 404, noResource, "Service resource not found")
		}
		otto.GET(t, "/users/otto/disconnect").fails(t, 401, unauthorized, oauth)
		otto.POST(t, "/users/batch/status", `{"usernames":["mina"]}`).fails(t, 401, unauthorized, oauth)
		otto.POST(t, "/messages/users", `{"to":["mina"],"type":"txt","body":{"msg":"x"}}`).fails(t, 401, unauthorized, oauth)
	})
}

// TestMessageErrors: each row of the contract's section 7, and nothing is stored.
func TestMessageErrors(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.app.register(t, "mina")
		before := h.Rows(t)
		many := `"mina"` + strings.Repeat(`,"mina"`, 600)
		for body, want := range map[string]string{
			`{"from":"","to":["mina"],"type":"txt","body":{"msg":"x"}}`:                                              "from can't be empty",
			`{"from":5,"to":["mina"],"type":"txt","body":{"msg":"x"}}`:                                               shape,
			`{"to":[],"type":"txt","body":{"msg":"x"}}`:                                                              "param to exceed limit",
			`{"to":[` + many + `],"type":"txt","body":{"msg":"x"}}`:                                                  "param to exceed limit",
			`{"to":"mina","type":"txt","body":{"msg":"x"}}`:                                                          shape,
			`{"type":"txt","body":{"msg":"x"}}`:                                                                      shape,
			`{"to":["mina"],"type":"text","body":{"msg":"x"}}`:                                                       "type is not legal",
			`{"to":["mina"],"body":{"msg":"x"}}`:                                                                     "type is not legal",
			`{"to":["mina"],"type":"txt","body":"x"}`:                                                                "body is not legal",
			`{"to":["mina"],"type":"txt"}`:                                                                           "body is not legal",
			`{"to":["mina"],"type":"txt","body":{}}`:                                                                 "body is not legal",
			`{"to":["mina"],"type":"cmd","body":{},"ext":null}`:                                                      "ext is not legal",
			`{"to":["mina"],"type":"txt","body":{"msg":"` + strings.Repeat("x", 5100) + `"},"ext":{"kkkkkkkkkk":1}}`: "message is too large",
			`[]`: shape,
		} {
			h.app.POST(t, "/messages/users", body).fails(t, 400, illegal, want)
		}
		for _, kind := range []string{"chatgroups", "chatrooms", "x", ""} {
			h.app.POST(t, "/messages", `{"target_type":"`+kind+`","target":["mina"],"msg":{"type":"txt","msg":"x"}}`).fails(t, 400, illegal, "target_type is users")
		}
		h.app.POST(t, "/messages", `{"target_type":"users","target":["mina"]}`).fails(t, 400, illegal, "type is not legal")
		hundred := strings.Repeat(`"mina",`, 100)
		h.app.POST(t, "/users/batch/status", `{"usernames":[`+hundred+`"mina"]}`).fails(t, 400, illegal, "request body exceeds maximum limit, maximum limit is 100")
		for _, body := range []string{`{"usernames":[]}`, `{}`} {
			h.app.POST(t, "/users/batch/status", body).fails(t, 400, illegal, shape)
		}
		if h.Rows(t) != before {
			t.Error("something was stored")
		}
		if a := h.app.POST(t, "/messages?useMsgId=true", `{"target_type":"users","target":["mina"],"msg":{"type":"txt","msg":"x"}}`).ok(t); len(a.String(t, "data.mina")) < 18 {
			t.Errorf("answered %s", a.Body)
		}
	})
}

// TestMessageFrequency: 6,000 recipients a minute, and no more; another application is not touched.
func TestMessageFrequency(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		other := h.as(t, open)
		to := make([]string, 600)
		for i := range to {
			to[i] = fmt.Sprint("u", i)
		}
		body := map[string]any{"to": to, "type": "cmd", "body": map[string]any{}}
		for range 10 {
			h.app.POST(t, "/messages/users", body).ok(t)
		}
		h.app.POST(t, "/messages/users", `{"to":["a"],"type":"cmd","body":{}}`).fails(t, 403, "exceed_limit", "message send reach limit")
		other.POST(t, "/messages/users", body).ok(t)
		h.Clock.Advance(time.Minute)
		h.app.POST(t, "/messages/users", body).ok(t)
	}, func(c *config.Config) { c.Dev = false })
}

// TestPeopleOnline: an application that is bound to the house shows its people online; what Corteza does to them ends their links,
// and their reminders come by them.
func TestPeopleOnline(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		app, admin := h.as(t, main), h.Administrator(t)
		app.POST(t, "/users", `{"username":"paul","password":"correct-horse"}`).ok(t)
		paul := h.signIn(t, main, "paul", "correct-horse")
		id := admin.GET(t, "/corteza/system/users/?username=paul").String(t, "response.set.0.userID")
		l := paul.link(t, "paul", "phone")
		// Of the house, those whose names are e-mails are nobody to an application.
		sent := app.POST(t, "/messages/users", `{"to":["paul","paul@example.org","admin"],"type":"txt","body":{"msg":"x"}}`).ok(t)
		l.message(sent.String(t, "data.paul"), "x")
		at := h.Clock.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
		made := admin.POST(t, "/corteza/system/reminder/", `{"resource":"a:b:1","assignedTo":"`+id+`","payload":{"title":"Call"},"remindAt":"`+at+`"}`)
		if made.String(t, "response.reminderID") == "" {
			t.Fatalf("no reminder: %s", made.Body)
		}
		if _, err := h.Core.FireReminders(muster.WithActor(context.Background(), muster.House())); err != nil {
			t.Fatal(err)
		}
		if got := l.next(); !strings.HasPrefix(got, `reminder {"id":"`+made.String(t, "response.reminderID")+`"`) || !strings.Contains(got, `"payload":{"title":"Call"}`) {
			t.Errorf("got %s", got)
		}
		admin.POST(t, "/corteza/system/users/"+id+"/suspend", "")
		l.want(`kicked {"reason":"banned"}`, "end")
	})
}

// TestStopTellsClients: a house that stops tells its clients to come back.
func TestStopTellsClients(t *testing.T) {
	one(t, func(t *testing.T, h *house) {
		mina := h.user(t, "mina")
		links := []*link{mina.link(t, "mina", "phone"), mina.link(t, "mina", "web")}
		h.Stop()
		waits := []string{}
		for _, l := range links {
			waits = append(waits, l.next())
			l.want("end")
		}
		if !strings.Contains(waits[0], "retry: ") || slices.Max(waits) == slices.Min(waits) {
			t.Errorf("they were told %q", waits)
		}
	})
}
