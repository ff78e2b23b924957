package store

import (
	"cmp"
	"slices"
	"time"

	"muster"
)

// A Delivery is something that has to leave the house because of an event.
type Delivery struct {
	ID          muster.ID
	Event       muster.ID
	Kind        string
	Payload     string // JSON; secrets in it are sealed
	DueAt       time.Time
	Attempts    int       // tries, with the one that the lease is for
	LeasedUntil time.Time // of the lease by which it was handed out; names the lease, since no two of a delivery end alike
}

// InsertDelivery stores a delivery that is due at once.
func (tx *Tx) InsertDelivery(d *Delivery) error {
	return tx.run(`INSERT INTO delivery (id, event, kind, payload, due_at, attempts, leased_until, done_at, failure) VALUES ($1, $2, $3, $4, $5, 0, 0, 0, '')`,
		d.ID, d.Event, d.Kind, d.Payload, stamp(d.DueAt))
}

// LeaseDeliveries takes up to 20 deliveries of a kind that are due, the longest due first. Until then nobody else gets them;
// who is not done by then may lose them.
func (tx *Tx) LeaseDeliveries(kind string, now, until time.Time) ([]Delivery, error) {
	list, err := all(tx.Reader, func(row scanner) (d Delivery, err error) {
		var due, leased int64
		err = row.Scan(&d.ID, &d.Event, &d.Kind, &d.Payload, &due, &d.Attempts, &leased)
		d.DueAt, d.LeasedUntil = instant(due), instant(leased)
		return d, err
	}, `UPDATE delivery SET leased_until = $1, attempts = attempts + 1 WHERE leased_until < $2 AND id IN
		(SELECT id FROM delivery WHERE done_at = 0 AND kind = $3 AND due_at <= $4 AND leased_until < $5 ORDER BY due_at, id LIMIT 20)
		RETURNING id, event, kind, payload, due_at, attempts, leased_until`, stamp(until), stamp(now), kind, stamp(now), stamp(now))
	// RETURNING keeps no order.
	slices.SortFunc(list, func(a, b Delivery) int { return cmp.Or(a.DueAt.Compare(b.DueAt), cmp.Compare(a.ID, b.ID)) })
	return list, err
}

// DeliveryWaits reports whether a delivery of the kind is due and free.
func (r *Reader) DeliveryWaits(kind string, now time.Time) (bool, error) {
	return r.exists(`SELECT 1 FROM delivery WHERE done_at = 0 AND kind = $1 AND due_at <= $2 AND leased_until < $3 LIMIT 1`, kind, stamp(now), stamp(now))
}

// mostWaiting bounds the work of counting.
const mostWaiting = 10_000

// DeliveriesWaiting counts the deliveries of a kind that are not done, up to 10,000.
func (r *Reader) DeliveriesWaiting(kind string) (int, error) {
	n, _, err := one(r, column[int], `SELECT COUNT(*) FROM (SELECT 1 FROM delivery WHERE done_at = 0 AND kind = $1 LIMIT $2) AS waiting`, kind, mostWaiting)
	return n, err
}

// FinishDelivery marks a delivery as done, for good or ill, and blanks what it carried. It answers false, and changes nothing,
// if the lease is not the delivery's any more.
func (tx *Tx) FinishDelivery(d Delivery, at time.Time, failure string) (bool, error) {
	n, err := tx.exec(`UPDATE delivery SET done_at = $1, payload = '', failure = $2 WHERE id = $3 AND leased_until = $4 AND done_at = 0`,
		stamp(at), failure, d.ID, stamp(d.LeasedUntil))
	return n == 1, err
}

// PostponeDelivery has a delivery that failed tried again later. It answers false, and changes nothing, if the lease is not the
// delivery's any more.
func (tx *Tx) PostponeDelivery(d Delivery, due time.Time, failure string) (bool, error) {
	n, err := tx.exec(`UPDATE delivery SET due_at = $1, leased_until = 0, failure = $2 WHERE id = $3 AND leased_until = $4 AND done_at = 0`,
		stamp(due), failure, d.ID, stamp(d.LeasedUntil))
	return n == 1, err
}

// GiveBackDelivery has a delivery that nobody tried due as it was before the lease. It answers false, and changes nothing, if
// the lease is not the delivery's any more.
func (tx *Tx) GiveBackDelivery(d Delivery) (bool, error) {
	n, err := tx.exec(`UPDATE delivery SET leased_until = 0, attempts = attempts - 1 WHERE id = $1 AND leased_until = $2 AND done_at = 0`,
		d.ID, stamp(d.LeasedUntil))
	return n == 1, err
}
