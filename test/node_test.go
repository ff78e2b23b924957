package test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The first administrator of the nodes of tests.
const (
	adminEmail    = "admin@example.org"
	adminPassword = "correct-horse"
)

// A house is what nodes are started on, one after the other or several at once.
type house struct {
	bin         string
	dir         string // has the data folder, data, and the logs
	databaseURL string // or "" for SQLite
	env         []string
	config      string // path of a TOML file, or ""
}

func newHouse(t *testing.T, databaseURL string) *house {
	return &house{
		bin: build(t), dir: t.TempDir(), databaseURL: databaseURL,
		env: []string{"MUSTER_ADMIN_EMAIL=" + adminEmail, "MUSTER_ADMIN_PASSWORD=" + adminPassword},
	}
}

// A node is a running "muster serve" in a Go test; stories have the command serve.
type node struct {
	*server
	URL string
	log string // path
}

// launch starts a node without waiting for it. Nodes of one house have different names.
func (h *house) launch(t *testing.T, name string) *node {
	t.Helper()
	args := []string{"serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(h.dir, "data")}
	if h.databaseURL != "" {
		args = append(args, "--database-url", h.databaseURL)
	}
	if h.config != "" {
		args = append([]string{"--config", h.config}, args...)
	}
	cmd := exec.Command(h.bin, args...)
	cmd.Dir = h.dir
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, h.env...)
	cmd.SysProcAttr = dieWithParent()
	n := &node{log: filepath.Join(h.dir, name+".log")}
	var err error
	if n.server, err = start(cmd, n.log, filepath.Join(h.dir, name+".out")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = n.cmd.Process.Kill() // it may have ended
		<-n.ended
		if t.Failed() {
			t.Logf("[%s]\n%s", filepath.Base(n.log), n.logged(t))
		}
	})
	return n
}

// listen waits until the node listens.
func (n *node) listen(t *testing.T) *node {
	t.Helper()
	select {
	case address := <-n.listening:
		n.URL = "http://" + address
	case <-n.ended:
		t.Fatalf("%s ended before it listened: %v", filepath.Base(n.log), n.err)
	case <-time.After(patience):
		t.Fatalf("%s doesn't listen", filepath.Base(n.log))
	}
	return n
}

// stop ends the node by a signal and answers how it ended.
func (n *node) stop(t *testing.T, signal syscall.Signal) error {
	t.Helper()
	if err := n.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	select {
	case <-n.ended:
	case <-time.After(patience):
		t.Fatalf("%s doesn't end", filepath.Base(n.log))
	}
	return n.err
}

func (n *node) logged(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(n.log)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A caller calls Corteza's API at a node, as somebody or as nobody.
type caller struct {
	client *http.Client
	url    string
	token  string
}

func (n *node) caller(token string) *caller {
	return &caller{client: &http.Client{Transport: &http.Transport{}, Timeout: patience}, url: n.URL + "/corteza/system", token: token}
}

// An answer is the body of an answer that is no failure.
type answer []byte

// get picks a value of the answer; "" if there is none.
func (a answer) get(path string) string {
	value, _ := pick(a, path) // where it is missing, the test sees what isn't there
	return value
}

// call sends a request with a JSON body. A refusal is an error with its message, and errGone says that nobody answered.
func (c *caller) call(method, path, body string) (answer, error) {
	req, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := c.client.Do(req)
	if err != nil {
		return nil, errors.Join(errGone, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, errors.Join(errGone, err)
	}
	var refused struct{ Error struct{ Message string } }
	if err := json.Unmarshal(text, &refused); err != nil {
		return nil, err
	}
	if refused.Error.Message != "" {
		return nil, errors.New(refused.Error.Message)
	}
	return text, nil
}

var errGone = errors.New("nobody answers")

// must is call for requests that can't fail.
func (c *caller) must(t *testing.T, method, path, body string) answer {
	t.Helper()
	a, err := c.call(method, path, body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

// signIn answers a caller for somebody who knows his password.
func (n *node) signIn(t *testing.T, email, password string) *caller {
	t.Helper()
	a := n.caller("").must(t, "POST", "/auth/internal/login", `{"email":"`+email+`","password":"`+password+`"}`)
	return n.caller(a.get("response.jwt"))
}

// list answers the elements of a list in an answer.
func list(t *testing.T, c *caller, path, where string) []answer {
	t.Helper()
	var elements []json.RawMessage
	if err := json.Unmarshal([]byte(c.must(t, "GET", path, "").get(where)), &elements); err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
	answers := make([]answer, len(elements))
	for i, element := range elements {
		answers[i] = answer(element)
	}
	return answers
}

// metaOf answers the details of an entry of the action log. Their names have dots in them.
func metaOf(entry answer) map[string]string {
	var values map[string]json.RawMessage
	_ = json.Unmarshal([]byte(entry.get("meta")), &values) // where it is none, the test sees what isn't there
	texts := make(map[string]string, len(values))
	for name, value := range values {
		texts[name] = strings.Trim(string(value), `"`)
	}
	return texts
}
