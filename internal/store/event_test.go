package store

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"muster"
)

func TestEventIsKeptWhole(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		const largest = muster.ID(math.MaxInt64)
		e := &muster.Event{
			Realm: muster.MainRealm, Actor: largest, Behind: 3, Session: 4,
			Origin: muster.Origin{Wire: "tat", Address: "2001:db8::1", Agent: "\u00fc <x>", RequestID: "r"},
			Action: "user.update", Resource: muster.UserResource(largest - 1), Related: largest - 2,
			Changes: map[string]any{"group.id": largest, "name": "\u0000 <ö>", "ok": true},
			Kind:    muster.Conflict, Code: "taken", Field: "name", Count: 7,
		}
		write(t, s, func(tx *Tx) error { return tx.AppendEvent(e) })
		want := *e
		want.Changes = map[string]any{"group.id": json.Number("9223372036854775807"), "name": "\u0000 <ö>", "ok": true}
		got := must(read(t, s).Events(muster.MainRealm, muster.EventFilter{}))(t)
		if diff := cmp.Diff([]*muster.Event{&want}, got); diff != "" || e.ID.Node() != s.Node() || !e.At.Equal(e.ID.Time()) {
			t.Errorf("%v at %v: %s", e.ID, e.At, diff)
		}
	})
}

func TestLongChangesAreCut(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		write(t, s, func(tx *Tx) error {
			return tx.AppendEvent(&muster.Event{Realm: muster.MainRealm, Changes: map[string]any{"a": strings.Repeat("x", maxChanges)}})
		})
		got := must(read(t, s).Events(muster.MainRealm, muster.EventFilter{}))(t)
		if diff := cmp.Diff(map[string]any{"truncated": true}, got[0].Changes); diff != "" {
			t.Error(diff)
		}
	})
}

func TestEventIsFinal(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		write(t, s, func(tx *Tx) error { return tx.AppendEvent(&muster.Event{Realm: muster.MainRealm, Count: 1}) })
		err := s.Write(t.Context(), func(tx *Tx) error { return tx.run(`UPDATE event SET count = 2`) }, nil)
		if err == nil || !strings.Contains(err.Error(), "final") {
			t.Errorf("changing an event gave %v", err)
		}
		if got := must(read(t, s).Events(muster.MainRealm, muster.EventFilter{}))(t); got[0].Count != 1 {
			t.Error("an event was changed")
		}
	})
}

func TestChangesOfANode(t *testing.T) {
	each(t, func(t *testing.T, s *Store) {
		if last := must(read(t, s).LastEventOf(s.Node()))(t); last != 0 {
			t.Errorf("an empty trail ends with %v", last)
		}
		var want []Change
		for i := range 3 {
			e := &muster.Event{Realm: muster.MainRealm, Action: "group.member-add", Resource: muster.GroupResource(2), Related: muster.ID(i)}
			write(t, s, func(tx *Tx) error { return tx.AppendEvent(e) })
			want = append(want, Change{e.ID, e.Action, e.Resource, e.Related})
		}
		if diff := cmp.Diff(want[1:], must(read(t, s).ChangesOf(s.Node(), want[0].ID))(t)); diff != "" {
			t.Error(diff)
		}
		if last := must(read(t, s).LastEventOf(s.Node()))(t); last != want[2].ID {
			t.Errorf("the last event is %v", last)
		}
		if got := must(read(t, s).ChangesOf(s.Node()+1, 0))(t); len(got) != 0 {
			t.Errorf("another node has %v", got)
		}
	})
}
