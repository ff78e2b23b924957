package config

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// Proxies are the networks of TrustedProxies. A [Config] from Load has no illegal ones.
func (c *Config) Proxies() []netip.Prefix {
	list, _ := c.proxies()
	return list
}

func (c *Config) proxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range c.TrustedProxies {
		text = strings.TrimSpace(text)
		if text == "" {
			continue // the comma at the end of a list
		}
		p, err := network(text)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q is neither an address nor a network (hint: 10.0.0.7 or 10.0.0.0/8, with a comma between two)", text)
		}
		if p.Bits() == 0 {
			return nil, fmt.Errorf("trusted proxy %q is the whole world, and everybody could say where he comes from (hint: name the proxies, or their network)", text)
		}
		list = append(list, p.Masked())
	}
	return list, nil
}

// network reads an address or a network; IPv4 inside IPv6 is IPv4.
func network(text string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(text); err == nil {
		a = a.Unmap().WithZone("")
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err == nil && p.Addr().Is4In6() {
		if p.Bits() < 96 {
			return p, fmt.Errorf("half of it is not IPv4")
		}
		p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p, err
}

// isLoopback reports whether text is HOST:PORT of this machine alone.
func isLoopback(text string) bool {
	host, _, err := net.SplitHostPort(text)
	if err != nil || !isAddress(text) {
		return false
	}
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}
