package presence

import (
	"cmp"
	"container/list"
	"slices"
	"time"
)

// A Query selects sightings of one realm.
type Query struct {
	Realm         int64
	Place         Place   // the zero place: at all of them
	People        []int64 // each once; nil: all
	Now           time.Time
	Since         time.Time           // not made before; the zero time: whenever
	Keep          func(Sighting) bool // further conditions; nil: none. It is called with the board locked
	Offset, Limit int                 // part of what is found; no limit: all
}

func (q *Query) selects(s *Sighting) bool {
	return s.Realm == q.Realm && (q.Place == Place{} || s.Place == q.Place) && s.Until.After(q.Now) && !s.At.Before(q.Since) && (q.Keep == nil || q.Keep(*s))
}

// List answers a part of what the query selects, the latest first, and how many there are in all.
func (b *Board) List(q Query) (part []Sighting, total int) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if q.People == nil && q.Place == (Place{}) {
		return b.all(q)
	}
	var found []*Sighting
	take := func(e *list.Element) {
		if s := e.Value.(*Sighting); q.selects(s) {
			found = append(found, s)
		}
	}
	for _, person := range q.People {
		for _, e := range b.people[person] {
			take(e)
		}
	}
	if q.People == nil {
		for _, e := range b.places[q.Place] {
			take(e)
		}
	}
	slices.SortFunc(found, func(x, y *Sighting) int {
		return cmp.Or(y.At.Compare(x.At), cmp.Compare(x.Person, y.Person), cmp.Compare(x.Place.Kind, y.Place.Kind), cmp.Compare(x.Place.ID, y.Place.ID))
	})
	for i, s := range found {
		if q.within(i) {
			part = append(part, *s)
		}
	}
	return part, len(found)
}

// all walks over the whole board, which is in order.
func (b *Board) all(q Query) (part []Sighting, total int) {
	for e := b.order.Front(); e != nil; e = e.Next() {
		s := e.Value.(*Sighting)
		if s.At.Before(q.Since) {
			break
		}
		if !q.selects(s) {
			continue
		}
		if q.within(total) {
			part = append(part, *s)
		}
		total++
	}
	return part, total
}

func (q *Query) within(i int) bool { return i >= q.Offset && (q.Limit <= 0 || i-q.Offset < q.Limit) }

// TakeJournal takes up to so many sightings out of the journal, what was taken away too.
func (b *Board) TakeJournal(most int) []Sighting {
	b.mu.Lock()
	defer b.mu.Unlock()
	var taken []Sighting
	for k, s := range b.journal {
		if len(taken) == most {
			break
		}
		taken = append(taken, s)
		delete(b.journal, k)
	}
	return taken
}

// GiveBack puts sightings back into the journal that could not be stored, unless there are later ones.
func (b *Board) GiveBack(list []Sighting) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range list {
		b.note(s)
	}
}
