package test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The size of the measurement of live links.
const (
	benchLinks     = 10_000
	benchOpeners   = 32
	benchDelivered = 500
	benchSettle    = 40 * time.Second // two heartbeats and what the collector needs
	benchDrive     = 5 * time.Second
	benchDrivers   = 16
)

// BenchmarkLinks measures live links on the embedded default: server and clients are processes of their own. It reports
// what memory each link takes (resident, when they are open and after a while), how long a message takes to who is online while all
// are open, and states of a hundred users beside a bare handler.
//
//	go test ./test -run '^$' -bench Links -benchtime 1x -timeout 20m
func BenchmarkLinks(b *testing.B) {
	m := startMeasured(b)
	m.people()
	before := m.resident()
	m.open()
	opened := m.resident()
	b.ReportMetric(float64(opened-before)/1024/benchLinks, "KiB/link")
	time.Sleep(benchSettle)
	b.ReportMetric(float64(m.resident()-before)/1024/benchLinks, "KiB/link-later")
	took := m.deliver()
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
	m.states()
}

type measured struct {
	*testing.B
	bin    string
	n      *server
	at     string // HOST:PORT
	app    string // its token
	tokens [benchLinks]string
	links  [benchLinks]net.Conn
}

func startMeasured(b *testing.B) *measured {
	b.Helper()
	bin, dir := build(b), b.TempDir()
	config := filepath.Join(dir, "muster.toml")
	text := "[[agora.app]]\norg = \"acme\"\nname = \"chat\"\nclient_id = \"chat\"\nclient_secret = \"sixteen bytes or more\"\nlimits = { \"*\" = -1 }\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	m := &measured{B: b, bin: bin}
	m.n, m.at = m.start(exec.Command(bin, "--config", config, "serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data")), dir, "muster")
	m.app = m.ask("POST", "/token", "", `{"grant_type":"client_credentials","client_id":"chat","client_secret":"sixteen bytes or more"}`)["access_token"].(string)
	return m
}

func (m *measured) start(cmd *exec.Cmd, dir, name string) (*server, string) {
	m.Helper()
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = dieWithParent()
	n, err := start(cmd, filepath.Join(dir, name+".log"), filepath.Join(dir, name+".out"))
	if err != nil {
		m.Fatal(err)
	}
	m.Cleanup(func() {
		_ = n.cmd.Process.Kill()
		<-n.ended
	})
	select {
	case at := <-n.listening:
		return n, at
	case <-time.After(patience):
		m.Fatal("it doesn't listen")
	}
	return nil, ""
}

var measuring = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: benchOpeners}, Timeout: patience}

// ask sends a request to the application.
func (m *measured) ask(method, path, token, body string) map[string]any {
	m.Helper()
	req, err := http.NewRequest(method, "http://"+m.at+"/agora/acme/chat"+path, strings.NewReader(body))
	if err != nil {
		m.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := measuring.Do(req)
	if err != nil {
		m.Fatal(err)
	}
	defer res.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusOK {
		m.Fatal(res.Status, answer, err)
	}
	return answer
}

// eachLink does something for each link, many at once.
func (m *measured) eachLink(f func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range benchOpeners {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < benchLinks; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	all.Wait()
}

// people makes users without passwords, for whom the application vouches.
func (m *measured) people() {
	m.eachLink(func(i int) {
		a := m.ask("POST", "/token", m.app, fmt.Sprintf(`{"grant_type":"inherit","username":"u%d","autoCreateUser":true}`, i))
		m.tokens[i] = a["access_token"].(string)
	})
}

// open opens a link for each.
func (m *measured) open() {
	begun := time.Now()
	m.eachLink(func(i int) {
		conn, err := net.Dial("tcp", m.at)
		if err != nil {
			m.Error(err)
			return
		}
		m.links[i] = conn
		m.Cleanup(func() { _ = conn.Close() })
		_, err = fmt.Fprintf(conn, "GET /agora/acme/chat/sdk/users/u%d/link?resource=bench HTTP/1.1\r\nHost: x\r\nUser-Agent: bench\r\nAuthorization: Bearer %s\r\n\r\n", i, m.tokens[i])
		if err == nil {
			err = await(conn, "event: ready")
		}
		if err != nil {
			m.Error(err)
		}
	})
	m.ReportMetric(benchLinks/time.Since(begun).Seconds(), "links/s")
}

// await reads a connection until the text has come.
func await(conn net.Conn, text string) error {
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	var got []byte
	chunk := make([]byte, 4096)
	for !bytes.Contains(got, []byte(text)) {
		n, err := conn.Read(chunk)
		if err != nil {
			return fmt.Errorf("%w after %q", err, got)
		}
		got = append(got, chunk[:n]...)
	}
	return nil
}

// deliver sends messages to people who are online, one after the other, and answers how long each took from the sender to the
// recipient, in order.
func (m *measured) deliver() (took []time.Duration) {
	for k := range benchDelivered {
		i := k * (benchLinks / benchDelivered)
		sent := make(chan struct{})
		begun := time.Now()
		go func() {
			defer close(sent)
			m.ask("POST", "/messages/users", m.app, fmt.Sprintf(`{"from":"bench","to":["u%d"],"type":"txt","body":{"msg":"Marker-%d"}}`, i, k))
		}()
		if err := await(m.links[i], fmt.Sprintf("Marker-%d", k)); err != nil {
			m.Fatal(err)
		}
		took = append(took, time.Since(begun))
		<-sent
	}
	slices.Sort(took)
	return took
}

// states asks for the states of a hundred users, and then a bare handler for the same bytes.
func (m *measured) states() {
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprintf("%q", fmt.Sprint("u", i*(benchLinks/100))))
	}
	body := `{"usernames":[` + strings.Join(names, ",") + `]}`
	request := fmt.Sprintf("POST /agora/acme/chat/users/batch/status HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", m.app, len(body), body)
	conn, err := net.Dial("tcp", m.at)
	if err != nil {
		m.Fatal(err)
	}
	defer conn.Close()
	answer, err := exchange(conn, bufio.NewReader(conn), request)
	if err != nil || !bytes.Contains(answer, []byte(`{"u0":"online"}`)) {
		m.Fatalf("%s %v", answer, err)
	}
	ours, cpu := m.drive(m.n, m.at, request)
	bare := exec.Command(m.bin, "bench-bare")
	bare.Stdin = bytes.NewReader(answer)
	n, at := m.start(bare, m.TempDir(), "bare")
	theirs, least := m.drive(n, at, request)
	m.ReportMetric(ours, "states/s")
	m.ReportMetric(theirs, "bare/s")
	m.ReportMetric(float64(cpu.Microseconds()), "states-cpu-µs")
	m.ReportMetric(float64(least.Microseconds()), "bare-cpu-µs")
}

// drive sends a request over and over, and answers how many were answered in a second, and what each took of the server's
// processors.
func (m *measured) drive(n *server, at, request string) (perSecond float64, cpu time.Duration) {
	var count atomic.Int64
	var all sync.WaitGroup
	before, begun := worked(m.B, n), time.Now()
	for range benchDrivers {
		all.Go(func() {
			conn, err := net.Dial("tcp", at)
			if err != nil {
				m.Error(err)
				return
			}
			defer conn.Close()
			for read := bufio.NewReader(conn); time.Since(begun) < benchDrive; count.Add(1) {
				if _, err := exchange(conn, read, request); err != nil {
					m.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return float64(count.Load()) / time.Since(begun).Seconds(), (worked(m.B, n) - before) / time.Duration(count.Load())
}

func exchange(conn net.Conn, read *bufio.Reader, request string) ([]byte, error) {
	if _, err := io.WriteString(conn, request); err != nil {
		return nil, err
	}
	res, err := http.ReadResponse(read, nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return io.ReadAll(res.Body)
}

// resident is what the server has in memory, in bytes.
func (m *measured) resident() int64 {
	m.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.n.cmd.Process.Pid))
	if err != nil {
		m.Fatal(err)
	}
	var kib int64
	_, after, _ := strings.Cut(string(text), "VmRSS:")
	if _, err := fmt.Sscanf(after, "%d kB", &kib); err != nil {
		m.Fatal(err)
	}
	return kib << 10
}

// worked is how long the processors have worked for a process.
func worked(b *testing.B, n *server) time.Duration {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", n.cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	var user, system int64
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		b.Fatal(err)
	}
	return time.Duration(user+system) * (time.Second / 100)
}
