package store

import (
	"slices"
	"strings"

	"muster"
)

// A Recipient is a user who can be sent a message.
type Recipient struct {
	Username string
	User     muster.ID
	Full     muster.ID // the newest message that has to go if he gets another one; 0 if there is room
}

// Recipients finds the users who are called so, by their folded usernames; a thousand names at the most. Names that nobody has,
// and e-mails, are left out.
func (r *Reader) Recipients(realm muster.ID, names []string) (map[string]Recipient, error) {
	var w where
	w.add("s.realm = ?", realm)
	w.texts("s.key", names)
	found := map[string]Recipient{}
	_, err := allOf(r, func(row scanner) (struct{}, error) {
		var key string
		var to Recipient
		err := row.Scan(&key, &to.Username, &to.User, &to.Full)
		if muster.FoldSignIn(to.Username) == key {
			found[key] = to
		}
		return struct{}{}, err
	}, number(`SELECT s.key, u.username, u.id, COALESCE((SELECT m.id FROM message m WHERE m.user_id = u.id ORDER BY m.id DESC LIMIT 1 OFFSET ?), 0)
		FROM signin_name s JOIN "user" u ON u.id = s.user_id AND u.realm = s.realm`+w.text()), append([]any{muster.MaxInbox - 1}, w.args...)...)
	return found, err
}

// calledAtOnce is how many names one text looks for. Fewer are filled up, so that there is one text and it stays prepared.
const calledAtOnce = 100

var calledText = number(`SELECT key, user_id FROM signin_name WHERE realm = ? AND key IN (` + marks(calledAtOnce) + `)`)

// Called finds the users who are called so, by their folded usernames. Names that nobody has, and e-mails, are left out.
func (r *Reader) Called(realm muster.ID, names []string) (map[string]muster.ID, error) {
	found := map[string]muster.ID{}
	for chunk := range slices.Chunk(names, calledAtOnce) {
		args := make([]any, 0, calledAtOnce+1)
		args = append(args, realm)
		for i := range calledAtOnce {
			args = append(args, chunk[min(i, len(chunk)-1)])
		}
		if _, err := all(r, func(row scanner) (struct{}, error) {
			var key string
			var id muster.ID
			err := row.Scan(&key, &id)
			found[key] = id
			return struct{}{}, err
		}, calledText, args...); err != nil {
			return nil, err
		}
	}
	return found, r.dropEmails(realm, found)
}

// dropEmails leaves out the keys that are not usernames. Only those with an @ can be something else.
func (r *Reader) dropEmails(realm muster.ID, found map[string]muster.ID) error {
	for key, id := range found {
		if !strings.Contains(key, "@") {
			continue
		}
		u, err := r.User(realm, id)
		if err != nil {
			return err
		}
		if u == nil || muster.FoldSignIn(u.Username) != key {
			delete(found, key)
		}
	}
	return nil
}
