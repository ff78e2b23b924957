package store

import (
	"strconv"
	"strings"
	"time"

	"muster"
)

// A PresenceRow is a presence as nodes tell each other of it.
type PresenceRow struct {
	muster.Presence           // Status "": taken away
	Until           time.Time // as if it were not there from then on
	Revision        muster.ID // in the order in which its node wrote
}

const presenceColumns = `p.realm, p.user_id, p.place_kind, p.place, p.status, p.at, p.expires_at, p.revision`

func scanPresence(row scanner) (p PresenceRow, err error) {
	var at, until int64
	err = row.Scan(&p.Realm, &p.User, &p.Place.Noun, &p.Place.ID, &p.Status, &at, &until, &p.Revision)
	p.At, p.Until = instant(at), instant(until)
	return p, err
}

// PutPresences stores what this node has learnt of the presences of different users and places, unless the row is later.
func (tx *Tx) PutPresences(rows []PresenceRow) error {
	for len(rows) > 0 {
		n := 1
		if len(rows) >= presencesAtOnce {
			n = presencesAtOnce
		}
		var args []any
		for _, p := range rows[:n] {
			args = append(args, p.Realm, p.User, p.Place.Noun, p.Place.ID, p.Status, stamp(p.At), stamp(p.Until), tx.store.Node(), tx.NewID())
		}
		if err := tx.run(presenceTexts[n], args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

const presencesAtOnce = 50

// presenceTexts are the texts for one row and for many. There are two of them, so that both stay prepared.
var presenceTexts = map[int]string{1: presenceText(1), presencesAtOnce: presenceText(presencesAtOnce)}

func presenceText(rows int) string {
	values := make([]string, rows)
	for i := range values {
		marks := make([]string, 9)
		for j := range marks {
			marks[j] = "$" + strconv.Itoa(9*i+j+1)
		}
		values[i] = "(" + strings.Join(marks, ", ") + ")"
	}
	return `INSERT INTO presence (realm, user_id, place_kind, place, status, at, expires_at, node, revision) VALUES ` + strings.Join(values, ", ") + `
		ON CONFLICT (realm, user_id, place_kind, place) DO UPDATE SET status = excluded.status, at = excluded.at, expires_at = excluded.expires_at,
		node = excluded.node, revision = excluded.revision WHERE excluded.at >= presence.at`
}

// PresencesOf lists what a node has written of presences after that revision, in order, a thousand at the most.
func (r *Reader) PresencesOf(node int, after muster.ID) ([]PresenceRow, error) {
	return all(r, scanPresence, `SELECT `+presenceColumns+` FROM presence p WHERE p.node = $1 AND p.revision > $2 ORDER BY p.revision LIMIT 1000`, node, after)
}

// LastRevision is that of the last presence that a node has written; 0 if there is none.
func (r *Reader) LastRevision(node int) (muster.ID, error) {
	id, _, err := one(r, column[muster.ID], `SELECT revision FROM presence WHERE node = $1 ORDER BY revision DESC LIMIT 1`, node)
	return id, err
}

// LivePresences lists the presences of all realms that are not past their end, of users who are neither deleted nor suspended,
// the latest first; most at the most.
func (r *Reader) LivePresences(now time.Time, most int) ([]PresenceRow, error) {
	return all(r, scanPresence, `SELECT `+presenceColumns+` FROM presence p JOIN "user" u ON u.id = p.user_id
		WHERE p.expires_at > $1 AND p.status <> '' AND u.deleted_at = 0 AND u.suspended_at = 0 ORDER BY p.at DESC LIMIT $2`, stamp(now), most)
}

// DropOldPresences removes presences that are past their end; most at the most. It answers how many.
func (tx *Tx) DropOldPresences(now time.Time, most int) (int64, error) {
	return tx.exec(`DELETE FROM presence WHERE (realm, user_id, place_kind, place) IN
		(SELECT realm, user_id, place_kind, place FROM presence WHERE expires_at <= $1 LIMIT $2)`, stamp(now), most)
}
