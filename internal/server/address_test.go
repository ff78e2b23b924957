package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"muster/internal/config"
	"muster/internal/mustertest"
	"muster/internal/store/storetest"
)

// signInVia tries to sign in with a header that says where it comes from, and answers what the client hears.
func signInVia(t *testing.T, s *mustertest.Server, header, value string) string {
	t.Helper()
	r, err := http.NewRequest("POST", s.URL+auth+"internal/login", strings.NewReader(`{"email":"`+mustertest.AdminEmail+`","password":"wrong"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(header, value)
	return s.Nobody().Send(t, r).Error(t)
}

// addresses are those that the audit trail has of the newest events, in what an administrator is shown.
func addresses(t *testing.T, s *mustertest.Server) string {
	t.Helper()
	return string(s.Administrator(t).GET(t, "/corteza/system/actionlog/?limit=50").Body)
}

func proxied(list ...string) mustertest.Option {
	return func(c *config.Config) { c.TrustedProxies = list }
}

// What a client says of his address is believed of listed proxies only, in the log and in the audit trail.
func TestForgedAddress(t *testing.T) {
	for _, c := range []struct {
		name, header, value string
		proxies             []string
		believed            bool
	}{
		{"no proxy is listed", "X-Forwarded-For", "203.0.113.9", nil, false},
		{"another proxy is listed", "X-Forwarded-For", "203.0.113.9", []string{"10.0.0.0/8"}, false},
		{"the proxy is listed", "X-Forwarded-For", "203.0.113.9", []string{"127.0.0.0/8", "::1"}, true},
		{"what a client sent through it", "X-Forwarded-For", "203.0.113.9, 198.51.100.1", []string{"127.0.0.0/8"}, false},
		{"in another header", "Forwarded", "for=203.0.113.9", []string{"127.0.0.0/8"}, false},
		{"in yet another", "X-Real-IP", "203.0.113.9", []string{"127.0.0.0/8"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := mustertest.Start(t, storetest.SQLite, proxied(c.proxies...))
			signInVia(t, s, c.header, c.value)
			if got := s.Log.Contains(`"address":"203.0.113.9"`); got != c.believed {
				t.Errorf("in the log: %v", got)
			}
			if got := strings.Contains(addresses(t, s), "203.0.113.9"); got != c.believed {
				t.Errorf("in the audit trail: %v", got)
			}
		})
	}
}

// Who guesses passwords under a new forged address each time is as slow as under one.
func TestForgedAddressesShareOneThrottle(t *testing.T) {
	s := mustertest.Start(t, storetest.SQLite, func(c *config.Config) { c.Dev = false })
	for i := range 15 {
		signInVia(t, s, "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i))
	}
	metrics := string(s.Nobody().GET(t, "/metrics").Body)
	for _, want := range []string{
		`muster_sign_ins_total{result="bad",wire="corteza"} 10`, `muster_sign_ins_total{result="throttled",wire="corteza"} 5`,
		`muster_throttled_total{limit="account"} 5`,
	} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
