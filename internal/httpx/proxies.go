package httpx

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks of the proxies that are believed. Each of them adds the address of who called it at the right of
// X-Forwarded-For; what stands further left, a client may have written himself. So the client is the right-most address
// there that is no proxy's; where all are, it is the left-most. A header that can't be read up to there names nobody, and the
// client is the peer then. X-Forwarded-Proto is read likewise, for [Secure]. Forwarded, X-Real-IP and all others never count, not even from a proxy: one that doesn't know them
// passes on what the client wrote.
type Proxies []netip.Prefix

// Contain reports whether the address is a proxy's.
func (p Proxies) Contain(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(a) })
}

// client is the address of the client of a request that came from the peer.
func (p Proxies) client(peer netip.Addr, h http.Header) netip.Addr {
	if !p.Contain(peer) {
		return peer
	}
	client := netip.Addr{}
	for _, line := range slices.Backward(h["X-Forwarded-For"]) {
		for more := true; more; {
			var entry string
			line, entry, more = cutLast(line)
			a, ok := forwardedAddress(entry)
			if !ok {
				return peer
			}
			if client = a; !p.Contain(a) {
				return client
			}
		}
	}
	if !client.IsValid() {
		return peer // the proxy names nobody
	}
	return client
}

// https reports whether the peer is a proxy that says it was called by TLS: the last word of X-Forwarded-Proto is its own.
func (p Proxies) https(peer netip.Addr, h http.Header) bool {
	lines := h["X-Forwarded-Proto"]
	if len(lines) == 0 || !p.Contain(peer) {
		return false
	}
	_, last, _ := cutLast(lines[len(lines)-1])
	return strings.EqualFold(strings.Trim(last, " \t"), "https")
}

// cutLast cuts a list at its last comma.
func cutLast(list string) (before, last string, more bool) {
	i := strings.LastIndexByte(list, ',')
	if i < 0 {
		return "", list, false
	}
	return list[:i], list[i+1:], true
}

// forwardedAddress reads one entry: an address, with or without a port, IPv6 with or without brackets.
func forwardedAddress(entry string) (netip.Addr, bool) {
	entry = strings.Trim(entry, " \t")
	if a, err := netip.ParseAddrPort(entry); err == nil {
		return plain(a.Addr()), true
	}
	if inside, ok := strings.CutPrefix(entry, "["); ok {
		if entry, ok = strings.CutSuffix(inside, "]"); !ok {
			return netip.Addr{}, false
		}
	}
	a, err := netip.ParseAddr(entry)
	return plain(a), err == nil
}

// forwarded reports whether a proxy says that it passed the request on.
func forwarded(h http.Header) bool {
	for name := range h {
		if name == "Via" || hearsay(name) {
			return true
		}
	}
	return false
}

// hearsay reports whether a header, by its canonical name, tells what only a proxy can know. NewHandler takes these off each
// request when it knows the client's address, so that no façade believes them.
func hearsay(name string) bool {
	switch name {
	case "Forwarded", "X-Real-Ip", "X-Remote-User", "X-Client-Ip", "True-Client-Ip", "X-Cluster-Client-Ip":
		return true
	}
	return strings.HasPrefix(name, "X-Forwarded-")
}

// dropHearsay takes off what nobody may believe, and what is too long to be looked at.
func dropHearsay(h http.Header) {
	for name, values := range h {
		if hearsay(name) || name == "Accept-Language" && tooLong(values, LanguageLimit) {
			delete(h, name)
		}
	}
}

func tooLong(values []string, limit int) bool {
	n := 0
	for _, v := range values {
		n += len(v)
	}
	return n > limit
}
