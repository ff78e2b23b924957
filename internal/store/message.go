package store

import (
	"time"

	"muster"
)

const messageColumns = `id, realm, user_id, sender, kind, body, ext`

func scanMessage(row scanner) (*muster.Message, error) {
	var m muster.Message
	var body, ext string
	err := row.Scan(&m.ID, &m.Realm, &m.User, &m.Sender, &m.Kind, &body, &ext)
	m.Body, m.Ext = []byte(body), []byte(ext)
	return &m, err
}

// InsertMessage puts a message into the inbox of its user, behind all others. It answers false, and puts it nowhere, if the user
// is deleted.
func (tx *Tx) InsertMessage(m *muster.Message) (bool, error) {
	n, err := tx.exec(`INSERT INTO message (`+messageColumns+`)
		SELECT CAST($1 AS BIGINT), CAST($2 AS BIGINT), id, CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT)
		FROM "user" WHERE id = $3 AND deleted_at = 0`,
		m.ID, m.Realm, m.User, m.Sender, m.Kind, string(m.Body), string(m.Ext))
	return n == 1, err
}

// TrimMessages takes the oldest messages out of an inbox, so that no more than most are left.
func (tx *Tx) TrimMessages(realm, user muster.ID, most int) error {
	newest, ok, err := one(tx.Reader, column[muster.ID], `SELECT id FROM message WHERE user_id = $1 AND realm = $2 ORDER BY id DESC LIMIT 1 OFFSET $3`, user, realm, most)
	if err != nil || !ok {
		return err
	}
	return tx.run(`DELETE FROM message WHERE user_id = $1 AND realm = $2 AND id <= $3`, user, realm, newest)
}

// Messages lists what waits for a user, oldest first: what was sent since then, behind the message of that id, and so many at
// the most.
func (r *Reader) Messages(realm, user muster.ID, since time.Time, after muster.ID, most int) ([]*muster.Message, error) {
	return all(r, scanMessage, `SELECT `+messageColumns+` FROM message WHERE user_id = $1 AND realm = $2 AND id > $3 ORDER BY id LIMIT $4`,
		user, realm, max(after, firstID(since)), most)
}

// CountMessages counts what waits for a user and was sent since then.
func (r *Reader) CountMessages(realm, user muster.ID, since time.Time) (int, error) {
	n, _, err := one(r, column[int], `SELECT COUNT(*) FROM message WHERE user_id = $1 AND realm = $2 AND id > $3`, user, realm, firstID(since))
	return n, err
}

// MessageWaits reports whether a message that was sent since then waits for the user.
func (r *Reader) MessageWaits(realm, user, id muster.ID, since time.Time) (bool, error) {
	return r.exists(`SELECT 1 FROM message WHERE id = $1 AND user_id = $2 AND realm = $3 AND id > $4`, id, user, realm, firstID(since))
}

// RemoveMessage takes a message out of an inbox. It answers false if it is not there.
func (tx *Tx) RemoveMessage(realm, user, id muster.ID) (bool, error) {
	n, err := tx.exec(`DELETE FROM message WHERE id = $1 AND user_id = $2 AND realm = $3`, id, user, realm)
	return n == 1, err
}

// RemoveMessagesOf empties the inboxes of a user, of all applications.
func (tx *Tx) RemoveMessagesOf(user muster.ID) error {
	return tx.run(`DELETE FROM message WHERE user_id = $1`, user)
}

// AnyMessageBefore reports whether a message of an application waits that was sent before then.
func (r *Reader) AnyMessageBefore(realm muster.ID, before time.Time) (bool, error) {
	return r.exists(`SELECT 1 FROM message WHERE id < $1 AND realm = $2 LIMIT 1`, firstID(before), realm)
}

// RemoveOldMessages removes messages of an application that were sent before then, so many at the most, and answers how many.
func (tx *Tx) RemoveOldMessages(realm muster.ID, before time.Time, most int) (int64, error) {
	return tx.exec(`DELETE FROM message WHERE id IN (SELECT id FROM message WHERE id < $1 AND realm = $2 ORDER BY id LIMIT $3)`, firstID(before), realm, most)
}
