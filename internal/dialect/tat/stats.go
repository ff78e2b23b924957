package tat

import (
	"net/http"
	"os"
	"strings"
	"time"
)

// counted is what there is (contract, 5.4). Muster keeps no messages.
type counted struct {
	moment
	Groups    int `json:"groups"`
	Messages  int `json:"messages"`
	Presences int `json:"presences"`
	Topics    int `json:"topics"`
	Users     int `json:"users"`
}

// moment says when an answer was true, and of what.
type moment struct {
	Date      int64  `json:"date"`
	DateHuman string `json:"dateHuman"`
	Version   string `json:"version"`
}

func (f *facade) moment() moment {
	now := f.options.Now().UTC()
	return moment{now.Unix(), now.Format(time.RFC3339), f.options.Version}
}

func (f *facade) countAll(r *http.Request, _ none) (any, error) {
	s, err := f.core.ReadStatistics(r.Context())
	if err != nil {
		return nil, err
	}
	// The group of everybody is not shown on this wire.
	return counted{f.moment(), s.Groups.Valid - 1, 0, s.Presences, s.Topics, s.Users.Valid}, nil
}

// instance tells which process answers. Its network addresses are nobody's business but the operator's.
func (f *facade) instance(r *http.Request, _ none) (any, error) {
	if _, err := f.core.ReadStatistics(r.Context()); err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	return struct {
		moment
		Hostname string `json:"hostname"`
		IPs      string `json:"ips"`
	}{f.moment(), host, strings.TrimSpace(f.options.Exposed.Host)}, nil
}

// cache answers what clients expect of a cache that nobody has to look after.
func cache(*http.Request, none) (any, error) {
	return struct {
		Output string  `json:"output"`
		Error  *string `json:"error"`
	}{"nothing to do: what is remembered is forgotten when it changes", nil}, nil
}
