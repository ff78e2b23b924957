package test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"muster/internal/store/storetest"
)

// behind is how long a node may go on trusting what another one has changed.
const behind = time.Second

// TestTwoNodes starts two nodes at once on one empty database.
func TestTwoNodes(t *testing.T) {
	h := newHouse(t, storetest.Postgres(t))
	h.env = append(h.env, "MUSTER_KEYS_FILE="+filepath.Join(h.dir, "keys", "shared.json"))
	a, b := h.launch(t, "a"), h.launch(t, "b")
	a.listen(t)
	b.listen(t)

	t.Run("one makes the administrator", func(t *testing.T) {
		if made := strings.Count(a.logged(t)+b.logged(t), "first administrator made"); made != 1 {
			t.Errorf("%d nodes say that they made him", made)
		}
		if users := list(t, a.signIn(t, adminEmail, adminPassword), "/users/", "response.set"); len(users) != 1 {
			t.Errorf("there are %d users", len(users))
		}
	})
	t.Run("each has a number of its own", func(t *testing.T) {
		if one, other := number(t, a), number(t, b); one == other {
			t.Errorf("both are node %s", one)
		}
	})
	t.Run("a token of one is good at the other", func(t *testing.T) {
		b.caller(a.signIn(t, adminEmail, adminPassword).token).must(t, "GET", "/auth/check", "")
	})
	t.Run("who signs out here is refused there", func(t *testing.T) {
		here := a.signIn(t, adminEmail, adminPassword)
		there := b.caller(here.token)
		there.must(t, "GET", "/auth/check", "") // now the node remembers the session
		here.must(t, "GET", "/auth/logout", "")
		refusedSoon(t, there, "/auth/check")
	})
	t.Run("who is suspended here is refused there", func(t *testing.T) { suspendAcross(t, a, b) })
	t.Run("a role given here counts there", func(t *testing.T) { promoteAcross(t, a, b) })
	t.Run("both write", func(t *testing.T) { writeOnBoth(t, a, b) })

	for _, n := range []*node{a, b} {
		if err := n.stop(t, syscall.SIGTERM); err != nil {
			t.Errorf("%s ended with %v", filepath.Base(n.log), err)
		}
	}
}

// number is the node's number, as it logs it.
func number(t *testing.T, n *node) string {
	t.Helper()
	found := regexp.MustCompile(`"msg":"listening".*"node":(\d+)`).FindStringSubmatch(n.logged(t))
	if found == nil {
		t.Fatal("the log names no node number")
	}
	return found[1]
}

// refusedSoon fails if a request that begins a second after a change is still let through.
func refusedSoon(t *testing.T, c *caller, path string) {
	t.Helper()
	for changed := time.Now(); ; {
		late := time.Since(changed) > behind
		if _, err := c.call("GET", path, ""); err != nil {
			return
		}
		if late {
			t.Fatal("a second later the other node still lets him in")
		}
	}
}

// newPerson makes somebody with a password and answers his id.
func newPerson(t *testing.T, admin *caller, email, password string) string {
	t.Helper()
	id := admin.must(t, "POST", "/users/", `{"email":"`+email+`"}`).get("response.userID")
	admin.must(t, "POST", "/users/"+id+"/password", `{"password":"`+password+`"}`)
	return id
}

func suspendAcross(t *testing.T, a, b *node) {
	admin := a.signIn(t, adminEmail, adminPassword)
	id := newPerson(t, admin, "sue@example.org", "sue-has-a-secret")
	sue := b.signIn(t, "sue@example.org", "sue-has-a-secret")
	sue.must(t, "GET", "/auth/check", "")
	admin.must(t, "POST", "/users/"+id+"/suspend", "")
	refusedSoon(t, sue, "/auth/check")
}

func promoteAcross(t *testing.T, a, b *node) {
	admin := a.signIn(t, adminEmail, adminPassword)
	id := newPerson(t, admin, "pat@example.org", "pat-has-a-secret")
	pat := b.signIn(t, "pat@example.org", "pat-has-a-secret")
	if _, err := pat.call("GET", "/actionlog/", ""); err == nil {
		t.Fatal("anybody can read the log")
	}
	admin.must(t, "POST", "/roles/2/member/"+id, "")
	for changed := time.Now(); ; {
		late := time.Since(changed) > behind
		if _, err := pat.call("GET", "/actionlog/", ""); err == nil {
			break
		} else if late {
			t.Fatalf("a second later the other node still says %q", err)
		}
	}
	admin.must(t, "DELETE", "/roles/2/member/"+id, "")
	refusedSoon(t, pat, "/actionlog/")
}

// writeOnBoth has clients of both nodes write at once, all into one role: their transactions meet.
func writeOnBoth(t *testing.T, a, b *node) {
	const clients, each = 4, 15
	token := a.signIn(t, adminEmail, adminPassword).token
	role := a.caller(token).must(t, "POST", "/roles/", `{"name":"Both","handle":"both"}`).get("response.roleID")
	ids := make([][]string, 2*clients)
	var writers sync.WaitGroup
	for i := range ids {
		writers.Go(func() {
			c := []*node{a, b}[i%2].caller(token)
			for k := range each {
				made, err := c.call("POST", "/users/", fmt.Sprintf(`{"email":"both-%d-%d@example.org"}`, i, k))
				if err == nil {
					ids[i] = append(ids[i], made.get("response.userID"))
					_, err = c.call("POST", "/roles/"+role+"/member/"+made.get("response.userID"), "")
				}
				if err != nil {
					t.Errorf("writing on both: %v", err)
					return
				}
			}
		})
	}
	writers.Wait()
	made := slices.Sorted(slices.Values(slices.Concat(ids...)))
	if distinct := slices.Compact(slices.Clone(made)); len(distinct) != len(made) {
		t.Errorf("%d users have %d ids", len(made), len(distinct))
	}
	for _, n := range []*node{a, b} {
		if members := n.caller(token).must(t, "GET", "/roles/"+role+"/members", "").get("response.#"); members != fmt.Sprint(2*clients*each) {
			t.Errorf("%s says that %s are in the role", filepath.Base(n.log), members)
		}
	}
}
