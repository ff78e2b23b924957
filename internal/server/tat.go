package server

import (
	"cmp"
	"net/url"
	"strings"

	"muster/internal/dialect/tat"
)

// tatMount is where the wire of Tat is.
const tatMount = "/tat"

func (s *Server) tatOptions(o Options) tat.Options {
	t := s.cfg.Tat
	e := exposedAs(s.publicURL(), tatMount)
	return tat.Options{
		Exposed: tat.Exposed{
			Scheme: cmp.Or(t.Scheme, e.Scheme), Host: cmp.Or(t.Host, e.Host), Port: cmp.Or(t.Port, e.Port), Path: strings.TrimRight(cmp.Or(t.Path, e.Path), "/"),
		},
		AllowedDomains: t.AllowedDomains, UsernameFromEmail: t.UsernameFromEmail, ReserveSystem: t.ReserveSystem, CallbackHosts: t.CallbackHosts, Origins: t.Origins,
		Version: o.Version, Now: o.Now,
	}
}

// exposedAs is how clients reach a mount of a server whose public URL that is.
func exposedAs(public, mount string) tat.Exposed {
	u, err := url.Parse(public)
	if err != nil {
		return tat.Exposed{} // the configuration was checked, and an address of ours can be read
	}
	port := map[string]string{"http": "80", "https": "443"}[u.Scheme]
	return tat.Exposed{
		Scheme: u.Scheme, Host: strings.TrimSuffix(u.Host, ":"+u.Port()), Port: cmp.Or(u.Port(), port), Path: strings.TrimRight(u.Path, "/") + mount,
	}
}
