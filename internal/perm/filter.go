package perm

import "slices"

// A Filter is the answer of [Rights.Check] for all objects of a noun at once, in a form that becomes a condition of a
// query. The zero Filter allows nothing.
type Filter struct {
	Allow  bool    // what holds for objects that are not in Except
	Except []int64 // ids for which the opposite holds; ascending, each once, never 0
}

// Has reports whether the filter lets the object through.
func (f Filter) Has(id int64) bool {
	_, excepted := slices.BinarySearch(f.Except, id)
	return f.Allow != excepted
}

// Filter answers for every object of the noun what [Rights.Check] would. Only objects that some rule names can become
// exceptions, so Except is at most as long as the rules that name one.
func (r Rights) Filter(noun, operation string, fallback bool) Filter {
	f := Filter{Allow: r.Check(noun, 0, operation, fallback)}
	for _, id := range r.named(subject{noun, operation}) {
		if r.Check(noun, id, operation, fallback) != f.Allow {
			f.Except = append(f.Except, id)
		}
	}
	return f
}

// named lists the objects that have rules of their own, ascending and each once.
func (r Rights) named(s subject) []int64 {
	ids := r.Everyone.entry(s).named(nil)
	for _, t := range r.Own {
		ids = t.entry(s).named(ids)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (e *entry) named(ids []int64) []int64 {
	if e == nil {
		return ids
	}
	for id := range e.ids {
		ids = append(ids, id)
	}
	return ids
}
