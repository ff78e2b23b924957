package tat_test

import (
	"strings"
	"testing"

	"muster/internal/dialect/dialecttest"
	"muster/internal/store/storetest"
)

// TestRecorded replays exchanges as Tat's own client makes them: its headers, its bodies with members that nobody asked for, and
// the one status that it wants.
func TestRecorded(t *testing.T) {
	t.Run("first session", func(t *testing.T) {
		storetest.Each(t, func(t *testing.T, engine string) { empty(t, engine).player().Play(t, "testdata/first-session.txt") })
	})
	for _, name := range []string{"administration", "topics", "kept", "groups", "presences"} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, engine string) {
				h := newHouse(t, engine)
				h.player().Play(t, "testdata/"+name+".txt")
			})
		})
	}
}

// player has the password of ada as a value, if there is one; it makes further accounts by "do join NAME", whose passwords are
// called after the last part of the name, and reads a mail by "do mail NAME VALUE SUBJECT".
func (h *house) player() *dialecttest.Player {
	p := &dialecttest.Player{URL: h.URL + base, Values: map[string]string{"nothing": "x"}}
	if h.admin != nil {
		p.Values["ada"] = h.admin.password
	}
	p.Do = map[string]func(*testing.T, []string){
		"join": func(t *testing.T, args []string) {
			p.Values[args[0][strings.LastIndexByte(args[0], '.')+1:]] = h.join(t, args[0]).password
		},
		"mail": func(t *testing.T, args []string) {
			m := h.mail(t, args[0])
			if p.Values[args[1]] = tokenPattern.FindString(m.HTML); m.Subject() != strings.Join(args[2:], " ") {
				t.Errorf("subject %q", m.Subject())
			}
		},
	}
	return p
}
