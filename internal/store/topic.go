package store

import (
	"encoding/json"

	"muster"
)

// topics are the topics with their present names. A private one is there as long as its owner is: whoever gets a freed
// username inherits no topics.
const topics = `(SELECT t.id, t.realm, t.private_of, t.path, t.description, t.settings, t.created_at,
	CASE WHEN t.private_of = 0 THEN t.path ELSE '/Private/' || o.username || t.path END AS name
	FROM topic t LEFT JOIN "user" o ON o.id = t.private_of
	WHERE t.private_of = 0 OR (o.deleted_at = 0 AND o.suspended_at = 0)) AS named`

const topicColumns = `id, realm, private_of, path, description, settings, created_at, name`

// liveGroups are the ids of the groups of a user that give rights.
const liveGroups = `SELECT m.group_id FROM member m JOIN "group" g ON g.id = m.group_id
	WHERE m.user_id = ? AND g.archived_at = 0 AND g.deleted_at = 0`

func scanTopic(row scanner) (*muster.Topic, error) {
	var t muster.Topic
	var settings string
	var created int64
	if err := row.Scan(&t.ID, &t.Realm, &t.PrivateOf, &t.Path, &t.Description, &settings, &created, &t.Name); err != nil {
		return nil, err
	}
	t.CreatedAt = instant(created)
	return &t, json.Unmarshal([]byte(settings), &t.Settings)
}

// Topic reads a topic without its rights, by whose private topic it is (0: nobody's) and its path; nil if there is none.
func (r *Reader) Topic(realm, privateOf muster.ID, path string) (*muster.Topic, error) {
	t, ok, err := one(r, scanTopic, `SELECT `+topicColumns+` FROM `+topics+` WHERE realm = $1 AND private_of = $2 AND path = $3`, realm, privateOf, path)
	if !ok {
		return nil, err
	}
	return t, err
}

var topicSort = sortColumns{"name": "name"}

// Topics lists the topics of a realm that f selects and the user can read, by name, with their rights.
func (r *Reader) Topics(realm, user muster.ID, f muster.TopicFilter) (muster.List[*muster.Topic], error) {
	var w where
	w.add("realm = ?", realm)
	if f.AllPublic {
		w.add("private_of = 0")
	} else {
		w.readable(user)
	}
	if f.Favourites {
		w.add("id IN (SELECT topic FROM kept_topic WHERE user_id = ? AND list = ?)", user, muster.FavouriteTopics)
	}
	w.topics(f)
	list, err := listOf(r, scanTopic, topicColumns, topics, w, topicSort, []muster.Order{{Column: "name"}}, f.Page)
	if err != nil {
		return list, err
	}
	return list, r.fillRights(list.Items)
}

// readable leaves the topics that the user can read, himself or by a group.
func (w *where) readable(user muster.ID) {
	w.add(`id IN (SELECT topic FROM topic_right WHERE user_id = ? UNION SELECT topic FROM topic_right WHERE group_id IN (`+liveGroups+`))`, user, user)
}

// topics adds what a filter says of the topics themselves.
func (w *where) topics(f muster.TopicFilter) {
	if len(f.IDs) > 0 {
		w.in("id IN (%s)", f.IDs)
	}
	if len(f.Names) > 0 {
		w.texts("name", f.Names)
	}
	if len(f.Descriptions) > 0 {
		w.texts("description", f.Descriptions)
	}
	if f.Below != "" {
		w.add("(name = ? OR name > ? AND name < ?)", f.Below, f.Below+"/", f.Below+"0") // 0 is what follows the slash
	}
}

// ReadableTopics answers the names of the topics that the user can read, of these ids; nil: of all.
func (r *Reader) ReadableTopics(realm, user muster.ID, ids []muster.ID) (map[muster.ID]string, error) {
	var w where
	w.add("realm = ?", realm)
	w.readable(user)
	if ids != nil {
		if len(ids) == 0 {
			return map[muster.ID]string{}, nil
		}
		w.in("id IN (%s)", ids)
	}
	names := map[muster.ID]string{}
	_, err := allOf(r, func(row scanner) (struct{}, error) {
		var id muster.ID
		var name string
		err := row.Scan(&id, &name)
		names[id] = name
		return struct{}{}, err
	}, number(`SELECT id, name FROM `+topics+w.text()), w.args...)
	return names, err
}

// InsertTopic stores a new topic with its rights. It fails with Taken("topic").
func (tx *Tx) InsertTopic(t *muster.Topic) error {
	settings, err := json.Marshal(t.Settings)
	if err != nil {
		return err
	}
	err = tx.run(`INSERT INTO topic (id, realm, private_of, path, description, settings, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		t.ID, t.Realm, t.PrivateOf, t.Path, t.Description, string(settings), stamp(t.CreatedAt))
	for _, r := range t.Rights {
		if err == nil {
			err = tx.AddTopicRight(t.ID, r)
		}
	}
	return err
}

// DeleteTopic removes a topic for good, with all that hangs on it; it answers false if the realm has none of that id.
func (tx *Tx) DeleteTopic(realm, id muster.ID) (bool, error) {
	there, err := tx.exists(`SELECT 1 FROM topic WHERE realm = $1 AND id = $2`, realm, id)
	if err != nil || !there {
		return false, err
	}
	for _, text := range []string{
		`DELETE FROM topic_right WHERE topic = $1`, `DELETE FROM kept_topic WHERE topic = $1`,
		`DELETE FROM presence WHERE place_kind = 'topic' AND place = $1`, `DELETE FROM topic WHERE id = $1`,
	} {
		if err := tx.run(text, id); err != nil {
			return false, err
		}
	}
	return true, nil
}

// TopicsBelow lists the ids of the topics below one, in no order; most at the most.
func (r *Reader) TopicsBelow(t *muster.Topic, most int) ([]muster.ID, error) {
	return all(r, column[muster.ID], `SELECT id FROM topic WHERE realm = $1 AND private_of = $2 AND path > $3 AND path < $4 LIMIT $5`,
		t.Realm, t.PrivateOf, t.Path+"/", t.Path+"0", most)
}

// CountTopics counts the topics of a realm.
func (r *Reader) CountTopics(realm muster.ID) (int, error) {
	n, _, err := one(r, column[int], `SELECT COUNT(*) FROM topic WHERE realm = $1`, realm)
	return n, err
}
