package store

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"muster"
)

const groupColumns = `id, realm, name, handle, description, organisation, created_at, updated_at, changed_at, archived_at, deleted_at, version`

func scanGroup(row scanner) (*muster.Group, error) {
	var g muster.Group
	var created, updated, changed, archived, deleted int64
	err := row.Scan(&g.ID, &g.Realm, &g.Name, &g.Handle, &g.Description, &g.Organisation, &created, &updated, &changed, &archived, &deleted, &g.Version)
	g.CreatedAt, g.UpdatedAt, g.ChangedAt = instant(created), instant(updated), instant(changed)
	g.ArchivedAt, g.DeletedAt = instant(archived), instant(deleted)
	return &g, err
}

// Group reads one group, in whatever state; nil if the realm has none of that id.
func (r *Reader) Group(realm, id muster.ID) (*muster.Group, error) {
	g, ok, err := one(r, scanGroup, `SELECT `+groupColumns+` FROM "group" WHERE id = $1 AND realm = $2`, id, realm)
	if !ok {
		return nil, err
	}
	return g, err
}

// GroupByHandle reads the live or archived group of that handle, in any letter case; nil if there is none.
func (r *Reader) GroupByHandle(realm muster.ID, handle string) (*muster.Group, error) {
	return r.groupBy(`handle_key = $2 AND handle_key <> ''`, realm, muster.Fold(handle))
}

// GroupByName reads the live or archived group of that name, in any letter case; nil if there is none.
func (r *Reader) GroupByName(realm muster.ID, name string) (*muster.Group, error) {
	return r.groupBy(`name_key = $2`, realm, muster.Fold(name))
}

func (r *Reader) groupBy(condition string, realm muster.ID, key string) (*muster.Group, error) {
	g, ok, err := one(r, scanGroup, `SELECT `+groupColumns+` FROM "group" WHERE realm = $1 AND deleted_at = 0 AND `+condition, realm, key)
	if !ok {
		return nil, err
	}
	return g, err
}

// InsertGroup stores a new group. It fails with Taken("name") or Taken("handle").
func (tx *Tx) InsertGroup(g *muster.Group) error {
	return tx.run(`INSERT INTO "group" (`+groupColumns+`, name_key, handle_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		g.ID, g.Realm, g.Name, g.Handle, g.Description, g.Organisation, stamp(g.CreatedAt), stamp(g.UpdatedAt), stamp(g.ChangedAt),
		stamp(g.ArchivedAt), stamp(g.DeletedAt), g.Version, muster.Fold(g.Name), muster.Fold(g.Handle))
}

// UpdateGroup stores all of a group and raises its version. It fails like [Tx.UpdateUser] and [Tx.InsertGroup].
func (tx *Tx) UpdateGroup(g *muster.Group) error {
	n, err := tx.exec(`UPDATE "group" SET name = $1, handle = $2, description = $3, organisation = $4, updated_at = $5, changed_at = $6,
		archived_at = $7, deleted_at = $8, name_key = $9, handle_key = $10, version = version + 1
		WHERE id = $11 AND realm = $12 AND version = $13`,
		g.Name, g.Handle, g.Description, g.Organisation, stamp(g.UpdatedAt), stamp(g.ChangedAt), stamp(g.ArchivedAt), stamp(g.DeletedAt),
		muster.Fold(g.Name), muster.Fold(g.Handle), g.ID, g.Realm, g.Version)
	return raise(&g.Version, n, err)
}

var groupSort = sortColumns{
	"id": "id", "name": "name_key", "handle": "handle_key",
	"createdAt": "created_at", "updatedAt": "updated_at", "archivedAt": "archived_at", "deletedAt": "deleted_at",
}

// Groups lists the groups of a realm that f selects and the caller may see.
func (r *Reader) Groups(realm muster.ID, f muster.GroupFilter, see Visible) (muster.List[*muster.Group], error) {
	var w where
	w.add("realm = ?", realm)
	w.state("deleted_at", f.Deleted)
	w.state("archived_at", f.Archived)
	w.visible("id", see)
	if len(f.IDs) > 0 {
		w.in("id IN (%s)", f.IDs)
	}
	if len(f.Names) > 0 {
		w.texts("name", f.Names)
	}
	if len(f.Descriptions) > 0 {
		w.texts("description", f.Descriptions)
	}
	w.seconds("created_at", f.From, f.To)
	if f.Ordinary {
		w.add("id <> ?", muster.Everyone)
	}
	switch {
	case f.Prefix == "":
	case f.NameOnly:
		w.prefix("name_key", muster.Fold(f.Prefix))
	default:
		w.any(func(or *where) {
			or.prefix("name_key", muster.Fold(f.Prefix))
			or.prefix("handle_key", muster.Fold(f.Prefix))
		})
	}
	return listOf(r, scanGroup, groupColumns, `"group"`, w, groupSort, f.Sort, f.Page)
}

// AddMember puts the user into the group; it answers false if he was in it, or if there are no such two in one realm.
func (tx *Tx) AddMember(group, user muster.ID, at time.Time) (bool, error) {
	n, err := tx.exec(`INSERT INTO member (group_id, user_id, created_at)
		SELECT g.id, u.id, $1 FROM "group" g JOIN "user" u ON u.realm = g.realm WHERE g.id = $2 AND u.id = $3
		ON CONFLICT DO NOTHING`, stamp(at), group, user)
	return n == 1, err
}

// RemoveMember takes the user out of the group; it answers false if he was not in it.
func (tx *Tx) RemoveMember(group, user muster.ID) (bool, error) {
	n, err := tx.exec(`DELETE FROM member WHERE group_id = $1 AND user_id = $2`, group, user)
	return n == 1, err
}

// MoveMembers puts all members of a group into another one as well, and takes them out of the first.
func (tx *Tx) MoveMembers(from, to muster.ID, at time.Time) error {
	err := tx.run(`INSERT INTO member (group_id, user_id, created_at) SELECT $1, user_id, $2 FROM member WHERE group_id = $3 ON CONFLICT DO NOTHING`,
		to, stamp(at), from)
	if err != nil {
		return err
	}
	return tx.run(`DELETE FROM member WHERE group_id = $1`, from)
}

// IsMember reports whether the user is in the group, in whatever state the two are.
func (r *Reader) IsMember(group, user muster.ID) (bool, error) {
	return r.exists(`SELECT 1 FROM member WHERE group_id = $1 AND user_id = $2`, group, user)
}

// Members lists the ids of the group's members who are not deleted, oldest first.
func (r *Reader) Members(group muster.ID) ([]muster.ID, error) {
	return all(r, column[muster.ID], `SELECT u.id FROM member m JOIN "user" u ON u.id = m.user_id
		WHERE m.group_id = $1 AND u.deleted_at = 0 ORDER BY u.id`, group)
}

// GroupsOf lists the ids of the groups that the user is in, whatever their state, oldest first.
func (r *Reader) GroupsOf(user muster.ID) ([]muster.ID, error) {
	return all(r, column[muster.ID], `SELECT group_id FROM member WHERE user_id = $1 ORDER BY group_id`, user)
}

// LiveGroupsOf lists the ids of the groups that the user is in and that give rights, oldest first.
func (r *Reader) LiveGroupsOf(user muster.ID) ([]muster.ID, error) {
	return all(r, column[muster.ID], `SELECT m.group_id FROM member m JOIN "group" g ON g.id = m.group_id
		WHERE m.user_id = $1 AND g.archived_at = 0 AND g.deleted_at = 0 ORDER BY m.group_id`, user)
}

// GroupsOfEach reads the live groups of many users, by name: a question for each thousand users, and one for each thousand
// groups. Users who share a group share its row. Memberships and groups are read apart, because in one question an engine may
// begin with all groups that there are.
func (r *Reader) GroupsOfEach(realm muster.ID, users []muster.ID, see Visible) (map[muster.ID][]*muster.Group, error) {
	of := map[muster.ID][]muster.ID{} // the users, by group
	for chunk := range slices.Chunk(users, 1000) {
		var w where
		w.in("user_id IN (%s)", chunk)
		_, err := allOf(r, func(row scanner) (group muster.ID, err error) {
			var user muster.ID
			err = row.Scan(&user, &group)
			of[group] = append(of[group], user)
			return group, err
		}, number(`SELECT user_id, group_id FROM member`+w.text()), w.args...)
		if err != nil {
			return nil, err
		}
	}
	list, err := r.liveGroups(realm, slices.Sorted(maps.Keys(of)), see)
	groups := map[muster.ID][]*muster.Group{}
	for _, g := range list {
		for _, user := range of[g.ID] {
			groups[user] = append(groups[user], g)
		}
	}
	return groups, err
}

// liveGroups reads those groups that are live and that the caller may see, by name.
func (r *Reader) liveGroups(realm muster.ID, ids []muster.ID, see Visible) ([]*muster.Group, error) {
	var list []*muster.Group
	for chunk := range slices.Chunk(ids, 1000) {
		var w where
		w.add("realm = ? AND archived_at = 0 AND deleted_at = 0", realm)
		w.in("id IN (%s)", chunk)
		w.visible("id", see)
		some, err := allOf(r, scanGroup, number(`SELECT `+groupColumns+` FROM "group"`+w.text()), w.args...)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	slices.SortFunc(list, func(a, b *muster.Group) int {
		return cmp.Or(strings.Compare(muster.Fold(a.Name), muster.Fold(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}

// OtherAdministrator reports whether somebody besides the user is an administrator who is neither suspended nor deleted;
// with confirmed, whose e-mail is confirmed besides (who has none needs no confirmation). It reads two rows at the most.
func (r *Reader) OtherAdministrator(user muster.ID, confirmed bool) (bool, error) {
	condition := ""
	if confirmed {
		condition = ` AND (u.email = '' OR u.email_confirmed_at <> 0)`
	}
	return r.exists(`SELECT 1 FROM member m JOIN "user" u ON u.id = m.user_id
		WHERE m.group_id = $1 AND u.id <> $2 AND u.suspended_at = 0 AND u.deleted_at = 0`+condition+` LIMIT 1`, muster.Administrators, user)
}
