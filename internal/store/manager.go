package store

import (
	"slices"
	"time"

	"muster"
)

// AddManager makes the user a manager of the group; it answers false if he was one, or if there are no such two in one realm.
func (tx *Tx) AddManager(group, user muster.ID, at time.Time) (bool, error) {
	n, err := tx.exec(`INSERT INTO group_manager (group_id, manager, created_at)
		SELECT g.id, u.id, $1 FROM "group" g JOIN "user" u ON u.realm = g.realm WHERE g.id = $2 AND u.id = $3
		ON CONFLICT DO NOTHING`, stamp(at), group, user)
	return n == 1, err
}

// RemoveManager ends that the user is a manager of the group; it answers false if he was none.
func (tx *Tx) RemoveManager(group, user muster.ID) (bool, error) {
	n, err := tx.exec(`DELETE FROM group_manager WHERE group_id = $1 AND manager = $2`, group, user)
	return n == 1, err
}

// IsManager reports whether the user is a manager of the group, in whatever state the two are.
func (r *Reader) IsManager(group, user muster.ID) (bool, error) {
	return r.exists(`SELECT 1 FROM group_manager WHERE group_id = $1 AND manager = $2`, group, user)
}

// InUse reports whether a group has members or managers who are neither deleted nor suspended, or rights on topics.
func (r *Reader) InUse(group muster.ID) (bool, error) {
	return r.exists(`SELECT 1 FROM member m JOIN "user" u ON u.id = m.user_id WHERE m.group_id = $1 AND u.deleted_at = 0 AND u.suspended_at = 0
		UNION SELECT 1 FROM group_manager m JOIN "user" u ON u.id = m.manager WHERE m.group_id = $1 AND u.deleted_at = 0 AND u.suspended_at = 0
		UNION SELECT 1 FROM topic_right WHERE group_id = $1 LIMIT 1`, group)
}

// GroupPeople are the usernames of the members and managers of a group who are neither deleted nor suspended.
type GroupPeople struct{ Members, Managers []string }

// PeopleOf reads the people of groups, oldest first, a thousand groups at a time.
func (r *Reader) PeopleOf(groups []muster.ID) (map[muster.ID]*GroupPeople, error) {
	people := map[muster.ID]*GroupPeople{}
	for _, g := range groups {
		people[g] = &GroupPeople{}
	}
	for chunk := range slices.Chunk(groups, 1000) {
		_, err := allOf(r, func(row scanner) (struct{}, error) {
			var group muster.ID
			var name string
			var manages int
			err := row.Scan(&group, &name, &manages)
			if err != nil {
				return struct{}{}, err
			}
			p := people[group]
			if manages == 1 {
				p.Managers = append(p.Managers, name)
			} else {
				p.Members = append(p.Members, name)
			}
			return struct{}{}, nil
		}, number(`SELECT p.group_id, u.username, p.manages FROM (
			SELECT group_id, user_id, 0 AS manages FROM member WHERE group_id IN (`+marks(len(chunk))+`)
			UNION ALL SELECT group_id, manager, 1 FROM group_manager WHERE group_id IN (`+marks(len(chunk))+`)) p
			JOIN "user" u ON u.id = p.user_id WHERE u.deleted_at = 0 AND u.suspended_at = 0 ORDER BY p.user_id`),
			append(anys(chunk), anys(chunk)...)...)
		if err != nil {
			return nil, err
		}
	}
	return people, nil
}
