package httpx

import (
	"net/http"
	"net/netip"
)

// ClientAddress is the address of the peer, without port and zone, an IPv4 address inside IPv6 as IPv4. Headers such as
// X-Forwarded-For are ignored: anybody can write them. It is the zero Addr for a peer without one.
func ClientAddress(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return peer.Addr().Unmap().WithZone("")
}

// AddressKey is what a limit per address counts by: the whole IPv4 address, and of IPv6 the first 64 bits, because whoever
// has one such address has all of that network. It is the zero Prefix for the zero Addr, so that all peers without an
// address share one.
func AddressKey(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := 64
	if a.Is4() {
		bits = 32
	}
	key, _ := a.Prefix(bits) // fails for the zero Addr only
	return key
}
