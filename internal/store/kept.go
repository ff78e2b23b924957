package store

import "muster"

// Kept is what somebody keeps, in order of adding, and the live groups that he is in, by name.
type Kept struct {
	Groups            []string
	Favourites, Muted []string // topics, by their present names
	Tags              []string
	Contacts          []*muster.User // neither deleted nor suspended; id, username and name alone
}

// Kept reads all that a user keeps, at once: it is asked for often.
func (r *Reader) Kept(user muster.ID) (k Kept, err error) {
	_, err = all(r, func(row scanner) (struct{}, error) {
		var list, text, name, key string
		var id, position muster.ID
		err := row.Scan(&list, &text, &name, &id, &key, &position)
		switch list {
		case "group":
			k.Groups = append(k.Groups, text)
		case "tag":
			k.Tags = append(k.Tags, text)
		case "contact":
			k.Contacts = append(k.Contacts, &muster.User{ID: id, Username: text, Name: name})
		case string(muster.FavouriteTopics):
			k.Favourites = append(k.Favourites, text)
		case string(muster.MutedTopics):
			k.Muted = append(k.Muted, text)
		}
		return struct{}{}, err
	}, `SELECT 'group' AS list, g.name AS entry, '' AS name, g.id AS id, g.name_key AS sort_key, 0 AS position
			FROM member m JOIN "group" g ON g.id = m.group_id WHERE m.user_id = $1 AND g.archived_at = 0 AND g.deleted_at = 0
		UNION ALL SELECT 'tag', tag, '', 0, '', position FROM favourite_tag WHERE user_id = $1
		UNION ALL SELECT 'contact', u.username, u.name, u.id, '', c.position
			FROM contact c JOIN "user" u ON u.id = c.contact WHERE c.user_id = $1 AND u.deleted_at = 0 AND u.suspended_at = 0
		UNION ALL SELECT k.list, named.name, '', 0, named.name, k.position FROM `+topics+` JOIN kept_topic k ON k.topic = named.id WHERE k.user_id = $1
		ORDER BY position, sort_key, id`, user)
	return k, err
}
