package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
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
			b.Run(engine+"/"+r.name+"/muster", func(b *testing.B) { requests(b, admin.URL+r.path, admin.Token, len(answer)) })
			b.Run(engine+"/"+r.name+"/bare", func(b *testing.B) { requests(b, bare.URL, admin.Token, len(answer)) })
			bare.Close()
		}
		s.Stop()
	}
}

func requests(b *testing.B, url, token string, size int) {
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
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
