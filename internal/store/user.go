package store

import (
	"maps"
	"slices"

	"muster"
)

const userColumns = `id, realm, username, username_given, email, name, handle, kind, organisation, owner, avatar, meta, external_id,
	email_confirmed_at, created_at, updated_at, changed_at, suspended_at, deleted_at, version, lists_in_full`

func scanUser(row scanner) (*muster.User, error) {
	var u muster.User
	var given, confirmed, created, updated, changed, suspended, deleted, full int64
	err := row.Scan(&u.ID, &u.Realm, &u.Username, &given, &u.Email, &u.Name, &u.Handle, &u.Kind, &u.Organisation, &u.Owner, &u.Avatar, &u.Meta, &u.ExternalID,
		&confirmed, &created, &updated, &changed, &suspended, &deleted, &u.Version, &full)
	u.UsernameGiven, u.ListsInFull = given == 1, full == 1
	u.EmailConfirmedAt, u.CreatedAt, u.UpdatedAt = instant(confirmed), instant(created), instant(updated)
	u.ChangedAt, u.SuspendedAt, u.DeletedAt = instant(changed), instant(suspended), instant(deleted)
	return &u, err
}

// User reads one user, in whatever state; nil if the realm has none of that id.
func (r *Reader) User(realm, id muster.ID) (*muster.User, error) {
	u, ok, err := one(r, scanUser, `SELECT `+userColumns+` FROM "user" WHERE id = $1 AND realm = $2`, id, realm)
	if !ok {
		return nil, err
	}
	return u, err
}

// UserBySignInName reads the user who signs in with that name, username or e-mail in any letter case; nil if nobody does.
// Deleted users have no names.
func (r *Reader) UserBySignInName(realm muster.ID, name string) (*muster.User, error) {
	id, ok, err := one(r, column[muster.ID], `SELECT user_id FROM signin_name WHERE realm = $1 AND key = $2`, realm, muster.FoldSignIn(name))
	if err != nil || !ok {
		return nil, err
	}
	return r.User(realm, id)
}

// UserByEmail is UserBySignInName for e-mails alone.
func (r *Reader) UserByEmail(realm muster.ID, email string) (*muster.User, error) {
	u, err := r.UserBySignInName(realm, email)
	if u == nil || muster.FoldEmail(u.Email) != muster.FoldEmail(email) {
		return nil, err
	}
	return u, err
}

// NameTaken reports whether a user who is not deleted, other than but, has the name, in any letter case.
func (r *Reader) NameTaken(realm, but muster.ID, name string) (bool, error) {
	return r.exists(`SELECT 1 FROM "user" WHERE realm = $1 AND name_key = $2 AND deleted_at = 0 AND id <> $3 LIMIT 1`, realm, muster.Fold(name), but)
}

// userKeys are the columns by which users are searched. A made username is searched only where it is shown.
func userKeys(u *muster.User) (username, shown, email, name, handle string) {
	shown = muster.Fold(u.Username)
	if u.UsernameGiven {
		username = shown
	}
	return username, shown, muster.FoldEmail(u.Email), muster.Fold(u.Name), muster.Fold(u.Handle)
}

// InsertUser stores a new user. It answers false, and stores nothing, if the handle is taken. Take the sign-in names first.
func (tx *Tx) InsertUser(u *muster.User) (bool, error) {
	username, shown, email, name, handle := userKeys(u)
	n, err := tx.exec(`INSERT INTO "user" (`+userColumns+`, username_key, shown_username_key, email_key, name_key, handle_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26) ON CONFLICT DO NOTHING`,
		u.ID, u.Realm, u.Username, bit(u.UsernameGiven), u.Email, u.Name, u.Handle, u.Kind, u.Organisation, u.Owner, u.Avatar, u.Meta, u.ExternalID,
		stamp(u.EmailConfirmedAt), stamp(u.CreatedAt), stamp(u.UpdatedAt), stamp(u.ChangedAt), stamp(u.SuspendedAt), stamp(u.DeletedAt), u.Version, bit(u.ListsInFull),
		username, shown, email, name, handle)
	return n == 1, err
}

// UpdateUser stores all of a user and raises its version. It fails with [muster.ErrConflictingWrite] if somebody else has
// changed the user since u was read, and with Taken("handle") if the handle is taken.
func (tx *Tx) UpdateUser(u *muster.User) error {
	username, shown, email, name, handle := userKeys(u)
	n, err := tx.exec(`UPDATE "user" SET username = $1, username_given = $2, email = $3, name = $4, handle = $5, kind = $6,
		organisation = $7, owner = $8, avatar = $9, email_confirmed_at = $10, updated_at = $11, changed_at = $12,
		suspended_at = $13, deleted_at = $14, username_key = $15, email_key = $16, name_key = $17, handle_key = $18, shown_username_key = $19,
		meta = $20, external_id = $21, lists_in_full = $22, version = version + 1
		WHERE id = $23 AND realm = $24 AND version = $25`,
		u.Username, bit(u.UsernameGiven), u.Email, u.Name, u.Handle, u.Kind, u.Organisation, u.Owner, u.Avatar,
		stamp(u.EmailConfirmedAt), stamp(u.UpdatedAt), stamp(u.ChangedAt), stamp(u.SuspendedAt), stamp(u.DeletedAt),
		username, email, name, handle, shown, u.Meta, u.ExternalID, bit(u.ListsInFull), u.ID, u.Realm, u.Version)
	return raise(&u.Version, n, err)
}

// raise ends an update of the version that was read: it counts the version up if a row had it, and only then.
func raise(version *int64, n int64, err error) error {
	if err == nil && n == 0 {
		err = muster.ErrConflictingWrite
	}
	if err == nil {
		*version++
	}
	return err
}

// TakeSignInName makes name a sign-in name of the user. It answers false if it is somebody else's.
func (tx *Tx) TakeSignInName(realm, user muster.ID, name string) (bool, error) {
	key := muster.FoldSignIn(name)
	n, err := tx.exec(`INSERT INTO signin_name (realm, key, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, realm, key, user)
	if err != nil || n == 1 {
		return n == 1, err
	}
	return tx.exists(`SELECT 1 FROM signin_name WHERE realm = $1 AND key = $2 AND user_id = $3`, realm, key, user)
}

// FreeSignInName gives up a sign-in name of the user.
func (tx *Tx) FreeSignInName(realm, user muster.ID, name string) error {
	return tx.run(`DELETE FROM signin_name WHERE realm = $1 AND key = $2 AND user_id = $3`, realm, muster.FoldSignIn(name), user)
}

// FreeSignInNames gives up all sign-in names of the user.
func (tx *Tx) FreeSignInNames(user muster.ID) error {
	return tx.run(`DELETE FROM signin_name WHERE user_id = $1`, user)
}

// userSort are the columns that a list of users can be sorted by.
var userSort = sortColumns{
	"id": "id", "email": "email_key", "username": "username_key", "anyUsername": "shown_username_key", "name": "name_key", "handle": "handle_key", "kind": "kind",
	"organisation": "organisation", "emailConfirmedAt": "email_confirmed_at", "createdAt": "created_at", "updatedAt": "updated_at",
	"suspendedAt": "suspended_at", "deletedAt": "deleted_at", "avatar": "avatar",
}

// Users lists the users of a realm that f selects. Only those that see has are listed; e-mails and names are searched only
// in those that the other two have.
func (r *Reader) Users(realm muster.ID, f muster.UserFilter, see, email, name Visible) (muster.List[*muster.User], error) {
	var w where
	wide := func(column string) string { return column }
	if f.Username+f.Email+f.Handle+f.Prefix != "" {
		// Few ids come out of an index of names. A sum has no index: what selects or sorts by one of those would look at all users
		// for these few.
		wide = func(column string) string { return column + " + 0" }
	}
	w.add(wide("realm")+" = ?", realm)
	w.state(wide("deleted_at"), f.Deleted)
	w.state(wide("suspended_at"), f.Suspended)
	if len(f.IDs) > 0 {
		w.in("id IN (%s)", f.IDs)
	}
	if len(f.Groups) > 0 {
		w.in("id IN (SELECT user_id FROM member WHERE group_id IN (%s))", f.Groups)
	}
	usernames := "username_key"
	if f.AnyUsername {
		usernames = "shown_username_key"
	}
	if f.After != "" {
		w.add("shown_username_key > ?", muster.Fold(f.After))
	}
	w.called(realm, usernames, muster.Fold(f.Username))
	w.called(realm, "handle_key", muster.Fold(f.Handle))
	w.equal("kind", f.Kind)
	if f.Email != "" {
		w.called(realm, "email_key", muster.FoldEmail(f.Email))
		w.visible("id", email)
	}
	w.visible("id", see)
	if f.Prefix != "" {
		key := muster.Fold(f.Prefix)
		// One range of one index each. Joined by OR they would be read as one, and that one is all users.
		branches := []func(w *where){
			func(w *where) { w.add("realm = ?", realm); w.prefix(usernames, key) },
			func(w *where) {
				w.add("realm = ?", realm)
				w.prefix("email_key", muster.FoldEmail(f.Prefix))
				w.visible("id", email)
			},
			func(w *where) { w.add("realm = ?", realm); w.prefix("name_key", key); w.visible("id", name) },
		}
		if !f.AnyUsername {
			branches = append(branches, func(w *where) { w.add("realm = ?", realm); w.prefix("handle_key", key) })
		}
		w.among(`SELECT id FROM "user"`, branches...)
	}
	return listOf(r, scanUser, userColumns, `"user"`, w, userSort, f.Sort, f.Page)
}

// called selects users by an exact key. In a query of its own, because the engine would not take its index: that of the states
// seems to it to select more.
func (w *where) called(realm muster.ID, column, key string) {
	if key != "" {
		w.among(`SELECT id FROM "user"`, func(w *where) { w.add("realm = ?", realm); w.equal(column, key) })
	}
}

// AnyUser reports whether the realm has, or ever had, an account.
func (r *Reader) AnyUser(realm muster.ID) (bool, error) {
	return r.exists(`SELECT 1 FROM "user" WHERE realm = $1 LIMIT 1`, realm)
}

// UsersByID reads the users whose ids are keys of the map, in whatever state, a thousand at a time.
func (r *Reader) UsersByID(realm muster.ID, ids map[muster.ID]string) ([]*muster.User, error) {
	var users []*muster.User
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(ids)), 1000) {
		var w where
		w.add("realm = ?", realm)
		w.in("id IN (%s)", chunk)
		some, err := allOf(r, scanUser, number(`SELECT `+userColumns+` FROM "user"`+w.text()), w.args...)
		if err != nil {
			return nil, err
		}
		users = append(users, some...)
	}
	return users, nil
}
