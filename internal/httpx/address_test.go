package httpx_test

import (
	"net/http"
	"net/netip"
	"testing"

	"muster/internal/httpx"
)

func TestClientAddress(t *testing.T) {
	for peer, want := range map[string]string{
		"192.0.2.1:80":          "192.0.2.1",
		"[::ffff:192.0.2.1]:80": "192.0.2.1",
		"[2001:db8::1]:80":      "2001:db8::1",
		"[fe80::1%eth0]:80":     "fe80::1",
		"@":                     "invalid IP",
		"":                      "invalid IP",
	} {
		r := &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {"203.0.113.9"}, "Forwarded": {"for=203.0.113.9"}}}
		if got := httpx.ClientAddress(r).String(); got != want {
			t.Errorf("%q: %s", peer, got)
		}
	}
}

func TestAddressKey(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1":            "192.0.2.1/32",
		"::ffff:192.0.2.1":     "192.0.2.1/32",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"fe80::1%eth0":         "fe80::/64",
	} {
		if got := httpx.AddressKey(netip.MustParseAddr(address)).String(); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
	if got := httpx.AddressKey(netip.Addr{}); got != (netip.Prefix{}) {
		t.Errorf("zero: %v", got)
	}
}
