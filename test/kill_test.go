package test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"muster/internal/store/storetest"
)

// The size of the kill test. Each round ends a server in the middle of writes, and the next begins on what it left.
const (
	killRounds  = 3
	killWriters = 16
	killAfter   = 250 // acknowledged writes
)

// TestKill kills the server while clients write as fast as they can. Nothing that was acknowledged may be lost, and
// nothing may be half done.
func TestKill(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		url := ""
		if engine == storetest.PostgreSQL {
			url = storetest.Postgres(t, storetest.Durable)
		}
		h := newHouse(t, url)
		var all promises
		n := h.launch(t, "round-0").listen(t)
		admin := n.signIn(t, adminEmail, adminPassword)
		role := admin.must(t, "POST", "/roles/", `{"name":"Crowd","handle":"crowd"}`).get("response.roleID")
		for round := range killRounds {
			writeUntilKilled(t, n, admin.token, role, round, &all)
			n = h.launch(t, fmt.Sprintf("round-%d", round+1)).listen(t)
			all.check(t, n.caller(admin.token), role) // the session outlived the server, too
		}
		if err := n.stop(t, syscall.SIGTERM); err != nil {
			t.Errorf("the last server ended with %v", err)
		}
		checkWhole(t, h)
		t.Logf("%d people, %d renamed, %d put into the role", len(all.people), len(all.renamed), len(all.members))
	})
}

// promises are the writes that a server acknowledged.
type promises struct {
	mu      sync.Mutex
	people  map[string]string   // e-mail by id
	renamed map[string][]string // names by id, in order; the last one may not have been acknowledged
	members map[string]bool
}

func (p *promises) made(id, email string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.people == nil {
		p.people, p.renamed, p.members = map[string]string{}, map[string][]string{}, map[string]bool{}
	}
	p.people[id] = email
}

func (p *promises) join(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.members[id] = true
}

// naming notes a name before it is asked for, since it may be there without having been acknowledged.
func (p *promises) rename(id, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.renamed[id] = append(p.renamed[id], name)
}

func writeUntilKilled(t *testing.T, n *node, token, role string, round int, all *promises) {
	t.Helper()
	var acknowledged atomic.Int64
	enough := make(chan struct{})
	count := func() {
		if acknowledged.Add(1) == killAfter {
			close(enough)
		}
	}
	var writers sync.WaitGroup
	for i := range killWriters {
		writers.Go(func() {
			w := &writer{caller: n.caller(token), role: role, all: all, count: count}
			for k := 0; ; k++ {
				err := w.write(fmt.Sprintf("r%d-w%d-n%d", round, i, k))
				if errors.Is(err, errGone) {
					return
				}
				if err != nil {
					t.Errorf("a write was refused: %v", err)
					return
				}
			}
		})
	}
	finished := make(chan struct{})
	go func() { writers.Wait(); close(finished) }()
	select {
	case <-enough:
	case <-finished: // all were refused
	}
	if err := n.stop(t, syscall.SIGKILL); err == nil {
		t.Error("the killed server ended well")
	}
	<-finished
}

// A writer is one client.
type writer struct {
	*caller
	role  string
	all   *promises
	count func()
}

// write makes a person, renames him twice and puts him into the role.
func (w *writer) write(name string) error {
	email := name + "@example.org"
	a, err := w.call("POST", "/users/", `{"email":"`+email+`","name":"`+name+`"}`)
	if err != nil {
		return err
	}
	id, handle := a.get("response.userID"), a.get("response.handle")
	w.all.made(id, email)
	w.count()
	for _, new := range []string{name + " once", name + " twice"} {
		w.all.rename(id, new)
		if _, err := w.call("PUT", "/users/"+id, `{"email":"`+email+`","handle":"`+handle+`","name":"`+new+`"}`); err != nil {
			return err
		}
		w.all.rename(id, new) // twice in a row: acknowledged
		w.count()
	}
	if _, err := w.call("POST", "/roles/"+w.role+"/member/"+id, ""); err != nil {
		return err
	}
	w.all.join(id)
	w.count()
	return nil
}

// check looks for all that was acknowledged by any server so far.
func (p *promises) check(t *testing.T, c *caller, role string) {
	t.Helper()
	people := map[string]answer{}
	for _, a := range list(t, c, "/users/", "response.set") {
		people[a.get("userID")] = a
	}
	members := c.must(t, "GET", "/roles/"+role+"/members", "").get("response")
	events := eventsOf(t, c)
	for id, email := range p.people {
		a, there := people[id]
		if !there || a.get("email") != email || a.get("handle") == "" {
			t.Errorf("%s was acknowledged and is now %q", email, a)
		}
		if !events["create "+id] {
			t.Errorf("%s was made, and no event says so", email)
		}
		p.checkName(t, id, a.get("name"), events)
		if p.members[id] && (!strings.Contains(members, `"`+id+`"`) || !events["memberAdd "+id]) {
			t.Errorf("%s was put into the role and is not in it, or no event says so", email)
		}
	}
	for id := range people {
		if got := c.must(t, "GET", "/users/"+id, "").get("response.userID"); got != id {
			t.Errorf("user %s is listed and can't be read", id)
		}
	}
}

// checkName: a name is the last that was acknowledged, or the one that was asked for after it.
func (p *promises) checkName(t *testing.T, id, name string, events map[string]bool) {
	t.Helper()
	asked := p.renamed[id]
	if len(asked) == 0 {
		return
	}
	last := asked[len(asked)-1]
	acknowledged := len(asked)%2 == 0
	switch {
	case name == last && !events["update "+id+" "+last]:
		t.Errorf("user %s was renamed, and no event says so", id)
	case name != last && acknowledged:
		t.Errorf("user %s is called %q after %q was acknowledged", id, name, last)
	case name != last && len(asked) > 1 && name != asked[len(asked)-2]:
		t.Errorf("user %s is called %q after %q was acknowledged", id, name, asked[len(asked)-2])
	}
}

// eventsOf answers what the action log says: an action, the user that it is about, and his new name.
func eventsOf(t *testing.T, c *caller) map[string]bool {
	t.Helper()
	events := map[string]bool{}
	for _, e := range list(t, c, "/actionlog/", "response.set") {
		if e.get("error") != "" {
			continue
		}
		switch action := e.get("action"); action {
		case "create":
			events[action+" "+metaOf(e)["new.ID"]] = true
		case "update":
			events[action+" "+metaOf(e)["user.ID"]+" "+metaOf(e)["update.name"]] = true
		case "memberAdd":
			events[action+" "+metaOf(e)["member.ID"]] = true
		}
	}
	return events
}

// checkWhole asks the database itself for what is half there. No server runs.
func checkWhole(t *testing.T, h *house) {
	t.Helper()
	db, err := openDatabase(h.dir, h.databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	none(t, db, "users who can't sign in by e-mail", `SELECT u.email FROM "user" u
		WHERE NOT EXISTS (SELECT 1 FROM signin_name s WHERE s.user_id = u.id AND s.key = u.email_key)`)
	none(t, db, "users without a second sign-in name", `SELECT u.email FROM "user" u
		WHERE (SELECT count(*) FROM signin_name s WHERE s.user_id = u.id) <> 2`)
	none(t, db, "sign-in names of nobody", `SELECT s.key FROM signin_name s
		WHERE NOT EXISTS (SELECT 1 FROM "user" u WHERE u.id = s.user_id)`)
	none(t, db, "users without a handle", `SELECT email FROM "user" WHERE handle_key = ''`)
	none(t, db, "users whom no event made", `SELECT u.email FROM "user" u WHERE NOT EXISTS
		(SELECT 1 FROM event e WHERE e.subject = u.id AND e.action IN ('user.create', 'user.first-administrator') AND e.kind = '')`)
	none(t, db, "events that made nobody", `SELECT e.changes FROM event e WHERE e.action = 'user.create' AND e.kind = ''
		AND NOT EXISTS (SELECT 1 FROM "user" u WHERE u.id = e.subject)`)
	none(t, db, "members whom no event added", `SELECT u.email FROM member m JOIN "user" u ON u.id = m.user_id
		WHERE m.group_id > 2 AND NOT EXISTS (SELECT 1 FROM event e WHERE e.action = 'group.member-add' AND e.related = m.user_id AND e.subject = m.group_id)`)
	none(t, db, "users changed without an event", `SELECT u.email FROM "user" u WHERE u.version - 1 <>
		(SELECT count(*) FROM event e WHERE e.subject = u.id AND e.action = 'user.update' AND e.kind = '')`)
}
