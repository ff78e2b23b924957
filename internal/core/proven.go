package core

import (
	"context"
	"slices"
	"sync"
	"time"

	"muster"
	"muster/internal/store"
)

// provenFor is how long after a pair was made somebody may still ask for another one in its place: [lostAnswer], and a minute
// because the clocks of nodes differ. Whoever uses an access token that is older proves nothing.
const provenFor = lostAnswer + time.Minute

// WithAccess is [Authenticator.WithToken] for the access token of a pair. Its first use is noted before anything is done with
// it: from then on nobody gets another pair in its place, on whatever node. That is one write for each pair, and none once the
// pair is a minute old.
func (a *Authenticator) WithAccess(ctx context.Context, text string) (context.Context, error) {
	realm, session, fields, err := a.openToken(ctx, AccessToken, text, 1)
	if err != nil {
		return nil, err
	}
	id, ok := muster.ParseID(fields[0])
	if !ok {
		return nil, a.refuse(ctx, muster.ErrUnauthenticated)
	}
	in, err := a.with(ctx, realm, session, func(e *entry) bool { return !slices.Contains(e.void, id) })
	if err != nil {
		return nil, err
	}
	switch good, err := a.c.proven.prove(ctx, a.c, realm, id); {
	case err != nil:
		return nil, a.c.explain(ctx, muster.ActionRefusedToken, err)
	case !good:
		return nil, a.refuse(ctx, muster.ErrUnauthenticated)
	}
	return in, nil
}

// provenPairs remembers which pairs this node knows to be in use.
type provenPairs struct {
	mu sync.Mutex
	m  map[muster.ID]struct{}
}

const maxProven = 10_000 // pairs that are remembered at once; of more some are noted again

// prove notes that the access token of a pair is in use. It answers false if the pair is void.
func (p *provenPairs) prove(ctx context.Context, c *Core, realm, id muster.ID) (good bool, err error) {
	now := c.now()
	if now.Sub(id.Time()) > provenFor || p.has(id) {
		return true, nil
	}
	err = c.store.Write(ctx, func(tx *store.Tx) (err error) {
		good, err = tx.ProveRefreshToken(realm, id, tx.Now())
		return err
	}, nil)
	if err != nil || !good {
		return false, err
	}
	p.add(id, now)
	return true, nil
}

func (p *provenPairs) has(id muster.ID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, ok := p.m[id]
	return ok
}

func (p *provenPairs) add(id muster.ID, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.m == nil || len(p.m) >= maxProven {
		p.makeRoom(now)
	}
	p.m[id] = struct{}{}
}

// makeRoom forgets the pairs that are past proving; if there are none, all.
func (p *provenPairs) makeRoom(now time.Time) {
	for id := range p.m {
		if now.Sub(id.Time()) > provenFor {
			delete(p.m, id)
		}
	}
	if p.m == nil || len(p.m) >= maxProven {
		p.m = map[muster.ID]struct{}{}
	}
}
