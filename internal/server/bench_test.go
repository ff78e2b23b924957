package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"muster/internal/mustertest"
	"muster/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// BenchmarkRequests compares requests over loopback with those of a bare net/http handler that answers the same bytes, in one
// run: client and server share the process, so cpu-µs/op counts both, and the difference to bare is what Muster costs.
func BenchmarkRequests(b *testing.B) {
	for _, engine := range storetest.Engines(b) {
		s := mustertest.Start(b, engine)
		admin := s.Administrator(b)
		id := admin.GET(b, "/corteza/system/auth/check").String(b, "response.user.userID")
		for i := range 200 {
			admin.POST(b, "/corteza/system/users/", fmt.Sprintf(`{"email":"u%d@example.org","name":"User %d","handle":"user%d"}`, i, i, i))
		}
		for _, r := range []struct{ name, path string }{
			{"token-check", "/corteza/system/auth/check"}, // and a new token
			{"user-by-id", "/corteza/system/users/" + id},
			{"page-of-50", "/corteza/system/users/?limit=50&offset=50"},
		} {
			answer := admin.GET(b, r.path).Body
			bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.Write(answer)
			}))
			token := http.Header{"Authorization": {"Bearer " + admin.Token}}
			b.Run(engine+"/"+r.name+"/muster", func(b *testing.B) { requests(b, admin.URL+r.path, token, len(answer)) })
			b.Run(engine+"/"+r.name+"/bare", func(b *testing.B) { requests(b, bare.URL, token, len(answer)) })
			bare.Close()
		}
		keyRequests(b, engine, s)
		s.Stop()
	}
}

// keyRequests is a request that shows a key, so that each is authenticated anew.
func keyRequests(b *testing.B, engine string, s *mustertest.Server) {
	name, password, _ := strings.Cut(enterTat(b, s, "admin"), " ")
	key := http.Header{"Tat_username": {name}, "Tat_password": {password}}
	answer := tatAsking{asking{b, &mustertest.Client{URL: s.URL, Token: name + " " + password}}}.send("GET", "/user/me", nil).Body
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Write(answer)
	}))
	defer bare.Close()
	b.Run(engine+"/tat-me/muster", func(b *testing.B) { requests(b, s.URL+"/tat/user/me", key, len(answer)) })
	b.Run(engine+"/tat-me/bare", func(b *testing.B) { requests(b, bare.URL, key, len(answer)) })
}

func requests(b *testing.B, url string, header http.Header, size int) {
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header = header
	var body bytes.Buffer
	b.ReportAllocs()
	before := cpu(b)
	for b.Loop() {
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			b.Fatal(err)
		}
		body.Reset()
		if _, err := io.Copy(&body, res.Body); err != nil || body.Len() != size {
			b.Fatalf("%d bytes, %v: %s", body.Len(), err, body.Bytes())
		}
		res.Body.Close()
	}
	b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

// cpu is the time that the processors have worked for this process.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
