// Package perm decides whether rules allow an operation.
//
// A [Rule] allows or denies one operation to one group, on one object or on all objects of a noun. The rules of a group
// are indexed once, as a [Table]; the tables of all groups that somebody is in are his [Rights]; [Rights.Check] answers
// for one object and [Rights.Filter] for all objects of a noun at once.
//
// # Resolution
//
// The first step that knows an answer gives it:
//
//  1. own groups,  rules on this very object
//  2. own groups,  rules on all of the noun
//  3. everyone,    rules on this very object
//  4. everyone,    rules on all of the noun
//  5. the fallback of the question
//
// Inside one step any deny beats any allow, and [Inherit] says nothing. So an allow on an object beats a deny on its
// noun, and whatever an own group says beats what everyone may.
//
// Nouns without objects (the house as a whole) have rules with ID 0 only and are asked about with id 0.
//
// The package knows no noun and no operation by name. Tables and filters never change once they are made and are safe
// for concurrent use; a changed rule means a new table.
package perm

// Access is what a rule says.
type Access int8

// What rules can say, in the order of their strength: of several answers in one step the largest counts. Any other
// value is read as Inherit.
const (
	Inherit Access = iota // nothing: as if the rule were not there
	Allow
	Deny
)

// A Rule is one line of a group's rules.
type Rule struct {
	Noun      string
	ID        int64 // of the object; 0 means all objects of the noun
	Operation string
	Access    Access
}

// A Table holds the rules of one group, ready to be asked. A nil Table has no rules.
type Table struct {
	entries map[subject]*entry
}

// A subject is what the rules of one entry are about.
type subject struct{ noun, operation string }

// An entry holds what one group's rules say about one operation on one noun. A nil entry says nothing.
type entry struct {
	all Access
	ids map[int64]Access // never Inherit
}

// NewTable indexes rules. Of two rules on the same object and operation, a deny beats an allow.
func NewTable(rules []Rule) *Table {
	t := &Table{entries: make(map[subject]*entry)}
	for _, r := range rules {
		if r.Access == Allow || r.Access == Deny {
			t.add(r)
		}
	}
	return t
}

func (t *Table) add(r Rule) {
	s := subject{r.Noun, r.Operation}
	e := t.entries[s]
	if e == nil {
		e = &entry{}
		t.entries[s] = e
	}
	if r.ID == 0 {
		e.all = max(e.all, r.Access)
		return
	}
	if e.ids == nil {
		e.ids = make(map[int64]Access)
	}
	e.ids[r.ID] = max(e.ids[r.ID], r.Access)
}

func (t *Table) entry(s subject) *entry {
	if t == nil {
		return nil
	}
	return t.entries[s]
}

// say is what the entry says about one object, and about all of its noun.
func (e *entry) say(id int64) (exact, all Access) {
	if e == nil {
		return Inherit, Inherit
	}
	return e.ids[id], e.all
}

// Rights is what somebody may do: the tables of his own groups, in any order, and the table of everyone. The zero
// Rights has no rules, so that each question gets its fallback.
type Rights struct {
	Own      []*Table
	Everyone *Table
}

// Check reports whether the operation on the object is allowed. Where no rule says anything, the answer is fallback.
// It allocates nothing; its cost is one look-up in each table.
func (r Rights) Check(noun string, id int64, operation string, fallback bool) bool {
	s := subject{noun, operation}
	var exact, all Access
	for _, t := range r.Own {
		x, a := t.entry(s).say(id)
		exact, all = max(exact, x), max(all, a)
	}
	everyoneExact, everyoneAll := r.Everyone.entry(s).say(id)
	return first(fallback, exact, all, everyoneExact, everyoneAll)
}

// first is the answer of the first step that has one.
func first(fallback bool, steps ...Access) bool {
	for _, a := range steps {
		if a != Inherit {
			return a == Allow
		}
	}
	return fallback
}
