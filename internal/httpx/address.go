package httpx

import (
	"net/http"
	"net/netip"
)

// ClientAddress is the address that a request came from, without port and zone, an IPv4 address inside IPv6 as IPv4. It is
// the peer's, unless the peer is one of [Options].Proxies: then it is the one that the proxy names (see [Proxies]). Any other
// header that tells of addresses is ignored: anybody can write them. It is the zero Addr for a peer without one.
func ClientAddress(r *http.Request) netip.Addr {
	if x := exchangeFrom(r.Context()); x != nil {
		return x.address
	}
	return peerAddress(r.RemoteAddr)
}

// Local reports whether a request came straight from a program on this machine: from a loopback address, and by no proxy
// that says it is one.
func Local(r *http.Request) bool {
	if x := exchangeFrom(r.Context()); x != nil {
		return x.local
	}
	return local(r)
}

// Secure reports whether the client came by TLS, as far as is known: straight, by a proxy that is believed and says https, or
// because the public URL is https. A cookie set in answer to such a request is for TLS only.
func Secure(r *http.Request) bool {
	if x := exchangeFrom(r.Context()); x != nil {
		return x.secure
	}
	return r.TLS != nil
}

func local(r *http.Request) bool {
	return peerAddress(r.RemoteAddr).IsLoopback() && !forwarded(r.Header)
}

func peerAddress(hostPort string) netip.Addr {
	peer, err := netip.ParseAddrPort(hostPort)
	if err != nil {
		return netip.Addr{}
	}
	return plain(peer.Addr())
}

// plain is the address without zone, and as IPv4 if it is one inside IPv6.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// AddressKey is what a limit per address counts by: the whole IPv4 address, and of IPv6 the first 64 bits, because whoever
// has one such address has all of that network. It is the zero Prefix for the zero Addr, so that all peers without an
// address share one.
func AddressKey(a netip.Addr) netip.Prefix {
	a = plain(a)
	bits := 64
	if a.Is4() {
		bits = 32
	}
	key, _ := a.Prefix(bits) // fails for the zero Addr only
	return key
}
