package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"muster"
)

// The times of a node's lease. A node stops writing a good while before another one may take its number.
const (
	leaseTime  = 60 * time.Second
	leaseRenew = 10 * time.Second
	leaseSpare = 20 * time.Second
)

// A lease is this node's right to its number, and so to the ids that carry the number.
type lease struct {
	s      *Store
	now    func() time.Time
	db     *sql.DB
	number int
	holder string
	until  atomic.Int64 // microseconds; a node on SQLite is alone and holds its number for ever
	cancel context.CancelFunc
	ended  chan struct{}
}

// takeLease takes the lowest number whose lease has run out, or the next one.
func takeLease(ctx context.Context, s *Store, now func() time.Time, db *sql.DB) (*lease, error) {
	l := &lease{s: s, now: now, db: db, holder: rand.Text(), cancel: func() {}, ended: make(chan struct{})}
	if s.engine.single() {
		close(l.ended)
		return l, l.claim(ctx, 0, true)
	}
	for number := range muster.MaxNode + 1 {
		switch err := l.claim(ctx, number, false); {
		case errors.Is(err, errLeased):
			continue
		case err != nil:
			return nil, err
		}
		ctx, cancel := context.WithCancel(context.Background())
		l.cancel = cancel
		go l.renewUntil(ctx)
		return l, nil
	}
	return nil, fmt.Errorf("all %d node numbers are taken (hint: stop nodes that are no longer needed and wait a minute)", muster.MaxNode+1)
}

var errLeased = errors.New("the number is leased")

func (l *lease) claim(ctx context.Context, number int, always bool) error {
	now := l.now()
	until := now.Add(leaseTime)
	if _, err := l.db.ExecContext(ctx, `INSERT INTO node (number, holder, leased_until) VALUES ($1, '', 0) ON CONFLICT DO NOTHING`, number); err != nil {
		return err
	}
	res, err := l.db.ExecContext(ctx, `UPDATE node SET holder = $1, leased_until = $2 WHERE number = $3 AND (leased_until < $4 OR $5 = 1)`,
		l.holder, stamp(until), number, stamp(now), bit(always))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errLeased, err)
	}
	l.number = number
	l.until.Store(stamp(until))
	return nil
}

func (l *lease) renewUntil(ctx context.Context) {
	defer close(l.ended)
	tick := time.NewTicker(leaseRenew)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := l.renew(ctx); err != nil && ctx.Err() == nil {
				l.s.log.Error("the lease of the node number could not be renewed", "node", l.number, "error", err)
			}
		}
	}
}

func (l *lease) renew(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, leaseRenew)
	defer cancel()
	until := l.now().Add(leaseTime)
	res, err := l.db.ExecContext(ctx, `UPDATE node SET leased_until = $1 WHERE number = $2 AND holder = $3`, stamp(until), l.number, l.holder)
	if err != nil {
		return err
	}
	if n, _ := res.RowsAffected(); n == 0 {
		l.until.Store(0)
		return errors.New("another node has the number (hint: are the clocks of the nodes more than half a minute apart?)")
	}
	l.until.Store(stamp(until))
	return nil
}

// check refuses writes when the lease may run out before they are done.
func (l *lease) check() error {
	if l.s.engine.single() || stamp(l.now().Add(leaseSpare)) < l.until.Load() {
		return nil
	}
	return muster.ErrUnavailable
}

// release gives the number back.
func (l *lease) release(ctx context.Context) {
	l.cancel()
	<-l.ended
	if _, err := l.db.ExecContext(ctx, `UPDATE node SET leased_until = 0 WHERE number = $1 AND holder = $2`, l.number, l.holder); err != nil {
		l.s.log.Warn("the node number could not be given back", "node", l.number, "error", err)
	}
}

// idTables are the tables whose ids come from [Store.NewID].
func idTables() []string {
	return []string{"realm", `"user"`, `"group"`, "session", "mail_token", "event", "delivery", "organisation", "application", "reminder", "attachment", "access_key", "topic", "refresh_token", "message"}
}

// lastID is the largest id that any node has stored. A node makes none below it, also when its clock goes back while it is
// down.
func (r *Reader) lastID() (muster.ID, error) {
	id, _, err := one(r, column[muster.ID], "SELECT MAX(id) FROM (SELECT MAX(id) AS id FROM "+
		strings.Join(idTables(), " UNION ALL SELECT MAX(id) FROM ")+") AS largest")
	return id, err
}
