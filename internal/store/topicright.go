package store

import (
	"slices"

	"muster"
)

// fillRights reads the rights of topics: of users and groups that are there, in order of adding.
func (r *Reader) fillRights(list []*muster.Topic) error {
	by := map[muster.ID]*muster.Topic{}
	for _, t := range list {
		by[t.ID] = t
	}
	for chunk := range slices.Chunk(list, 1000) {
		ids := make([]muster.ID, len(chunk))
		for i, t := range chunk {
			ids[i] = t.ID
		}
		_, err := allOf(r, func(row scanner) (struct{}, error) {
			var topic muster.ID
			var right muster.TopicRight
			err := row.Scan(&topic, &right.Level, &right.User, &right.Group, &right.Name)
			if err == nil {
				by[topic].Rights = append(by[topic].Rights, right)
			}
			return struct{}{}, err
		}, number(`SELECT r.topic, r.level, r.user_id, r.group_id, COALESCE(u.username, g.name) FROM topic_right r
			LEFT JOIN "user" u ON u.id = r.user_id AND u.deleted_at = 0 AND u.suspended_at = 0
			LEFT JOIN "group" g ON g.id = r.group_id AND g.deleted_at = 0 AND g.archived_at = 0
			WHERE r.topic IN (`+marks(len(ids))+`) AND (u.id IS NOT NULL OR g.id IS NOT NULL) ORDER BY r.position`), anys(ids)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// TopicRights reads the rights of one topic into it.
func (r *Reader) TopicRights(t *muster.Topic) error { return r.fillRights([]*muster.Topic{t}) }

// TopicLevels lists the levels that the user has on a topic, himself or by a group.
func (r *Reader) TopicLevels(topic, user muster.ID) ([]muster.TopicLevel, error) {
	return all(r, column[muster.TopicLevel], number(`SELECT DISTINCT level FROM topic_right
		WHERE topic = ? AND (user_id = ? OR group_id IN (`+liveGroups+`))`), topic, user, user)
}

// AddTopicRight gives a right on a topic. Who has it keeps it.
func (tx *Tx) AddTopicRight(topic muster.ID, r muster.TopicRight) error {
	return tx.run(`INSERT INTO topic_right (topic, level, user_id, group_id, position) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		topic, r.Level, r.User, r.Group, tx.NewID())
}

// RemoveTopicRight takes a right on a topic away, if it is there.
func (tx *Tx) RemoveTopicRight(topic muster.ID, r muster.TopicRight) error {
	return tx.run(`DELETE FROM topic_right WHERE topic = $1 AND level = $2 AND user_id = $3 AND group_id = $4`, topic, r.Level, r.User, r.Group)
}

// AdministersBelow reports whether the user is administrator, himself or by a group, of all topics below one.
func (r *Reader) AdministersBelow(t *muster.Topic, user muster.ID) (bool, error) {
	other, err := r.exists(number(`SELECT 1 FROM topic WHERE realm = ? AND private_of = ? AND path > ? AND path < ? AND NOT EXISTS
		(SELECT 1 FROM topic_right r WHERE r.topic = topic.id AND r.level = ? AND (r.user_id = ? OR r.group_id IN (`+liveGroups+`))) LIMIT 1`),
		t.Realm, t.PrivateOf, t.Path+"/", t.Path+"0", muster.TopicAdmin, user, user)
	return !other, err
}
