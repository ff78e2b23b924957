package store

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"muster"
)

const messageColumns = `id, realm, user_id, sender, type, body, ext`

func scanMessage(row scanner) (*muster.Message, error) {
	var m muster.Message
	var realm muster.ID
	var body, ext string
	err := row.Scan(&m.ID, &realm, &m.User, &m.From, &m.Type, &body, &ext)
	if m.Body = json.RawMessage(body); ext != "" {
		m.Ext = json.RawMessage(ext)
	}
	return &m, err
}

// insertAtOnce is how many messages one text inserts. Each shorter list needs a text of its own.
const insertAtOnce = 40

// InsertMessages puts messages into the inboxes of users of the realm.
func (tx *Tx) InsertMessages(realm muster.ID, list []muster.Message) error {
	for chunk := range slices.Chunk(list, insertAtOnce) {
		if len(chunk) == insertAtOnce {
			if err := tx.insertMessages(realm, chunk); err != nil {
				return err
			}
			continue
		}
		for i := range chunk {
			if err := tx.insertMessages(realm, chunk[i:i+1]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (tx *Tx) insertMessages(realm muster.ID, list []muster.Message) error {
	rows := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?, ?), ", len(list)), ", ")
	args := make([]any, 0, 7*len(list))
	for _, m := range list {
		args = append(args, m.ID, realm, m.User, m.From, m.Type, string(m.Body), string(m.Ext))
	}
	return tx.run(number(`INSERT INTO message (`+messageColumns+`) VALUES `+rows), args...)
}

// RemoveMessagesUpTo takes the messages up to that id out of a user's inbox.
func (tx *Tx) RemoveMessagesUpTo(realm, user, last muster.ID) error {
	return tx.run(`DELETE FROM message WHERE user_id = $1 AND id <= $2 AND realm = $3`, user, last, realm)
}

// RemoveMessages takes messages out of a user's inbox, and answers how many of them were there.
func (tx *Tx) RemoveMessages(realm, user muster.ID, ids []muster.ID) (int, error) {
	removed := 0
	for _, id := range ids {
		n, err := tx.exec(`DELETE FROM message WHERE id = $1 AND user_id = $2 AND realm = $3`, id, user, realm)
		if err != nil {
			return removed, err
		}
		removed += int(n)
	}
	return removed, nil
}

// RemoveInbox removes all messages of a user.
func (tx *Tx) RemoveInbox(realm, user muster.ID) error {
	return tx.run(`DELETE FROM message WHERE user_id = $1 AND realm = $2`, user, realm)
}

// RemoveMessagesBefore removes messages of all realms that were sent before that instant, the oldest first, so many at the most;
// it answers how many.
func (tx *Tx) RemoveMessagesBefore(at time.Time, most int) (int, error) {
	n, err := tx.exec(`DELETE FROM message WHERE id IN (SELECT id FROM message WHERE id < $1 ORDER BY id LIMIT $2)`, earliestID(at), most)
	return int(n), err
}

// AnyMessageBefore reports whether a message of any realm was sent before that instant and waits.
func (r *Reader) AnyMessageBefore(at time.Time) (bool, error) {
	return r.exists(`SELECT 1 FROM message WHERE id < $1 LIMIT 1`, earliestID(at))
}

// earliestID is smaller than all ids that were made at that instant or later.
func earliestID(at time.Time) muster.ID { return muster.ID(max(at.UnixMicro(), 0)) << 10 }

// Inbox lists what was sent to a user since then and waits, oldest first: so many of those behind a message (0: from the
// beginning).
func (r *Reader) Inbox(realm, user muster.ID, since time.Time, after muster.ID, most int) ([]*muster.Message, error) {
	from := max(earliestID(since), after+1)
	return all(r, scanMessage, `SELECT `+messageColumns+` FROM message WHERE user_id = $1 AND realm = $2 AND id >= $3 ORDER BY id LIMIT $4`, user, realm, from, most)
}

// InboxSize counts what was sent to a user since then and waits.
func (r *Reader) InboxSize(realm, user muster.ID, since time.Time) (int, error) {
	n, _, err := one(r, column[int], `SELECT COUNT(*) FROM message WHERE user_id = $1 AND realm = $2 AND id >= $3`, user, realm, earliestID(since))
	return n, err
}

// MessageWaits reports whether a message that was sent since then is in a user's inbox.
func (r *Reader) MessageWaits(realm, user, id muster.ID, since time.Time) (bool, error) {
	return r.exists(`SELECT 1 FROM message WHERE id = $1 AND user_id = $2 AND realm = $3 AND id >= $4`, id, user, realm, earliestID(since))
}

// MessagesWaiting counts the messages of all inboxes, up to 10,000.
func (r *Reader) MessagesWaiting() (int, error) {
	n, _, err := one(r, column[int], `SELECT COUNT(*) FROM (SELECT 1 FROM message LIMIT $1) AS waiting`, mostWaiting)
	return n, err
}

// MessagesOfSending lists the messages of one sending that still wait, oldest first: those between its first and its last id that
// the node of the first has made. Only those for users that linked knows are read as a whole.
func (r *Reader) MessagesOfSending(first, last muster.ID, linked func(user muster.ID) bool) ([]*muster.Message, error) {
	type target struct{ id, user muster.ID }
	list, err := all(r, func(row scanner) (t target, err error) {
		err = row.Scan(&t.id, &t.user)
		return t, err
	}, `SELECT id, user_id FROM message WHERE id >= $1 AND id <= $2`, first, last)
	if err != nil {
		return nil, err
	}
	var wanted []muster.ID
	for _, t := range list {
		if t.id.Node() == first.Node() && linked(t.user) {
			wanted = append(wanted, t.id)
		}
	}
	return r.messages(wanted)
}

func (r *Reader) messages(ids []muster.ID) ([]*muster.Message, error) {
	switch len(ids) {
	case 0:
		return nil, nil
	case 1:
		return all(r, scanMessage, `SELECT `+messageColumns+` FROM message WHERE id = $1`, ids[0])
	}
	var w where
	w.in("id IN (%s)", ids)
	return allOf(r, scanMessage, number(`SELECT `+messageColumns+` FROM message`+w.text()+` ORDER BY id`), w.args...)
}
