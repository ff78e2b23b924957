package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"muster/internal/store/storetest"
)

// TestKillMessages kills the server while messages are sent and acknowledged. What was said to be sent waits, unless it was said to
// be acknowledged: that has gone for good.
func TestKillMessages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		url := ""
		if engine == storetest.PostgreSQL {
			url = storetest.Postgres(t, storetest.Durable)
		}
		h := newHouse(t, url)
		h.config = filepath.Join(h.dir, "muster.toml")
		text := "[[agora.app]]\norg = \"acme\"\nname = \"chat\"\nclient_id = \"chat\"\nclient_secret = \"sixteen bytes or more\"\nlimits = { \"*\" = -1 }\n"
		if err := os.WriteFile(h.config, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		n := h.launch(t, "round-0").listen(t)
		app := &chat{url: n.URL + "/agora/acme/chat"}
		app.token = app.must(t, "POST", "/token", `{"grant_type":"client_credentials","client_id":"chat","client_secret":"sixteen bytes or more"}`)["access_token"].(string)
		const people = 8
		users := make([]*chat, people)
		for i := range users {
			users[i] = &chat{url: app.url, token: app.must(t, "POST", "/token", fmt.Sprintf(`{"grant_type":"inherit","username":"u%d","autoCreateUser":true}`, i))["access_token"].(string)}
		}
		var queue promised
		var count atomic.Int64
		var all sync.WaitGroup
		for i, u := range users {
			all.Go(func() { queue.fill(t, app, u, fmt.Sprint("u", i), n, &count) })
		}
		all.Wait()
		<-n.ended
		n = h.launch(t, "round-1").listen(t)
		app.url = n.URL + "/agora/acme/chat"
		for id, user := range queue.waits {
			if got := app.state(t, user, id); got != "undelivered" {
				t.Errorf("a message to %s is lost: %s", user, got)
			}
		}
		for id, user := range queue.gone {
			if got := app.state(t, user, id); got != "delivered" {
				t.Errorf("a message to %s has come back: %s", user, got)
			}
		}
		if len(queue.waits) == 0 || len(queue.gone) == 0 {
			t.Errorf("%d wait, %d have gone: too few to tell anything", len(queue.waits), len(queue.gone))
		}
		t.Logf("%d wait, %d have gone", len(queue.waits), len(queue.gone))
	})
}

// promised are the messages of which the server has said what became of them, with the user they were sent to.
type promised struct {
	mu          sync.Mutex
	waits, gone map[string]string
}

// fill sends messages and acknowledges every other one, until the server is killed: by whoever sends the 300th.
func (p *promised) fill(t *testing.T, app, user *chat, name string, n *node, count *atomic.Int64) {
	for k := 0; ; k++ {
		a, err := app.try("POST", "/messages/users", fmt.Sprintf(`{"to":[%q],"type":"txt","body":{"msg":"%d"}}`, name, k))
		if err != nil {
			return
		}
		id := a["data"].(map[string]any)[name].(string)
		p.note(&p.waits, id, name)
		if count.Add(1) == 300 {
			if err := n.cmd.Process.Signal(syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}
		if k%2 == 0 {
			continue
		}
		p.drop(id) // if the answer is lost, nobody knows
		if _, err := user.try("POST", "/sdk/users/"+name+"/link/ack", fmt.Sprintf(`{"ids":[%q]}`, id)); err != nil {
			return
		}
		p.note(&p.gone, id, name)
	}
}

func (p *promised) note(to *map[string]string, id, user string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if *to == nil {
		*to = map[string]string{}
	}
	(*to)[id] = user
}

func (p *promised) drop(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.waits, id)
}

// A chat calls an application of Agora Chat.
type chat struct{ url, token string }

func (c *chat) try(method, path, body string) (map[string]any, error) {
	req, err := http.NewRequest(method, c.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %v", res.Status, answer)
	}
	return answer, nil
}

func (c *chat) must(t *testing.T, method, path, body string) map[string]any {
	t.Helper()
	answer, err := c.try(method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func (c *chat) state(t *testing.T, user, id string) string {
	t.Helper()
	return fmt.Sprint(c.must(t, "GET", "/users/"+user+"/offline_msg_status/"+id, "")["data"].(map[string]any)[id])
}
