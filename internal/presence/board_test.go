package presence

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	start = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	room  = Place{"topic", 1}
	hall  = Place{"topic", 2}
)

func seen(person int64, place Place, status string, after time.Duration) Sighting {
	at := start.Add(after)
	return Sighting{Key{1, person, place}, status, at, at.Add(time.Hour)}
}

func board(list ...Sighting) *Board {
	b := New(Options{Most: 100, Places: 10, Journal: true})
	for _, s := range list {
		b.Put(s)
	}
	return b
}

// persons are who a query finds, in order.
func persons(b *Board, q Query) []int64 {
	q.Realm = 1
	if q.Now.IsZero() {
		q.Now = start
	}
	found := []int64{}
	list, _ := b.List(q)
	for _, s := range list {
		found = append(found, s.Person)
	}
	return found
}

func TestNewerReplacesOlder(t *testing.T) {
	b := board(seen(7, room, "online", 0), seen(7, room, "busy", time.Second), seen(7, room, "late", 0))
	if got, _ := b.List(Query{Realm: 1, Now: start}); len(got) != 1 || got[0].Status != "busy" || b.Len() != 1 {
		t.Errorf("got %+v", got)
	}
	b.Put(seen(7, room, "", time.Second/2)) // an older farewell
	if b.Len() != 1 {
		t.Error("an older one took it away")
	}
	b.Put(seen(7, room, "", 2*time.Second))
	b.Learn([]Sighting{seen(7, room, "online", time.Second)})
	if got, _ := b.List(Query{Realm: 1, Now: start}); len(got) != 0 || b.Len() != 0 {
		t.Errorf("after it was taken away: %+v", got)
	}
}

func TestQueries(t *testing.T) {
	b := board(seen(1, room, "online", 0), seen(2, room, "busy", time.Second), seen(2, hall, "online", 2*time.Second), seen(3, hall, "offline", 3*time.Second))
	b.Put(Sighting{Key{2, 9, room}, "online", start, start.Add(time.Hour)}) // of another realm
	for name, x := range map[string]struct {
		q    Query
		want []int64
	}{
		"all":               {Query{}, []int64{3, 2, 2, 1}},
		"a place":           {Query{Place: room}, []int64{2, 1}},
		"people":            {Query{People: []int64{1, 2}}, []int64{2, 2, 1}},
		"people, a place":   {Query{People: []int64{1, 2}, Place: hall}, []int64{2}},
		"nobody":            {Query{People: []int64{}}, []int64{}},
		"since":             {Query{Since: start.Add(time.Second)}, []int64{3, 2, 2}},
		"kept":              {Query{Keep: func(s Sighting) bool { return s.Status == "online" }}, []int64{2, 1}},
		"a part":            {Query{Offset: 1, Limit: 2}, []int64{2, 2}},
		"a part of a place": {Query{Place: room, Offset: 1, Limit: 2}, []int64{1}},
		"at the end":        {Query{Now: start.Add(time.Hour + time.Second)}, []int64{3, 2}},
	} {
		if got := persons(b, x.q); !slices.Equal(got, x.want) {
			t.Errorf("%s: got %v", name, got)
		}
	}
	if part, total := b.List(Query{Realm: 1, Now: start, Limit: 1}); len(part) != 1 || total != 4 {
		t.Errorf("one of all: %d of %d", len(part), total)
	}
	if part, total := b.List(Query{Realm: 1, Now: start, Place: room, Limit: 1}); len(part) != 1 || total != 2 {
		t.Errorf("one of a place: %d of %d", len(part), total)
	}
	b.ForgetPerson(2)
	b.ForgetPlace(hall)
	if got := persons(b, Query{}); !slices.Equal(got, []int64{1}) {
		t.Errorf("after forgetting: %v", got)
	}
}

func TestJournal(t *testing.T) {
	b := board(seen(1, room, "online", 0), seen(1, room, "busy", time.Second), seen(2, room, "online", 0))
	b.Learn([]Sighting{seen(3, room, "online", 0)})
	b.Put(seen(2, room, "", time.Second))
	first := b.TakeJournal(1)
	rest := b.TakeJournal(100)
	taken := append(first, rest...)
	slices.SortFunc(taken, func(x, y Sighting) int { return int(x.Person - y.Person) })
	if len(first) != 1 || len(taken) != 2 || taken[0].Status != "busy" || taken[1].Status != "" {
		t.Errorf("took %+v", taken)
	}
	b.Put(seen(1, room, "offline", 2*time.Second))
	b.GiveBack(taken)
	again := b.TakeJournal(100)
	slices.SortFunc(again, func(x, y Sighting) int { return int(x.Person - y.Person) })
	if len(again) != 2 || again[0].Status != "offline" {
		t.Errorf("after giving back: %+v", again)
	}
	other := New(Options{Most: 100, Places: 10})
	other.Learn(again)
	if got := persons(other, Query{}); !slices.Equal(got, []int64{1}) {
		t.Errorf("the other knows %v", got)
	}
}

// TestBounds: whatever is put, the board keeps to its bounds, its indexes agree, and what was put last is there.
func TestBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Options{Most: rapid.IntRange(1, 8).Draw(t, "most"), Places: rapid.IntRange(1, 4).Draw(t, "places"), Journal: rapid.Bool().Draw(t, "journal")}
		b := New(o)
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			s := seen(rapid.Int64Range(1, 5).Draw(t, "person"), Place{"topic", rapid.Int64Range(1, 6).Draw(t, "place")}, "online", time.Duration(i)*time.Minute)
			late := s
			late.Person, late.At = 6, start.Add(time.Duration(rapid.IntRange(0, i).Draw(t, "late"))*time.Minute-time.Second)
			b.Learn([]Sighting{late})
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				s.Status = ""
				b.Put(s)
			case 1:
				b.ForgetPerson(s.Person)
			case 2:
				b.ForgetPlace(s.Place)
			default:
				b.Put(s)
				if got, _ := b.List(Query{Realm: 1, People: []int64{s.Person}, Place: s.Place, Now: s.At}); len(got) != 1 || got[0] != s {
					t.Fatalf("put %+v, got %+v", s, got)
				}
			}
			for e := b.order.Front(); e != nil && e.Next() != nil; e = e.Next() {
				if e.Value.(*Sighting).At.Before(e.Next().Value.(*Sighting).At) {
					t.Fatal("out of order")
				}
			}
			byPerson, byPlace := 0, 0
			for _, places := range b.people {
				byPerson += len(places)
				if len(places) > o.Places || len(places) == 0 {
					t.Fatalf("somebody is at %d places", len(places))
				}
			}
			for _, people := range b.places {
				byPlace += len(people)
			}
			if n := b.Len(); n > o.Most || n != byPerson || n != byPlace || n != b.order.Len() || len(b.journal) > o.Most || !o.Journal && len(b.journal) > 0 {
				t.Fatalf("%d on the board, %d and %d in its indexes, %d in order, %d in the journal", n, byPerson, byPlace, b.order.Len(), len(b.journal))
			}
		}
	})
}

func BenchmarkPut(b *testing.B) {
	x := New(Options{Most: 100_000, Places: 100, Journal: true})
	b.ReportAllocs()
	for i := range b.N {
		x.Put(seen(int64(i%50_000), Place{"topic", int64(i % 500)}, "online", time.Duration(i)))
		if i%1000 == 0 {
			x.TakeJournal(1000)
		}
	}
}

func BenchmarkList(b *testing.B) {
	x := New(Options{Most: 100_000, Places: 100})
	for i := range 100_000 {
		x.Put(seen(int64(i), Place{"topic", int64(i % 500)}, "online", time.Duration(i)))
	}
	for name, q := range map[string]Query{"place": {Place: room}, "all": {Limit: 10}, "people": {People: []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}}} {
		q.Realm, q.Now = 1, start
		b.Run(name+"-of-"+strconv.Itoa(x.Len()), func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				x.List(q)
			}
		})
	}
}
