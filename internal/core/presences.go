package core

import (
	"context"
	"sync"
	"time"

	"muster"
	"muster/internal/presence"
	"muster/internal/store"
)

// The bounds and times of presences.
const (
	mostPresences     = 100_000            // on this node's board, about 0.5 KiB each
	mostPlaces        = 100                // of one user
	presenceLife      = 7 * 24 * time.Hour // a presence that is older is as if it were not there
	farewellLife      = 10 * time.Minute   // for how long the other nodes can learn that one was taken away
	presenceExchange  = 500 * time.Millisecond
	presencesAtOnce   = 200 // rows that are written in one go
	presenceClearance = time.Minute
)

// presences are who was last seen where. A node that is alone keeps that in memory. Several nodes tell each other through the
// database, twice a second and in batches, past do: nothing is decided by it, and it would be most of the audit trail.
type presences struct {
	c     *Core
	board *presence.Board
	alone bool

	mu      sync.Mutex // one exchange at a time
	last    map[int]muster.ID
	cleared time.Time
	cancel  context.CancelFunc
	ended   chan struct{}
}

func newPresences(c *Core) *presences {
	p := &presences{c: c, alone: c.store.Single(), last: map[int]muster.ID{}, cancel: func() {}, ended: make(chan struct{})}
	p.board = presence.New(presence.Options{Most: mostPresences, Places: mostPlaces, Journal: !p.alone})
	return p
}

// share learns what other nodes know, and begins to exchange news with them.
func (p *presences) share(ctx context.Context) error {
	if p.alone {
		close(p.ended)
		return nil
	}
	q := p.c.store.Reader(ctx)
	nodes, err := q.NodeNumbers()
	if err != nil {
		return err
	}
	for _, n := range nodes {
		if p.last[n], err = q.LastRevision(n); err != nil {
			return err
		}
	}
	rows, err := q.LivePresences(p.c.now(), mostPresences)
	if err != nil {
		return err
	}
	p.learn(rows)
	run, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	go p.run(run)
	return nil
}

func (p *presences) run(ctx context.Context) {
	defer close(p.ended)
	tick := time.NewTicker(presenceExchange)
	defer tick.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := p.exchange(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			p.c.log.Warn("presences can't be exchanged with other nodes; each shows its own until they can", "error", err, "hint", p.c.store.Hint(err))
		}
		failing = err != nil
	}
}

func (p *presences) stop() {
	p.cancel()
	<-p.ended
	if p.alone {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := p.tell(ctx); err != nil {
		p.c.log.Warn("the last presences could not be told to other nodes", "error", err)
	}
}

// exchange tells the others what is new here, and learns what is new there.
func (p *presences) exchange(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.c.Links.refresh()
	if err := p.tell(ctx); err != nil {
		return err
	}
	q := p.c.store.Reader(ctx)
	nodes, err := q.NodeNumbers()
	if err != nil {
		return err
	}
	for _, n := range nodes {
		for n != p.c.store.Node() {
			rows, err := q.PresencesOf(n, p.last[n])
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				break
			}
			p.learn(rows)
			p.last[n] = rows[len(rows)-1].Revision
		}
	}
	return p.clear(ctx)
}

func (p *presences) tell(ctx context.Context) error {
	for _, board := range []*presence.Board{p.board, p.c.Links.board} {
		if err := p.tellOf(ctx, board); err != nil {
			return err
		}
	}
	return nil
}

func (p *presences) tellOf(ctx context.Context, board *presence.Board) error {
	for {
		news := board.TakeJournal(presencesAtOnce)
		if len(news) == 0 {
			return nil
		}
		rows := make([]store.PresenceRow, len(news))
		for i, s := range news {
			rows[i] = store.PresenceRow{Presence: presenceOf(s), Until: s.Until}
		}
		if err := p.c.store.Write(ctx, func(tx *store.Tx) error { return tx.PutPresences(rows) }, nil); err != nil {
			board.GiveBack(news)
			return err
		}
	}
}

func (p *presences) learn(rows []store.PresenceRow) {
	var topics, links []presence.Sighting
	for _, r := range rows {
		if s := sighting(r.Presence, r.Until); r.Place.Noun == muster.NounLink {
			links = append(links, s)
		} else {
			topics = append(topics, s)
		}
	}
	p.board.Learn(topics)
	p.c.Links.learned(links)
}

// clear removes the rows that nobody needs, a part of them each minute.
func (p *presences) clear(ctx context.Context) error {
	now := p.c.now()
	if now.Sub(p.cleared) < presenceClearance {
		return nil
	}
	p.cleared = now
	return p.c.store.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.DropOldPresences(now, 5*presencesAtOnce)
		return err
	}, nil)
}

// forget drops the presences of who is locked out or has left, and those at a topic that is no more.
func (p *presences) forget(ch store.Change) {
	switch ch.Action {
	case muster.ActionDeleteUser.Name, muster.ActionSuspendUser.Name:
		p.board.ForgetPerson(int64(ch.Resource.ID))
		p.c.Links.board.ForgetPerson(int64(ch.Resource.ID))
	case muster.ActionDeleteTopic.Name:
		p.board.ForgetPlace(placeOf(ch.Resource))
	}
}

func (p *presences) count() int {
	_, total := p.board.List(presence.Query{Realm: int64(muster.MainRealm), Now: p.c.now(), Limit: 1})
	return total
}

func placeOf(r muster.Resource) presence.Place {
	return presence.Place{Kind: string(r.Noun), ID: int64(r.ID)}
}

func sighting(p muster.Presence, until time.Time) presence.Sighting {
	return presence.Sighting{
		Key:    presence.Key{Realm: int64(p.Realm), Person: int64(p.User), Place: placeOf(p.Place)},
		Status: string(p.Status), At: p.At, Until: until,
	}
}

func presenceOf(s presence.Sighting) muster.Presence {
	return muster.Presence{
		Realm: muster.ID(s.Realm), User: muster.ID(s.Person), Place: muster.Resource{Noun: muster.Noun(s.Place.Kind), ID: muster.ID(s.Place.ID)},
		Status: muster.Status(s.Status), At: s.At,
	}
}
