package tat_test

import (
	"testing"

	"muster/internal/dialect/dialecttest"
	"muster/internal/store/storetest"
)

// TestRecorded replays exchanges as Tat's own client makes them: its headers, its bodies with members that nobody asked for, and
// the one status that it wants.
func TestRecorded(t *testing.T) {
	for _, name := range []string{"topics", "kept", "groups", "presences"} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, engine string) {
				h := newHouse(t, engine)
				h.player().Play(t, "testdata/"+name+".txt")
			})
		})
	}
}

// player has the password of ada as a value, and makes further accounts by "do join NAME".
func (h *house) player() *dialecttest.Player {
	p := &dialecttest.Player{URL: h.URL + base, Values: map[string]string{"ada": h.admin.password}}
	p.Do = map[string]func(*testing.T, []string){
		"join": func(t *testing.T, args []string) { p.Values[args[0]] = h.join(t, args[0]).password },
	}
	return p
}
