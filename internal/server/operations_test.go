package server_test

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"muster/internal/config"
	"muster/internal/mustertest"
	"muster/internal/obs"
	"muster/internal/store/storetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// busy is a server that has done a bit of everything.
func busy(t *testing.T, engine string, options ...mustertest.Option) *mustertest.Server {
	t.Helper()
	s := mustertest.Start(t, engine, options...)
	admin := s.Administrator(t)
	admin.POST(t, "/corteza/system/users/", `{"email":"ann@example.org"}`)
	s.Nobody().POST(t, "/corteza/system/auth/internal/login", `{"email":"ann@example.org","password":"wrong"}`)
	s.Nobody().GET(t, "/corteza/system/users/")
	s.Nobody().GET(t, "/nothing")
	return s
}

func TestMetrics(t *testing.T) {
	storetest.Each(t, func(t *testing.T, engine string) {
		a := busy(t, engine).Nobody().GET(t, "/metrics")
		if a.Status != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") {
			t.Fatalf("%d %v", a.Status, a.Header)
		}
		for _, want := range []string{
			`muster_requests_total{method="POST",route="/corteza/system/auth/internal/login",status="2xx",wire="corteza"} 2`,
			`muster_requests_total{method="GET",route="",status="4xx",wire="house"} 1`,
			`muster_request_seconds_count{method="POST",route="/corteza/system/users/",wire="corteza"} 1`,
			`muster_requests_running 1`,
			`muster_sign_ins_total{result="good",wire="corteza"} 1`,
			`muster_sign_ins_total{result="bad",wire="corteza"} 1`,
			`muster_refusals_total{kind="unauthenticated",wire="corteza"} `,
			`muster_changes_total{action="user.create"} 1`,
			`muster_throttled_total{limit="account"} 0`,
			`muster_writer_commit_seconds_count `,
			`muster_writer_closures_bucket{le="32"} `,
			`muster_writer_waiting 0`,
			`muster_hasher_waiting 0`,
			`muster_outbox_waiting `,
			`muster_outbox_total{result="sent"} `,
			`muster_sessions_remembered 1`,
			`muster_connections `,
			`muster_follower_age_seconds `,
			`muster_database{engine="` + engine + `"} 1`,
			`go_goroutines `,
		} {
			if !strings.Contains(string(a.Body), "\n"+want) {
				t.Errorf("the metrics lack %s", want)
			}
		}
		if t.Failed() {
			t.Logf("%s", regexp.MustCompile(`(?m)^(#|go_|process_).*\n`).ReplaceAll(a.Body, nil))
		}
	})
}

// What a client writes is in no label.
func TestMetricsAreBounded(t *testing.T) {
	s := mustertest.Start(t, storetest.SQLite)
	for _, path := range []string{"/marker", "/corteza/system/marker/x", "/corteza/system/users/marker", "/?marker"} {
		for _, method := range []string{"GET", "MARKER", "DELETE"} {
			s.Nobody().Do(t, method, path, "")
		}
	}
	if a := s.Nobody().GET(t, "/metrics"); strings.Contains(strings.ToLower(string(a.Body)), "marker") {
		t.Errorf("%s", a.Body)
	}
}

// Without an operations listener the metrics are for programs on this machine; for all others there is nothing.
func TestMetricsOnTheMainListener(t *testing.T) {
	s := mustertest.Start(t, storetest.SQLite, func(c *config.Config) { c.TrustedProxies = []string{"127.0.0.1"} })
	nothing := s.Nobody().GET(t, "/nothing")
	for _, header := range []string{"X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via"} {
		r, err := http.NewRequest("GET", s.URL+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(header, "127.0.0.1")
		if a := s.Nobody().Send(t, r); a.Status != nothing.Status || string(a.Body) != string(nothing.Body) {
			t.Errorf("with %s: %d %s", header, a.Status, a.Body)
		}
	}
	if a := s.Nobody().GET(t, "/debug/pprof/"); a.Status != http.StatusNotFound {
		t.Errorf("profiles: %d", a.Status)
	}
}

func TestOperationsListener(t *testing.T) {
	address := freeAddress(t)
	s := mustertest.Start(t, storetest.SQLite, func(c *config.Config) { c.OpsListen = address })
	if a := s.Nobody().GET(t, "/metrics"); a.Status != http.StatusNotFound {
		t.Errorf("the main listener answers %d", a.Status)
	}
	ops := &mustertest.Client{URL: "http://" + address}
	for path, want := range map[string]int{
		"/metrics": 200, "/debug/pprof/": 200, "/debug/pprof/goroutine?debug=1": 200, "/debug/pprof/heap": 200,
		"/debug/pprof/profile?seconds=1": 200, "/debug/pprof/cmdline": 404, "/debug/pprof/nothing": 404, "/": 404, "/healthz": 404,
		"/corteza/system/auth/": 404,
	} {
		if a := ops.GET(t, path); a.Status != want {
			t.Errorf("%s: %d, want %d: %.100s", path, a.Status, want, a.Body)
		}
	}
	s.Stop()
	if c, err := net.Dial("tcp", address); err == nil {
		c.Close()
		t.Error("the operations listener outlives the server")
	}
}

// freeAddress is where nobody listened a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestMetricsDocument holds the table of docs/ops/metrics.md against the registry.
func TestMetricsDocument(t *testing.T) {
	const path, begin, end = "../../docs/ops/metrics.md", "<!-- from the registry -->\n", "<!-- end -->"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s lacks %q or %q", path, begin, end)
	}
	want := before + begin + metricsTable(mustertest.Start(t, storetest.SQLite).Metrics()) + end + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if string(text) != want {
		t.Errorf("%s is out of date: go test ./internal/server -run MetricsDocument -update", path)
	}
}

func metricsTable(list []obs.Metric) string {
	var b strings.Builder
	b.WriteString("| metric | type | labels | meaning |\n|---|---|---|---|\n")
	for _, m := range list {
		labels := ""
		for i, l := range m.Labels {
			if i > 0 {
				labels += ", "
			}
			labels += "`" + l + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.Name, m.Type, labels, m.Help)
	}
	return b.String()
}
