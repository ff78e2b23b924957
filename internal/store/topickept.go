package store

import "muster"

// KeepTopic puts a topic on a list of the user; it answers false if it was on it.
func (tx *Tx) KeepTopic(list muster.TopicList, user, topic muster.ID) (bool, error) {
	n, err := tx.exec(`INSERT INTO kept_topic (user_id, list, topic, position) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, user, list, topic, tx.NewID())
	return n == 1, err
}

// DropTopic takes a topic off a list of the user; it answers false if it was not on it.
func (tx *Tx) DropTopic(list muster.TopicList, user, topic muster.ID) (bool, error) {
	n, err := tx.exec(`DELETE FROM kept_topic WHERE user_id = $1 AND list = $2 AND topic = $3`, user, list, topic)
	return n == 1, err
}

// DropTopics empties a list of the user.
func (tx *Tx) DropTopics(list muster.TopicList, user muster.ID) error {
	return tx.run(`DELETE FROM kept_topic WHERE user_id = $1 AND list = $2`, user, list)
}

// KeepReadableTopics puts on a list of the user all topics that he can read, but private ones and what they are below of. It
// answers how many there are.
func (tx *Tx) KeepReadableTopics(list muster.TopicList, realm, user muster.ID) (int64, error) {
	return tx.exec(number(`INSERT INTO kept_topic (user_id, list, topic, position) SELECT ?, ?, id, ? FROM topic
		WHERE realm = ? AND private_of = 0 AND id <> ? AND id IN
		(SELECT topic FROM topic_right WHERE user_id = ? UNION SELECT topic FROM topic_right WHERE group_id IN (`+liveGroups+`)) ON CONFLICT DO NOTHING`),
		user, list, tx.NewID(), realm, muster.PrivateTopics, user, user)
}

// CountKept counts the topics on a list of the user.
func (r *Reader) CountKept(list muster.TopicList, user muster.ID) (int, error) {
	n, _, err := one(r, column[int], `SELECT COUNT(*) FROM kept_topic WHERE user_id = $1 AND list = $2`, user, list)
	return n, err
}

// AddFavouriteTag puts a tag on the user's list; it answers false if it was on it.
func (tx *Tx) AddFavouriteTag(user muster.ID, tag string) (bool, error) {
	n, err := tx.exec(`INSERT INTO favourite_tag (user_id, tag, position) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, user, tag, tx.NewID())
	return n == 1, err
}

// RemoveFavouriteTag takes a tag off the user's list; it answers false if it was not on it.
func (tx *Tx) RemoveFavouriteTag(user muster.ID, tag string) (bool, error) {
	n, err := tx.exec(`DELETE FROM favourite_tag WHERE user_id = $1 AND tag = $2`, user, tag)
	return n == 1, err
}

// FavouriteTags lists the user's tags in order of adding.
func (r *Reader) FavouriteTags(user muster.ID) ([]string, error) {
	return all(r, column[string], `SELECT tag FROM favourite_tag WHERE user_id = $1 ORDER BY position`, user)
}
