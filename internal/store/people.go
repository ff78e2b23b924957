package store

import (
	"slices"

	"muster"
)

// People lists the users of a realm that f selects, the newest first, of those that see has.
func (r *Reader) People(realm muster.ID, f muster.PeopleFilter, see Visible) (muster.List[*muster.User], error) {
	var w where
	w.add("realm = ?", realm)
	w.add("deleted_at = 0 AND suspended_at = 0")
	if len(f.IDs) > 0 {
		w.in("id IN (%s)", f.IDs)
	}
	if len(f.Usernames) > 0 {
		w.usernames(realm, f.Usernames)
	}
	if len(f.Names) > 0 {
		w.among(`SELECT id FROM "user"`,
			func(w *where) {
				w.add("realm = ?", realm)
				w.texts("name_key", folds(f.Names))
				w.texts("name", f.Names)
			},
			func(w *where) { w.add("realm = ? AND name_key = ''", realm); w.usernames(realm, f.Names) })
	}
	if !f.CreatedFrom.IsZero() {
		w.add("created_at >= ?", stamp(f.CreatedFrom))
	}
	if !f.CreatedTo.IsZero() {
		w.add("created_at < ?", stamp(f.CreatedTo))
	}
	w.visible("id", see)
	return listOf(r, scanUser, userColumns, `"user"`, w, userSort, []muster.Order{{Column: "id", Descending: true}}, f.Page)
}

// usernames selects users by what they sign in with, and then by how it is shown.
func (w *where) usernames(realm muster.ID, names []string) {
	keys := make([]string, len(names))
	for i, n := range names {
		keys[i] = muster.FoldSignIn(n)
	}
	w.add("id IN (SELECT user_id FROM signin_name WHERE realm = ? AND key IN ("+marks(len(keys))+"))", append([]any{realm}, anys(keys)...)...)
	w.texts("username", names)
}

func folds(texts []string) []string {
	keys := make([]string, len(texts))
	for i, t := range texts {
		keys[i] = muster.Fold(t)
	}
	return keys
}

// A Membership is that somebody is in a live group.
type Membership struct {
	User  muster.ID
	Group muster.ID
	Name  string // of the group
}

// MembershipsOf answers the memberships of the users in live groups, by the names of the groups.
func (r *Reader) MembershipsOf(realm muster.ID, users []muster.ID) ([]Membership, error) {
	var list []Membership
	for chunk := range slices.Chunk(users, 1000) {
		var w where
		w.add(`g.realm = ? AND g.archived_at = 0 AND g.deleted_at = 0`, realm)
		w.in("m.user_id IN (%s)", chunk)
		some, err := allOf(r, func(row scanner) (m Membership, err error) {
			err = row.Scan(&m.User, &m.Group, &m.Name)
			return m, err
		}, number(`SELECT m.user_id, g.id, g.name FROM member m JOIN "group" g ON g.id = m.group_id`+w.text()+` ORDER BY g.name_key, g.id`), w.args...)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}
