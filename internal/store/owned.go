package store

import (
	"strings"
	"time"

	"muster"
)

// An OwnedNoun says where a noun keeps the id of the user who owns it. Who hands over what a person owns walks this register,
// so a noun that is not in it would be forgotten; tests compare it with the schema and with what was moved.
type OwnedNoun struct {
	Noun   muster.Noun
	Table  string
	Column string
	Once   string // the column beside which nobody can be twice: who manages a group already needs no second row; empty: there is none
}

// Owned is the register of the nouns that somebody owns. Tables without Once have the columns realm, updated_at and version, and
// an index that finds the rows of an owner.
func Owned() []OwnedNoun {
	return []OwnedNoun{
		{muster.NounUser, `"user"`, "owner", ""}, // bots and service accounts belong to a person
		{muster.NounApplication, "application", "owner", ""},
		{muster.NounAttachment, "attachment", "owner", ""},
		{muster.NounReminder, "reminder", "assigned_to", ""},
		{muster.NounReminder, "reminder", "assigned_by", ""},
		{muster.NounGroup, "group_manager", "manager", "group_id"},
	}
}

// CountOwned counts what the user owns, by noun: each object once. Nouns of which he owns nothing are left out.
func (r *Reader) CountOwned(realm, user muster.ID) (map[muster.Noun]int64, error) {
	counts := map[muster.Noun]int64{}
	for _, t := range ownedTables() {
		args := []any{user, realm}
		if t.once != "" {
			args = args[:1]
		}
		n, _, err := one(r, column[int64], t.count(), args...)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			counts[t.noun] += n
		}
	}
	return counts, nil
}

// HandOver makes all that a user owns another one's, and answers how much that was, by noun: each object once.
func (tx *Tx) HandOver(realm, from, to muster.ID, at time.Time) (map[muster.Noun]int64, error) {
	counts := map[muster.Noun]int64{}
	for _, t := range ownedTables() {
		var n int64
		var err error
		if t.once == "" {
			n, err = tx.exec(t.update(), to, from, stamp(at), realm)
		} else {
			n, err = tx.handOverOnce(t, from, to)
		}
		if err != nil {
			return nil, err
		}
		if n > 0 {
			counts[t.noun] += n
		}
	}
	return counts, nil
}

// handOverOnce gives up the rows beside which the other one has a row already, and moves the rest.
func (tx *Tx) handOverOnce(t ownedTable, from, to muster.ID) (int64, error) {
	c := t.columns[0]
	given, err := tx.exec(`DELETE FROM `+t.name+` WHERE `+c+` = $1 AND `+t.once+` IN (SELECT `+t.once+` FROM `+t.name+` WHERE `+c+` = $2)`, from, to)
	if err != nil {
		return 0, err
	}
	moved, err := tx.exec(`UPDATE `+t.name+` SET `+c+` = $1 WHERE `+c+` = $2`, to, from)
	return given + moved, err
}

// An ownedTable is what the register says of one table.
type ownedTable struct {
	noun    muster.Noun
	name    string
	columns []string
	once    string
}

func ownedTables() (tables []ownedTable) {
	for _, o := range Owned() {
		if n := len(tables); n > 0 && tables[n-1].name == o.Table {
			tables[n-1].columns = append(tables[n-1].columns, o.Column)
			continue
		}
		tables = append(tables, ownedTable{o.Noun, o.Table, []string{o.Column}, o.Once})
	}
	return tables
}

// ownedBy is the condition on a row of which the user is an owner. That nobody is not a user is for the sake of indexes that
// leave out what nobody owns.
func (t ownedTable) ownedBy(user string) string {
	terms := make([]string, len(t.columns))
	for i, c := range t.columns {
		terms[i] = "(" + c + " = " + user + " AND " + c + " > 0)"
	}
	return "(" + strings.Join(terms, " OR ") + ")"
}

// count counts the rows of which $1 is an owner, in the realm $2 if rows have one.
func (t ownedTable) count() string {
	text := `SELECT COUNT(*) FROM ` + t.name + ` WHERE ` + t.ownedBy("$1")
	if t.once == "" {
		text += ` AND realm = $2`
	}
	return text
}

// update puts $1 in place of $2 in all columns of the rows that have it in one of them, at $3, in the realm $4.
func (t ownedTable) update() string {
	sets := make([]string, len(t.columns))
	for i, c := range t.columns {
		sets[i] = c + " = CASE " + c + " WHEN $2 THEN $1 ELSE " + c + " END"
	}
	text := `UPDATE ` + t.name + ` SET ` + strings.Join(sets, ", ") + `, updated_at = $3, version = version + 1`
	if t.noun == muster.NounUser {
		text += `, changed_at = $3`
	}
	return text + ` WHERE ` + t.ownedBy("$2") + ` AND realm = $4`
}
