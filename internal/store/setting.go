package store

import "muster"

// A Setting is one value, as JSON.
type Setting struct {
	Name  string
	Value string
}

// Settings lists the values that hold for the whole realm.
func (r *Reader) Settings(realm muster.ID) ([]Setting, error) {
	return all(r, func(row scanner) (s Setting, err error) {
		err = row.Scan(&s.Name, &s.Value)
		return s, err
	}, `SELECT name, value FROM setting WHERE realm = $1 AND user_id = 0 ORDER BY name`, realm)
}

// Fact reads one fact about the database as a whole; "" if it is not known.
func (r *Reader) Fact(name string) (string, error) {
	v, _, err := one(r, column[string], `SELECT value FROM fact WHERE name = $1`, name)
	return v, err
}

// StateFact records a fact that nobody has stated before. It answers false, and changes nothing, if somebody has.
func (tx *Tx) StateFact(name, value string) (bool, error) {
	n, err := tx.exec(`INSERT INTO fact (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, value)
	return n == 1, err
}
