package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"muster"
)

// Visible says which objects a caller may see: Default is what holds for those not in Except, for which the opposite holds.
type Visible struct {
	Default bool
	Except  []muster.ID
}

// All is the Visible of those who see everything.
func All() Visible { return Visible{Default: true} }

// A where puts the condition of a list together. Texts are constants; what a caller sent is always an argument. In the texts
// a question mark stands for the next argument.
type where struct {
	terms []string
	args  []any
}

func (w *where) add(term string, args ...any) {
	w.terms = append(w.terms, term)
	w.args = append(w.args, args...)
}

func (w *where) equal(column, value string) {
	if value != "" {
		w.add(column+" = ?", value)
	}
}

// state selects by an instant that is 0 for "not".
func (w *where) state(column string, s muster.State) {
	switch s {
	case muster.Without:
		w.add(column + " = 0")
	case muster.Only:
		w.add(column + " <> 0")
	}
}

// in adds a term whose %s becomes a list of ids.
func (w *where) in(term string, ids []muster.ID) {
	w.add(fmt.Sprintf(term, marks(len(ids))), anys(ids)...)
}

// texts selects rows whose column is one of the values; no values, no rows.
func (w *where) texts(column string, values []string) {
	if len(values) == 0 {
		w.add("0 = 1")
		return
	}
	w.add(column+" IN ("+marks(len(values))+")", anys(values)...)
}

// prefix selects keys that begin with prefix: a range, so that an index serves and nothing in prefix is a wildcard.
func (w *where) prefix(column, prefix string) {
	if end := after(prefix); end != "" {
		w.add(column+" >= ? AND "+column+" < ?", prefix, end)
		return
	}
	w.add(column+" >= ?", prefix)
}

// after is the smallest text that is larger than all that begin with prefix; empty if there is none.
func after(prefix string) string {
	runes := []rune(prefix)
	for i := len(runes) - 1; i >= 0; i-- {
		switch r := runes[i]; {
		case r == 0xd7ff: // what lies between are no characters
			return string(append(runes[:i], 0xe000))
		case r < utf8.MaxRune:
			return string(append(runes[:i], r+1))
		}
	}
	return ""
}

// contains selects keys that have the text in them. No index serves it: it is for small tables.
func (w *where) contains(column, text string) {
	if text != "" {
		w.add(column+` LIKE ? ESCAPE '\'`, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(text)+"%")
	}
}

// seconds selects instants between two, both included. What is compared is what is shown: whole seconds.
func (w *where) seconds(column string, from, to time.Time) {
	if !from.IsZero() {
		w.add(column+" >= ?", stamp(from.Add(time.Second-time.Nanosecond).Truncate(time.Second)))
	}
	if !to.IsZero() {
		w.add(column+" < ?", stamp(to.Truncate(time.Second).Add(time.Second)))
	}
}

// visible leaves out what the caller may not see.
func (w *where) visible(column string, v Visible) {
	switch {
	case v.Default && len(v.Except) > 0:
		w.in(column+" NOT IN (%s)", v.Except)
	case !v.Default && len(v.Except) > 0:
		w.in(column+" IN (%s)", v.Except)
	case !v.Default:
		w.add("0 = 1")
	}
}

// any adds the terms that f adds, of which one has to hold.
func (w *where) any(f func(*where)) {
	var inner where
	f(&inner)
	w.add("("+strings.Join(inner.terms, " OR ")+")", inner.args...)
}

// among selects rows whose id is found by one of the branches, each of which is the text with conditions of its own.
func (w *where) among(text string, branches ...func(*where)) {
	texts := make([]string, len(branches))
	var args []any
	for i, f := range branches {
		var b where
		f(&b)
		texts[i] = text + b.text()
		args = append(args, b.args...)
	}
	w.add("id IN ("+strings.Join(texts, " UNION ")+")", args...)
}

func (w *where) text() string { return " WHERE " + strings.Join(w.terms, " AND ") }

func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

func anys[T any](values []T) []any {
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = v
	}
	return list
}

// number turns question marks into $1, $2, …
func number(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if r != '?' {
			b.WriteRune(r)
			continue
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
	}
	return b.String()
}

// sortColumns maps the names that callers may sort by to columns.
type sortColumns map[string]string

// by is the ORDER BY of the orders, made total by the id.
func (c sortColumns) by(orders []muster.Order) (string, error) {
	var terms []string
	for _, o := range orders {
		column, ok := c[o.Column]
		if !ok {
			return "", muster.InvalidField("sort", "no such column")
		}
		if o.Descending {
			column += " DESC"
		}
		terms = append(terms, column)
	}
	return " ORDER BY " + strings.Join(append(terms, "id"), ", "), nil
}

// listOf answers a page of a list and the total.
func listOf[T any](r *Reader, scan func(scanner) (T, error), columns, from string, w where, sort sortColumns, orders []muster.Order, p muster.Page) (list muster.List[T], err error) {
	order, err := sort.by(orders)
	if err != nil {
		return list, err
	}
	rows, args := w.text()+order, w.args
	if p.Limit > 0 || p.Offset > 0 {
		// The page is found in an index; only its rows are then read as a whole.
		rows = " WHERE id IN (SELECT id FROM " + from + rows + " LIMIT ? OFFSET ?)" + order
		args = append(args[:len(args):len(args)], pageLimit(p), p.Offset)
	}
	list.Items, err = allOf(r, scan, number("SELECT "+columns+" FROM "+from+rows), args...)
	if err != nil {
		return list, err
	}
	if p.Offset == 0 && (p.Limit == 0 || len(list.Items) < p.Limit) {
		list.Total = len(list.Items)
		return list, nil
	}
	if p.NoTotal {
		return list, nil
	}
	totals, err := allOf(r, column[int], number("SELECT COUNT(*) FROM "+from+w.text()), w.args...)
	if err == nil {
		list.Total = totals[0]
	}
	return list, err
}

// pageLimit is a limit that both engines take for "all".
func pageLimit(p muster.Page) int {
	if p.Limit == 0 {
		return 1 << 31
	}
	return p.Limit
}

// With is v with one more object that is seen in any case.
func (v Visible) With(id muster.ID) Visible {
	i, found := slices.BinarySearch(v.Except, id)
	switch {
	case v.Default && found:
		return Visible{v.Default, slices.Delete(slices.Clone(v.Except), i, i+1)}
	case !v.Default && !found:
		return Visible{v.Default, slices.Insert(slices.Clone(v.Except), i, id)}
	}
	return v
}

// Has reports whether the object is seen.
func (v Visible) Has(id muster.ID) bool {
	_, except := slices.BinarySearch(v.Except, id)
	return v.Default != except
}
