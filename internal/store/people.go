package store

import "muster"

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
