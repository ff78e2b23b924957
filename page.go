package muster

// A Page is a part of a list: Limit rows after the first Offset. Limit 0 means all.
type Page struct {
	Limit, Offset int
	NoTotal       bool // the total is not asked for, and is 0 unless it is known anyway
}

// An Order sorts by one column, named as the noun's field is named in the list of sortable columns.
type Order struct {
	Column     string
	Descending bool
}

// A List is a part of a list and the total without paging.
type List[T any] struct {
	Items []T
	Total int
}
