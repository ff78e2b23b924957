// Package presence remembers who was last seen where. It is an engine: it knows people and places by number and decides
// nothing about who may look.
//
// # The board
//
// A [Board] holds one [Sighting] for each person and place; a newer one replaces the older. It lives in memory and is bounded
// twice: a person is remembered at so many places, and the board holds so many sightings; beyond that the oldest
// go. A sighting that is past its end is as if it were not there.
//
// # Several nodes
//
// A board that [Options.Journal] tells to keeps a journal of what was put and taken away here, the last of each person and
// place only. Whoever shares it between nodes takes it in batches ([Board.TakeJournal]), stores it, and has the boards of the
// other nodes learn it ([Board.Learn]). Of two sightings the later wins, wherever it was made, so the order in which they
// arrive does not matter. What is taken away is a sighting with no status.
package presence

import (
	"container/list"
	"sync"
	"time"
)

// A Place is where somebody can be seen: what kind of place, and which.
type Place struct {
	Kind string
	ID   int64
}

// A Key is a person at a place, in a realm. Numbers of people and places are of one realm only.
type Key struct {
	Realm, Person int64
	Place         Place
}

// A Sighting is what somebody said of himself at a place.
type Sighting struct {
	Key
	Status string // empty: taken away
	At     time.Time
	Until  time.Time // as if it were not there from then on
}

// Options are the bounds of a board.
type Options struct {
	Most    int  // sightings on the board
	Places  int  // sightings of one person
	Journal bool // keep what was put here, for others
}

// A Board is safe for concurrent use.
type Board struct {
	options Options

	mu      sync.RWMutex
	byKey   map[Key]*list.Element // of *Sighting
	people  map[int64]map[Place]*list.Element
	places  map[Place]map[int64]*list.Element
	order   *list.List // the latest is in front
	journal map[Key]Sighting
}

// New returns an empty board.
func New(o Options) *Board {
	return &Board{
		options: o, byKey: map[Key]*list.Element{}, people: map[int64]map[Place]*list.Element{}, places: map[Place]map[int64]*list.Element{},
		order: list.New(), journal: map[Key]Sighting{},
	}
}

// Put puts a sighting that was made here on the board, unless there is a later one. One without a status takes away what was
// there.
func (b *Board) Put(s Sighting) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.put(s) && b.options.Journal {
		b.note(s)
	}
}

// note writes into the journal, which is bounded too: if nobody can take it, others learn less.
func (b *Board) note(s Sighting) {
	if was, ok := b.journal[s.Key]; ok && !was.At.After(s.At) || !ok && len(b.journal) < b.options.Most {
		b.journal[s.Key] = s
	}
}

// Learn puts sightings of others on the board, where there are no later ones.
func (b *Board) Learn(list []Sighting) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range list {
		b.put(s)
	}
}

// put answers false if there is a later sighting.
func (b *Board) put(s Sighting) bool {
	e := b.byKey[s.Key]
	if e != nil && e.Value.(*Sighting).At.After(s.At) {
		return false
	}
	if was, ok := b.journal[s.Key]; ok && was.At.After(s.At) {
		return false // taken away here, later
	}
	switch {
	case s.Status == "":
		b.remove(e)
	case e != nil:
		*e.Value.(*Sighting) = s
		if before := b.before(s.At, e); before != nil {
			b.order.MoveBefore(e, before)
		} else {
			b.order.MoveToBack(e)
		}
	default:
		b.add(s)
	}
	return true
}

func (b *Board) add(s Sighting) {
	if len(b.people[s.Person]) >= b.options.Places {
		b.remove(b.oldestOf(s.Person))
	}
	for last := b.order.Back(); last != nil && (len(b.byKey) >= b.options.Most || !last.Value.(*Sighting).Until.After(s.At)); last = b.order.Back() {
		b.remove(last)
	}
	var e *list.Element
	if before := b.before(s.At, nil); before != nil {
		e = b.order.InsertBefore(&s, before)
	} else {
		e = b.order.PushBack(&s)
	}
	b.byKey[s.Key] = e
	if b.people[s.Person] == nil {
		b.people[s.Person] = map[Place]*list.Element{}
	}
	if b.places[s.Place] == nil {
		b.places[s.Place] = map[int64]*list.Element{}
	}
	b.people[s.Person][s.Place], b.places[s.Place][s.Person] = e, e
}

// before is the latest element but one that is not later than that instant; nil if all are. What comes is almost always the
// latest, so it is found in a step or two.
func (b *Board) before(at time.Time, but *list.Element) *list.Element {
	e := b.order.Front()
	for e != nil && (e == but || e.Value.(*Sighting).At.After(at)) {
		e = e.Next()
	}
	return e
}

func (b *Board) oldestOf(person int64) (oldest *list.Element) {
	for _, e := range b.people[person] {
		if oldest == nil || e.Value.(*Sighting).At.Before(oldest.Value.(*Sighting).At) {
			oldest = e
		}
	}
	return oldest
}

func (b *Board) remove(e *list.Element) {
	if e == nil {
		return
	}
	s := b.order.Remove(e).(*Sighting)
	delete(b.byKey, s.Key)
	if delete(b.people[s.Person], s.Place); len(b.people[s.Person]) == 0 {
		delete(b.people, s.Person)
	}
	if delete(b.places[s.Place], s.Person); len(b.places[s.Place]) == 0 {
		delete(b.places, s.Place)
	}
}

// ForgetPerson takes a person off the board, at all places. The journal does not tell: every node learns by its own means that
// somebody has left.
func (b *Board) ForgetPerson(person int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.people[person] {
		b.forget(e)
	}
}

// ForgetPlace is ForgetPerson for a place that is no more.
func (b *Board) ForgetPlace(place Place) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.places[place] {
		b.forget(e)
	}
}

func (b *Board) forget(e *list.Element) {
	delete(b.journal, e.Value.(*Sighting).Key)
	b.remove(e)
}

// Len is how many sightings are on the board, with those whose time is over but that nobody has missed yet.
func (b *Board) Len() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.byKey)
}
